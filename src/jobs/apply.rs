//! The second and third step of a job: forms are judged, then written, some at a time. While some are held, others
//! who write wait; so there are only as many as fit into a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join;
use jixiao_core::kernel::UnitCode;
use sea_orm::Set;
use serde_json::Value;

use super::entity::{ActiveModel, Model, Progress};
use super::kept::keep;
use super::pack::unpacked;
use super::rows::{Form, row, source};
use super::runner::{Runner, Stop};
use super::stage::reading;
use super::store::{self, Size};
use super::wire::JobState;
use crate::db::{Coded, Json, Work, on_all_cores};
use crate::http::{ApiError, FieldError, Principal};
use crate::imports::bundle::{AmountUnit, Bundle, Collection, RowText, of_file};
use crate::imports::wire::ModeWord;
use crate::imports::{Counts, Mode, Order, Report, RowError, record, run};
use crate::tables::read::{Flaw, Source};

/// How long others should have to wait at most; batches grow and shrink around half of it.
const MOMENT: Duration = Duration::from_millis(300);
/// Rows of a batch, to begin with, and at most.
const FIRST_BATCH: i64 = 500;
const LARGEST_BATCH: i64 = 5_000;
/// Bytes of a form's rows: it is judged and written in memory and at once.
const LARGEST_FORM: i64 = 20 << 20;
/// Forms of a batch at most.
const MOST_FORMS: u64 = 200;

/// How much is done at a time, and what is remembered from one batch to the next.
#[derive(Debug)]
pub struct Pace {
    rows: i64,
    reference: Option<Reference>,
    /// What was read while the batch before was written down.
    ahead: Option<Ahead>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: FIRST_BATCH, reference: None, ahead: None }
    }
}

impl Pace {
    fn adjust(&mut self, took: Duration) {
        if took > MOMENT {
            self.rows = (self.rows / 2).max(1);
        } else if took < MOMENT / 3 {
            self.rows = (self.rows * 2).min(LARGEST_BATCH);
        }
    }
}

/// A batch that is read before it is its turn.
#[derive(Debug)]
struct Ahead {
    /// After which form.
    place: String,
    batch: Batch,
    rows: Vec<RowText>,
}

/// The years and units of a file, which nothing of it can do without.
#[derive(Debug)]
struct Reference {
    years: Vec<RowText>,
    /// Units by their code, each with that of its superior.
    units: BTreeMap<String, Vec<(Option<String>, RowText)>>,
}

impl Reference {
    /// The rows that forms of these units build on.
    fn of(&self, forms: &[Form]) -> Vec<RowText> {
        let mut rows = self.years.clone();
        let mut seen = BTreeSet::new();
        for form in forms {
            let Form::Of(unit, _) = form else { continue };
            let mut next = Some(unit.to_string());
            while let Some(code) = next.take().filter(|code| seen.insert(code.clone())) {
                for (superior, row) in self.units.get(&code).into_iter().flatten() {
                    next.clone_from(superior);
                    rows.push(row.clone());
                }
            }
        }
        rows
    }
}

/// Forms that are taken together.
#[derive(Debug)]
struct Batch {
    forms: Vec<Form>,
    last: String,
    rows: usize,
    is_too_large: bool,
}

/// The batch that a job comes to next, with its rows, unless it is too large.
async fn next(runner: &Runner, job: &Model, pace: &mut Pace) -> Result<Option<(Batch, Vec<RowText>)>, Stop> {
    let ahead = pace.ahead.take().filter(|ahead| ahead.place == job.place);
    let ahead = if ahead.is_some() { ahead } else { look_ahead(runner, job, &job.place, pace.rows).await? };
    Ok(ahead.map(|Ahead { place: _, batch, rows }| (batch, rows)))
}

/// The batch that follows `place`.
async fn look_ahead(runner: &Runner, job: &Model, place: &str, most: i64) -> Result<Option<Ahead>, Stop> {
    let Some(batch) = batch(runner, job, place, most).await? else { return Ok(None) };
    let rows = if batch.is_too_large { Vec::new() } else { rows(runner, job, &batch).await? };
    Ok(Some(Ahead { place: place.to_owned(), batch, rows }))
}

async fn batch(runner: &Runner, job: &Model, place: &str, most: i64) -> Result<Option<Batch>, Stop> {
    let sizes = store::forms_after(&runner.db, job.id, place, MOST_FORMS).await?;
    let Some(first) = sizes.first() else { return Ok(None) };
    let is_alone = |form: &Form| !matches!(form, Form::Of(..));
    let mut batch = Batch {
        forms: Vec::new(),
        last: first.form.clone(),
        rows: 0,
        is_too_large: first.bytes > LARGEST_FORM,
    };
    for Size { form, rows, bytes } in &sizes {
        let rows = usize::try_from(*rows).unwrap_or(usize::MAX);
        let of = Form::read(form);
        let is_first = batch.forms.is_empty();
        let is_full = i64::try_from(batch.rows + rows).unwrap_or(i64::MAX) > most;
        if !is_first && (is_full || is_alone(&of) || *bytes > LARGEST_FORM) {
            break;
        }
        let ends = is_alone(&of) || *bytes > LARGEST_FORM;
        batch.forms.push(of);
        batch.rows += rows;
        batch.last.clone_from(form);
        if ends {
            break;
        }
    }
    Ok(Some(batch))
}

