//! Score summaries: kept in the transaction that changes their sources, read by lists.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, Ratio, UnitCode};
use jixiao_core::scoring::{Grade, RuleSet};
use jixiao_core::workflow::Stage;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, Select, Set,
};

use super::assemble::{ScoredSheet, score_form};
use super::figures;
use super::wire::{ScoreRow, SheetWord};
use crate::db::{Coded, Db, Int, Json, Keyset, Scope, SortColumn, Work, WriteHook, keyset_page};
use crate::evaluations::entity as evaluations;
use crate::evaluations::part::with_units;
use crate::evaluations::store::{Filter as EvaluationFilter, sortable_final_total};
use crate::evaluations::summary_entity::{ActiveModel, Column, Entity};
use crate::evaluations::wire::UnitName;
use crate::forms::store as forms;
use crate::http::wire::Timestamp;
use crate::rule_sets::store as rule_sets;
use crate::units::entity as units;
use crate::years::round_store;

/// Which sheets are wanted.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of which evaluations.
    pub evaluation: EvaluationFilter,
    /// Of this kind.
    pub sheet: Option<SheetWord>,
    /// Of this project.
    pub project: Option<ProjectCode>,
    /// With this grade.
    pub grade: Option<Grade>,
    /// Only what the bureau has approved.
    pub settled_only: bool,
}

/// A sheet's totals with the unit's year they belong to.
#[derive(Debug, FromQueryResult)]
#[expect(missing_docs, reason = "the columns of the two tables, under their names")]
pub struct Row {
    pub unit_code: Coded<UnitCode>,
    pub unit_name: String,
    pub year: Int<FiscalYear>,
    pub stage: Coded<Stage>,
    pub rule_set: String,
    pub updated_at: DateTimeUtc,
    pub project_id: Option<i64>,
    pub code: String,
    pub name: String,
    pub execution_rate: Option<Int<Ratio>>,
    pub self_total: Option<Int<Points>>,
    pub computed_total: Option<Int<Points>>,
    pub reviewed_total: Option<Int<Points>>,
    pub final_total: Option<Int<Points>>,
    pub reported_total: Option<Int<Points>>,
    pub grade: Option<Coded<Grade>>,
    pub complete: bool,
}

/// The condition that scores are settled.
#[must_use]
pub fn settled() -> Condition {
    let settled = Stage::ALL.into_iter().filter(|stage| stage.is_settled()).map(Coded);
    Condition::all().add(evaluations::Column::Stage.is_in(settled))
}

fn matching(scope: &Scope, filter: &Filter) -> Select<Entity> {
    let mut condition = filter.evaluation.condition(scope);
    if filter.settled_only {
        condition = condition.add(settled());
    }
    match filter.sheet {
        Some(SheetWord::Department) => condition = condition.add(Column::ProjectId.is_null()),
        Some(SheetWord::Project) => condition = condition.add(Column::ProjectId.is_not_null()),
        None => {}
    }
    if let Some(project) = &filter.project {
        condition = condition.add(Column::ProjectId.is_not_null()).add(Column::Code.eq(project.as_str()));
    }
    if let Some(grade) = filter.grade {
        condition = condition.add(Column::Grade.eq(Coded(grade)));
    }
    with_units::<Entity>(Column::EvaluationId)
        .column(evaluations::Column::UnitCode)
        .column(evaluations::Column::Year)
        .column(evaluations::Column::Stage)
        .column(evaluations::Column::RuleSet)
        .column(evaluations::Column::UpdatedAt)
        .column_as(units::Column::Name, "unit_name")
        .filter(condition)
}

/// The order of a list of sheets; the key comes last and is unique.
#[must_use]
pub fn order(by_total: bool) -> Vec<SortColumn> {
    let project = Func::coalesce([Expr::col((Entity, Column::ProjectId)), Expr::value(0_i64)]);
    let mut columns = Vec::new();
    if by_total {
        columns.push(SortColumn(sortable_final_total()));
    }
    columns.extend([
        SortColumn::of((evaluations::Entity, evaluations::Column::UnitCode)),
        SortColumn::of((evaluations::Entity, evaluations::Column::Year)),
        SortColumn(project.into()),
    ]);
    columns
}

