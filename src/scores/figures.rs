//! What oversight counts of a scored sheet; and how summaries from before it did so get theirs.

use jixiao_core::kernel::{Points, ProjectCode};
use jixiao_core::scoring::{Flag, Scorecard, Sheet};
use sea_orm::ActiveModelTrait as _;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};

use super::assemble::{Scored, score_sheets};
use super::store::rules;
use crate::db::{Actor, Db, Json};
use crate::evaluations::entity as evaluations;
use crate::evaluations::figures::{BlockFigures, Figures};
use crate::evaluations::summary_entity::{Column, Entity};
use crate::forms::store as forms;

/// Counts a scored sheet.
#[must_use]
pub fn count(sheet: &Sheet, card: &Scorecard) -> Figures {
    let mut figures = Figures::default();
    for block in &card.blocks {
        if let Some(weight) = block.weight.filter(|weight| *weight > Points::ZERO) {
            let (self_score, final_score) = (block.self_score, block.final_score);
            figures.blocks.push(BlockFigures { block: block.block.clone(), weight, self_score, final_score });
        }
    }
    for (row, score) in sheet.indicators.iter().zip(&card.indicators) {
        let is_weighted = score.weight.is_some_and(|weight| weight > Points::ZERO);
        if let (true, Some(target), Some(actual)) = (is_weighted, &row.target, &row.actual) {
            figures.compared += 1;
            figures.repeated += u32::from(target.trim() == actual.trim());
        }
    }
    let rows = card.indicators.iter().map(|row| &row.flags);
    for flag in rows.chain([&card.flags, &card.execution.flags]).flatten() {
        figures.remarks += 1;
        match flag {
            Flag::ReasonMissing { .. } => figures.unexplained += 1,
            Flag::Overclaim { self_score, computed } => {
                let more = self_score.checked_sub(*computed).unwrap_or_default();
                figures.overclaimed = figures.overclaimed.checked_add(more).unwrap_or(figures.overclaimed);
            }
            _ => {}
        }
    }
    figures
}

/// Evaluations that are counted in one unit of work.
const BATCH: u64 = 100;

/// Counts the sheets that were scored before anybody counted. Their totals stay as they are.
pub async fn catch_up(db: &Db) -> Result<(), DbErr> {
    loop {
        let waiting: Vec<i64> = Entity::find()
            .select_only()
            .distinct()
            .column(Column::EvaluationId)
            .filter(Column::Figures.is_null())
            .limit(BATCH)
            .into_tuple()
            .all(db.reader())
            .await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let work = db.begin(Actor::service("oversight")).await?;
        for id in waiting {
            let evaluation = evaluations::Entity::find_by_id(id).lock_exclusive().one(work.conn()).await?;
            let Some(evaluation) = evaluation else { continue };
            let (form, reviewed, projects) = forms::load_one(work.conn(), &evaluation).await?;
            let rules = rules(work.conn(), &evaluation).await?;
            let sheets = score_sheets(&form, &reviewed, evaluation.year.0, &rules, |_| true);
            for row in Entity::find().filter(Column::EvaluationId.eq(id)).all(work.conn()).await? {
                let is_its = |project: Option<&ProjectCode>| {
                    project.and_then(|code| projects.get(code).copied()) == row.project_id
                };
                let sheet = sheets.iter().find(|sheet| is_its(sheet.project));
                let count = |scored: &Scored<'_>| count(&scored.sheet, &scored.card);
                let mut row = row.into_active_model();
                row.figures = Set(Some(Json(sheet.map(count).unwrap_or_default())));
                row.update(work.conn()).await?;
            }
        }
        work.commit().await?;
    }
}
