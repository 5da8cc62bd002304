//! The hook that keeps score summaries in line with their sources, in the transaction that changes these.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, RegionCode, UnitCode};
use jixiao_core::scoring::RuleSet;
use jixiao_core::workflow::Stage;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::assemble::{ScoredSheet, score_form};
use super::figures;
use super::store::rules;
use crate::db::{Coded, Db, Int, Json, Work, WriteHook, insert_rows, on_all_cores};
use crate::evaluations::entity as evaluations;
use crate::evaluations::summary_entity::{ActiveModel, Column, Entity};
use crate::forms::store::{self as forms, Known, Scored};
use crate::units::entity as units;
use crate::years::round_store;

/// Evaluations that are scored together.
const TOGETHER: usize = 200;

/// Scores follow every change of their sources.
#[derive(Debug)]
pub struct Summaries;

impl WriteHook for Summaries {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let mut ids: BTreeSet<i64> = work.touched_evaluations().clone();
            ids.extend(still_editable(work).await?);
            let ids: Vec<i64> = ids.into_iter().collect();
            let mut chosen = BTreeMap::new();
            for chunk in ids.chunks(TOGETHER) {
                refresh(work, chunk, &mut chosen).await?;
            }
            Ok(())
        }
        .boxed_local()
    }

    fn catch_up<'a>(&'a self, db: &'a Db) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        figures::catch_up(db).boxed_local()
    }
}

/// The evaluations of years whose rules were written, as far as the unit can still change them: what was
/// handed in keeps the rules it was handed in under.
async fn still_editable(work: &Work<'_>) -> Result<Vec<i64>, DbErr> {
    if work.touched_years().is_empty() {
        return Ok(Vec::new());
    }
    let editable = Stage::ALL.into_iter().filter(|stage| stage.is_editable()).map(Coded);
    evaluations::Entity::find()
        .select_only()
        .column(evaluations::Column::Id)
        .filter(evaluations::Column::Year.is_in(work.touched_years().iter().copied().map(Int)))
        .filter(evaluations::Column::Stage.is_in(editable))
        .into_tuple()
        .all(work.conn())
        .await
}

/// The rule sets of regions in years, as far as they were asked for.
type Chosen = BTreeMap<(FiscalYear, Option<RegionCode>), String>;

