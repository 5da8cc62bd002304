//! 财预〔2020〕10号, 单位自评, 定量指标, for a target between two numbers.
//!
//! Inside, both bounds included: the full weight. Outside: by the nearer bound, below as ≥, above as ≤.

use rust_decimal::Decimal;

use super::{Case, Outcome, Pair, at_least, at_most};
use crate::scoring::target::Quantity;
use crate::scoring::{Explanation, Relation, Rule};

pub(in crate::scoring) fn judge(
    case: &Case<'_>,
    low: &Quantity,
    high: &Quantity,
    actual: &Quantity,
    value: Decimal,
) -> Outcome {
    if value < low.value() {
        return at_least::short(case, Rule::Range, &Pair { target: low, actual, value });
    }
    if value > high.value() {
        return at_most::beyond(case, Rule::Range, &Pair { target: high, actual, value });
    }
    let mut met = case.met(Rule::Range, Relation::Within, &Pair { target: high, actual, value });
    if let Explanation::Met { target, .. } = &mut met.explanation {
        *target = format!("[{}, {}]", low.text, high.text);
    }
    met
}

#[cfg(test)]
mod tests {
    use crate::scoring::testing::{computed, explained};

    #[test]
    fn worked_examples() {
        assert_eq!(computed("90%-95%", "92%", "10"), "10");
        assert_eq!(computed("90-95%", "45%", "10"), "5");
        assert_eq!(computed("5~10天", "12.5天", "10"), "8");
        // Both bounds lie inside.
        assert_eq!(explained("5-10次", "5次", "8"), "实际 5次 ∈ 目标 [5, 10次]，得满分 8");
        assert_eq!(explained("5-10次", "10次", "8"), "实际 10次 ∈ 目标 [5, 10次]，得满分 8");
    }
}
