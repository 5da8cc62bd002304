//! The run of an import: everything in one unit of work, committed only when nothing is wrong.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::{ActiveModelTrait, ActiveValue, Set};
use serde_json::Value;

use super::bundle::{Bundle, Collection, Row};
use super::entity;
use super::fold::fold;
use super::report::{Assessed, Report, RowError};
use super::wire::LaterStage;
use super::{plan, reference, suggest};
use crate::db::{Json, Scope, Work};
use crate::evaluations::store as evaluations;
use crate::findings::assess;
use crate::http::{ApiError, FieldError, Principal, Schemas};

/// Whether to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Do everything, then undo it.
    Validate,
    /// Write, if nothing is wrong.
    Commit,
}

/// How a bundle is to be imported.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whether to write.
    pub mode: Mode,
    /// The later stage of historical evaluations, which only an administrator imports: what the checks find is kept
    /// and shown, not enforced.
    pub later: Option<LaterStage>,
    /// SHA-256 of the body, by which the import is recognised in its record and in the audit chains.
    pub sha256: String,
}

/// What every step of an import works with.
#[derive(Debug)]
pub struct Run<'a, 'db> {
    /// The unit of work.
    pub work: Work<'db>,
    /// The document's schemas.
    pub schemas: &'a Schemas,
    /// Who imports.
    pub caller: &'a Principal,
    /// The later stage at which historical evaluations are imported; none: as drafts.
    pub later: Option<LaterStage>,
    /// What it comes to.
    pub report: Report,
}

/// Errors that are kept: whoever has more of them has another file.
const MOST_KEPT: usize = 50_000;

impl Run<'_, '_> {
    /// Takes an error down.
    pub fn fail(&mut self, row: &Row, error: FieldError) {
        if self.report.errors.len() < MOST_KEPT {
            self.report.errors.push(row.error(error));
        }
    }

    /// Takes the same error down for each of these rows.
    pub fn fail_all(&mut self, rows: &[Row], error: impl Fn(&Row) -> FieldError) {
        for row in rows {
            self.fail(row, error(row));
        }
    }
}

/// Imports `bundle` for `caller` within `work`, which is given back to be committed if nothing is wrong and it is
/// not only to be validated. `sha256` tells the body in the import's record and in the audit chains.
pub async fn run<'db>(
    mut work: Work<'db>,
    schemas: &Schemas,
    caller: &Principal,
    bundle: Bundle,
    Order { mode, later, sha256 }: Order,
) -> Result<(Work<'db>, Report), ApiError> {
    let Bundle { amount_unit, meta, mut rows, unread } = bundle;
    work.because(format!("import sha256:{sha256}"));
    let mut run = Run { work, schemas, caller, later, report: Report::default() };
    run.report.counts.total = rows.len() + unread.len();
    run.report.errors = unread;
    for row in &mut rows {
        let Some(schema) = schemas.get(row.collection.schema()).cloned() else { continue };
        let mut errors = Vec::new();
        let at = row.pointer();
        fold(&mut row.value, &schema, schemas, amount_unit, &at, &mut errors);
        run.report.errors.extend(errors.into_iter().map(|error| row.error(error)));
    }

    let (mut years, mut units, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row.collection {
            Collection::Years => years.push(row),
            Collection::Units => units.push(row),
            Collection::Budgets
            | Collection::BaseData
            | Collection::ProjectExpenditures
            | Collection::Indicators
            | Collection::Narratives => parts.push(row),
        }
    }
    reference::years(&mut run, years).await?;
    reference::units(&mut run, units).await?;
    let mut forms = Vec::new();
    for ((unit, year), rows) in by_evaluation(&mut run, parts)? {
        plan::import(&mut run, &unit, year, rows).await?;
        forms.push((unit, year));
    }

    let Run { work, mut report, .. } = run;
    report.counts.failed = failed_rows(&report.errors);
    if !report.errors.is_empty() {
        suggest::units(work.conn(), caller, &mut report.errors).await?;
        // Nothing was written, whatever had been done until the first error: the work is dropped.
        report.counts = super::report::Counts {
            total: report.counts.total,
            failed: report.counts.failed,
            ..Default::default()
        };
        return Ok((work, report));
    }
    if mode == Mode::Validate {
        report.assessed = assessed(&work, forms).await?;
    }
    if mode == Mode::Commit {
        let record = entity::ActiveModel {
            id: ActiveValue::NotSet,
            imported_by: Set(caller.username.clone()),
            strategy: Set("upsert".to_owned()),
            sha256: Set(sha256),
            counts: Set(Json(report.counts)),
            meta: Set(meta.map(Json)),
            created_at: Set(work.now()),
        };
        report.id = Some(record.insert(work.conn()).await?.id);
    }
    Ok((work, report))
}

/// What the checks find in forms that were touched, before they are undone.
async fn assessed(work: &Work<'_>, forms: Vec<(UnitCode, FiscalYear)>) -> Result<Vec<Assessed>, ApiError> {
    let mut all = Vec::with_capacity(forms.len());
    for (unit, year) in forms {
        // Whoever could write it sees it.
        let Some(evaluation) = evaluations::find(work.conn(), &Scope::All, &unit, year).await? else {
            continue;
        };
        let findings = assess(work.conn(), &evaluation).await?.findings;
        all.push(Assessed { unit, year, findings });
    }
    Ok(all)
}

/// Parts belong to a unit's year; those that name none are told so.
fn by_evaluation(
    run: &mut Run<'_, '_>,
    parts: Vec<Row>,
) -> Result<BTreeMap<(UnitCode, FiscalYear), Vec<Row>>, ApiError> {
    let mut groups: BTreeMap<(UnitCode, FiscalYear), Vec<Row>> = BTreeMap::new();
    for row in parts {
        let unit = row.value.get("unit").and_then(Value::as_str).and_then(|code| code.parse().ok());
        let year = row.value.get("year").and_then(Value::as_i64).and_then(|year| i32::try_from(year).ok());
        let year = year.and_then(|year| FiscalYear::try_from(year).ok());
        if let (Some(unit), Some(year)) = (unit, year) {
            groups.entry((unit, year)).or_default().push(row);
        } else {
            let errors = run.schemas.check(row.collection.schema(), &row.value, &row.pointer());
            let mut errors = errors.map_err(ApiError::internal)?;
            if errors.is_empty() {
                errors.push(not_whole(&row)); // or the row would be passed over in silence
            }
            for error in errors {
                run.fail(&row, error);
            }
        }
    }
    Ok(groups)
}

/// `2023.0` is an integer to a schema and not to us.
fn not_whole(row: &Row) -> FieldError {
    let found = row.value.get("year").cloned().unwrap_or_default();
    let at = format!("{}/year", row.pointer());
    FieldError::new(at, "wrong_type", "年度应为整数，如 2023", "A year is an integer such as 2023")
        .found(found)
}

/// How many rows have an error.
#[must_use]
pub fn failed_rows(errors: &[RowError]) -> usize {
    let place = |error: &RowError| {
        let source = &error.source;
        (source.file.clone(), source.sheet.clone(), error.collection, error.row)
    };
    let rows: BTreeSet<_> = errors.iter().map(place).collect();
    rows.len()
}
