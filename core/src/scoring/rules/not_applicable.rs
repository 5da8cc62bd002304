//! 财预〔2020〕10号 leaves the weights inside a block to the unit; what becomes of the weight of an indicator that
//! does not apply (`/`, `-`, `不适用`) is the rule set's.
//!
//! *Rescale*: the others are scaled up to the block's weight. *Spread*: its weight goes to the others in equal
//! parts. *Forbid*: the sheet is incomplete. A reviewed score stands, whatever the target.

use rust_decimal::Decimal;

use super::{Case, Outcome, Verdict};
use crate::kernel::Points;
use crate::scoring::rule_set::NotApplicablePolicy;
use crate::scoring::{Explanation, Flag, Rule};

pub(in crate::scoring) fn judge(case: &mut Case<'_>) -> Outcome {
    match case.rules.not_applicable {
        NotApplicablePolicy::Forbid => case.missing(Rule::NotApplicable, Flag::NotApplicableForbidden),
        NotApplicablePolicy::Rescale | NotApplicablePolicy::Spread => {
            case.flags.push(Flag::NotApplicable);
            if case.row.self_score.is_some_and(|score| score > Points::ZERO) {
                case.flags.push(Flag::NotApplicableScored);
            }
            let (verdict, explanation) = (Verdict::Dropped, Explanation::NotApplicable);
            Outcome { rule: Rule::NotApplicable, verdict, explanation }
        }
    }
}

/// What a score of a kept indicator counts once the dropped ones have left their weight to it.
#[derive(Clone, Copy, Debug)]
pub(in crate::scoring) struct Redistribution {
    pub policy: NotApplicablePolicy,
    /// Weight of the dropped indicators.
    pub dropped: Points,
    /// Weight of the kept ones.
    pub kept: Points,
    /// How many are kept.
    pub count: u32,
}

impl Redistribution {
    /// The score, scaled.
    pub fn apply(&self, score: Points, weight: Points) -> Decimal {
        let (score, dropped) = (score.decimal(), self.dropped.decimal());
        let (gain, by) = match self.policy {
            NotApplicablePolicy::Rescale => (dropped, self.kept.decimal()),
            NotApplicablePolicy::Spread => {
                (dropped, weight.decimal().saturating_mul(Decimal::from(self.count)))
            }
            NotApplicablePolicy::Forbid => return score,
        };
        let more = score.checked_mul(gain).and_then(|product| product.checked_div(by)).unwrap_or_default();
        score.saturating_add(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_examples() {
        // A block of 10 + 20 + 20, of which the 10 does not apply.
        let (dropped, kept, count) = (Points::whole(10), Points::whole(40), 2);
        let rescaled = Redistribution { policy: NotApplicablePolicy::Rescale, dropped, kept, count };
        assert_eq!(rescaled.apply(Points::whole(18), Points::whole(20)), Decimal::new(225, 1)); // × 50 ÷ 40
        let spread = Redistribution { policy: NotApplicablePolicy::Spread, ..rescaled };
        assert_eq!(spread.apply(Points::whole(20), Points::whole(20)), Decimal::from(25)); // 20 + 5
    }
}
