//! How a self-evaluation form (绩效自评表) is scored.
//!
//! A [`Sheet`] is what people wrote; a [`RuleSet`] is what the finance bureau decided, as data; [`score`] holds
//! one against the other and gives a [`Scorecard`] in which every point has a rule, an explanation and, where
//! something is remarkable, flags.
//!
//! Each row has three scores that never overwrite one another: *self* is claimed by the unit, *computed* is
//! what the rule gives, *reviewed* is what the bureau found. What counts, the *final* score, is the reviewed
//! one; else the lower of self and computed where a rule decides; else self. So the program neither grants
//! more than the rule nor raises what a unit modestly claims, and where it would have to guess (units that
//! cannot be compared, `0.98` against a percentage, a missed date) it decides nothing and says so.
//!
//! | to find | look in |
//! |---|---|
//! | what a cell means | [`target`] |
//! | the rule of a row, one a file | `rules/` |
//! | which rule is asked, and what counts | `indicator.rs` |
//! | blocks, totals, completeness, grade | `totals.rs` |
//! | how a total came about, step by step | `derivation.rs` |
//! | what a ratio of annex 1 is worth | [`ratios`] |
//! | what a bureau may decide | [`rule_set`] |
//!
//! The computed score of a qualitative row is the self score, held within its weight. Scores are rounded by
//! the rule set, once for each row.

mod block;
mod derivation;
mod explain;
mod flag;
mod grade;
mod indicator;
mod number;
pub mod ratios;
mod rule;
pub mod rule_set;
mod rules;
mod scorecard;
mod sheet;
pub mod target;
#[cfg(test)]
mod testing;
mod totals;
mod words;

pub use block::{BlockName, NamedBlock, OwnBlock};
pub use derivation::{Step, StepKind, derive};
pub use explain::{Explanation, Formula, Relation};
pub use flag::{Flag, FlagCode};
pub use grade::Grade;
pub use rule::Rule;
pub use rule_set::{RuleSet, RuleSetProblem};
pub use scorecard::{BlockScore, ExecutionScore, IndicatorScore, Scorecard};
pub use sheet::{ExecutionRow, IndicatorRow, Sheet};
pub use words::{Attainment, Block, Category, SheetKind, UnknownName};

/// Scores a sheet under a rule set. Any sheet can be scored: what cannot be decided is flagged, and
/// [`Scorecard::complete`] says whether the total means what a total should.
#[must_use]
pub fn score(sheet: &Sheet, rules: &RuleSet) -> Scorecard {
    let (execution, execution_complete) = rules::execution::judge(&sheet.execution, rules);
    let ratios = ratios::of_sheet(sheet, rules);
    let rows = sheet.indicators.iter().map(|row| indicator::score(row, sheet.year, rules, &ratios)).collect();
    totals::assemble(sheet, rules, execution, execution_complete, rows, ratios)
}
