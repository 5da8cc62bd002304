//! The hook that tells the feed what became of scores, in the transaction of the step that settled or reopened them.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::entity::Model;
use super::store;
use crate::db::{Coded, Work, WriteHook};
use crate::evaluations::entity as evaluations;
use crate::evaluations::summary_entity as summaries;
use crate::units::entity as units;

/// Appends a change for each sheet of an evaluation whose scores were settled or taken back. Other writes cost nothing.
#[derive(Debug)]
pub struct Feed;

impl WriteHook for Feed {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let mut changes = Vec::new();
            for id in work.settled_evaluations() {
                changes.extend(of_evaluation(work, *id).await?);
            }
            if changes.is_empty() { Ok(()) } else { store::append(work, changes).await }
        }
        .boxed_local()
    }
}

/// What the feed does not say yet: the sheets as they are settled now, and those that are settled no more.
async fn of_evaluation(work: &Work<'_>, id: i64) -> Result<Vec<Model>, DbErr> {
    let conn = work.conn();
    let mut gone = store::standing(conn, id).await?;
    let found = evaluations::Entity::find_by_id(id).one(conn).await?;
    let Some(evaluation) = found else { return Ok(withdrawn(work, gone, None)) };
    let mut changes = Vec::new();
    if evaluation.stage.0.is_settled() {
        let unit = units::Entity::find().filter(units::Column::Code.eq(evaluation.unit_code.clone()));
        let unit = unit.one(conn).await?;
        let unit = unit.ok_or_else(|| DbErr::Custom("an evaluation without its unit".into()))?;
        let sheets = summaries::Entity::find().filter(summaries::Column::EvaluationId.eq(id));
        for sheet in sheets.order_by_asc(summaries::Column::Id).all(conn).await? {
            let change = settled(work, &evaluation, &unit, sheet)?;
            gone.remove(&change.project.as_ref().map(|code| code.0.to_string()));
            changes.push(change);
        }
    }
    let mut all = withdrawn(work, gone, Some(&evaluation));
    all.append(&mut changes);
    Ok(all)
}

fn settled(
    work: &Work<'_>,
    evaluation: &evaluations::Model,
    unit: &units::Model,
    sheet: summaries::Model,
) -> Result<Model, DbErr> {
    let unreadable = |why: String| DbErr::Type(why);
    let project = match sheet.project_id {
        Some(_) => Some(Coded(sheet.code.parse().map_err(|why| unreadable(format!("{why}")))?)),
        None => None,
    };
    let grade = sheet.grade.map(|grade| grade.parse()).transpose();
    Ok(Model {
        seq: 0,
        at: work.now(),
        evaluation_id: evaluation.id,
        year: evaluation.year,
        stage: evaluation.stage.clone(),
        unit_code: unit.code.clone(),
        unit_name: unit.name.clone(),
        region_code: unit.region_code.clone(),
        name: if project.is_some() { sheet.name } else { unit.name.clone() },
        project,
        rule_set: evaluation.rule_set.clone(),
        execution_rate: sheet.execution_rate,
        self_total: sheet.self_total,
        computed_total: sheet.computed_total,
        reviewed_total: sheet.reviewed_total,
        final_total: sheet.final_total,
        grade: grade.map_err(|why| unreadable(format!("{why}")))?.map(Coded),
        complete: sheet.complete,
    })
}

/// Takes back what was said of these sheets: under the name, region and project by which it was said.
fn withdrawn(
    work: &Work<'_>,
    sheets: BTreeMap<Option<String>, Model>,
    evaluation: Option<&evaluations::Model>,
) -> Vec<Model> {
    let stage = evaluation.map(|evaluation| evaluation.stage.0).filter(|stage| !stage.is_settled());
    let stage = Coded(stage.unwrap_or(jixiao_core::workflow::Stage::Draft));
    let sheets = sheets.into_values().map(|said| Model {
        at: work.now(),
        stage: stage.clone(),
        execution_rate: None,
        self_total: None,
        computed_total: None,
        reviewed_total: None,
        final_total: None,
        grade: None,
        complete: false,
        ..said
    });
    sheets.collect()
}
