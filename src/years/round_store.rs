//! Rounds in the database.

use jixiao_core::kernel::{FiscalYear, RegionCode};
use sea_orm::sea_query::{Expr, Query, UnionType};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect, Select, Set,
};

use super::entity as years;
use super::round_entity::{ActiveModel, Column, Entity, Model};
use super::wire::{RoundInput, RoundView};
use crate::db::{Chain, Coded, Deed, Int, Json, Keyset, Work, keyset_page};
use crate::http::wire::Stamp;

fn of_year(year: FiscalYear) -> Select<Entity> {
    Entity::find().filter(Column::Year.eq(Int(year)))
}

/// A page of a year's rounds.
pub async fn list(conn: &impl ConnectionTrait, year: FiscalYear, page: Keyset) -> Result<Vec<Model>, DbErr> {
    keyset_page(of_year(year), page).all(conn).await
}

/// How many rounds a year has.
pub async fn count(conn: &impl ConnectionTrait, year: FiscalYear) -> Result<u64, DbErr> {
    of_year(year).count(conn).await
}

/// The round of this region, if it was opened.
pub async fn find(
    conn: &impl ConnectionTrait,
    year: FiscalYear,
    region: &RegionCode,
) -> Result<Option<Model>, DbErr> {
    of_year(year).filter(Column::RegionCode.eq(region.as_str())).one(conn).await
}

/// The same, held until the work is over: who was shown one version takes turns with who was shown it too.
pub async fn hold(work: &Work<'_>, year: FiscalYear, region: &RegionCode) -> Result<Option<Model>, DbErr> {
    let round = of_year(year).filter(Column::RegionCode.eq(region.as_str()));
    round.lock_exclusive().one(work.conn()).await
}

/// The rule set for a unit of `region`: that of the narrowest round that chose one, else the year's.
pub async fn rule_set(
    conn: &impl ConnectionTrait,
    year: FiscalYear,
    region: Option<&RegionCode>,
) -> Result<String, DbErr> {
    let mut choices = Query::select();
    choices.column(years::Column::RuleSet).expr_as(Expr::val(""), REGION).from(years::Entity);
    choices.and_where(years::Column::Year.eq(Int(year)));
    if let Some(region) = region {
        let around = [2, 4, 6].into_iter().filter_map(|length| region.as_str().get(..length));
        let mut rounds = Query::select();
        rounds.column(Column::RuleSet).expr_as(Expr::col(Column::RegionCode), REGION).from(Entity);
        rounds.and_where(Column::Year.eq(Int(year))).and_where(Column::RegionCode.is_in(around));
        rounds.and_where(Column::RuleSet.is_not_null());
        choices.union(UnionType::All, rounds);
    }
    let mut narrowest = (String::new(), crate::rule_sets::DEFAULT.to_owned());
    for row in conn.query_all_raw(conn.get_database_backend().build(&choices)).await? {
        let region: String = row.try_get("", REGION)?;
        if region.len() >= narrowest.0.len() {
            narrowest = (region, row.try_get("", "rule_set")?);
        }
    }
    Ok(narrowest.1)
}

const REGION: &str = "region";

/// Opens a round.
pub async fn insert(work: &mut Work<'_>, round: RoundInput) -> Result<Model, DbErr> {
    record(work, &round, Deed::made(&round));
    if round.rule_set.is_some() {
        work.touch_year(round.year);
    }
    let row = ActiveModel {
        id: ActiveValue::NotSet,
        version: Set(1),
        created_at: Set(work.now()),
        updated_at: Set(work.now()),
        ..columns(round)
    };
    row.insert(work.conn()).await
}

/// Replaces what a round says; what is scored by it follows.
pub async fn update(work: &mut Work<'_>, current: &Model, round: RoundInput) -> Result<Model, DbErr> {
    record(work, &round, Deed::changed(&RoundInput::from(current), &round));
    if current.rule_set != round.rule_set {
        work.touch_year(round.year);
    }
    let row = ActiveModel {
        id: ActiveValue::Unchanged(current.id),
        version: Set(current.version + 1),
        updated_at: Set(work.now()),
        ..columns(round)
    };
    row.update(work.conn()).await
}

/// Closes a round as if it had never been opened; the year's defaults apply again.
pub async fn delete(work: &mut Work<'_>, current: Model) -> Result<(), DbErr> {
    let round = RoundInput::from(&current);
    record(work, &round, Deed::removed(&round));
    if current.rule_set.is_some() {
        work.touch_year(current.year.0);
    }
    current.into_active_model().delete(work.conn()).await.map(|_| ())
}

fn record(work: &mut Work<'_>, round: &RoundInput, deed: Deed) {
    let key = format!("{}/{}", round.year, round.region_code);
    work.record(Chain::Administration, "round", key, deed);
}

fn columns(round: RoundInput) -> ActiveModel {
    let RoundInput { year, region_code, opens_on, deadline, rule_set, assigned_units, assigned_under, note } =
        round;
    ActiveModel {
        year: Set(Int(year)),
        region_code: Set(Coded(region_code)),
        opens_on: Set(opens_on),
        deadline: Set(deadline),
        rule_set: Set(rule_set),
        assigned_units: Set(assigned_units.map(Json)),
        assigned_under: Set(assigned_under.map(Coded)),
        note: Set(note),
        ..Default::default()
    }
}

impl From<&Model> for RoundInput {
    fn from(row: &Model) -> Self {
        let row = row.clone();
        Self {
            year: row.year.0,
            region_code: row.region_code.0,
            opens_on: row.opens_on,
            deadline: row.deadline,
            rule_set: row.rule_set,
            assigned_units: row.assigned_units.map(|Json(units)| units),
            assigned_under: row.assigned_under.map(|Coded(unit)| unit),
            note: row.note,
        }
    }
}

impl From<Model> for RoundView {
    fn from(row: Model) -> Self {
        let stamp = Stamp::of(row.id, row.version, row.created_at, row.updated_at);
        Self { round: RoundInput::from(&row), stamp }
    }
}
