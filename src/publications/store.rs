//! Publications in the database.

use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Iterable,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::db::{Int, Keyset, Work, contains, in_region, keyset_page};

/// Which publications are wanted.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of this year.
    pub year: Option<FiscalYear>,
    /// Of units in this region.
    pub region: Option<RegionCode>,
    /// Of units whose name has this in it.
    pub name_contains: Option<String>,
}

/// Every edition of a unit's year, newest first.
fn of(unit: &UnitCode, year: FiscalYear) -> Select<Entity> {
    Entity::find()
        .filter(Column::UnitCode.eq(unit.as_str()))
        .filter(Column::Year.eq(Int(year)))
        .order_by_desc(Column::Edition)
}

/// The last edition of a unit's year.
pub async fn latest(
    conn: &impl ConnectionTrait,
    unit: &UnitCode,
    year: FiscalYear,
) -> Result<Option<Model>, DbErr> {
    of(unit, year).one(conn).await
}

/// One edition of a unit's year.
pub async fn edition(
    conn: &impl ConnectionTrait,
    unit: &UnitCode,
    year: FiscalYear,
    edition: i32,
) -> Result<Option<Model>, DbErr> {
    of(unit, year).filter(Column::Edition.eq(edition)).one(conn).await
}

/// Of each unit's year the last edition.
fn last_editions(filter: &Filter) -> Select<Entity> {
    let later = Query::select()
        .expr(Expr::value(1))
        .from_as(Entity, "later")
        .and_where(Expr::col(("later", Column::UnitCode)).equals((Entity, Column::UnitCode)))
        .and_where(Expr::col(("later", Column::Year)).equals((Entity, Column::Year)))
        .and_where(Expr::col(("later", Column::Edition)).gt(Expr::col((Entity, Column::Edition))))
        .to_owned();
    let mut wanted = Condition::all().add(Expr::exists(later).not());
    if let Some(year) = filter.year {
        wanted = wanted.add(Column::Year.eq(Int(year)));
    }
    if let Some(region) = &filter.region {
        wanted = wanted.add(in_region(Column::RegionCode, region));
    }
    if let Some(name) = &filter.name_contains {
        wanted = wanted.add(contains((Entity, Column::UnitName), name));
    }
    Entity::find().filter(wanted)
}

/// A page of last editions, without their content.
pub async fn list(conn: &impl ConnectionTrait, filter: &Filter, page: Keyset) -> Result<Vec<Model>, DbErr> {
    let light = last_editions(filter)
        .select_only()
        .columns(Column::iter().filter(|column| !matches!(column, Column::Content)))
        .column_as(Expr::value(""), "content");
    keyset_page(light, page).into_model::<Model>().all(conn).await
}

/// How many last editions match.
pub async fn count(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64, DbErr> {
    last_editions(filter).count(conn).await
}

/// Keeps an edition.
pub async fn insert(work: &Work<'_>, row: Model) -> Result<(), DbErr> {
    let mut row = ActiveModel::from(row).reset_all();
    row.id = ActiveValue::NotSet;
    row.insert(work.conn()).await.map(|_| ())
}
