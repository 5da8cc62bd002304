//! Years and units in a bundle. An administrator's bundle makes and changes them; anybody else's may refer to
//! them, word for word or by less, and never changes them.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, UnitCode};
use jixiao_core::workflow::{Action, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::bundle::Row;
use super::run::Run;
use crate::db::Scope;
use crate::http::{ApiError, FieldError, Schemas, apply_merge_patch};
use crate::units::entity as units;
use crate::units::store as unit_store;
use crate::units::wire::UnitInput;
use crate::years::routes::unknown_rule_set;
use crate::years::store as year_store;
use crate::years::wire::YearInput;

/// What a row makes of what is stored, or its errors.
pub fn merged<T: Serialize + DeserializeOwned + ToSchema>(
    schemas: &Schemas,
    row: &mut Row,
    stored: Option<&T>,
) -> Result<T, Vec<FieldError>> {
    let at = row.pointer();
    let invalid = |why: String| {
        let (zh, en) = (format!("内容有误：{why}"), format!("Invalid: {why}"));
        vec![FieldError::new(at.clone(), "invalid", zh, en)]
    };
    let laid_over = if let Some(stored) = stored {
        let mut value = serde_json::to_value(stored).map_err(|why| invalid(why.to_string()))?;
        apply_merge_patch(&mut value, row.value.clone());
        Some(value)
    } else {
        without_nulls(&mut row.value);
        None
    };
    let value = laid_over.as_ref().unwrap_or(&row.value);
    let errors = schemas.check(&T::name(), value, &at).map_err(invalid)?;
    if !errors.is_empty() {
        return Err(errors);
    }
    T::deserialize(value).map_err(|why| invalid(why.to_string()))
}

/// Where there is nothing to clear, a null says nothing.
fn without_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(without_nulls);
    }
}

/// A row whose key came before.
#[must_use]
pub fn repeated(row: &Row) -> FieldError {
    FieldError::new(row.pointer(), "repeated_key", "与前面某行的主键重复", "Repeats the key of a row before")
}

fn not_permitted(row: &Row, what_zh: &str, what_en: &str) -> FieldError {
    FieldError::new(
        row.pointer(),
        "not_permitted",
        format!("只有管理员可以新建或修改{what_zh}；请去掉此行，或使其与已有内容一致"),
        format!(
            "Only an administrator makes or changes a {what_en}; leave the row out, or make it say what is stored"
        ),
    )
}

/// A row that needs another one of the file, in which there is an error.
#[must_use]
pub fn needs(row: &Row, field: &str, what_zh: &str, what_en: &str, key: &str) -> FieldError {
    FieldError::new(
        format!("{}/{field}", row.pointer()),
        "needs_failed_row",
        format!("所属{what_zh} {key} 的那一行有误，未写入；改正那一行后此行即可写入"),
        format!(
            "The row of its {what_en} {key} is wrong and was not written; mend that one, and this can follow"
        ),
    )
}

/// A row of the reference data on its way in.
struct Judged<T> {
    row: Row,
    input: T,
}

/// Reads rows: those that are well, without repetitions; of the others the keys, as far as they can be read.
fn judge<T, K: Ord + Clone>(
    run: &mut Run<'_, '_>,
    rows: Vec<Row>,
    key_in: impl Fn(&Value) -> Option<K>,
    key_of: impl Fn(&T) -> K,
    stored: impl Fn(&K) -> Option<T>,
) -> (Vec<Judged<T>>, BTreeSet<K>)
where
    T: Serialize + DeserializeOwned + ToSchema,
{
    let (mut well, mut failed, mut seen) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for mut row in rows {
        let key = key_in(&row.value);
        let current = key.as_ref().and_then(&stored);
        match merged(run.schemas, &mut row, current.as_ref()) {
            Err(errors) => {
                run.fail_with(&row, errors);
                failed.extend(key);
            }
            Ok(_) if run.unfolded.contains(&(row.collection, row.index)) => failed.extend(key),
            Ok(input) if seen.insert(key_of(&input)) => well.push(Judged { row, input }),
            Ok(_) => run.fail(&row, repeated(&row)),
        }
    }
    (well, failed)
}