/// A page of sheets.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    page: Keyset,
) -> Result<Vec<Row>, DbErr> {
    keyset_page(matching(scope, filter), page).into_model::<Row>().all(conn).await
}

/// How many sheets match.
pub async fn count(conn: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<u64, DbErr> {
    matching(scope, filter).count(conn).await
}

/// The rule set that an evaluation was scored by. One that is not there is our fault: what is
/// referred to cannot be removed.
pub async fn rules(
    conn: &impl ConnectionTrait,
    evaluation: &evaluations::Model,
) -> Result<Cow<'static, RuleSet>, DbErr> {
    let reference = &evaluation.rule_set;
    let found = rule_sets::find(conn, reference).await?;
    found.ok_or_else(|| DbErr::Custom(format!("no rule set {reference}")))
}

/// Scores follow every change of their sources.
#[derive(Debug)]
pub struct Summaries;

impl WriteHook for Summaries {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let mut ids: BTreeSet<i64> = work.touched_evaluations().clone();
            ids.extend(still_editable(work).await?);
            for id in ids {
                // Locked, as by who writes a part: else this could put back totals from before that write.
                let evaluation = evaluations::Entity::find_by_id(id).lock_exclusive();
                if let Some(evaluation) = evaluation.one(work.conn()).await? {
                    refresh(work, evaluation).await?;
                }
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

async fn refresh(work: &Work<'_>, mut evaluation: evaluations::Model) -> Result<(), DbErr> {
    let unit = units::Entity::find().filter(units::Column::Code.eq(evaluation.unit_code.clone()));
    let unit = unit.one(work.conn()).await?;
    let unit = unit.ok_or_else(|| DbErr::Custom("an evaluation without its unit".into()))?;
    if evaluation.stage.0.is_editable() {
        let region = unit.region_code.as_ref().map(|region| &region.0);
        let rule_set = round_store::rule_set(work.conn(), evaluation.year.0, region).await?;
        if rule_set != evaluation.rule_set {
            // What this unit of work touched has been counted: a form that is saved knows its tag by that.
            let is_counted = work.touched_evaluations().contains(&evaluation.id);
            let version = evaluation.version + i64::from(!is_counted);
            let mut row = evaluation.into_active_model();
            row.rule_set = Set(rule_set);
            row.version = Set(version);
            evaluation = row.update(work.conn()).await?;
        }
    }
    let loaded = forms::load_scored(work.conn(), slice::from_ref(&evaluation)).await?;
    let Some((form, reviewed, projects)) = loaded.into_iter().next() else { return Ok(()) };
    let rules = rules(work.conn(), &evaluation).await?;
    let sheets = score_form(&form, &reviewed, evaluation.year.0, &rules);
    Entity::delete_many().filter(Column::EvaluationId.eq(evaluation.id)).exec(work.conn()).await?;
    let rows = sheets.into_iter().map(|sheet| summary(sheet, &evaluation, &unit, &projects));
    Entity::insert_many(rows).exec_without_returning(work.conn()).await.map(|_| ())
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

impl From<Row> for ScoreRow {
    fn from(row: Row) -> Self {
        let points = |total: Option<Int<Points>>| total.map(|Int(points)| points);
        let is_department = row.project_id.is_none();
        Self {
            year: row.year.0,
            stage: row.stage.0,
            provisional: !row.stage.0.is_settled(),
            rule_set: row.rule_set,
            sheet: if is_department { SheetWord::Department } else { SheetWord::Project },
            code: row.code,
            // The unit's name of today: it may have been changed since the summary was written.
            name: if is_department { row.unit_name.clone() } else { row.name },
            execution_rate: row.execution_rate.map(|Int(rate)| rate),
            self_total: points(row.self_total),
            computed_total: points(row.computed_total),
            reviewed_total: points(row.reviewed_total),
            final_total: points(row.final_total),
            reported_total: points(row.reported_total),
            grade: row.grade.map(|Coded(grade)| grade),
            complete: row.complete,
            updated_at: Timestamp(row.updated_at),
            unit: UnitName { code: row.unit_code.0, name: row.unit_name },
        }
    }
}
