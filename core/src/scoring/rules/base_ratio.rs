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
    use crate::kernel::{FiscalYear, Lang, Text};
    use crate::scoring::ratios::{BaseData, Expense};
    use crate::scoring::testing::row;
    use crate::scoring::{
        ExecutionRow, Flag, IndicatorRow, IndicatorScore, RuleSet, Sheet, SheetKind, score,
    };

    /// A row of a department whose three public expenses went from 32 to `last`.
    fn scored(name: &str, actual: &str, weight: &str, last: &str) -> IndicatorScore {
        let money = |text: &str| text.parse().ok();
        let three_public = Expense {
            budget: money("63.46"),
            prior_final: money("32"),
            r#final: money(last),
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
        score(&sheet, RuleSet::preset("hunan-department").unwrap()).indicators.remove(0)
    }

    fn judged(name: &str, actual: &str, weight: &str) -> (String, Vec<&'static str>) {
        let row = scored(name, actual, weight, "63.46");
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
    #[test]
    fn a_fall_is_written_with_a_word_or_a_sign() {
        // (30 − 32) ÷ 32 = −6.25 %
        for (actual, agrees) in [
            ("下降6.25%", true),
            ("-6.25%", true),
            ("6.25%", false),
            ("增长6.25%", false),
            ("下降6.2%", true),
        ] {
            let row = scored("三公经费变动率", actual, "8", "30");
            let differs = row.flags.iter().any(|flag| flag.code() == "ratio_differs");
            assert_eq!(differs, !agrees, "{actual}");
        }
    }

    #[test]
    fn where_no_rule_decides_the_words_say_so() {
        let said = |name: &str| {
            let explanation = scored(name, "95.1%", "5", "63.46").explanation;
            [explanation.text(Lang::Zh), explanation.text(Lang::En)]
        };
        assert_eq!(
            said("公用经费控制率"),
            [
                "公用经费决算数为空，无法计算；没有规则可以判定，采用自评得分，以复核为准",
                "no final account of public expenditure, so no ratio; no rule decides, so the self score counts until it is reviewed",
            ]
        );
        assert_eq!(
            said("在职人员控制率"),
            [
                "136 ÷ 143 = 95.1%；标准 ≤ 100%，得满分 5",
                "136 ÷ 143 = 95.1%; the standard is ≤ 100%: full score 5",
            ]
        );
    }
}
