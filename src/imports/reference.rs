//! Years and units in a bundle. An administrator's bundle makes and changes them; anybody else's may refer to
//! them, word for word or by less, and never changes them.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, UnitCode};
use jixiao_core::workflow::{Action, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::bundle::Row;
use super::run::Run;
use crate::db::Scope;
use crate::http::{ApiError, FieldError, apply_merge_patch};
use crate::units::store as unit_store;
use crate::units::wire::UnitInput;
use crate::years::routes::unknown_rule_set;
use crate::years::store as year_store;
use crate::years::wire::YearInput;

/// What a row makes of what is stored, or its errors.
pub fn merged<T: Serialize + DeserializeOwned + ToSchema>(
    run: &mut Run<'_, '_>,
    row: &Row,
    stored: Option<&T>,
) -> Result<Option<T>, ApiError> {
    let mut value = match stored {
        Some(stored) => serde_json::to_value(stored).map_err(ApiError::internal)?,
        None => serde_json::Value::Object(serde_json::Map::new()),
    };
    apply_merge_patch(&mut value, row.value.clone());
    let at = row.pointer();
    let errors = run.schemas.check(&T::name(), &value, &at).map_err(ApiError::internal)?;
    if !errors.is_empty() {
        for error in errors {
            run.fail(row, error);
        }
        return Ok(None);
    }
    match serde_json::from_value(value) {
        Ok(typed) => Ok(Some(typed)),
        Err(why) => {
            run.fail(
                row,
                FieldError::new(at, "invalid", format!("内容有误：{why}"), format!("Invalid: {why}")),
            );
            Ok(None)
        }
    }
}

fn repeated(row: &Row) -> FieldError {
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

/// Imports years.
pub async fn years(run: &mut Run<'_, '_>, rows: Vec<Row>) -> Result<(), ApiError> {
    let may_write = run.caller.role == Role::Admin && Action::WriteYears.allows(run.caller.role);
    let stored = year_store::all(run.work.conn()).await?;
    let stored: BTreeMap<FiscalYear, _> = stored.into_iter().map(|row| (row.year.0, row)).collect();
    let mut seen = BTreeSet::new();
    for row in rows {
        let year = row.value.get("year").and_then(serde_json::Value::as_i64);
        let year = year.and_then(|year| i32::try_from(year).ok()).and_then(|year| year.try_into().ok());
        let current = year.and_then(|year| stored.get(&year));
        let Some(input) = merged(run, &row, current.map(YearInput::from).as_ref())? else { continue };
        if !seen.insert(input.year) {
            run.fail(&row, repeated(&row));
            continue;
        }
        let at = format!("{}/rule_set", row.pointer());
        if let Some(error) = unknown_rule_set(&run.work, &at, &input.rule_set).await? {
            run.fail(&row, error);
            continue;
        }
        match current {
            Some(current) if YearInput::from(current) == input => run.report.counts.unchanged += 1,
            _ if !may_write => run.fail(&row, not_permitted(&row, "年度", "year")),
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
    Ok(())
}

/// Imports units, superiors before their subordinates.
pub async fn units(run: &mut Run<'_, '_>, rows: Vec<Row>) -> Result<(), ApiError> {
    let may_write = run.caller.role == Role::Admin && Action::WriteUnits.allows(run.caller.role);
    let codes = |name: &'static str| {
        rows.iter().filter_map(move |row| row.value.get(name)?.as_str().map(str::to_owned))
    };
    let known = unit_store::find_many(run.work.conn(), codes("code").collect()).await?;
    let mut stored: BTreeMap<UnitCode, _> = known.into_iter().map(|row| (row.code.0.clone(), row)).collect();
    if !may_write {
        // What the caller may not see, their bundle cannot confirm.
        let reading = run.caller.reading();
        for code in stored.keys().cloned().collect::<Vec<_>>() {
            if unit_store::find(run.work.conn(), &reading, &code).await?.is_none() {
                stored.remove(&code);
            }
        }
    }

    let mut inputs = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &rows {
        let code: Option<UnitCode> =
            row.value.get("code").and_then(serde_json::Value::as_str).and_then(|code| code.parse().ok());
        let current = code.and_then(|code| stored.get(&code));
        let Some(input) = merged(run, row, current.map(UnitInput::from).as_ref())? else { continue };
        if seen.insert(input.code.clone()) {
            inputs.push((row, input));
        } else {
            run.fail(row, repeated(row));
        }
    }

    // A superior may stand further down the file: go round until nothing more can be written.
    let in_file: BTreeSet<UnitCode> = inputs.iter().map(|(_, input)| input.code.clone()).collect();
    let mut written = BTreeSet::new();
    let mut waiting = inputs;
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, input)| {
            input
                .parent_code
                .as_ref()
                .is_none_or(|parent| !in_file.contains(parent) || written.contains(parent))
        });
        if ready.is_empty() {
            for (row, input) in rest {
                let parent = input.parent_code.as_ref().unwrap_or(&input.code);
                let at = format!("{}/parent_code", row.pointer());
                let cycle = unit_store::ParentProblem::Cycle;
                run.fail(row, crate::units::routes::parent_error(&at, parent, cycle));
            }
            return Ok(());
        }
        for (row, input) in ready {
            written.insert(input.code.clone());
            unit(run, row, stored.get(&input.code), input, may_write).await?;
        }
        waiting = rest;
    }
}

async fn unit(
    run: &mut Run<'_, '_>,
    row: &Row,
    current: Option<&crate::units::entity::Model>,
    input: UnitInput,
    may_write: bool,
) -> Result<(), ApiError> {
    match current {
        Some(current) if UnitInput::from(current) == input => {
            run.report.counts.unchanged += 1;
            return Ok(());
        }
        _ if !may_write => {
            run.fail(row, not_permitted(row, "单位", "unit"));
            return Ok(());
        }
        _ => {}
    }
    if let Some(parent) = &input.parent_code
        && let Some(problem) = unit_store::check_parent(run.work.conn(), &input.code, parent).await?
    {
        let at = format!("{}/parent_code", row.pointer());
        run.fail(row, crate::units::routes::parent_error(&at, parent, problem));
        return Ok(());
    }
    match current {
        Some(current) => {
            unit_store::update(&mut run.work, current, input).await?;
            run.report.counts.updated += 1;
        }
        None if unit_store::find(run.work.conn(), &Scope::All, &input.code).await?.is_none() => {
            unit_store::insert(&mut run.work, input).await?;
            run.report.counts.created += 1;
        }
        None => run.fail(row, not_permitted(row, "单位", "unit")),
    }
    Ok(())
}