/// The rows of a batch.
async fn rows(runner: &Runner, job: &Model, batch: &Batch) -> Result<Vec<RowText>, Stop> {
    let first = batch.forms.first().map(ToString::to_string).unwrap_or_default();
    let pieces = store::pieces(&runner.db, job.id, &first, &batch.last).await?;
    let of = source(reading(&job.asked.0).collection, &job.asked.0.said);
    let read = move |piece| {
        let lines = unpacked(piece).map_err(ApiError::internal)?;
        let rows = lines.lines().filter_map(|line| row(line, &of).transpose());
        rows.collect::<Result<Vec<_>, _>>().map_err(ApiError::internal)
    };
    let rows: Result<Vec<Vec<RowText>>, ApiError> =
        on_all_cores(batch.rows, pieces, read).await?.into_iter().collect();
    Ok(rows?.into_iter().flatten().collect())
}

fn order(job: &Model, mode: Mode) -> Order {
    let asked = &job.asked.0;
    Order {
        strategy: asked.strategy.into(),
        is_atomic: asked.atomic,
        later: asked.later,
        is_piece: true,
        ..Order::new(mode, job.sha256.clone())
    }
}

async fn import<'db>(
    runner: &Runner,
    work: Work<'db>,
    job: &Model,
    rows: Vec<RowText>,
    mode: Mode,
) -> Result<(Work<'db>, Report), Stop> {
    let amount_unit = job.asked.0.said.amount_unit.map(AmountUnit::from).unwrap_or_default();
    let bundle = Bundle { amount_unit, rows, ..Bundle::default() };
    let caller = Principal::from(job.sender.0.clone());
    Ok(run(work, &runner.schemas, &caller, bundle, order(job, mode)).await?)
}

/// Too much of one thing to be looked at as a whole.
fn too_large(form: &Form) -> RowError {
    let (zh, en) = match form {
        Form::Of(unit, year) => (format!("单位 {unit} {year} 年度"), format!("Unit {unit}, {year}")),
        Form::Reference | Form::Nothing(_) => ("年度和单位".to_owned(), "Years and units".to_owned()),
    };
    let most = LARGEST_FORM >> 20;
    let error = FieldError::new(
        "",
        "too_large",
        format!("{zh}的数据超过 {most} MiB，请检查是否重复，或分几次导入"),
        format!("{en}: more than {most} MiB of rows; look for repetitions, or import them in parts"),
    );
    of_file(&Arc::<Source>::default(), Flaw::new(0, error))
}

/// Judges the next forms, or says what comes after the last.
pub async fn validate(runner: &Runner, job: &Model, pace: &mut Pace) -> Result<(), Stop> {
    let Some((batch, own)) = next(runner, job, pace).await? else {
        return judged(runner, job).await;
    };
    if pace.reference.is_none() {
        pace.reference = Some(reference(runner, job).await?);
    }
    let mut progress = job.progress.0.clone();
    let mut kept = job.errors.0.clone();
    progress.checked += batch.rows;
    let is_reference = batch.forms.first() == Some(&Form::Reference);
    if batch.is_too_large {
        let error = batch.forms.first().map(too_large);
        progress.errors += keep(&mut kept, error.into_iter().collect());
        progress.counts.failed += batch.rows;
    } else {
        let borrowed = match &pace.reference {
            Some(reference) if !is_reference => reference.of(&batch.forms),
            _ => Vec::new(),
        };
        let all = borrowed.into_iter().chain(own).collect();
        let began = Instant::now();
        let work = runner.db.begin(&Principal::from(job.sender.0.clone())).await?;
        let (work, report) = import(runner, work, job, all, Mode::Validate).await?;
        drop(work);
        pace.adjust(began.elapsed());
        let Report { counts, mut errors, reference, .. } = report;
        if !is_reference {
            errors.leave_out(&[Collection::Years, Collection::Units]);
        }
        let own = if is_reference { counts } else { without(counts, reference) };
        progress.counts.add(Counts { total: 0, failed: errors.rows(), ..own });
        progress.errors += keep(&mut kept, errors);
    }
    let said = ActiveModel { place: Set(batch.last.clone()), ..moved(job, progress, kept) };
    let (noted, ahead) = join(runner.note(job, said), look_ahead(runner, job, &batch.last, pace.rows)).await;
    pace.ahead = ahead?;
    noted
}

/// What of these counts is not about years and units.
fn without(counts: Counts, reference: Counts) -> Counts {
    Counts {
        created: counts.created.saturating_sub(reference.created),
        updated: counts.updated.saturating_sub(reference.updated),
        unchanged: counts.unchanged.saturating_sub(reference.unchanged),
        ..counts
    }
}

