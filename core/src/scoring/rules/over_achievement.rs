//! 财预〔2020〕10号, 单位自评, 定量指标: 完成值高于指标值较多的要分析原因；年初指标值设定明显偏低的，按照偏离度适度调减分值.
//!
//! The regulation names no number, so threshold and policy are the rule set's: a reason and no deduction; a
//! fixed deduction; or, in proportion, the share of the weight by which actual ÷ target passes the threshold.

use rust_decimal::Decimal;

use super::{Case, Outcome, Pair, Verdict};
use crate::kernel::Ratio;
use crate::scoring::number::share;
use crate::scoring::rule_set::OverAchievementPolicy;
use crate::scoring::{Explanation, Flag};

/// Flags a value far above its target, and tells how far: actual ÷ target.
pub(super) fn notice(case: &mut Case<'_>, pair: &Pair<'_>) -> Option<Decimal> {
    let target = pair.target.value();
    let threshold = case.rules.over_achievement.threshold.decimal();
    if target <= Decimal::ZERO || target.checked_mul(threshold).is_none_or(|bound| pair.value < bound) {
        return None;
    }
    let above = Ratio::of(pair.value.checked_sub(target)?, target)?;
    case.flags.push(Flag::OverAchieved { above });
    if !case.has_reason() {
        case.flags.push(Flag::OverAchievementUnexplained);
    }
    pair.value.checked_div(target)
}

/// Takes from a met target what the rule set takes for going far above it.
pub(super) fn judge(case: &mut Case<'_>, pair: &Pair<'_>, met: Outcome) -> Outcome {
    let Some(rate) = notice(case, pair) else { return met };
    let deduction = match case.rules.over_achievement.policy {
        OverAchievementPolicy::ReasonRequired => return met,
        OverAchievementPolicy::FixedDeduction { points } => points.decimal(),
        OverAchievementPolicy::Proportional => {
            let beyond = rate - case.rules.over_achievement.threshold.decimal();
            share(case.weight, beyond, Decimal::ONE).unwrap_or(Decimal::MAX)
        }
    };
    let score = case.points(case.weight.decimal().saturating_sub(deduction));
    let explanation = Explanation::Deducted {
        actual: pair.actual.text.clone(),
        target: pair.target.text.clone(),
        rate: Ratio::of(rate, Decimal::ONE).unwrap_or_default(),
        weight: case.weight,
        score,
    };
    Outcome { verdict: Verdict::Decided(score), explanation, ..met }
}

#[cfg(test)]
mod tests {
    use crate::scoring::RuleSet;
    use crate::scoring::rule_set::{OverAchievement, OverAchievementPolicy as Policy};
    use crate::scoring::testing::{computed, computed_under};

    #[test]
    fn worked_examples() {
        assert_eq!(computed("12次", "20次", "5"), "5"); // 166.67 %: flagged, nothing deducted
        let under = |threshold: &str, policy| RuleSet {
            over_achievement: OverAchievement { threshold: threshold.parse().unwrap(), policy },
            ..RuleSet::presets()[0].clone()
        };
        let fixed = under("1.3", Policy::FixedDeduction { points: "2".parse().unwrap() });
        assert_eq!(computed_under(&fixed, "≥10次", "13次", "5"), "3");
        assert_eq!(computed_under(&fixed, "≥10次", "12.99次", "5"), "5");
        let proportional = under("1.2", Policy::Proportional);
        assert_eq!(computed_under(&proportional, "≥10次", "15次", "10"), "7"); // 150 % is 30 % past 120 %
        assert_eq!(computed_under(&proportional, "≥10次", "99次", "10"), "0");
    }
}
