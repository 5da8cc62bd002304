//! 财预〔2020〕10号, 单位自评, 定量指标. `=` is the sign that forms put before almost anything, so what it asks for
//! is the rule set's.
//!
//! *As at least*: as ≥, and doing more is not punished; money under cost as ≤, and so is a target of nothing.
//! *Exactly*: short of the value as ≥, beyond it as ≤.

use std::cmp::Ordering;

use super::{Case, Outcome, Pair, at_least, at_most, over_achievement};
use crate::scoring::rule_set::EqualPolicy;
use crate::scoring::{Category, Relation, Rule};

pub(in crate::scoring) fn judge(case: &mut Case<'_>, pair: &Pair<'_>) -> Outcome {
    let target = pair.target.value();
    let spent = case.category == Some(Category::Cost) && pair.target.unit.is_money();
    match (case.rules.equal, pair.value.cmp(&target)) {
        (_, Ordering::Equal) => case.met(Rule::Equal, Relation::Equal, pair),
        (EqualPolicy::AsAtLeast, _) if spent || target.is_zero() => at_most::judge(case, Rule::Equal, pair),
        (_, Ordering::Less) => at_least::short(case, Rule::Equal, pair),
        (EqualPolicy::AsAtLeast, Ordering::Greater) => {
            over_achievement::notice(case, pair);
            case.met(Rule::Equal, Relation::AtLeast, pair)
        }
        (EqualPolicy::Exactly, Ordering::Greater) => at_most::beyond(case, Rule::Equal, pair),
    }
}

#[cfg(test)]
mod tests {
    use crate::scoring::RuleSet;
    use crate::scoring::rule_set::EqualPolicy;
    use crate::scoring::testing::{computed, computed_under};

    #[test]
    fn worked_examples() {
        assert_eq!(computed("═100%", "98%", "10"), "9.8");
        assert_eq!(computed("=80%", "100%", "10"), "10");
        assert_eq!(computed("=0起", "2起", "10"), "0");
        let exactly = RuleSet { equal: EqualPolicy::Exactly, ..RuleSet::presets()[0].clone() };
        assert_eq!(computed_under(&exactly, "=80次", "100次", "10"), "8");
        assert_eq!(computed_under(&exactly, "=80次", "60次", "10"), "7.5");
        assert_eq!(computed_under(&exactly, "=80次", "80次", "10"), "10");
    }
}
