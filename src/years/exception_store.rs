//! Exceptions of a round in the database.

use jixiao_core::kernel::UnitCode;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, Select, Set,
};

use super::exception_entity::{ActiveModel, Column, Entity, Model};
use super::round_entity as rounds;
use super::wire::{RoundExceptionInput, RoundExceptionView};
use crate::db::{Chain, Coded, Deed, Keyset, Work, keyset_page};
use crate::http::wire::Stamp;

fn of_round(round: &rounds::Model) -> Select<Entity> {
    Entity::find().filter(Column::RoundId.eq(round.id))
}

/// A page of a round's exceptions.
pub async fn list(
    conn: &impl ConnectionTrait,
    round: &rounds::Model,
    page: Keyset,
) -> Result<Vec<Model>, DbErr> {
    keyset_page(of_round(round), page).all(conn).await
}

/// How many exceptions a round has.
pub async fn count(conn: &impl ConnectionTrait, round: &rounds::Model) -> Result<u64, DbErr> {
    of_round(round).count(conn).await
}

/// Every exception of a round.
pub async fn all(conn: &impl ConnectionTrait, round: &rounds::Model) -> Result<Vec<Model>, DbErr> {
    of_round(round).all(conn).await
}

/// What was arranged with this unit, if anything.
pub async fn find(
    conn: &impl ConnectionTrait,
    round: &rounds::Model,
    unit: &UnitCode,
) -> Result<Option<Model>, DbErr> {
    of_round(round).filter(Column::UnitCode.eq(unit.as_str())).one(conn).await
}

/// Writes what is arranged with a unit.
pub async fn save(
    work: &mut Work<'_>,
    round: &rounds::Model,
    current: Option<&Model>,
    input: RoundExceptionInput,
) -> Result<Model, DbErr> {
    let deed = match current {
        Some(current) => Deed::changed(&RoundExceptionInput::from(current), &input),
        None => Deed::made(&input),
    };
    record(work, round, &input.unit, deed);
    let RoundExceptionInput { unit, due, excused_reason } = input;
    let mut row = ActiveModel {
        round_id: Set(round.id),
        unit_code: Set(Coded(unit)),
        due: Set(due),
        excused_reason: Set(excused_reason),
        updated_at: Set(work.now()),
        ..Default::default()
    };
    if let Some(current) = current {
        row.id = ActiveValue::Unchanged(current.id);
        row.version = Set(current.version + 1);
        return row.update(work.conn()).await;
    }
    row.version = Set(1);
    row.created_at = Set(work.now());
    row.insert(work.conn()).await
}

/// Takes back what was arranged with a unit.
pub async fn delete(work: &mut Work<'_>, round: &rounds::Model, current: Model) -> Result<(), DbErr> {
    let input = RoundExceptionInput::from(&current);
    record(work, round, &input.unit, Deed::removed(&input));
    current.into_active_model().delete(work.conn()).await.map(|_| ())
}

fn record(work: &mut Work<'_>, round: &rounds::Model, unit: &UnitCode, deed: Deed) {
    let key = format!("{}/{}/{unit}", round.year.0, round.region_code.0);
    work.record(Chain::Administration, "round_exception", key, deed);
}

impl From<&Model> for RoundExceptionInput {
    fn from(row: &Model) -> Self {
        Self { unit: row.unit_code.0.clone(), due: row.due, excused_reason: row.excused_reason.clone() }
    }
}

impl From<Model> for RoundExceptionView {
    fn from(row: Model) -> Self {
        let stamp = Stamp::of(row.id, row.version, row.created_at, row.updated_at);
        Self { exception: RoundExceptionInput::from(&row), stamp }
    }
}
