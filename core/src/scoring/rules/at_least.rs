//! 财预〔2020〕10号, 单位自评, 定量指标: 完成指标值的，记全部分值；未完成的，按照完成值与指标值的比例记分.
//!
//! Met: the full weight. Missed: weight × actual ÷ target. Far above: [`over_achievement`].

use super::{Case, Outcome, Pair, over_achievement};
use crate::scoring::number::share;
use crate::scoring::{Formula, Relation, Rule};

pub(in crate::scoring) fn judge(case: &mut Case<'_>, pair: &Pair<'_>) -> Outcome {
    let target = pair.target.value();
    if pair.value >= target {
        let met = case.met(Rule::AtLeast, Relation::AtLeast, pair);
        return over_achievement::judge(case, pair, met);
    }
    short(case, Rule::AtLeast, pair)
}

/// The part that was reached.
pub(super) fn short(case: &Case<'_>, rule: Rule, pair: &Pair<'_>) -> Outcome {
    let target = pair.target.value();
    match share(case.weight, pair.value, target) {
        Some(raw) => {
            let formula = Formula::Ratio { part: pair.written(pair.value), whole: pair.written(target) };
            case.missed(rule, Relation::Below, pair, formula, raw)
        }
        // A target of nothing, and an actual below it.
        None => case.missed(rule, Relation::Below, pair, Formula::Nothing, rust_decimal::Decimal::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use crate::scoring::testing::computed;

    #[test]
    fn worked_examples() {
        assert_eq!(computed("≥60次", "70次", "5"), "5");
        assert_eq!(computed("38508人", "37442人", "3"), "2.92"); // 3 × 37442 ÷ 38508 = 2.9170
        assert_eq!(computed("120人", "69人", "2"), "1.15");
        assert_eq!(computed("≥0次", "0次", "5"), "5");
    }
}
