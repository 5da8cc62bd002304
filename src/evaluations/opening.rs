//! Opening evaluations for a change of their parts: the one place where scope and stage are checked for a write.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use jixiao_core::workflow::{Stage, State};
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::db::{Coded, Deed, Int, Json, Scope, Work, insert_rows, one_of};
use crate::http::Principal;
use crate::units::entity as units;
use crate::units::store as unit_store;
use crate::years::{round_store, store as year_store};

/// Why a unit's year cannot be changed by this caller now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such unit, or the caller may not see it.
    NoUnit,
    /// The year was not set up.
    NoYear,
    /// The caller sees it and may not write it.
    NotYours,
    /// It was handed in: locked at this stage.
    Locked(Stage),
}

/// A unit and a year.
pub type Key = (UnitCode, FiscalYear);

/// What stands where a unit's year is to be changed.
#[derive(Clone, Debug)]
pub enum Opening {
    /// An evaluation that may be changed; it is held until the work is over.
    Ready(Model),
    /// Nothing yet: the first change makes it, by [`make`].
    New(units::Model),
    /// It cannot be changed.
    Refused(Refusal),
    /// It was handed in, and is the caller's to read: what changes nothing may still be said.
    Locked(Stage, Model),
}

/// Looks at units' years for a change of their parts, and holds what is there, by a few queries for any number. The
/// first part makes the evaluation. Opening changes nothing yet: what writes a part says that it did, so an import
/// that finds every row as it is leaves the form's tag alone.
pub async fn open_many(
    work: &Work<'_>,
    caller: &Principal,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, Opening>, DbErr> {
    let conn = work.conn();
    let codes: BTreeSet<&UnitCode> = keys.iter().map(|(unit, _)| unit).collect();
    let seen = unit_store::reached(conn, &caller.reading(), &codes).await?;
    let writing = caller.writing();
    let seen: BTreeMap<UnitCode, units::Model> =
        seen.into_iter().map(|unit| (unit.code.0.clone(), unit)).collect();
    let written: BTreeSet<UnitCode> =
        seen.values().filter(|unit| unit.is_in(&writing)).map(|unit| unit.code.0.clone()).collect();
    let theirs = keys.iter().filter(|(unit, _)| written.contains(unit));
    let mut stored = stored(conn, theirs, Held::Awaited).await?;
    let is_complete = keys.iter().all(|key| stored.contains_key(key));
    let years: BTreeSet<FiscalYear> = if is_complete {
        BTreeSet::new()
    } else {
        year_store::all(conn).await?.into_iter().map(|year| year.year.0).collect()
    };
    let opening = |(unit, year): &Key| {
        let Some(row) = seen.get(unit) else { return Opening::Refused(Refusal::NoUnit) };
        if !written.contains(unit) {
            return Opening::Refused(Refusal::NotYours);
        }
        match stored.remove(&(unit.clone(), *year)) {
            Some(evaluation) if !evaluation.stage.0.is_editable() => {
                Opening::Locked(evaluation.stage.0, evaluation)
            }
            // What the unit has handed in once is its own: nobody fills it in for them any more.
            Some(evaluation) if evaluation.round > 0 && caller.unit.as_ref() != Some(unit) => {
                Opening::Refused(Refusal::NotYours)
            }
            Some(evaluation) => Opening::Ready(evaluation),
            None if years.contains(year) => Opening::New(row.clone()),
            None => Opening::Refused(Refusal::NoYear),
        }
    };
    Ok(keys.iter().cloned().zip(keys.iter().map(opening)).collect())
}

/// The same for several callers, each of whom wants one: what is their own, may be changed as it stands, and is held by
/// nobody else. Whatever else is to be said, [`open`] says.
pub async fn ready(work: &Work<'_>, wanted: &[(&Principal, Key)]) -> Result<Vec<Option<Model>>, DbErr> {
    let is_own = |caller: &Principal, (unit, _): &Key| caller.writing() == Scope::Unit(unit.clone());
    let own = wanted.iter().filter(|(caller, key)| is_own(caller, key)).map(|(_, key)| key);
    let stored = stored(work.conn(), own, Held::LeftOut).await?;
    let ready = |(caller, key): &(&Principal, Key)| {
        let evaluation = stored.get(key).filter(|evaluation| evaluation.stage.0.is_editable());
        evaluation.filter(|_| is_own(caller, key)).cloned()
    };
    Ok(wanted.iter().map(ready).collect())
}

/// What is done about a form that somebody else holds.
#[derive(Clone, Copy, Debug)]
enum Held {
    Awaited,
    LeftOut,
}

/// The evaluations of these keys, held: two writers of one form take turns, so that its version and totals count both.
/// In the order of their keys, so that two who hold several never wait in a circle.
async fn stored(
    conn: &impl ConnectionTrait,
    keys: impl Iterator<Item = &Key>,
    held: Held,
) -> Result<BTreeMap<Key, Model>, DbErr> {
    let keys: BTreeSet<&Key> = keys.collect();
    let keys: Vec<&Key> = keys.into_iter().collect();
    let mut found = BTreeMap::new();
    for chunk in keys.chunks(500) {
        // Each by itself, so that each is looked for by the index. By a year and many units, PostgreSQL reads all of the
        // year where it takes the table for as small as it was; by a list of pairs, SQLite reads the whole table.
        let is = |(unit, year): &Key| Column::UnitCode.eq(unit.as_str()).and(Column::Year.eq(Int(*year)));
        let any = one_of(chunk.iter().copied()).into_iter().map(is).fold(Condition::any(), Condition::add);
        let rows = Entity::find().filter(any).order_by_asc(Column::UnitCode).order_by_asc(Column::Year);
        let rows = match held {
            Held::Awaited => rows.lock_exclusive(),
            Held::LeftOut => rows.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked),
        };
        for row in rows.all(conn).await? {
            found.insert((row.unit_code.0.clone(), row.year.0), row);
        }
    }
    Ok(found)
}

