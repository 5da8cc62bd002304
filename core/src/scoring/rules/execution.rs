//! 财预〔2020〕10号, 单位自评指标: 预算执行率, by default 10 points of 100.
//!
//! weight × executed ÷ annual, at most the weight. Annual is 全年预算数 after adjustments, never 年初预算数. An annual
//! amount of nothing has no rate.

use rust_decimal::Decimal;

use super::Claim;
use crate::kernel::{Money, Points, Ratio};
use crate::scoring::number::{score_of, share};
use crate::scoring::{BlockName, ExecutionRow, ExecutionScore, Explanation, Flag, RuleSet};

/// The scored row, and whether it has what it needs.
pub(in crate::scoring) fn judge(row: &ExecutionRow, rules: &RuleSet) -> (ExecutionScore, bool) {
    let ExecutionRow { initial, annual, executed, weight, self_score, reviewed_score } = *row;
    let weight = weight.filter(|weight| *weight > Points::ZERO);
    let mut flags = Vec::new();
    let amounts = amounts(annual, executed);
    let rate = amounts
        .as_ref()
        .ok()
        .copied()
        .and_then(|(annual, executed)| notice_rate(annual, executed, rules, &mut flags));
    if let (Some(initial), Some(annual)) = (initial, annual)
        && initial != annual
    {
        flags.push(Flag::BudgetChanged { initial, annual });
    }
    let mut computed_score = None;
    let explanation = match (weight, amounts) {
        (None, _) => {
            if rules.group(&BlockName::EXECUTION).is_some() {
                flags.push(Flag::ExecutionWeightMissing);
            }
            Explanation::NotScored
        }
        (Some(_), Err(what)) => {
            flags.push(what.clone());
            Explanation::Missing(what)
        }
        (Some(weight), Ok((annual, executed))) => {
            let raw = share(weight, executed.decimal(), annual.decimal()).unwrap_or(Decimal::ZERO);
            let score = score_of(raw, weight, rules.rounding);
            computed_score = Some(score);
            if self_score.is_none() {
                flags.push(Flag::SelfScoreMissing);
            }
            Explanation::Execution { executed, annual, rate: rate.unwrap_or_default(), weight, score }
        }
    };
    if let Some(weight) = weight {
        let claim = Claim { weight, self_score, computed: computed_score, reviewed: reviewed_score };
        claim.notice(rules.tolerance, &mut flags);
    }
    let final_score = weight.and_then(|weight| {
        let counts = reviewed_score.or_else(|| Some(self_score?.min(computed_score?)))?;
        Some(counts.clamp(Points::ZERO, weight))
    });
    let complete = weight.is_none() || final_score.is_some();
    let execution = ExecutionScore {
        initial,
        annual,
        executed,
        rate,
        weight,
        self_score,
        computed_score,
        reviewed_score,
        final_score,
        flags,
        explanation,
    };
    (execution, complete)
}

/// Annual and executed amount, or what stands in the way of a rate.
fn amounts(annual: Option<Money>, executed: Option<Money>) -> Result<(Money, Money), Flag> {
    match (annual, executed) {
        (None, _) => Err(Flag::AnnualMissing),
        (Some(annual), _) if annual <= Money::ZERO => Err(Flag::AnnualZero),
        (Some(_), None) => Err(Flag::ExecutedMissing),
        (Some(annual), Some(executed)) => Ok((annual, executed)),
    }
}

/// The rate, flagged where it is above 1 or needs a reason.
fn notice_rate(annual: Money, executed: Money, rules: &RuleSet, flags: &mut Vec<Flag>) -> Option<Ratio> {
    let rate = Ratio::of(executed.decimal(), annual.decimal())?;
    // A rate rounded up to the bound would escape it, so amounts are compared.
    let bound = annual.decimal().checked_mul(rules.execution_reason_below.decimal())?;
    if executed > annual {
        flags.push(Flag::OverExecuted { rate });
    } else if executed.decimal() < bound {
        flags.push(Flag::LowExecution { rate });
    }
    Some(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_examples() {
        let computed = |annual: &str, executed: &str| {
            let row = ExecutionRow {
                annual: annual.parse().ok(),
                executed: executed.parse().ok(),
                weight: Some(Points::whole(10)),
                ..ExecutionRow::default()
            };
            judge(&row, &RuleSet::presets()[0]).0.computed_score.map(|score| score.to_string())
        };
        assert_eq!(computed("1013.19", "1013.19").as_deref(), Some("10"));
        assert_eq!(computed("300", "259.45").as_deref(), Some("8.65")); // 86.48 %
        assert_eq!(computed("100", "120").as_deref(), Some("10"));
        assert_eq!(computed("0", "0"), None);
    }

    #[test]
    fn a_weight_of_nothing_is_none() {
        let row = ExecutionRow {
            annual: "100".parse().ok(),
            executed: "100".parse().ok(),
            weight: Some(Points::ZERO),
            ..ExecutionRow::default()
        };
        let (score, complete) = judge(&row, &RuleSet::presets()[0]);
        assert_eq!((score.weight, score.computed_score, complete), (None, None, true));
        assert_eq!(score.flags, [Flag::ExecutionWeightMissing]);
    }
}
