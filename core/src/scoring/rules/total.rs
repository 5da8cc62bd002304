//! 财预〔2020〕10号, 单位自评: 总分由各项指标得分汇总形成. A cap of the total by execution rate is local practice and the
//! rule set's.

use crate::kernel::Points;
use crate::scoring::rule_set::Cap;
use crate::scoring::{ExecutionScore, RuleSet};

/// The cap that the execution rate calls for, the lowest that applies.
pub(in crate::scoring) fn cap(execution: &ExecutionScore, rules: &RuleSet) -> Option<Points> {
    let (annual, executed) = (execution.annual?.decimal(), execution.executed?.decimal());
    // A rate rounded up to the bound would escape the cap, so amounts are compared.
    let applies = |cap: &&Cap| {
        annual
            .checked_mul(cap.rate_below.decimal())
            .is_some_and(|bound| execution.rate.is_some() && executed < bound)
    };
    rules.caps.iter().filter(applies).map(|cap| cap.total_at_most).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::ExecutionRow;
    use crate::scoring::rules::execution;

    #[test]
    fn worked_examples() {
        let cap_of = |below: &str, points| Cap {
            rate_below: below.parse().unwrap(),
            total_at_most: Points::whole(points),
        };
        let caps = vec![cap_of("0.8", 89), cap_of("0.7", 79), cap_of("0.6", 69), cap_of("0.5", 59)];
        let rules = RuleSet { caps, ..RuleSet::presets()[0].clone() };
        let capped = |executed: &str| {
            let row = ExecutionRow {
                annual: "100".parse().ok(),
                executed: executed.parse().ok(),
                ..ExecutionRow::default()
            };
            cap(&execution::judge(&row, &rules).0, &rules)
        };
        assert_eq!(capped("80"), None);
        assert_eq!(capped("79.999999"), Some(Points::whole(89)));
        assert_eq!(capped("70"), Some(Points::whole(89)));
        assert_eq!(capped("50"), Some(Points::whole(69)));
        assert_eq!(capped("12"), Some(Points::whole(59)));
    }
}
