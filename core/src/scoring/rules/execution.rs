//! 财预〔2020〕10号, 单位自评指标: 预算执行率, by default 10 points of 100.
//!
//! weight × executed ÷ annual, at most the weight. Annual is 全年预算数 after adjustments, never 年初预算数. An annual
//! amount of nothing has no rate.

use rust_decimal::Decimal;

use crate::kernel::{Points, Ratio};
use crate::scoring::number::{score_of, share, subtract};
use crate::scoring::{BlockName, ExecutionRow, ExecutionScore, Explanation, Flag, RuleSet};

/// The scored row, and whether it has what it needs.
pub(in crate::scoring) fn judge(row: &ExecutionRow, rules: &RuleSet) -> (ExecutionScore, bool) {
    let ExecutionRow { initial, annual, executed, weight, self_score, reviewed_score } = *row;
    let weight = weight.filter(|weight| *weight > Points::ZERO);
    let expected = rules.group(BlockName::Execution).is_some();
    let amounts = match (annual, executed) {
        (None, _) => Err(Flag::AnnualMissing),
        (Some(annual), _) if annual.scaled() <= 0 => Err(Flag::AnnualZero),
        (Some(_), None) => Err(Flag::ExecutedMissing),
        (Some(annual), Some(executed)) => Ok((annual, executed)),
    };
    let mut flags = Vec::new();
    let rate =
        amounts.as_ref().ok().and_then(|(annual, executed)| Ratio::of(executed.decimal(), annual.decimal()));
    if let (Ok((annual, executed)), Some(rate)) = (&amounts, rate) {
        let bound = annual.decimal().checked_mul(rules.execution_reason_below.decimal());
        if executed > annual {
            flags.push(Flag::OverExecuted { rate });
        } else if bound.is_some_and(|bound| executed.decimal() < bound) {
            flags.push(Flag::LowExecution { rate });
        }
    }
    if let (Some(initial), Some(annual)) = (initial, annual)
        && initial != annual
    {
        flags.push(Flag::BudgetChanged { initial, annual });
    }
    let mut computed_score = None;
    let (explanation, complete) = match (weight, amounts) {
        (None, _) => {
            if expected {
                flags.push(Flag::ExecutionWeightMissing);
            }
            (Explanation::NotScored, true)
        }
        (Some(_), Err(what)) => {
            flags.push(what.clone());
            (Explanation::Missing(what), false)
        }
        (Some(weight), Ok((annual, executed))) => {
            let raw = share(weight, executed.decimal(), annual.decimal()).unwrap_or(Decimal::ZERO);
            let score = score_of(raw, weight, rules.rounding);
            computed_score = Some(score);
            let rate = rate.unwrap_or_default();
            (Explanation::Execution { executed, annual, rate, weight, score }, true)
        }
    };
    if let (Some(self_score), Some(computed)) = (self_score, computed_score) {
        if subtract(self_score, computed) > rules.tolerance {
            flags.push(Flag::Overclaim { self_score, computed });
        } else if subtract(computed, self_score) > rules.tolerance {
            flags.push(Flag::Underclaim { self_score, computed });
        }
    }
    let scored = weight.is_some() && complete;
    if scored && self_score.is_none() {
        flags.push(Flag::SelfScoreMissing);
    }
    if let Some(weight) = weight {
        let outside = |score: &Points| !(Points::ZERO..=weight).contains(score);
        if let Some(score) = self_score.filter(outside) {
            flags.push(Flag::SelfScoreOutOfRange { score, weight });
        }
        if let Some(score) = reviewed_score.filter(outside) {
            flags.push(Flag::ReviewedScoreOutOfRange { score, weight });
        }
    }
    let limit = weight.unwrap_or_default();
    let final_score = weight.and(reviewed_score.or_else(|| Some(self_score?.min(computed_score?))));
    let final_score = final_score.map(|score| score.clamp(Points::ZERO, limit));
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
    (execution, weight.is_none() || final_score.is_some())
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
}
