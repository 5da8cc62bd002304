//! The second and third step of a job: forms are judged, then written, some at a time. While some are held, others
//! who write wait; so there are only as many as fit into a moment.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join;
use jixiao_core::kernel::UnitCode;
use sea_orm::Set;

use super::batches::{Batch, LARGEST_FORM, Pace, look_ahead, next, reference};
use super::entity::{ActiveModel, Model, Progress};
use super::kept::keep;
use super::rows::Form;
use super::runner::{Runner, Stop};
use super::store;
use super::wire::JobState;
use crate::db::{Coded, Json, Work};
use crate::http::{FieldError, Principal};
use crate::imports::ahead::Looked;
use crate::imports::bundle::{AmountUnit, Bundle, Collection, of_file};
use crate::imports::wire::ModeWord;
use crate::imports::{Counts, Mode, Order, Report, RowError, record, run};
use crate::tables::read::{Flaw, Source};

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
    rows: Vec<Looked>,
    mode: Mode,
) -> Result<(Work<'db>, Report), Stop> {
    let amount_unit = job.asked.0.said.amount_unit.map(AmountUnit::from).unwrap_or_default();
    let is_part = |part: &Looked| !matches!(part.row.collection, Collection::Years | Collection::Units);
    let (looked, rows): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|part| amount_unit != AmountUnit::Yuan && is_part(part));
    let rows = rows.into_iter().map(|part| part.row).collect();
    let bundle = Bundle { amount_unit, rows, looked, ..Bundle::default() };
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
        format!("{zh}的数据过多（上限 {most} MiB 或一百万个值），请检查是否重复，或分几次导入"),
        format!(
            "{en}: more than {most} MiB of rows or a million values; look for repetitions, or import them in parts"
        ),
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
    let (last, rows) = (batch.last.clone(), pace.rows);
    let (noted, ahead) =
        join(judge(runner, job, pace, batch, own), look_ahead(runner, job, &last, rows)).await;
    pace.ahead = ahead?;
    noted
}

async fn judge(
    runner: &Runner,
    job: &Model,
    pace: &mut Pace,
    batch: Batch,
    own: Vec<Looked>,
) -> Result<(), Stop> {
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
        let all = borrowed.into_iter().map(Looked::from).chain(own).collect();
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
    runner.note(job, ActiveModel { place: Set(batch.last), ..moved(job, progress, kept) }).await
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
    let (last, rows) = (batch.last.clone(), pace.rows);
    let (written, ahead) =
        join(write(runner, job, pace, batch, all), look_ahead(runner, job, &last, rows)).await;
    pace.ahead = ahead?;
    written
}

async fn write(
    runner: &Runner,
    job: &Model,
    pace: &mut Pace,
    batch: Batch,
    all: Vec<Looked>,
) -> Result<(), Stop> {
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
    work.commit().await?;
    pace.adjust(began.elapsed());
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
