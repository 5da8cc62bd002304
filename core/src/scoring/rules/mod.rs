//! One rule, one file: its clause first, its worked examples last.

pub(super) mod at_least;
pub(super) mod at_most;
pub(super) mod base_ratio;
pub(super) mod date;
pub(super) mod equal;
pub(super) mod execution;
pub(super) mod not_applicable;
pub(super) mod over_achievement;
pub(super) mod qualitative;
pub(super) mod range;
pub(super) mod total;

use rust_decimal::Decimal;

use super::number::{score_of, subtract};
use super::target::Quantity;
use super::{Category, Explanation, Flag, Formula, IndicatorRow, Relation, Rule, RuleSet};
use crate::kernel::Points;

/// An indicator before a rule, with what the rules notice about it.
pub(super) struct Case<'a> {
    pub row: &'a IndicatorRow,
    pub weight: Points,
    pub rules: &'a RuleSet,
    pub category: Option<Category>,
    pub flags: Vec<Flag>,
}

/// A target's number and the actual's, made comparable.
pub(super) struct Pair<'a> {
    pub target: &'a Quantity,
    pub actual: &'a Quantity,
    /// The actual in the base of the target's unit.
    pub value: Decimal,
}

/// What a rule came to.
pub(super) enum Verdict {
    /// So many points.
    Decided(Points),
    /// No rule decides: the claim stands.
    Undecided,
    /// Something is missing: nothing can stand.
    Missing,
    /// The indicator does not apply.
    Dropped,
    /// The row has no weight.
    NotScored,
}

/// A rule's verdict and its words.
pub(super) struct Outcome {
    pub rule: Rule,
    pub verdict: Verdict,
    pub explanation: Explanation,
}

/// The scores of a row side by side.
pub(super) struct Claim {
    pub weight: Points,
    pub self_score: Option<Points>,
    pub computed: Option<Points>,
    pub reviewed: Option<Points>,
}

impl Claim {
    /// Flags scores outside 0..weight, and a claim that differs from the rule beyond the tolerance.
    pub fn notice(&self, tolerance: Points, flags: &mut Vec<Flag>) {
        let weight = self.weight;
        let outside = |score: &Points| !(Points::ZERO..=weight).contains(score);
        if let Some(score) = self.reviewed.filter(outside) {
            flags.push(Flag::ReviewedScoreOutOfRange { score, weight });
        }
        if let Some(score) = self.self_score.filter(outside) {
            flags.push(Flag::SelfScoreOutOfRange { score, weight });
        }
        if let (Some(self_score), Some(computed)) = (self.self_score, self.computed) {
            if subtract(self_score, computed) > tolerance {
                flags.push(Flag::Overclaim { self_score, computed });
            } else if subtract(computed, self_score) > tolerance {
                flags.push(Flag::Underclaim { self_score, computed });
            }
        }
    }
}

impl Case<'_> {
    /// Raw arithmetic as a score of this row.
    pub fn points(&self, raw: Decimal) -> Points {
        score_of(raw, self.weight, self.rules.rounding)
    }

    /// Flags `why` and leaves the score to people.
    pub fn undecided(&mut self, why: Flag) -> Outcome {
        self.flags.push(why.clone());
        Outcome {
            rule: Rule::Undecided,
            verdict: Verdict::Undecided,
            explanation: Explanation::Undecided(why),
        }
    }

    /// Flags `what` is missing under `rule`.
    pub fn missing(&mut self, rule: Rule, what: Flag) -> Outcome {
        self.flags.push(what.clone());
        Outcome { rule, verdict: Verdict::Missing, explanation: Explanation::Missing(what) }
    }

    /// Whether the unit gave a reason.
    pub fn has_reason(&self) -> bool {
        self.row.deviation_reason.as_deref().is_some_and(|reason| {
            reason.chars().any(|c| !c.is_whitespace() && !matches!(c, '/' | '-' | '—' | '无'))
        })
    }

    fn met(&self, rule: Rule, relation: Relation, pair: &Pair<'_>) -> Outcome {
        let explanation = Explanation::Met {
            actual: pair.actual.text.clone(),
            relation,
            target: pair.target.text.clone(),
            weight: self.weight,
        };
        Outcome { rule, verdict: Verdict::Decided(self.points(self.weight.decimal())), explanation }
    }

    fn missed(
        &self,
        rule: Rule,
        relation: Relation,
        pair: &Pair<'_>,
        formula: Formula,
        raw: Decimal,
    ) -> Outcome {
        let score = self.points(raw);
        let explanation = Explanation::Missed {
            actual: pair.actual.text.clone(),
            relation,
            target: pair.target.text.clone(),
            weight: self.weight,
            formula,
            score,
        };
        Outcome { rule, verdict: Verdict::Decided(score), explanation }
    }
}

impl Pair<'_> {
    /// A value of the base in the unit in which the target was written, as people read the arithmetic.
    fn written(&self, value: Decimal) -> Decimal {
        value.checked_div(self.target.factor).unwrap_or(value)
    }
}

#[cfg(test)]
mod tests {
    use crate::scoring::IndicatorRow;
    use crate::scoring::testing::{flags, row};

    #[test]
    fn a_stroke_is_no_reason() {
        for (reason, is_one) in
            [("/", false), (" — ", false), ("-", false), ("无", false), ("　", false), ("无法按期验收", true)]
        {
            let lost = IndicatorRow {
                self_score: "4".parse().ok(),
                deviation_reason: Some(reason.to_owned()),
                ..row("效果明显", "有一定效果", "5")
            };
            let expected = if is_one { vec![] } else { vec!["reason_missing"] };
            assert_eq!(flags(&lost), expected, "{reason:?}");
        }
    }
}
