//! The first step of a job: its body becomes rows that are sorted by form.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use actix_web::web;
use encoding_rs::UTF_8;
use sea_orm::Set;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::entity::{ActiveModel, Asked, Model, Progress};
use super::input::Chunks;
use super::kept::{Kept, keep};
use super::pack::packed;
use super::rows::{self, Batch, Body};
use super::runner::{Runner, Stop};
use super::store;
use super::weight::weight;
use super::wire::JobState;
use crate::db::{Coded, Json, on_all_cores};
use crate::http::{ApiError, ErrorCode, FieldError};
use crate::imports::RowError;
use crate::imports::bundle::{no_rows, of_file};
use crate::imports::files::{Format, Reading, Refused, refused};
use crate::imports::wire::ModeWord;
use crate::tables::read::Room;
use crate::tables::read::{Fault, Flaw};
use crate::tables::{AmountUnit, Collection};

/// Bytes of rows that are sorted in memory before they are kept.
const SORTED_AT_ONCE: usize = 4 << 20;
/// Chunks on their way.
const WAITING: usize = 2;
/// And batches, so that reading goes on while rows are packed; of the longest rows they are 35 MiB.
const READ_AHEAD: usize = 8;
/// Between two signs of life while a body is read.
const BEAT: Duration = Duration::from_secs(2);

/// How the rows of a job are to be read.
#[must_use]
pub fn reading(asked: &Asked) -> Reading {
    Reading {
        collection: asked.collection.map(Collection::from),
        unit: asked.amount_unit.map(AmountUnit::from),
        room: Room::ENDLESS,
    }
}

/// Sorts the rows of a job, and says what comes next.
pub async fn stage(runner: &Runner, job: &Model) -> Result<(), Stop> {
    // What another runner sorted before it stopped is sorted again.
    while !store::drop_pieces(&runner.db, job.id).await? {
        runner.note(job, ActiveModel::default()).await?;
    }
    let asked = &job.asked.0;
    let mut body = Body {
        format: asked.format,
        packed: asked.encoding.clone(),
        encoding: UTF_8,
        reading: reading(asked),
        most: asked.most,
    };
    if asked.format == Format::Csv {
        let (packed, most) = (asked.encoding.clone(), asked.most);
        let found = fed(runner, job, move |chunks| rows::encoding(packed.as_deref(), most, chunks));
        match found.await? {
            Ok(encoding) => body.encoding = encoding,
            Err(fault) => return runner.fail(job, told(fault)).await,
        }
    }
    let (sender, receiver) = channel(READ_AHEAD);
    let read = fed(runner, job, move |chunks| {
        rows::read(&body, chunks, &mut |batch| sender.blocking_send(batch).is_ok())
    });
    let mut sorter = Sorter::new(runner, job);
    let (said, taken) = tokio::join!(read, sorter.all(receiver));
    taken?;
    let said = match said? {
        Ok(said) => said,
        Err(fault) => return runner.fail(job, told(fault)).await,
    };
    sorter.flush().await?;
    let Sorter { mut progress, mut kept, .. } = sorter;
    if progress.rows == 0 {
        return runner.fail(job, vec![no_rows()]).await;
    }
    let forms = store::count_forms(&runner.db, job.id, "1/").await?;
    progress.forms = usize::try_from(forms).unwrap_or(usize::MAX);
    progress.counts.total = progress.rows;
    kept.truncate(crate::http::problem::MOST_ERRORS);
    // Where the good rows are written whatever the others are, all are judged when it is their turn.
    let is_judged_first = asked.atomic || asked.mode == ModeWord::Validate;
    let next = if is_judged_first { JobState::Validating } else { JobState::Applying };
    let asked = Asked { said, ..asked.clone() };
    let said = ActiveModel {
        asked: Set(Json(asked)),
        progress: Set(Json(progress)),
        errors: Set(Json(kept)),
        state: Set(Coded(next)),
        attempts: Set(0),
        ..Default::default()
    };
    runner.note(job, said).await
}

