//! The run of an import: rows are judged against what is stored, in memory and before anything of them is written;
//! then the good ones are written, in one unit of work.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::{ActiveModelTrait, ActiveValue, DbErr, Set};
use serde_json::Value;

use super::ahead::Looked;
use super::bundle::{Bundle, Collection, Row, RowText};
use super::entity;
use super::fold::{Folding, Place};
use super::plan::{self, Plan};
use super::reference;
use super::report::{Assessed, Counts, Report};
use super::wire::LaterStage;
use super::{suggest, write};
use crate::db::{Json, Scope, Work, on_all_cores};
use crate::evaluations::store as evaluations;
use crate::findings::assess;
use crate::http::{ApiError, FieldError, Principal, Schemas};

/// Whether to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Do everything, then undo it.
    Validate,
    /// Write what is to be written.
    Commit,
}

/// What rows are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Make what is not there, change what is, remove nothing.
    #[default]
    Upsert,
    /// Make; what is there already is an error.
    Create,
    /// Change; what is not there is an error.
    Update,
    /// Make each sheet that the file touches equal to the file, in the kinds of rows that the file has.
    Replace,
}

impl Strategy {
    /// The stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upsert => "upsert",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
        }
    }

    /// What this is an error of: a row that is there already, or is not there.
    #[must_use]
    pub fn forbids(self, row: &Row, is_stored: bool) -> Option<FieldError> {
        match (self, is_stored) {
            (Self::Create, true) => Some(FieldError::new(
                row.pointer(),
                "exists",
                "已存在；strategy=create 只新建，请去掉此行，或改用 upsert",
                "Is there already; strategy=create only makes: leave the row out, or use upsert",
            )),
            (Self::Update, false) => Some(FieldError::new(
                row.pointer(),
                "not_there",
                "不存在；strategy=update 只修改，请核对编码和序号，或改用 upsert",
                "Is not there; strategy=update only changes: check the codes and numbers, or use upsert",
            )),
            _ => None,
        }
    }
}

/// How a bundle is to be imported.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whether to write.
    pub mode: Mode,
    /// What rows are for.
    pub strategy: Strategy,
    /// All rows or none; otherwise the good ones.
    pub is_atomic: bool,
    /// The later stage of historical evaluations, which only an administrator imports: what the checks find is kept
    /// and shown, not enforced.
    pub later: Option<LaterStage>,
    /// SHA-256 of the body, by which the import is recognised in its record and in the audit chains.
    pub sha256: String,
    /// Whether these rows are a piece of a larger import, which keeps the one record of all of them; validated, they
    /// are judged and no more.
    pub is_piece: bool,
}

impl Order {
    /// All rows or none, as drafts, making and changing: what is meant where nothing else is said.
    #[must_use]
    pub fn new(mode: Mode, sha256: String) -> Self {
        Self { mode, strategy: Strategy::default(), is_atomic: true, later: None, sha256, is_piece: false }
    }
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
    /// How.
    pub order: &'a Order,
    /// Rows in which a number could not be read.
    pub unfolded: BTreeSet<Place>,
    /// What it comes to.
    pub report: Report,
}

impl Run<'_, '_> {
    /// Takes an error down.
    pub fn fail(&mut self, row: &Row, error: FieldError) {
        self.report.errors.push(row.error(error));
    }

    /// Takes several down.
    pub fn fail_with(&mut self, row: &Row, errors: Vec<FieldError>) {
        for error in errors {
            self.fail(row, error);
        }
    }

    /// Whether what is good of the file is written, whatever else is wrong with it.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        !self.order.is_atomic || self.report.errors.is_empty()
    }

    /// Takes the same error down for each of these rows.
    pub fn fail_all(&mut self, rows: &[Row], error: impl Fn(&Row) -> FieldError) {
        for row in rows {
            self.fail(row, error(row));
        }
    }
}

