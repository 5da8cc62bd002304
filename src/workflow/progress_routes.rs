//! `/years/{year}/rounds/{region_code}/progress`.

use actix_web::{get, web};

use super::progress::{calendar, standings, tally};
use super::wire::{OverdueUnit, Progress, ProgressParams, StageCount};
use crate::db::{Coded, Db};
use crate::evaluations::wire::UnitName;
use crate::http::permission::ReadForms;
use crate::http::wire::RoundPath;
use crate::http::{ApiError, Caller, Params, Shown};
use crate::years::round_store;

/// Units that are late and named; who has more of them asks for one department at a time.
const MOST_OVERDUE: usize = 500;

/// Get the progress of a round
///
/// 轮次进度：各阶段单位数、免报与未开始数、逾期单位。只统计调用者可见的单位；`parent_code` 限定主管部门。
#[utoipa::path(
    tag = "years",
    operation_id = "getProgress",
    params(RoundPath, ProgressParams),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/years/{year}/rounds/{region_code}/progress")]
pub async fn progress(
    caller: Caller<ReadForms>,
    path: web::Path<RoundPath>,
    Params(params): Params<ProgressParams>,
    db: web::Data<Db>,
) -> Result<Shown<Progress>, ApiError> {
    let snapshot = db.snapshot().await?;
    let round = round_store::find(&snapshot, path.year, &path.region_code).await?;
    let round = round.ok_or_else(ApiError::not_found)?;
    let rows = standings(&snapshot, &caller.reading(), &round, params.parent_code.as_ref()).await?;
    let calendar = calendar(&snapshot, path.year, &rows).await?;
    let tally = tally(rows, path.year, &calendar, db.clock().now());
    let overdue_count = tally.overdue.len();
    let overdue = tally.overdue.into_iter().take(MOST_OVERDUE).map(|(row, deadline)| OverdueUnit {
        unit: UnitName { code: row.code.0, name: row.name },
        stage: row.stage.map(|Coded(stage)| stage),
        deadline,
    });
    Ok(Shown(Progress {
        year: path.year,
        region_code: path.region_code.clone(),
        assigned: tally.assigned,
        excused: tally.excused,
        not_started: tally.not_started,
        stages: tally.stages.into_iter().map(|(stage, count)| StageCount { stage, count }).collect(),
        overdue_count,
        overdue: overdue.collect(),
    }))
}