/// Scores these evaluations anew.
async fn refresh(work: &Work<'_>, ids: &[i64], chosen: &mut Chosen) -> Result<(), DbErr> {
    let conn = work.conn();
    // Locked, as by who writes a part: else this could put back totals from before that write.
    let evaluations = evaluations::Entity::find()
        .filter(evaluations::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(evaluations::Column::Id)
        .lock_exclusive();
    let mut evaluations = evaluations.all(conn).await?;
    let units = units_of(conn, &evaluations).await?;
    for evaluation in &mut evaluations {
        let unit = units.get(&evaluation.unit_code.0).ok_or_else(no_unit)?;
        choose_rules(work, evaluation, unit, chosen).await?;
    }
    let summaries = summaries(conn, evaluations, units, work.known::<Known>()).await?;
    Entity::delete_many().filter(Column::EvaluationId.is_in(ids.iter().copied())).exec(conn).await?;
    insert_rows(conn, summaries).await
}

fn no_unit() -> DbErr {
    DbErr::Custom("an evaluation without its unit".into())
}

/// The units of these evaluations.
pub async fn units_of(
    conn: &impl ConnectionTrait,
    evaluations: &[evaluations::Model],
) -> Result<BTreeMap<UnitCode, units::Model>, DbErr> {
    let codes: BTreeSet<&str> =
        evaluations.iter().map(|evaluation| evaluation.unit_code.0.as_str()).collect();
    let found = units::Entity::find().filter(units::Column::Code.is_in(codes)).all(conn).await?;
    Ok(found.into_iter().map(|unit| (unit.code.0.clone(), unit)).collect())
}

/// An evaluation that can still be changed is scored by the rules that its region has now.
async fn choose_rules(
    work: &Work<'_>,
    evaluation: &mut evaluations::Model,
    unit: &units::Model,
    chosen: &mut Chosen,
) -> Result<(), DbErr> {
    if !evaluation.stage.0.is_editable() {
        return Ok(());
    }
    let key = (evaluation.year.0, unit.region_code.as_ref().map(|region| region.0.clone()));
    if !chosen.contains_key(&key) {
        let found = round_store::rule_set(work.conn(), key.0, key.1.as_ref()).await?;
        chosen.insert(key.clone(), found);
    }
    let Some(rule_set) = chosen.get(&key) else { return Ok(()) };
    if *rule_set == evaluation.rule_set && !work.touched_rules().contains(rule_set) {
        return Ok(());
    }
    // What this unit of work touched has been counted: a form that is saved knows its tag by that.
    let is_counted = work.touched_evaluations().contains(&evaluation.id);
    let version = evaluation.version + i64::from(!is_counted);
    let mut row = evaluation.clone().into_active_model();
    row.rule_set = Set(rule_set.clone());
    row.version = Set(version);
    *evaluation = row.update(work.conn()).await?;
    Ok(())
}

/// The summaries that these evaluations come to, in the order of their sheets: of what is known already, and of the
/// others by what is stored.
pub async fn summaries(
    conn: &impl ConnectionTrait,
    evaluations: Vec<evaluations::Model>,
    units: BTreeMap<UnitCode, units::Model>,
    known: Option<Arc<Known>>,
) -> Result<Vec<ActiveModel>, DbErr> {
    let mut by_reference: BTreeMap<String, Arc<Cow<'static, RuleSet>>> = BTreeMap::new();
    for evaluation in &evaluations {
        if !by_reference.contains_key(&evaluation.rule_set) {
            by_reference.insert(evaluation.rule_set.clone(), Arc::new(rules(conn, evaluation).await?));
        }
    }
    let known = known.unwrap_or_default();
    let (known_ones, others): (Vec<_>, Vec<_>) =
        evaluations.into_iter().partition(|evaluation| known.0.contains_key(&evaluation.id));
    let read = forms::load_scored(conn, &others).await?;
    let tasks = known_ones.into_iter().map(|evaluation| (evaluation, None));
    let tasks: Vec<_> = tasks.chain(others.into_iter().zip(read.into_iter().map(Some))).collect();
    let scored = on_all_cores(tasks, move |(evaluation, read): (evaluations::Model, Option<Scored>)| {
        let scored = read.as_ref().or_else(|| known.0.get(&evaluation.id));
        let unit = units.get(&evaluation.unit_code.0);
        let rules = by_reference.get(&evaluation.rule_set);
        let (Some((form, reviewed, projects)), Some(unit), Some(rules)) = (scored, unit, rules) else {
            return Vec::new(); // each was looked up before
        };
        let sheets = score_form(form, reviewed, evaluation.year.0, rules);
        sheets.into_iter().map(|sheet| summary(sheet, &evaluation, unit, projects)).collect()
    });
    Ok(scored.await?.concat())
}

fn summary(
    sheet: ScoredSheet,
    evaluation: &evaluations::Model,
    unit: &units::Model,
    projects: &BTreeMap<ProjectCode, i64>,
) -> ActiveModel {
    let figures = figures::count(&sheet);
    let ScoredSheet { project, name, card, rows: _, sheet: _ } = sheet;
    let points = |total: Option<Points>| Set(total.map(Int));
    ActiveModel {
        id: ActiveValue::NotSet,
        evaluation_id: Set(evaluation.id),
        project_id: Set(project.as_ref().and_then(|code| projects.get(code).copied())),
        code: Set(project.map_or_else(|| unit.code.0.to_string(), |code| code.to_string())),
        name: Set(name.unwrap_or_else(|| unit.name.clone())),
        execution_rate: Set(card.execution.rate.map(Int)),
        self_total: points(card.self_total),
        computed_total: points(card.computed_total),
        reviewed_total: points(card.reviewed_total),
        final_total: points(card.final_total),
        reported_total: points(card.reported_total),
        grade: Set(card.grade.map(|grade| grade.to_string())),
        complete: Set(card.complete),
        figures: Set(Some(Json(figures))),
        year: Set(evaluation.year),
        unit_code: Set(evaluation.unit_code.clone()),
    }
}
