//! Units in the database.

use std::collections::BTreeSet;

use jixiao_core::kernel::{RegionCode, UnitCode};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, Select, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::db::{Chain, Coded, Deed, Keyset, Scope, Work, contains, insert_rows, keyset_page, one_of};
use crate::http::wire::Stamp;
use crate::units::wire::{UnitInput, UnitView};

/// Which units are wanted.
#[derive(Debug, Default)]
pub struct Filter {
    /// In this region.
    pub region: Option<RegionCode>,
    /// Directly below this unit.
    pub parent: Option<UnitCode>,
    /// With this in the name.
    pub name_contains: Option<String>,
}

fn matching(scope: &Scope, filter: &Filter) -> Select<Entity> {
    let mut condition = scope.covers((Entity, Column::Code));
    if let Some(region) = &filter.region {
        condition = condition.add(Scope::Region(region.clone()).covers((Entity, Column::Code)));
    }
    if let Some(parent) = &filter.parent {
        condition = condition.add(Column::ParentCode.eq(parent.as_str()));
    }
    if let Some(part) = &filter.name_contains {
        condition = condition.add(contains(Column::Name, part));
    }
    Entity::find().filter(condition)
}

/// A page of units.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    page: Keyset,
) -> Result<Vec<Model>, DbErr> {
    keyset_page(matching(scope, filter), page).all(conn).await
}

/// How many units match.
pub async fn count(conn: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<u64, DbErr> {
    matching(scope, filter).count(conn).await
}

/// The codes of all units that the scope reaches.
pub async fn codes(conn: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<String>, DbErr> {
    let reached = Entity::find().filter(scope.covers((Entity, Column::Code)));
    reached.select_only().column(Column::Code).into_tuple().all(conn).await
}

/// The unit of this code, if the scope reaches it.
pub async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    code: &UnitCode,
) -> Result<Option<Model>, DbErr> {
    let condition =
        Condition::all().add(scope.covers((Entity, Column::Code))).add(Column::Code.eq(code.as_str()));
    Entity::find().filter(condition).one(conn).await
}

/// The same, held until the work is over: who was shown one version takes turns with who was shown it too.
pub async fn hold(work: &Work<'_>, scope: &Scope, code: &UnitCode) -> Result<Option<Model>, DbErr> {
    let condition =
        Condition::all().add(scope.covers((Entity, Column::Code))).add(Column::Code.eq(code.as_str()));
    Entity::find().filter(condition).lock_exclusive().one(work.conn()).await
}

/// The units of these codes; a set read once spares an import a query for each row.
pub async fn find_many(conn: &impl ConnectionTrait, codes: Vec<String>) -> Result<Vec<Model>, DbErr> {
    let mut found = Vec::new();
    for chunk in codes.chunks(500) {
        let chunk = chunk.iter().map(String::as_str);
        found.extend(Entity::find().filter(Column::Code.is_in(one_of(chunk))).all(conn).await?);
    }
    Ok(found)
}

/// Those of these units that the scope reaches.
pub async fn reached(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    codes: &BTreeSet<&UnitCode>,
) -> Result<Vec<Model>, DbErr> {
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let mut found = Vec::with_capacity(codes.len());
    for chunk in codes.chunks(500) {
        let these =
            scope.covers((Entity, Column::Code)).add(Column::Code.is_in(one_of(chunk.iter().copied())));
        found.extend(Entity::find().filter(these).all(conn).await?);
    }
    Ok(found)
}

/// Makes units under which nothing hangs yet. A superior stands before its subordinates.
pub async fn insert_many(work: &mut Work<'_>, units: Vec<UnitInput>) -> Result<(), DbErr> {
    let mut rows = Vec::with_capacity(units.len());
    for unit in units {
        work.record(Chain::Administration, "unit", unit.code.to_string(), Deed::made(&unit));
        rows.push(ActiveModel {
            version: Set(1),
            created_at: Set(work.now()),
            updated_at: Set(work.now()),
            ..columns(unit)
        });
    }
    insert_rows(work.conn(), rows).await
}

/// Makes a unit.
pub async fn insert(work: &mut Work<'_>, unit: UnitInput) -> Result<Model, DbErr> {
    work.record(Chain::Administration, "unit", unit.code.to_string(), Deed::made(&unit));
    let row = ActiveModel {
        id: ActiveValue::NotSet,
        version: Set(1),
        created_at: Set(work.now()),
        updated_at: Set(work.now()),
        ..columns(unit)
    };
    row.insert(work.conn()).await
}

/// Replaces what a unit says; what shows its name follows.
pub async fn update(work: &mut Work<'_>, current: &Model, unit: UnitInput) -> Result<Model, DbErr> {
    work.touch_unit(unit.code.clone());
    let deed = Deed::changed(&UnitInput::from(current), &unit);
    work.record(Chain::Administration, "unit", unit.code.to_string(), deed);
    let row = ActiveModel {
        id: ActiveValue::Unchanged(current.id),
        version: Set(current.version + 1),
        updated_at: Set(work.now()),
        ..columns(unit)
    };
    row.update(work.conn()).await
}

/// Removes a unit on which nothing hangs.
pub async fn delete(work: &mut Work<'_>, current: Model) -> Result<(), DbErr> {
    let deed = Deed::removed(&UnitInput::from(&current));
    work.record(Chain::Administration, "unit", current.code.0.to_string(), deed);
    current.into_active_model().delete(work.conn()).await.map(|_| ())
}

impl From<Model> for UnitView {
    fn from(row: Model) -> Self {
        let stamp = Stamp::of(row.id, row.version, row.created_at, row.updated_at);
        Self { unit: UnitInput::from(&row), stamp }
    }
}

impl From<&Model> for UnitInput {
    fn from(row: &Model) -> Self {
        let Model { id: _, code, name, region_code, parent_code, version: _, created_at: _, updated_at: _ } =
            row.clone();
        Self {
            code: code.0,
            name,
            region_code: region_code.map(|Coded(code)| code),
            parent_code: parent_code.map(|Coded(code)| code),
        }
    }
}

fn columns(unit: UnitInput) -> ActiveModel {
    let UnitInput { code, name, region_code, parent_code } = unit;
    ActiveModel {
        code: Set(Coded(code)),
        name: Set(name),
        region_code: Set(region_code.map(Coded)),
        parent_code: Set(parent_code.map(Coded)),
        ..Default::default()
    }
}

/// Why `parent` cannot be above `unit`, if so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParentProblem {
    /// There is no such unit.
    Unknown,
    /// The unit would be its own superior.
    Cycle,
}

/// Checks a new parent: it must exist and must not be the unit itself or below it.
pub async fn check_parent(
    conn: &impl ConnectionTrait,
    unit: &UnitCode,
    parent: &UnitCode,
) -> Result<Option<ParentProblem>, DbErr> {
    if find(conn, &Scope::All, parent).await?.is_none() {
        return Ok(Some(if unit == parent { ParentProblem::Cycle } else { ParentProblem::Unknown }));
    }
    let below = find(conn, &Scope::UnitAndBelow(unit.clone()), parent).await?;
    Ok(below.map(|_| ParentProblem::Cycle))
}
