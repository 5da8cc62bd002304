//! `/evaluations/{unit}/{year}/history` and `/changes`.

use actix_web::{get, web};
use jixiao_core::kernel::Lang;

use super::cells::{CellChange, Cells};
use super::entity::step;
use super::store;
use super::wire::{CellChangeView, ChangesParams, FormChanges, History, HistoryEntry};
use crate::db::{Coded, Db};
use crate::evaluations::store as evaluations;
use crate::forms::store as forms;
use crate::http::envelope::Language;
use crate::http::permission::ReadForms;
use crate::http::wire::{Timestamp, UnitYearPath};
use crate::http::{ApiError, Caller, Params, Shown};

/// Get the history of an evaluation
///
/// 办理过程：每一轮提交、意见、答复、复核、通过与公开，谁在何时做了什么。
#[utoipa::path(tag = "evaluations", operation_id = "getHistory", params(UnitYearPath), security(("oauth2" = ["forms:read"])))]
#[get("/evaluations/{unit}/{year}/history")]
pub async fn history(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    Language(lang): Language,
    db: web::Data<Db>,
) -> Result<Shown<History>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let steps = store::steps(&snapshot, evaluation.id).await?;
    Ok(Shown(History { items: steps.into_iter().map(|step| entry(step, lang)).collect() }))
}

fn entry(row: step::Model, lang: Lang) -> HistoryEntry {
    HistoryEntry {
        at: Timestamp(row.taken_at),
        by: row.taken_by,
        role: row.role.map(|Coded(role)| role.to_string()),
        step: row.step,
        from: row.from_stage.0,
        to: row.to_stage.0,
        round: row.round,
        opinion: row.opinion,
        details: row.details.0.into_iter().map(|line| lang.pick(line.zh, line.en)).collect(),
    }
}

/// Get changes between rounds
///
/// 两轮提交之间逐字段的改动。缺省比较最近两轮；正在修改时比较最近一轮与当前内容。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "getChanges",
    params(UnitYearPath, ChangesParams),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/evaluations/{unit}/{year}/changes")]
pub async fn changes(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    Params(params): Params<ChangesParams>,
    db: web::Data<Db>,
) -> Result<Shown<FormChanges>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let is_open = evaluation.stage.0.is_editable();
    let to_round = params.to_round.or((!is_open).then_some(evaluation.round));
    let from_round =
        params.from_round.unwrap_or_else(|| to_round.map_or(evaluation.round, |to| to - 1)).max(1);
    let missing = |round: i32| {
        ApiError::not_found()
            .detail(format!("没有第 {round} 轮提交"), format!("There is no submission {round}"))
    };
    let from = store::submission(&snapshot, evaluation.id, from_round).await?;
    let from = from.ok_or_else(|| missing(from_round))?.content.0;
    let to = match to_round {
        Some(round) => {
            let submission = store::submission(&snapshot, evaluation.id, round).await?;
            submission.ok_or_else(|| missing(round))?.content.0
        }
        None => forms::load(&snapshot, &evaluation).await?.0,
    };
    let items = Cells::of(&from).changes(&Cells::of(&to)).into_iter().map(view).collect();
    Ok(Shown(FormChanges { from_round, to_round, items }))
}

fn view(CellChange { place, before, after }: CellChange) -> CellChangeView {
    CellChangeView { table: place.table, row: place.row, field: place.field, before, after }
}
