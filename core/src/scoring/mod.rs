//! Scoring.

mod explain;
mod flag;
mod grade;
mod rule;
pub mod rule_set;
mod scorecard;
mod sheet;
pub mod target;
mod words;

pub use explain::{Explanation, Formula, Relation};
pub use flag::{Flag, FlagCode};
pub use grade::Grade;
pub use rule::Rule;
pub use rule_set::{RuleSet, RuleSetProblem};
pub use scorecard::{BlockScore, ExecutionScore, IndicatorScore, Scorecard};
pub use sheet::{ExecutionRow, IndicatorRow, Sheet};
pub use words::{Attainment, Block, BlockName, Category, SheetKind, UnknownName};

/// Scores a sheet.
#[must_use]
pub fn score(sheet: &Sheet, _rules: &RuleSet) -> Scorecard {
    let row = &sheet.execution;
    Scorecard {
        self_total: None,
        computed_total: None,
        reviewed_total: sheet.reviewed_total,
        final_total: None,
        reported_total: sheet.reported_total,
        grade: None,
        complete: false,
        flags: Vec::new(),
        execution: ExecutionScore {
            initial: row.initial,
            annual: row.annual,
            executed: row.executed,
            rate: None,
            weight: row.weight,
            self_score: row.self_score,
            computed_score: None,
            reviewed_score: row.reviewed_score,
            final_score: None,
            flags: Vec::new(),
            explanation: Explanation::NotScored,
        },
        blocks: Vec::new(),
        indicators: Vec::new(),
    }
}