/// A step forward.
fn moved(job: &Model, progress: Progress, kept: Vec<super::kept::Kept>) -> ActiveModel {
    let is_same = kept.len() == job.errors.0.len();
    ActiveModel {
        attempts: Set(0),
        progress: Set(Json(progress)),
        errors: if is_same { sea_orm::ActiveValue::NotSet } else { Set(Json(kept)) },
        ..Default::default()
    }
}

async fn reference(runner: &Runner, job: &Model) -> Result<Reference, Stop> {
    let first = batch(runner, job, "", 1).await?;
    let all = match first.filter(|first| first.forms == [Form::Reference] && !first.is_too_large) {
        Some(first) => rows(runner, job, &first).await?,
        None => Vec::new(),
    };
    let (years, units): (Vec<RowText>, Vec<RowText>) =
        all.into_iter().partition(|row| row.collection == Collection::Years);
    let mut by_code: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for text in units {
        let value = text.read().value;
        let said = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
        by_code.entry(said("code").unwrap_or_default()).or_default().push((said("parent_code"), text));
    }
    Ok(Reference { years, units: by_code })
}

/// All rows were judged.
async fn judged(runner: &Runner, job: &Model) -> Result<(), Stop> {
    let asked = &job.asked.0;
    let progress = &job.progress.0;
    if asked.mode == ModeWord::Commit && progress.errors == 0 {
        let counts = Counts { total: progress.counts.total, ..Counts::default() };
        let begin = ActiveModel {
            state: Set(Coded(JobState::Applying)),
            place: Set(String::new()),
            progress: Set(Json(Progress { counts, ..progress.clone() })),
            attempts: Set(0),
            ..Default::default()
        };
        return runner.note(job, begin).await;
    }
    let mut progress = progress.clone();
    let is_good = is_accepted(asked.atomic, &progress);
    if !is_good {
        let Counts { total, failed, .. } = progress.counts;
        progress.counts = Counts { total, failed, ..Counts::default() };
    }
    let state = if is_good { JobState::Done } else { JobState::Failed };
    let said = ActiveModel { progress: Set(Json(progress)), ..Default::default() };
    runner.end(job, state, said).await
}

fn is_accepted(is_atomic: bool, progress: &Progress) -> bool {
    let Counts { created, updated, unchanged, .. } = progress.counts;
    progress.errors == 0 || (!is_atomic && created + updated + unchanged > 0)
}

/// Writes the next forms, or ends the job after the last.
pub async fn apply(runner: &Runner, job: &Model, pace: &mut Pace) -> Result<(), Stop> {
    let Some((batch, all)) = next(runner, job, pace).await? else {
        return finish(runner, job).await;
    };
    let mut progress = job.progress.0.clone();
    let mut kept = job.errors.0.clone();
    progress.applied += batch.rows;
    progress.forms_done += batch.forms.iter().filter(|form| matches!(form, Form::Of(..))).count();
    if let Some(Form::Of(unit, year)) = batch.forms.last() {
        progress.last = Some((UnitCode::clone(unit), *year));
    }
    let up_to = Set(batch.last.clone());
    let caller = Principal::from(job.sender.0.clone());
    if batch.is_too_large {
        let error = batch.forms.first().map(too_large);
        progress.errors += keep(&mut kept, error.into_iter().collect());
        progress.counts.failed += batch.rows;
        return runner.note(job, ActiveModel { place: up_to, ..moved(job, progress, kept) }).await;
    }
    let began = Instant::now();
    let work = runner.db.begin(&caller).await?;
    let (work, report) = import(runner, work, job, all, Mode::Commit).await?;
    let is_accepted = report.is_accepted();
    if !is_accepted && batch.forms.len() > 1 {
        // Each by itself, so that those that can be written are.
        drop(work);
        pace.rows = 1;
        return Ok(());
    }
    let Report { counts, errors, .. } = report;
    progress.counts.add(Counts { total: 0, failed: errors.rows(), ..counts });
    progress.errors += keep(&mut kept, errors);
    let said = ActiveModel { place: up_to, ..moved(job, progress, kept) };
    if !is_accepted {
        drop(work);
        return runner.note(job, said).await;
    }
    if !store::note(&work, job, said).await? {
        return Err(Stop::Lost);
    }
    let committed = async {
        work.commit().await?;
        Ok::<_, Stop>(began.elapsed())
    };
    let (took, ahead) = join(committed, look_ahead(runner, job, &batch.last, pace.rows)).await;
    pace.adjust(took?);
    pace.ahead = ahead?;
    Ok(())
}

/// All forms were gone through.
async fn finish(runner: &Runner, job: &Model) -> Result<(), Stop> {
    let (asked, progress) = (&job.asked.0, &job.progress.0);
    if !is_accepted(asked.atomic, progress) {
        return runner.end(job, JobState::Failed, ActiveModel::default()).await;
    }
    let caller = Principal::from(job.sender.0.clone());
    let work = runner.db.begin(&caller).await?;
    let meta = asked.said.meta.clone();
    let id = record(&work, &caller, &order(job, Mode::Commit), progress.counts, meta).await?;
    let said = ActiveModel { import_id: Set(Some(id)), ..Default::default() };
    runner.end_in(work, job, JobState::Done, said).await
}
