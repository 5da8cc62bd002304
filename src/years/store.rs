//! Years in the database.

use jixiao_core::kernel::FiscalYear;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model};
use super::wire::{YearInput, YearView};
use crate::db::{Chain, Deed, Int, Keyset, Work, keyset_page};
use crate::http::wire::Stamp;

/// A page of years.
pub async fn list(conn: &impl ConnectionTrait, page: Keyset) -> Result<Vec<Model>, DbErr> {
    keyset_page(Entity::find(), page).all(conn).await
}

/// How many years there are.
pub async fn count(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    Entity::find().count(conn).await
}

/// The year, if it was set up.
pub async fn find(conn: &impl ConnectionTrait, year: FiscalYear) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Year.eq(Int(year))).one(conn).await
}

/// The same, held until the work is over: who was shown one version takes turns with who was shown it too.
pub async fn hold(work: &Work<'_>, year: FiscalYear) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Year.eq(Int(year))).lock_exclusive().one(work.conn()).await
}

/// Every year that was set up.
pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().all(conn).await
}

/// Sets a year up.
pub async fn insert(work: &mut Work<'_>, year: YearInput) -> Result<Model, DbErr> {
    work.record(Chain::Administration, "year", year.year.to_string(), Deed::made(&year));
    let row = ActiveModel {
        id: ActiveValue::NotSet,
        version: Set(1),
        created_at: Set(work.now()),
        updated_at: Set(work.now()),
        ..columns(year)
    };
    row.insert(work.conn()).await
}

/// Replaces what a year says; what is scored by it follows.
pub async fn update(work: &mut Work<'_>, current: &Model, year: YearInput) -> Result<Model, DbErr> {
    let deed = Deed::changed(&YearInput::from(current), &year);
    work.record(Chain::Administration, "year", year.year.to_string(), deed);
    if current.rule_set != year.rule_set {
        work.touch_year(year.year);
    }
    let row = ActiveModel {
        id: ActiveValue::Unchanged(current.id),
        version: Set(current.version + 1),
        updated_at: Set(work.now()),
        ..columns(year)
    };
    row.update(work.conn()).await
}

/// Removes a year on which nothing hangs.
pub async fn delete(work: &mut Work<'_>, current: Model) -> Result<(), DbErr> {
    let deed = Deed::removed(&YearInput::from(&current));
    work.record(Chain::Administration, "year", current.year.0.to_string(), deed);
    current.into_active_model().delete(work.conn()).await.map(|_| ())
}

fn columns(year: YearInput) -> ActiveModel {
    let YearInput { year, rule_set, deadline, department_review, note } = year;
    ActiveModel {
        year: Set(Int(year)),
        rule_set: Set(rule_set),
        deadline: Set(deadline),
        department_review: Set(department_review),
        note: Set(note),
        ..Default::default()
    }
}

impl From<&Model> for YearInput {
    fn from(row: &Model) -> Self {
        let Model { year, rule_set, deadline, department_review, note, .. } = row.clone();
        Self { year: year.0, rule_set, deadline, department_review, note }
    }
}

impl From<Model> for YearView {
    fn from(row: Model) -> Self {
        let stamp = Stamp::of(row.id, row.version, row.created_at, row.updated_at);
        Self { year: YearInput::from(&row), stamp }
    }
}