/// Opens one unit's year, making the evaluation if it is the first change.
pub async fn open(
    work: &mut Work<'_>,
    caller: &Principal,
    unit: &UnitCode,
    year: FiscalYear,
) -> Result<Result<Model, Refusal>, DbErr> {
    let key = (unit.clone(), year);
    let mut opened = open_many(work, caller, &BTreeSet::from([key.clone()])).await?;
    match opened.remove(&key) {
        Some(Opening::Ready(evaluation)) => Ok(Ok(evaluation)),
        Some(Opening::New(row)) => {
            let made = make(work, caller, &[(row, year)]).await?.remove(&key);
            made.map(Ok).ok_or_else(|| DbErr::RecordNotInserted)
        }
        Some(Opening::Refused(refusal)) => Ok(Err(refusal)),
        Some(Opening::Locked(stage, _)) => Ok(Err(Refusal::Locked(stage))),
        None => Ok(Err(Refusal::NoUnit)),
    }
}

/// Makes evaluations that [`open_many`] said are new.
pub async fn make(
    work: &mut Work<'_>,
    caller: &Principal,
    new: &[(units::Model, FiscalYear)],
) -> Result<BTreeMap<Key, Model>, DbErr> {
    let mut rule_sets: BTreeMap<(FiscalYear, Option<RegionCode>), String> = BTreeMap::new();
    let mut rows = Vec::with_capacity(new.len());
    for (unit, year) in new {
        let region = unit.region_code.as_ref().map(|region| region.0.clone());
        let rule_set = if let Some(known) = rule_sets.get(&(*year, region.clone())) {
            known.clone()
        } else {
            let found = round_store::rule_set(work.conn(), *year, region.as_ref()).await?;
            rule_sets.insert((*year, region), found.clone());
            found
        };
        let for_the_unit = caller.unit.as_ref() != Some(&unit.code.0);
        rows.push(ActiveModel {
            id: ActiveValue::NotSet,
            unit_code: Set(unit.code.clone()),
            year: Set(Int(*year)),
            stage: Set(Coded(Stage::Draft)),
            state: Set(Json(State::Draft)),
            round: Set(0),
            due: Set(None),
            rule_set: Set(rule_set),
            on_behalf_of: Set(for_the_unit.then(|| caller.username.clone())),
            // The commit that makes it counts as its first change.
            version: Set(0),
            created_at: Set(work.now()),
            updated_at: Set(work.now()),
        });
    }
    insert_rows(work.conn(), rows).await?;
    let keys: Vec<Key> = new.iter().map(|(unit, year)| (unit.code.0.clone(), *year)).collect();
    let made = stored(work.conn(), keys.iter(), Held::Awaited).await?;
    for ((unit, year), evaluation) in &made {
        work.touch_evaluation(evaluation.id);
        let said =
            serde_json::json!({ "stage": evaluation.stage.0, "on_behalf_of": evaluation.on_behalf_of });
        work.record(evaluation.chain(), "evaluation", format!("{unit}/{year}"), Deed::made(&said));
    }
    Ok(made)
}