/// Runs `read` beside the async threads, and feeds it the job's body.
async fn fed<T: Send + 'static>(
    runner: &Runner,
    job: &Model,
    read: impl FnOnce(Chunks) -> T + Send + 'static,
) -> Result<T, Stop> {
    let (sender, receiver) = channel(WAITING);
    let reading = web::block(move || read(Chunks::new(receiver)));
    let (outcome, feeding) = tokio::join!(reading, feed(runner, job, sender));
    feeding?;
    Ok(outcome.map_err(ApiError::internal)?)
}

async fn feed(runner: &Runner, job: &Model, sender: Sender<Vec<u8>>) -> Result<(), Stop> {
    let (mut last, mut beat) = (0, Instant::now());
    while let Some(chunk) = store::chunk_after(&runner.db, job.id, last).await? {
        last = chunk.id;
        if beat.elapsed() > BEAT {
            runner.note(job, ActiveModel::default()).await?;
            beat = Instant::now();
        }
        if sender.send(chunk.body).await.is_err() {
            break; // the reader has seen enough
        }
    }
    Ok(())
}

/// What is wrong with a body as a whole.
fn told(fault: Fault) -> Vec<RowError> {
    match refused(vec![fault]) {
        Refused::Wrong(errors) => errors,
        Refused::Whole(error) => {
            let words = error.detail.map_or_else(Default::default, |detail| (detail.zh, detail.en));
            let code = ErrorCode::TooLarge.as_str();
            vec![of_file(
                &std::sync::Arc::default(),
                Flaw::new(0, FieldError::new("", code, words.0, words.1)),
            )]
        }
    }
}

/// Rows of one form.
#[derive(Default)]
struct Piece {
    rows: usize,
    weight: usize,
    body: String,
}

struct Sorter<'a> {
    runner: &'a Runner,
    job: &'a Model,
    pieces: BTreeMap<String, Piece>,
    bytes: usize,
    progress: Progress,
    kept: Vec<Kept>,
}

impl<'a> Sorter<'a> {
    fn new(runner: &'a Runner, job: &'a Model) -> Self {
        let (pieces, progress, kept) = (BTreeMap::new(), Progress::default(), Vec::new());
        Self { runner, job, pieces, bytes: 0, progress, kept }
    }

    async fn all(&mut self, mut batches: Receiver<Batch>) -> Result<(), Stop> {
        while let Some(Batch { rows, unread }) = batches.recv().await {
            self.progress.rows += rows.len() + unread.len();
            self.progress.counts.failed += unread.len();
            self.progress.errors += keep(&mut self.kept, unread.into());
            for (form, line) in rows {
                self.sort(form, &line);
            }
            if self.bytes >= SORTED_AT_ONCE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    fn sort(&mut self, form: String, line: &str) {
        self.bytes += line.len();
        let piece = self.pieces.entry(form).or_default();
        piece.rows += 1;
        piece.weight += weight(line.as_bytes());
        piece.body.push_str(line);
        piece.body.push('\n');
    }

    async fn flush(&mut self) -> Result<(), Stop> {
        let pieces = std::mem::take(&mut self.pieces);
        let pack = |(form, Piece { rows, weight, body }): (String, Piece)| store::Piece {
            form,
            rows,
            bytes: weight,
            body: packed(body),
        };
        let rows = pieces.values().map(|piece| piece.rows).sum();
        let pieces = on_all_cores(rows, pieces.into_iter().collect(), pack).await?;
        self.bytes = 0;
        let work = self.runner.db.begin(store::actor()).await?;
        store::add_pieces(&work, self.job.id, pieces).await?;
        let progress = ActiveModel { progress: Set(Json(self.progress.clone())), ..Default::default() };
        if !store::note(&work, self.job, progress).await? {
            return Err(Stop::Lost);
        }
        work.commit().await?;
        self.runner.look(self.job).await
    }
}
