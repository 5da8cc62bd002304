//! The sheets of a year as oversight looks at them: summaries, with the units they belong to.

use std::collections::BTreeMap;

use jixiao_core::kernel::{FiscalYear, Points, Ratio, RegionCode, UnitCode};
use jixiao_core::scoring::Grade;
use jixiao_core::workflow::Stage;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::{Coded, Int, Json, Scope};
use crate::evaluations::entity as evaluations;
use crate::evaluations::figures::Figures;
use crate::evaluations::part::with_units;
use crate::evaluations::store::Filter;
use crate::evaluations::summary_entity::{Column, Entity};
use crate::units::entity as units;

/// A sheet.
#[derive(Debug, FromQueryResult)]
#[expect(missing_docs, reason = "the columns of the tables, under their names")]
pub struct Row {
    pub evaluation_id: i64,
    pub unit_code: Coded<UnitCode>,
    pub unit_name: String,
    pub region_code: Option<Coded<RegionCode>>,
    pub parent_code: Option<Coded<UnitCode>>,
    pub stage: Coded<Stage>,
    pub project_id: Option<i64>,
    pub code: String,
    pub name: String,
    pub execution_rate: Option<Int<Ratio>>,
    pub self_total: Option<Int<Points>>,
    pub final_total: Option<Int<Points>>,
    pub grade: Option<Coded<Grade>>,
    pub figures: Option<Json<Figures>>,
}

impl Row {
    /// The project's code; none: the department sheet.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        self.project_id.map(|_| self.code.as_str())
    }

    /// What stands for the same sheet in another year: a project is the same if code and name are.
    #[must_use]
    pub fn likeness(&self) -> (&str, Option<(&str, &str)>) {
        (self.unit_code.0.as_str(), self.project().map(|code| (code, self.name.as_str())))
    }
}

/// The sheets that were handed in, by unit.
pub async fn handed_in(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    year: FiscalYear,
    region: Option<RegionCode>,
) -> Result<Vec<Row>, DbErr> {
    let filter = Filter { year: Some(year), region, ..Filter::default() };
    let handed_in = Stage::ALL.into_iter().filter(|stage| !stage.is_editable()).map(Coded);
    with_units::<Entity>(Column::EvaluationId)
        .column(evaluations::Column::UnitCode)
        .column(evaluations::Column::Stage)
        .column_as(units::Column::Name, "unit_name")
        .column(units::Column::RegionCode)
        .column(units::Column::ParentCode)
        .filter(filter.condition(scope).add(evaluations::Column::Stage.is_in(handed_in)))
        .order_by_asc(evaluations::Column::UnitCode)
        .order_by_asc(Column::Id)
        .into_model::<Row>()
        .all(conn)
        .await
}

/// The names of the supervising departments that the scope reaches.
pub async fn departments(
    conn: &impl ConnectionTrait,
    scope: &Scope,
) -> Result<BTreeMap<String, String>, DbErr> {
    let parents = Query::select().column("parent_code").from("units").to_owned();
    let wanted =
        scope.covers((units::Entity, units::Column::Code)).add(units::Column::Code.in_subquery(parents));
    let found = units::Entity::find().filter(wanted).all(conn).await?;
    Ok(found.into_iter().map(|unit| (unit.code.0.to_string(), unit.name)).collect())
}
