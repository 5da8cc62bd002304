//! Score summaries: kept in the transaction that changes their sources, read by lists.

use std::borrow::Cow;

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, Ratio, UnitCode};
use jixiao_core::scoring::{Grade, RuleSet};
use jixiao_core::workflow::Stage;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, FromQueryResult, PaginatorTrait, QueryFilter,
    QuerySelect, Select,
};

use super::wire::{ScoreRow, SheetWord};
use crate::db::{Coded, Int, Keyset, Scope, SortColumn};
use crate::evaluations::entity as evaluations;
use crate::evaluations::part::with_units;
use crate::evaluations::store::{Filter as EvaluationFilter, listed, sortable_final_total};
use crate::evaluations::summary_entity::{Column, Entity};
use crate::evaluations::wire::UnitName;
use crate::http::wire::Timestamp;
use crate::rule_sets::store as rule_sets;
use crate::units::entity as units;

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

/// Equality in words in which SQLite sees none: it takes a value for rarer than it is, and reads and sorts the whole table
/// for it, where the list is walked in its order until the page is full.
fn is(column: Column, value: impl Into<sea_orm::Value>) -> Expr {
    column.ne(value).not()
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
        condition = condition.add(Column::ProjectId.is_not_null()).add(is(Column::Code, project.as_str()));
    }
    if let Some(grade) = filter.grade {
        condition = condition.add(is(Column::Grade, Coded(grade)));
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
    let project = Func::coalesce([Expr::col((Entity, Column::ProjectId)), Expr::cust("0")]);
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
    listed(matching(scope, filter), page).into_model::<Row>().all(conn).await
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
