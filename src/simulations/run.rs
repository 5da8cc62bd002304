//! Reads a year in chunks and scores them on all cores, while the next ones are read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::thread::available_parallelism;

use actix_web::rt::task::{JoinHandle, spawn_blocking};
use jixiao_core::kernel::{Points, ProjectCode};
use jixiao_core::scoring::{Grade, RuleSet};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::tally::{Standing, Tally};
use super::wire::AffectedSheet;
use crate::db::{Int, Scope};
use crate::evaluations::entity as evaluations;
use crate::evaluations::store::Filter;
use crate::evaluations::summary_entity as summaries;
use crate::evaluations::wire::UnitName;
use crate::forms::store::{self as forms, Reviewed};
use crate::forms::wire::UnitForm;
use crate::http::ApiError;
use crate::scores::assemble::{ScoredSheet, score_form};
use crate::scores::wire::SheetWord;
use crate::units::entity as units;

/// Evaluations that are read at once.
const CHUNK: u64 = 200;

/// An evaluation as it is stored.
struct Stored {
    evaluation: evaluations::Model,
    unit: UnitName,
    form: UnitForm,
    reviewed: Reviewed,
    /// What it comes to now, by project; none: the department.
    totals: BTreeMap<Option<ProjectCode>, Standing>,
}

/// Scores everything that matches under these rules. To be read on one snapshot.
pub async fn run(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    rules: Arc<RuleSet>,
) -> Result<Tally, ApiError> {
    let at_once = available_parallelism().map_or(2, usize::from);
    let mut tally = Tally::default();
    let mut scoring: VecDeque<JoinHandle<Tally>> = VecDeque::new();
    let mut after = 0;
    loop {
        let chunk = read(conn, scope, filter, after).await?;
        let Some(last) = chunk.last() else { break };
        after = last.evaluation.id;
        if scoring.len() >= at_once
            && let Some(done) = scoring.pop_front()
        {
            tally.merge(done.await.map_err(ApiError::internal)?);
        }
        let rules = Arc::clone(&rules);
        scoring.push_back(spawn_blocking(move || score(chunk, &rules)));
    }
    for done in scoring {
        tally.merge(done.await.map_err(ApiError::internal)?);
    }
    Ok(tally)
}

async fn read(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    after: i64,
) -> Result<Vec<Stored>, DbErr> {
    let to_unit = evaluations::Entity::belongs_to(units::Entity)
        .from(evaluations::Column::UnitCode)
        .to(units::Column::Code)
        .into();
    let rows: Vec<(evaluations::Model, Option<units::Model>)> = evaluations::Entity::find()
        .join(JoinType::InnerJoin, to_unit)
        .select_also(units::Entity)
        .filter(filter.condition(scope))
        .filter(evaluations::Column::Id.gt(after))
        .order_by_asc(evaluations::Column::Id)
        .limit(CHUNK)
        .all(conn)
        .await?;
    let (evaluations, units): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let forms = forms::load_scored(conn, &evaluations.iter().collect::<Vec<_>>()).await?;
    let mut totals: BTreeMap<i64, BTreeMap<Option<ProjectCode>, Standing>> = BTreeMap::new();
    let of_these = summaries::Column::EvaluationId.is_in(evaluations.iter().map(|row| row.id));
    for row in summaries::Entity::find().filter(of_these).all(conn).await? {
        let project = row.project_id.and_then(|_| row.code.parse().ok());
        let standing = Standing {
            total: row.final_total.map(|Int(total)| total),
            grade: row.grade.as_deref().and_then(|grade| grade.parse::<Grade>().ok()),
        };
        totals.entry(row.evaluation_id).or_default().insert(project, standing);
    }
    let stored = |((evaluation, unit), (form, reviewed, _)): (
        (evaluations::Model, Option<units::Model>),
        forms::Scored,
    )| {
        let unit = unit.map(|unit| UnitName { code: unit.code.0, name: unit.name });
        Some(Stored {
            unit: unit?,
            form,
            reviewed,
            totals: totals.remove(&evaluation.id).unwrap_or_default(),
            evaluation,
        })
    };
    Ok(evaluations.into_iter().zip(units).zip(forms).filter_map(stored).collect())
}

fn score(chunk: Vec<Stored>, rules: &RuleSet) -> Tally {
    let mut tally = Tally::default();
    for Stored { evaluation, unit, form, reviewed, totals } in chunk {
        tally.evaluation();
        for ScoredSheet { project, name, card, .. } in score_form(&form, &reviewed, evaluation.year.0, rules)
        {
            let before = totals.get(&project).copied().unwrap_or_default();
            let after = Standing { total: card.final_total, grade: card.grade };
            let named = |before: Points, after: Points| AffectedSheet {
                sheet: if project.is_some() { SheetWord::Project } else { SheetWord::Department },
                code: project.as_ref().map_or_else(|| unit.code.to_string(), ToString::to_string),
                name: name.clone().unwrap_or_else(|| unit.name.clone()),
                unit_code: unit.code.clone(),
                unit_name: unit.name.clone(),
                difference: Points::from_scaled(after.scaled() - before.scaled()).to_string(),
                before,
                after,
            };
            tally.sheet(before, after, named);
        }
    }
    tally
}
