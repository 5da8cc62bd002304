//! The indicators of one name.

use std::collections::BTreeSet;

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, RegionCode, UnitCode};
use jixiao_core::workflow::Stage;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter,
    QuerySelect, Select,
};

use crate::db::{Coded, Int, Keyset, Scope, SortColumn};
use crate::evaluations::entity as evaluations;
use crate::evaluations::part::with_units;
use crate::evaluations::store::{Filter, listed};
use crate::indicators::entity::{Column, Entity};
use crate::projects::entity as projects;
use crate::units::entity as units;

/// An indicator, with whose it is.
#[derive(Debug, FromQueryResult)]
#[expect(missing_docs, reason = "the columns of the tables, under their names")]
pub struct Row {
    pub id: i64,
    pub evaluation_id: i64,
    pub unit_code: Coded<UnitCode>,
    pub unit_name: String,
    pub stage: Coded<Stage>,
    pub project: Option<Coded<ProjectCode>>,
    pub seq: i32,
    pub target: Option<String>,
    pub actual: Option<String>,
    pub weight: Option<Int<Points>>,
    pub self_score: Option<Int<Points>>,
}

/// Which indicators are compared.
#[derive(Debug)]
pub struct Wanted {
    /// Of this year.
    pub year: FiscalYear,
    /// Of units in this region.
    pub region: Option<RegionCode>,
    /// Of this name.
    pub name: String,
}

fn matching(scope: &Scope, wanted: &Wanted) -> Select<Entity> {
    let filter = Filter { year: Some(wanted.year), region: wanted.region.clone(), ..Filter::default() }
        .condition(scope);
    let to_project =
        Entity::belongs_to(projects::Entity).from(Column::ProjectId).to(projects::Column::Id).into();
    with_units::<Entity>(Column::EvaluationId)
        .column(evaluations::Column::UnitCode)
        .column(evaluations::Column::Stage)
        .column_as(units::Column::Name, "unit_name")
        .column_as(projects::Column::Code, "project")
        .join(JoinType::LeftJoin, to_project)
        .filter(filter.add(Column::Name.eq(&wanted.name)))
}

/// The order of a comparison.
#[must_use]
pub fn order() -> Vec<SortColumn> {
    vec![
        SortColumn::of((evaluations::Entity, evaluations::Column::UnitCode)),
        SortColumn::of((Entity, Column::Id)),
    ]
}

/// A page of indicators.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &Wanted,
    page: Keyset,
) -> Result<Vec<Row>, DbErr> {
    listed(matching(scope, wanted), page).into_model::<Row>().all(conn).await
}

/// How many there are.
pub async fn count(conn: &impl ConnectionTrait, scope: &Scope, wanted: &Wanted) -> Result<u64, DbErr> {
    matching(scope, wanted).count(conn).await
}

/// The evaluations that these indicators belong to.
pub async fn evaluations_of(
    conn: &impl ConnectionTrait,
    rows: &[Row],
) -> Result<Vec<evaluations::Model>, DbErr> {
    let ids: BTreeSet<i64> = rows.iter().map(|row| row.evaluation_id).collect();
    evaluations::Entity::find().filter(evaluations::Column::Id.is_in(ids)).all(conn).await
}
