//! How far a region's round has come: its units, where each stands, who is late.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use jixiao_core::workflow::{Stage, has_passed};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::db::{Coded, Json, Scope};
use crate::evaluations::entity as evaluations;
use crate::evaluations::shown::deadline;
use crate::units::entity as units;
use crate::years::calendar::Calendar;
use crate::years::round_entity as rounds;

/// A unit of a round, and where it stands.
#[derive(Debug, FromQueryResult)]
pub struct Standing {
    /// The unit.
    pub code: Coded<UnitCode>,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region_code: Option<Coded<RegionCode>>,
    /// Its stage; none: it has not begun.
    pub stage: Option<Coded<Stage>>,
    /// Until when the bureau lets it hand in again.
    pub due: Option<NaiveDate>,
}

/// What a round's units come to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Units that must report.
    pub assigned: usize,
    /// Units that were excused.
    pub excused: usize,
    /// Units that have not begun.
    pub not_started: usize,
    /// Units at each stage.
    pub stages: BTreeMap<Stage, usize>,
    /// Units that have not handed in after their deadline.
    pub overdue: Vec<(Standing, NaiveDate)>,
}

/// The units of a round that the caller sees, as far as they must report.
pub async fn standings(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    round: &rounds::Model,
    below: Option<&UnitCode>,
) -> Result<Vec<Standing>, DbErr> {
    let code = (units::Entity, units::Column::Code);
    let mut wanted = scope.covers(code).add(Scope::Region(round.region_code.0.clone()).covers(code));
    if let Some(Coded(department)) = &round.assigned_under {
        wanted = wanted.add(strictly_below(department));
    }
    if let Some(department) = below {
        wanted = wanted.add(strictly_below(department));
    }
    let year = round.year;
    let to_evaluation = units::Entity::belongs_to(evaluations::Entity)
        .from(units::Column::Code)
        .to(evaluations::Column::UnitCode)
        .on_condition(move |_, right| {
            Condition::all().add(Expr::col((right, evaluations::Column::Year)).eq(year))
        })
        .into();
    let rows = units::Entity::find()
        .select_only()
        .columns([units::Column::Code, units::Column::Name, units::Column::RegionCode])
        .column(evaluations::Column::Stage)
        .column(evaluations::Column::Due)
        .join(JoinType::LeftJoin, to_evaluation)
        .filter(wanted)
        .order_by_asc(units::Column::Code)
        .into_model::<Standing>()
        .all(conn)
        .await?;
    let Some(Json(listed)) = &round.assigned_units else { return Ok(rows) };
    let listed: BTreeSet<&UnitCode> = listed.iter().collect();
    Ok(rows.into_iter().filter(|row| listed.contains(&row.code.0)).collect())
}

/// Below this unit, however deep.
#[must_use]
pub fn strictly_below(department: &UnitCode) -> Condition {
    let below = Scope::UnitAndBelow(department.clone()).covers((units::Entity, units::Column::Code));
    below.add(units::Column::Code.ne(department.as_str()))
}

/// Counts where the units stand.
#[must_use]
pub fn tally(rows: Vec<Standing>, year: FiscalYear, calendar: &Calendar, now: DateTime<Utc>) -> Tally {
    let mut tally = Tally::default();
    for row in rows {
        let terms = calendar.terms(year, row.region_code.as_ref().map(|region| &region.0), &row.code.0);
        let stage = row.stage.as_ref().map(|stage| stage.0);
        // Who was excused and hands in all the same is counted with the others.
        if terms.is_excused && stage.is_none_or(Stage::is_editable) {
            tally.excused += 1;
            continue;
        }
        tally.assigned += 1;
        match stage {
            None => tally.not_started += 1,
            Some(stage) => *tally.stages.entry(stage).or_default() += 1,
        }
        let last_day = deadline(terms, row.due).filter(|day| has_passed(*day, now));
        if let (Some(day), true) = (last_day, stage.is_none_or(Stage::is_editable)) {
            tally.overdue.push((row, day));
        }
    }
    tally
}

/// The calendar of these units' year.
pub async fn calendar(
    conn: &impl ConnectionTrait,
    year: FiscalYear,
    rows: &[Standing],
) -> Result<Calendar, DbErr> {
    let units = rows.iter().map(|row| &row.code.0).collect();
    Calendar::load(conn, &BTreeSet::from([year]), &units).await
}