fn year_in(row: &Value) -> Option<FiscalYear> {
    i32::try_from(row.get("year")?.as_i64()?).ok()?.try_into().ok()
}

fn code_in(row: &Value) -> Option<UnitCode> {
    row.get("code")?.as_str()?.parse().ok()
}

/// Imports years. Gives back those that are missing for an error in their row.
pub async fn years(run: &mut Run<'_, '_>, rows: Vec<Row>) -> Result<BTreeSet<FiscalYear>, ApiError> {
    if rows.is_empty() {
        return Ok(BTreeSet::new());
    }
    let may_write = run.caller.role == Role::Admin && Action::WriteYears.allows(run.caller.role);
    let stored = year_store::all(run.work.conn()).await?;
    let stored: BTreeMap<FiscalYear, _> = stored.into_iter().map(|row| (row.year.0, row)).collect();
    let current = |year: &FiscalYear| stored.get(year).map(YearInput::from);
    let (well, mut failed) = judge(run, rows, year_in, |input: &YearInput| input.year, current);
    for Judged { row, input } in well {
        let (year, current) = (input.year, stored.get(&input.year));
        let before = run.report.errors.count();
        let at = format!("{}/rule_set", row.pointer());
        if let Some(error) = unknown_rule_set(&run.work, &at, &input.rule_set).await? {
            run.fail(&row, error);
        } else if !may_write && current.is_some_and(|current| YearInput::from(current) == input) {
            run.report.counts.unchanged += 1;
        } else if !may_write {
            run.fail(&row, not_permitted(&row, "年度", "year"));
        } else if let Some(error) = run.order.strategy.forbids(&row, current.is_some()) {
            run.fail(&row, error);
        } else {
            match current {
                Some(current) if YearInput::from(current) == input => run.report.counts.unchanged += 1,
                Some(current) => {
                    year_store::update(&mut run.work, current, input).await?;
                    run.report.counts.updated += 1;
                }
                None => {
                    year_store::insert(&mut run.work, input).await?;
                    run.report.counts.created += 1;
                }
            }
        }
        if run.report.errors.count() > before {
            failed.insert(year);
        }
    }
    failed.retain(|year| !stored.contains_key(year));
    Ok(failed)
}