/// Imports `bundle` for `caller` within `work`, which is given back to be committed if something is to be written and
/// it is not only to be validated.
pub async fn run<'db>(
    mut work: Work<'db>,
    schemas: &Schemas,
    caller: &Principal,
    bundle: Bundle,
    order: Order,
) -> Result<(Work<'db>, Report), ApiError> {
    let Bundle { amount_unit, meta, mut rows, looked, unread } = bundle;
    work.because(format!("import sha256:{}", order.sha256));
    let (order, report) = (&order, Report::default());
    let mut run = Run { work, schemas, caller, order, unfolded: BTreeSet::new(), report };
    run.report.counts.total = rows.len() + looked.len() + unread.len();
    run.report.errors = unread.into();
    let mut folding = Folding::of(schemas, amount_unit);
    folding.to_wan_yuan(&mut rows, |row, errors| {
        run.unfolded.insert((row.collection, row.index));
        run.fail_with(row, errors);
    });

    let (mut years, mut units, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row.collection {
            Collection::Years => years.push(folding.read(&row)),
            Collection::Units => units.push(folding.read(&row)),
            Collection::Budgets
            | Collection::BaseData
            | Collection::ProjectExpenditures
            | Collection::Indicators
            | Collection::Narratives => parts.push(row),
        }
    }
    let missing_years = reference::years(&mut run, years).await?;
    let missing_units = reference::units(&mut run, units).await?;
    run.report.reference = run.report.counts;
    let groups = by_evaluation(&mut run, &folding, parts, looked).await?;
    let plans = plan::plan(&mut run, folding, groups, &missing_units, &missing_years).await?;
    let forms: Vec<_> = plans.iter().map(Plan::key).collect();
    let is_judged_only = order.is_piece && order.mode == Mode::Validate;
    if run.goes_on() && !is_judged_only {
        write::write(&mut run, plans).await?;
    }

    let Run { work, mut report, .. } = run;
    report.counts.failed = report.errors.rows();
    report.is_atomic = order.is_atomic;
    if !report.errors.is_empty() {
        suggest::units(work.conn(), caller, report.errors.kept_mut()).await?;
    }
    if !report.is_accepted() {
        // Nothing is written, whatever had been done until the first error: the work is dropped.
        let (total, failed) = (report.counts.total, report.counts.failed);
        report.counts = Counts { total, failed, ..Default::default() };
        return Ok((work, report));
    }
    match order.mode {
        _ if order.is_piece => {}
        Mode::Validate => report.assessed = assessed(&work, forms).await?,
        Mode::Commit => report.id = Some(record(&work, caller, order, report.counts, meta).await?),
    }
    Ok((work, report))
}

/// Keeps the record of an import, and gives its id back.
pub async fn record(
    work: &Work<'_>,
    caller: &Principal,
    order: &Order,
    counts: Counts,
    meta: Option<Value>,
) -> Result<i64, DbErr> {
    let record = entity::ActiveModel {
        id: ActiveValue::NotSet,
        imported_by: Set(caller.username.clone()),
        strategy: Set(order.strategy.as_str().to_owned()),
        sha256: Set(order.sha256.clone()),
        counts: Set(Json(counts)),
        meta: Set(meta.map(Json)),
        created_at: Set(work.now()),
    };
    Ok(record.insert(work.conn()).await?.id)
}

/// What the checks find in forms that were touched, before they are undone.
async fn assessed(work: &Work<'_>, forms: Vec<evaluations::Key>) -> Result<Vec<Assessed>, ApiError> {
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

/// Rows that are looked at in one go.
const TOGETHER: usize = 500;

/// Parts belong to a unit's year; those that name none are told so.
async fn by_evaluation(
    run: &mut Run<'_, '_>,
    folding: &Folding,
    mut parts: Vec<RowText>,
    looked: Vec<Looked>,
) -> Result<BTreeMap<evaluations::Key, Vec<Looked>>, ApiError> {
    let (rows, mut some) = (parts.len(), Vec::new());
    while !parts.is_empty() {
        some.push(parts.split_off(parts.len().saturating_sub(TOGETHER)));
    }
    some.reverse();
    let look = |rows: Vec<RowText>| rows.into_iter().map(Looked::from).collect::<Vec<_>>();
    let parts = on_all_cores(rows, some, look).await?.into_iter().flatten();
    let mut groups: BTreeMap<(UnitCode, FiscalYear), Vec<Looked>> = BTreeMap::new();
    for mut part in parts.chain(looked) {
        if let Some(form) = part.form.take() {
            groups.entry(form).or_default().push(part);
        } else {
            let row = folding.read(&part.row);
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
