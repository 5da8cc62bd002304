//! 财预〔2013〕53号, 部门整体支出绩效评价共性指标体系框架: a ratio of annex 1 or of the budget (在职人员控制率, 三公经费控制率 …), on a
//! department's sheet, where the rule set says that it decides the row.
//!
//! The figures count, not what the row says of them: an actual that differs is flagged. Where the figures give no
//! ratio, no rule decides; no new building is worth the full weight.

use rust_decimal::Decimal;

use super::{Case, Outcome, Verdict};
use crate::kernel::{Ratio, Rounding, round};
use crate::scoring::ratios::{BaseRatio, Gap, RatioName};
use crate::scoring::target::{Actual, Change, Context, Measure};
use crate::scoring::{Explanation, Flag, Rule};

pub(in crate::scoring) fn judge(case: &mut Case<'_>, ratio: &BaseRatio, context: &Context<'_>) -> Outcome {
    let written = case.row.actual.as_deref().map_or(Actual::Empty, |text| Actual::parse(text, context));
    match (&written, ratio.value) {
        (Actual::Empty, Ok(_)) => case.flags.push(Flag::ActualMissing),
        (Actual::Measured(measured), Ok(value)) => {
            if let [only] = measured.measures.as_slice()
                && !says(only, ratio.ratio, value)
            {
                let written = only.quantity.text.clone();
                case.flags.push(Flag::RatioDiffers { written, computed: value });
            }
        }
        (Actual::Empty | Actual::Words | Actual::Measured(_), _) => {}
    }
    let ratio = ratio.at(case.weight, case.rules);
    let verdict = match (ratio.score, ratio.value) {
        (Some(score), _) => Verdict::Decided(score),
        (None, value) => {
            let gap = value.err().unwrap_or(Gap::OutOfRange);
            case.flags.push(Flag::RatioNotComputable { gap });
            Verdict::Undecided
        }
    };
    let explanation = Explanation::BaseRatio(Box::new(ratio));
    Outcome { rule: Rule::BaseRatio, verdict, explanation }
}

/// Whether a number, as a percentage or as a share, is this ratio to the decimals that it was written with.
fn says(measure: &Measure, ratio: RatioName, value: Ratio) -> bool {
    let number = measure.quantity.number;
    let written = match ratio {
        // It has no sign, and people write which way the budget went.
        RatioName::BudgetControl => number.abs(),
        _ if measure.quantity.change == Some(Change::Down) => -number,
        _ => number,
    };
    // Cut off or rounded up: both are how people write it.
    let agrees = |value: Decimal| {
        [Rounding::HalfUp, Rounding::Truncate]
            .iter()
            .any(|mode| round(value, written.scale(), *mode) == written)
    };
    let percent = value.decimal().saturating_mul(Decimal::ONE_HUNDRED);
    agrees(percent) || (!measure.quantity.unit.is_percent() && agrees(value.decimal()))
}

#[cfg(test)]
mod tests {
    use crate::kernel::FiscalYear;
    use crate::scoring::ratios::{BaseData, Expense};
    use crate::scoring::testing::row;
    use crate::scoring::{ExecutionRow, Flag, IndicatorRow, RuleSet, Sheet, SheetKind, score};

    fn judged(name: &str, actual: &str, weight: &str) -> (String, Vec<&'static str>) {
        let money = |text: &str| text.parse().ok();
        let three_public = Expense {
            budget: money("63.46"),
            prior_final: money("32"),
            r#final: money("63.46"),
            ..Expense::default()
        };
        let base_data = BaseData {
            staff_quota: Some(143),
            staff_on_duty: Some(136),
            three_public,
            ..BaseData::default()
        };
        let sheet = Sheet {
            year: FiscalYear::try_from(2018).unwrap(),
            kind: SheetKind::Department,
            execution: ExecutionRow::default(),
            base_data: Some(base_data),
            indicators: vec![IndicatorRow { name: name.to_owned(), ..row("≤100%", actual, weight) }],
            reported_total: None,
            reviewed_total: None,
        };
        let card = score(&sheet, RuleSet::preset("hunan-department").unwrap());
        let row = &card.indicators[0];
        let points = row.computed_score.map_or_else(|| "undecided".to_owned(), |score| score.to_string());
        (points, row.flags.iter().map(Flag::code).collect())
    }

    #[test]
    fn worked_examples() {
        // 136 ÷ 143 = 95.104895 %
        assert_eq!(judged("在职人员控制率", "95.10%", "5"), ("5".to_owned(), vec![]));
        assert_eq!(
            judged("指标1：在职人员控制率（%）", "95.11", "5"),
            ("5".to_owned(), vec!["ratio_differs"])
        );
        assert_eq!(judged("在职人员控制率", "0.951", "5"), ("5".to_owned(), vec![]));
        // (63.46 − 32) ÷ 32 = 98.3125 %: 98 whole points, 0.8 off for each
        assert_eq!(judged("“三公经费”变动率", "98.31%", "8"), ("0".to_owned(), vec!["overclaim"]));
        assert_eq!(
            judged("公用经费控制率", "100%", "8"),
            ("undecided".to_owned(), vec!["ratio_not_computable"])
        );
    }
}