/// Imports units, superiors before their subordinates. Gives back those that are missing for an error in their row.
pub async fn units(run: &mut Run<'_, '_>, rows: Vec<Row>) -> Result<BTreeSet<UnitCode>, ApiError> {
    if rows.is_empty() {
        return Ok(BTreeSet::new());
    }
    let may_write = run.caller.role == Role::Admin && Action::WriteUnits.allows(run.caller.role);
    let codes: BTreeSet<UnitCode> = rows.iter().filter_map(|row| code_in(&row.value)).collect();
    // What the caller may not see, their bundle cannot confirm.
    let scope = if may_write { Scope::All } else { run.caller.reading() };
    let found = unit_store::reached(run.work.conn(), &scope, &codes.iter().collect()).await?;
    let mut stored: BTreeMap<UnitCode, _> = found.into_iter().map(|row| (row.code.0.clone(), row)).collect();
    let current = |code: &UnitCode| stored.get(code).map(UnitInput::from);
    let (mut waiting, mut failed) =
        judge(run, rows, code_in, |input: &UnitInput| input.code.clone(), current);
    let superiors = waiting.iter().filter_map(|one| one.input.parent_code.as_ref());
    let superiors: BTreeSet<&UnitCode> = superiors.filter(|code| !stored.contains_key(code)).collect();
    let found = unit_store::reached(run.work.conn(), &Scope::All, &superiors).await?;
    stored.extend(found.into_iter().map(|row| (row.code.0.clone(), row)));

    // A superior may stand further down the file: go round until nothing more can be written.
    let in_file: BTreeSet<UnitCode> = waiting.iter().map(|one| one.input.code.clone()).collect();
    let mut done = BTreeSet::new();
    while !waiting.is_empty() {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|one| {
            let parent = one.input.parent_code.as_ref();
            parent.is_none_or(|parent| !in_file.contains(parent) || done.contains(parent))
        });
        waiting = rest;
        if ready.is_empty() {
            for Judged { row, input } in waiting {
                let parent = input.parent_code.as_ref().unwrap_or(&input.code);
                let at = format!("{}/parent_code", row.pointer());
                let cycle = unit_store::ParentProblem::Cycle;
                run.fail(&row, crate::units::routes::parent_error(&at, parent, cycle));
                failed.insert(input.code);
            }
            break;
        }
        done.extend(ready.iter().map(|one| one.input.code.clone()));
        let mut fresh = Vec::new();
        for Judged { row, input } in ready {
            match unit(run, &row, &stored, (&input, may_write), (&done, &failed)).await? {
                Became::Unchanged => run.report.counts.unchanged += 1,
                Became::Changed(current) => {
                    unit_store::update(&mut run.work, current, input).await?;
                    run.report.counts.updated += 1;
                }
                Became::Made => fresh.push(input),
                Became::Wrong(errors) => {
                    run.fail_with(&row, errors);
                    failed.insert(input.code);
                }
            }
        }
        run.report.counts.created += fresh.len();
        unit_store::insert_many(&mut run.work, fresh).await?;
    }
    failed.retain(|code| !stored.contains_key(code));
    Ok(failed)
}

/// What becomes of a unit's row.
enum Became<'s> {
    Unchanged,
    Changed(&'s units::Model),
    Made,
    Wrong(Vec<FieldError>),
}

async fn unit<'s>(
    run: &Run<'_, '_>,
    row: &Row,
    stored: &'s BTreeMap<UnitCode, units::Model>,
    (input, may_write): (&UnitInput, bool),
    (done, failed): (&BTreeSet<UnitCode>, &BTreeSet<UnitCode>),
) -> Result<Became<'s>, ApiError> {
    let current = stored.get(&input.code);
    let is_same = current.is_some_and(|current| UnitInput::from(current) == *input);
    if !may_write {
        let wrong = || Became::Wrong(vec![not_permitted(row, "单位", "unit")]);
        return Ok(if is_same { Became::Unchanged } else { wrong() });
    }
    if let Some(error) = run.order.strategy.forbids(row, current.is_some()) {
        return Ok(Became::Wrong(vec![error]));
    }
    if is_same {
        return Ok(Became::Unchanged);
    }
    if let Some(parent) = &input.parent_code {
        let is_known = stored.contains_key(parent) || (done.contains(parent) && !failed.contains(parent));
        let problem = if *parent == input.code {
            Some(unit_store::ParentProblem::Cycle)
        } else if !is_known && failed.contains(parent) {
            let told = needs(row, "parent_code", "上级单位", "superior", parent.as_str());
            // Where one error refuses them all, the row of the superior says enough.
            return Ok(Became::Wrong(if run.order.is_atomic { Vec::new() } else { vec![told] }));
        } else if !is_known {
            Some(unit_store::ParentProblem::Unknown)
        } else if current.is_some() {
            unit_store::check_parent(run.work.conn(), &input.code, parent).await?
        } else {
            None // nothing can be below a unit that is not there yet
        };
        if let Some(problem) = problem {
            let at = format!("{}/parent_code", row.pointer());
            return Ok(Became::Wrong(vec![crate::units::routes::parent_error(&at, parent, problem)]));
        }
    }
    Ok(current.map_or(Became::Made, Became::Changed))
}
