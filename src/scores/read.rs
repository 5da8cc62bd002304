//! One unit's year, scored for a caller who may see it.

use jixiao_core::scoring::RuleSet;
use jixiao_core::workflow::{Role, Stage};

use super::assemble::{ScoredSheet, score_form};
use super::store;
use crate::db::Db;
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::store as evaluations;
use crate::evaluations::wire::UnitName;
use crate::forms::store as forms;
use crate::http::permission::ReadScores;
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Caller};
use crate::units::store as units;

/// A unit's year with its scored sheets.
#[derive(Debug)]
pub struct ScoredYear {
    /// The evaluation.
    pub evaluation: Evaluation,
    /// The unit.
    pub unit: UnitName,
    /// By what it was scored.
    pub rules: RuleSet,
    /// Its sheets.
    pub sheets: Vec<ScoredSheet>,
}

/// Reads and scores it; 404 for what the caller may not see.
pub async fn scored(
    db: &Db,
    caller: &Caller<ReadScores>,
    path: &UnitYearPath,
) -> Result<ScoredYear, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.filter(|evaluation| shows(caller, evaluation.stage.0));
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let unit =
        units::find(&snapshot, &caller.reading(), &path.unit).await?.ok_or_else(ApiError::not_found)?;
    let (form, reviewed, _) = forms::load_one(&snapshot, &evaluation).await?;
    let unit = UnitName { code: unit.code.0, name: unit.name };
    let rules = store::rules(&snapshot, &evaluation).await?.into_owned();
    let sheets = score_form(&form, &reviewed, path.year, &rules);
    Ok(ScoredYear { evaluation, unit, rules, sheets })
}

/// The finance system's account reads what the bureau has approved, and nothing before.
#[must_use]
pub fn sees_settled_only(caller: &Caller<ReadScores>) -> bool {
    caller.principal().role == Role::Reader
}

/// Whether the caller sees scores at this stage.
#[must_use]
pub fn shows(caller: &Caller<ReadScores>, stage: Stage) -> bool {
    stage.is_settled() || !sees_settled_only(caller)
}
