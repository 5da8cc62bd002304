//! 财预〔2020〕10号, 单位自评, 定量指标, for a target that is a date (时效指标).
//!
//! On or before it: the full weight. After it, the regulation has no formula: by default no rule decides, and
//! the claim must be below the weight and carry a reason; or the rule set deducts for each day late.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Case, Outcome, Verdict};
use crate::scoring::rule_set::LatePolicy;
use crate::scoring::{Explanation, Flag, Rule};

pub(in crate::scoring) fn judge(case: &mut Case<'_>, due: NaiveDate, actual: NaiveDate) -> Outcome {
    let weight = case.weight;
    if actual <= due {
        let explanation = Explanation::OnTime { actual, due, weight };
        let verdict = Verdict::Decided(case.points(weight.decimal()));
        return Outcome { rule: Rule::Date, verdict, explanation };
    }
    let days = actual.signed_duration_since(due).num_days();
    case.flags.push(Flag::Late { days });
    match case.rules.late {
        LatePolicy::Undecided => {
            if case.row.self_score.is_some_and(|score| score >= weight) {
                case.flags.push(Flag::LateFullScore);
            }
            let explanation = Explanation::Late { actual, due, days, deduction: None };
            Outcome { rule: Rule::Date, verdict: Verdict::Undecided, explanation }
        }
        LatePolicy::PerDay { points } => {
            let deduction = points.decimal().saturating_mul(Decimal::from(days));
            let score = case.points(weight.decimal().saturating_sub(deduction));
            let explanation = Explanation::Late { actual, due, days, deduction: Some((points, score)) };
            Outcome { rule: Rule::Date, verdict: Verdict::Decided(score), explanation }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scoring::RuleSet;
    use crate::scoring::rule_set::LatePolicy;
    use crate::scoring::testing::{computed, computed_under};

    #[test]
    fn worked_examples() {
        assert_eq!(computed("2023、12、31", "2023-12-31", "10"), "10");
        assert_eq!(computed("11月底", "2023年11月30日", "10"), "10");
        assert_eq!(computed("11月底", "2023年12月3日", "10"), "undecided"); // 3 days late
        let per_day = LatePolicy::PerDay { points: "0.5".parse().unwrap() };
        let rules = RuleSet { late: per_day, ..RuleSet::presets()[0].clone() };
        assert_eq!(computed_under(&rules, "11月底", "2023年12月3日", "10"), "8.5");
        assert_eq!(computed_under(&rules, "11月底", "2024年11月30日", "10"), "0");
    }
}
