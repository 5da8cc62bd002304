//! 财预〔2020〕10号, 单位自评, 定量指标; the regulation speaks of a ratio and not of upper bounds, so the formula for
//! a missed one is the rule set's.
//!
//! Met: the full weight. Missed by *ratio*: weight × target ÷ actual. Missed by *linear*: weight × (1 − (actual
//! − target) ÷ target), nothing from twice the target on. A target of nothing is met by nothing only.

use rust_decimal::Decimal;

use super::{Case, Outcome, Pair};
use crate::scoring::number::share;
use crate::scoring::rule_set::AtMostFormula;
use crate::scoring::{Formula, Relation, Rule};

pub(in crate::scoring) fn judge(case: &Case<'_>, rule: Rule, pair: &Pair<'_>) -> Outcome {
    if pair.value <= pair.target.value() {
        case.met(rule, Relation::AtMost, pair)
    } else {
        beyond(case, rule, pair)
    }
}

/// What is left beyond the bound.
pub(super) fn beyond(case: &Case<'_>, rule: Rule, pair: &Pair<'_>) -> Outcome {
    let (target, value) = (pair.target.value(), pair.value);
    let (written_target, written_value) = (pair.written(target), pair.written(value));
    let (formula, raw) = match case.rules.at_most {
        _ if target.is_zero() => (Formula::Nothing, Some(Decimal::ZERO)),
        AtMostFormula::Ratio => {
            (Formula::Ratio { part: written_target, whole: written_value }, share(case.weight, target, value))
        }
        AtMostFormula::Linear => {
            let over = value.checked_sub(target).and_then(|over| share(case.weight, over, target));
            let raw = over.and_then(|over| case.weight.decimal().checked_sub(over));
            (Formula::Linear { target: written_target, actual: written_value }, raw)
        }
    };
    // Only an actual beyond all range has no raw score, and then nothing is left.
    case.missed(rule, Relation::Above, pair, formula, raw.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use crate::scoring::RuleSet;
    use crate::scoring::rule_set::AtMostFormula;
    use crate::scoring::testing::{computed, computed_under, explained};

    #[test]
    fn worked_examples() {
        assert_eq!(computed("≤1013.19万元", "1013.19万元", "10"), "10");
        assert_eq!(computed("≤100", "125", "10"), "8"); // 10 × 100 ÷ 125
        let linear = RuleSet { at_most: AtMostFormula::Linear, ..RuleSet::presets()[0].clone() };
        assert_eq!(computed_under(&linear, "≤100", "125", "10"), "7.5"); // 10 × (1 − 25 ÷ 100)
        assert_eq!(computed_under(&linear, "≤100", "200", "10"), "0");
        assert_eq!(computed("≤0起", "0起", "5"), "5");
        assert_eq!(computed("≤0起", "1起", "5"), "0");
        assert_eq!(explained("≤0起", "1起", "5"), "实际 1起 > 目标 0起，不得分");
    }
}
