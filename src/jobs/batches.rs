//! The forms of a job that are taken together: as many as fit into a moment, read while those before are written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::entity::Model;
use super::pack::unpacked;
use super::rows::{Form, row, source};
use super::runner::{Runner, Stop};
use super::stage::reading;
use super::store::{self, Size};
use crate::db::on_all_cores;
use crate::http::ApiError;
use crate::imports::ahead::Looked;
use crate::imports::bundle::{Collection, RowText};
use crate::imports::shape::Shapes;

/// How long others should have to wait at most; batches grow and shrink around half of it.
const MOMENT: Duration = Duration::from_millis(300);
/// Rows of a batch, to begin with, and at most.
const FIRST_BATCH: i64 = 500;
const LARGEST_BATCH: i64 = 5_000;
/// Bytes that a form's rows may weigh, and all that are taken together: they are judged and written in memory and at once.
pub const LARGEST_FORM: i64 = 20 << 20;
/// Forms of a batch at most.
const MOST_FORMS: u64 = 200;

/// How much is done at a time, and what is remembered from one batch to the next.
#[derive(Debug)]
pub struct Pace {
    /// Rows of a batch.
    pub rows: i64,
    /// What all of them build on.
    pub reference: Option<Reference>,
    /// What was read while the batch before was written down.
    pub ahead: Option<Ahead>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: FIRST_BATCH, reference: None, ahead: None }
    }
}

impl Pace {
    /// Makes batches smaller or larger, by how long one took.
    pub fn adjust(&mut self, took: Duration) {
        if took > MOMENT {
            self.rows = (self.rows / 2).max(1);
        } else if took < MOMENT / 3 {
            self.rows = (self.rows * 2).min(LARGEST_BATCH);
        }
    }
}

/// The years and units of a file, which nothing of it can do without.
#[derive(Debug)]
pub struct Reference {
    years: Vec<RowText>,
    /// Units by their code, each with that of its superior.
    units: BTreeMap<String, Vec<(Option<String>, RowText)>>,
}

impl Reference {
    /// The rows that forms of these units build on.
    #[must_use]
    pub fn of(&self, forms: &[Form]) -> Vec<RowText> {
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

/// A batch that is read before it is its turn.
#[derive(Debug)]
pub struct Ahead {
    /// After which form.
    place: String,
    batch: Batch,
    rows: Vec<Looked>,
}

/// Forms that are taken together.
#[derive(Debug)]
pub struct Batch {
    /// Whose rows they are.
    pub forms: Vec<Form>,
    /// The last of them.
    pub last: String,
    /// How many rows they have.
    pub rows: usize,
    /// Whether it is one form, of more than is looked at at once.
    pub is_too_large: bool,
}

/// The batch that a job comes to next, with its rows, unless it is too large.
pub async fn next(
    runner: &Runner,
    job: &Model,
    pace: &mut Pace,
) -> Result<Option<(Batch, Vec<Looked>)>, Stop> {
    let ahead = pace.ahead.take().filter(|ahead| ahead.place == job.place);
    let ahead = if ahead.is_some() { ahead } else { look_ahead(runner, job, &job.place, pace.rows).await? };
    Ok(ahead.map(|Ahead { place: _, batch, rows }| (batch, rows)))
}

/// The batch that follows `place`.
pub async fn look_ahead(runner: &Runner, job: &Model, place: &str, most: i64) -> Result<Option<Ahead>, Stop> {
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
    let mut all = 0;
    for Size { form, rows, bytes } in &sizes {
        let rows = usize::try_from(*rows).unwrap_or(usize::MAX);
        let of = Form::read(form);
        let is_first = batch.forms.is_empty();
        let is_full = i64::try_from(batch.rows + rows).unwrap_or(i64::MAX) > most;
        all += bytes;
        if !is_first && (is_full || is_alone(&of) || all > LARGEST_FORM) {
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

/// The rows of a batch, looked at.
async fn rows(runner: &Runner, job: &Model, batch: &Batch) -> Result<Vec<Looked>, Stop> {
    let first = batch.forms.first().map(ToString::to_string).unwrap_or_default();
    let pieces = store::pieces(&runner.db, job.id, &first, &batch.last).await?;
    let of = source(reading(&job.asked.0).collection, &job.asked.0.said);
    // Amounts in 元 are put into 万元 first.
    let is_as_it_is = job.asked.0.said.amount_unit.is_none();
    let shapes = Shapes::of(&runner.schemas, &Collection::ALL.into_iter().collect());
    let read = move |piece| {
        let lines = unpacked(piece).map_err(ApiError::internal)?;
        let rows = lines.lines().filter_map(|line| row(line, &of).transpose());
        let looked = |row| if is_as_it_is { Looked::closely(row, &shapes) } else { Looked::from(row) };
        rows.map(|row| row.map(looked)).collect::<Result<Vec<_>, _>>().map_err(ApiError::internal)
    };
    let rows: Result<Vec<Vec<Looked>>, ApiError> =
        on_all_cores(batch.rows, pieces, read).await?.into_iter().collect();
    Ok(rows?.into_iter().flatten().collect())
}

/// The years and units of a job's file.
pub async fn reference(runner: &Runner, job: &Model) -> Result<Reference, Stop> {
    let first = batch(runner, job, "", 1).await?;
    let all = match first.filter(|first| first.forms == [Form::Reference] && !first.is_too_large) {
        Some(first) => rows(runner, job, &first).await?,
        None => Vec::new(),
    };
    let (years, units): (Vec<RowText>, Vec<RowText>) =
        all.into_iter().map(|part| part.row).partition(|row| row.collection == Collection::Years);
    let mut by_code: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for text in units {
        let value = text.read().value;
        let said = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
        by_code.entry(said("code").unwrap_or_default()).or_default().push((said("parent_code"), text));
    }
    Ok(Reference { years, units: by_code })
}
