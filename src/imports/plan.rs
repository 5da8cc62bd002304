//! The parts of one unit's year in a bundle.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, Lang, Text, UnitCode};
use jixiao_core::workflow::{Mark, State};
use serde_json::Value;

use super::bundle::{Collection, Row};
use super::reference::merged;
use super::run::Run;
use super::wire::LaterStage;
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::store::{self as evaluations, Refusal};
use crate::evaluations::sync::{Missing, sync};
use crate::evaluations::{Part, part};
use crate::forms::store as forms;
use crate::http::{ApiError, FieldError};
use crate::rule_sets::store as rule_sets;
use crate::workflow::entity::Line;
use crate::workflow::store::{self as workflow, Taken};
use crate::{base_data, budgets, indicators, narratives, projects};

/// Imports the rows of one unit's year.
pub async fn import(
    run: &mut Run<'_, '_>,
    unit: &UnitCode,
    year: FiscalYear,
    rows: Vec<Row>,
) -> Result<(), ApiError> {
    let (evaluation, locked) = match evaluations::open(&mut run.work, run.caller, unit, year).await? {
        Ok(evaluation) => (evaluation, None),
        // A file that says what is stored changes nothing: it may come again, whatever the stage.
        Err(refusal @ Refusal::Locked(_)) => {
            let scope = run.caller.writing();
            match evaluations::find(run.work.conn(), &scope, unit, year).await? {
                Some(evaluation) => (evaluation, Some(refusal)),
                None => return Ok(()),
            }
        }
        Err(refusal) => {
            run.fail_all(&rows, |row| refused(row, refusal, unit, year));
            return Ok(());
        }
    };
    let before = run.report.errors.len();
    let mut by_collection: BTreeMap<Collection, Vec<Row>> = BTreeMap::new();
    for row in rows {
        by_collection.entry(row.collection).or_default().push(row);
    }
    // In the order of `Collection`: a project stands before its indicators.
    for (collection, rows) in by_collection {
        match collection {
            Collection::Budgets => parts::<budgets::entity::Model>(run, &evaluation, locked, rows).await?,
            Collection::BaseData => parts::<base_data::entity::Model>(run, &evaluation, locked, rows).await?,
            Collection::ProjectExpenditures => {
                parts::<projects::entity::Model>(run, &evaluation, locked, rows).await?;
            }
            Collection::Indicators => {
                parts::<indicators::entity::Model>(run, &evaluation, locked, rows).await?;
            }
            Collection::Narratives => {
                parts::<narratives::entity::Model>(run, &evaluation, locked, rows).await?;
            }
            Collection::Years | Collection::Units => {}
        }
    }
    match run.later {
        Some(later) if locked.is_none() && run.report.errors.len() == before => {
            hand_in(run, &evaluation, later).await
        }
        _ => Ok(()),
    }
}

/// Takes a historical evaluation to its later stage.
async fn hand_in(run: &mut Run<'_, '_>, evaluation: &Evaluation, later: LaterStage) -> Result<(), ApiError> {
    rule_sets::keep(&run.work, &evaluation.rule_set).await?;
    let (form, _, _) = forms::load(run.work.conn(), evaluation).await?;
    let round = evaluation.round + 1;
    workflow::submit(&run.work, evaluation, round, form).await?;
    let mark = Mark { by: run.caller.username.clone(), at: run.work.now() };
    let state = match later {
        LaterStage::Submitted => State::Submitted { submitted: mark, endorsed: None },
        LaterStage::Approved => State::Approved { submitted: mark.clone(), approved: mark },
    };
    let details = vec![Line::new(
        "历史数据导入，审核问题保留、未强制",
        "historical import: findings are kept, not enforced",
    )];
    let taken = Taken { state, round, due: None, opinion: None, details };
    Ok(workflow::take(&mut run.work, evaluation, "import", taken).await?)
}

fn refused(row: &Row, refusal: Refusal, unit: &UnitCode, year: FiscalYear) -> FieldError {
    let at = row.pointer();
    match refusal {
        Refusal::NoUnit => FieldError::new(
            format!("{at}/unit"),
            "unknown_unit",
            format!("没有编码为 {unit} 的单位，或不在您的可见范围内"),
            format!("There is no unit {unit} that you may see"),
        ),
        Refusal::NotYours => FieldError::new(
            format!("{at}/unit"),
            "not_permitted",
            format!("您不能填报单位 {unit} 的数据"),
            format!("You may not fill in for unit {unit}"),
        ),
        Refusal::NoYear => FieldError::new(
            format!("{at}/year"),
            "unknown_year",
            format!("{year} 年度尚未设立"),
            format!("The year {year} was not set up"),
        ),
        Refusal::Locked(stage) => FieldError::new(
            at,
            "locked",
            format!("单位 {unit} 的 {year} 年度自评当前为“{}”，不能修改", stage.text(Lang::Zh)),
            format!(
                "The evaluation of unit {unit} for {year} is “{}” and cannot be changed",
                stage.text(Lang::En)
            ),
        ),
    }
}

async fn parts<P: Part>(
    run: &mut Run<'_, '_>,
    evaluation: &Evaluation,
    locked: Option<Refusal>,
    rows: Vec<Row>,
) -> Result<(), ApiError> {
    let siblings = P::siblings(run.work.conn(), evaluation.id).await?;
    let stored = part::all::<P>(run.work.conn(), evaluation.id).await?;
    let mut known: BTreeMap<String, P::Input> = BTreeMap::new();
    for row in &stored {
        let input = row.input(evaluation, &siblings);
        let value = serde_json::to_value(&input).map_err(ApiError::internal)?;
        known.insert(key(&rows, value), input);
    }
    let before = run.report.errors.len();
    let mut inputs = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &rows {
        let Some(input) = merged(run, row, known.get(&row.key()))? else { continue };
        if !seen.insert(P::key_of(&input)) {
            let error = FieldError::new(
                row.pointer(),
                "repeated_key",
                "与前面某行的主键重复",
                "Repeats the key of a row before",
            );
            run.fail(row, error);
        }
        for error in P::check(&input, &siblings) {
            let pointer = format!("{}{}", row.pointer(), error.pointer);
            run.fail(row, FieldError { pointer, ..error });
        }
        if let Some(refusal) = locked {
            if known.get(&row.key()) == Some(&input) {
                run.report.counts.unchanged += 1;
            } else {
                let (unit, year) = (&evaluation.unit_code.0, evaluation.year.0);
                run.fail(row, refused(row, refusal, unit, year));
            }
            continue;
        }
        inputs.push(input);
    }
    if locked.is_some() {
        return Ok(());
    }
    if run.report.errors.len() == before {
        let outcome = sync::<P>(&mut run.work, evaluation, &siblings, stored, inputs, Missing::Keep).await?;
        run.report.counts.add(outcome);
    }
    Ok(())
}

/// The key of a stored row, written as a row of the file writes it.
fn key(rows: &[Row], value: Value) -> String {
    rows.first().map(|row| Row { value, ..row.clone() }.key()).unwrap_or_default()
}
