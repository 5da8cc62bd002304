//! Bringing stored parts in line with those of a form or a file, of one evaluation or of thousands by the same few
//! statements.

use std::collections::BTreeMap;

use futures_util::future::join;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Value};

use super::entity;
use super::part::{Part, RowStamp};
use super::part_write::record;
use crate::db::{Deed, Target, Work, insert_rows, on_all_cores, replace_rows};

/// What becomes of the parts of one kind of an evaluation.
#[derive(Debug)]
pub struct Changes<P: Part> {
    /// What is made.
    pub fresh: Vec<P::Input>,
    /// What is changed, and to what.
    pub changed: Vec<(P, P::Input)>,
    /// What is removed.
    pub gone: Vec<P>,
}

impl<P: Part> Default for Changes<P> {
    fn default() -> Self {
        Self { fresh: Vec::new(), changed: Vec::new(), gone: Vec::new() }
    }
}

impl<P: Part> Changes<P> {
    /// Whether nothing becomes of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many are made, changed and removed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fresh.len() + self.changed.len() + self.gone.len()
    }
}

/// The changes of one evaluation.
#[derive(Debug)]
pub struct Batch<P: Part> {
    /// The evaluation.
    pub evaluation: entity::Model,
    /// What must be known of its other parts.
    pub siblings: P::Siblings,
    /// What becomes of its parts.
    pub changes: Changes<P>,
}

/// Rows that are written while the next are put into the form in which they are written.
const TOGETHER: usize = 1_000;

/// Writes the changes of any number of evaluations, and says of each row what was changed.
pub async fn write<P: Part>(work: &mut Work<'_>, batches: Vec<Batch<P>>) -> Result<(), DbErr> {
    let now = work.now();
    let mut batches = batches.into_iter();
    let mut next = || {
        let (mut some, mut rows) = (Vec::new(), 0);
        while rows < TOGETHER
            && let Some(batch) = batches.next()
        {
            rows += batch.changes.len();
            some.push(batch);
        }
        on_all_cores(rows, some, move |batch| prepared(batch, now))
    };
    let mut ready = next().await?;
    while !ready.is_empty() {
        let (mut gone, mut replaced, mut added) = (Vec::new(), Vec::new(), Vec::new());
        for one in ready {
            for (key, deed) in one.deeds {
                record::<P>(work, &one.evaluation, key, deed);
            }
            gone.extend(one.gone);
            replaced.extend(one.replaced);
            added.extend(one.added);
        }
        let (written, following) = join(put::<P>(work.conn(), gone, replaced, added), next()).await;
        written?;
        ready = following?;
    }
    Ok(())
}

async fn put<P: Part>(
    conn: &impl ConnectionTrait,
    gone: Vec<i64>,
    replaced: Vec<P::Active>,
    added: Vec<P::Active>,
) -> Result<(), DbErr> {
    for chunk in gone.chunks(500) {
        let ids = chunk.iter().copied().map(Value::from);
        P::Entity::delete_many().filter(P::ID.is_in(ids)).exec(conn).await?;
    }
    replace_rows(conn, replaced, Target::Key).await?;
    insert_rows(conn, added).await
}

/// A batch in the form in which it is written.
struct Prepared<P: Part> {
    evaluation: entity::Model,
    /// What is to be told of which row.
    deeds: Vec<(String, Deed)>,
    gone: Vec<i64>,
    replaced: Vec<P::Active>,
    added: Vec<P::Active>,
}

fn prepared<P: Part>(batch: Batch<P>, now: chrono::DateTime<chrono::Utc>) -> Prepared<P> {
    let Batch { evaluation, siblings, changes: Changes { fresh, changed, gone } } = batch;
    let (mut deeds, mut replaced, mut added) = (Vec::new(), Vec::new(), Vec::with_capacity(fresh.len()));
    for row in &gone {
        let deed = Deed::removed(&row.input(&evaluation, &siblings));
        deeds.push((P::row(&row.key(&siblings)), deed));
    }
    let (evaluation_id, updated_at) = (evaluation.id, now);
    for (row, input) in changed {
        let deed = Deed::changed(&row.input(&evaluation, &siblings), &input);
        deeds.push((P::row(&P::key_of(&input)), deed));
        let (id, created_at) = (Some(row.id()), Some(row.stamp().created_at.0));
        let stamp = RowStamp { id, evaluation_id, version: row.version() + 1, created_at, updated_at };
        replaced.push(P::stamped(P::columns(input, &siblings), stamp));
    }
    for input in fresh {
        deeds.push((P::row(&P::key_of(&input)), Deed::made(&input)));
        let stamp = RowStamp { id: None, evaluation_id, version: 1, created_at: Some(now), updated_at };
        added.push(P::stamped(P::columns(input, &siblings), stamp));
    }
    let gone = gone.iter().map(Part::id).collect();
    Prepared { evaluation, deeds, gone, replaced, added }
}

/// Makes, changes and removes parts so that what is stored afterwards is what was given. Keys must differ.
pub async fn sync<P: Part>(
    work: &mut Work<'_>,
    evaluation: &entity::Model,
    siblings: &P::Siblings,
    stored: Vec<P>,
    given: Vec<P::Input>,
) -> Result<(), DbErr> {
    let mut stored: BTreeMap<P::Key, P> = stored.into_iter().map(|row| (row.key(siblings), row)).collect();
    let mut changes = Changes::default();
    for input in given {
        match stored.remove(&P::key_of(&input)) {
            None => changes.fresh.push(input),
            Some(row) if row.input(evaluation, siblings) == input => {}
            Some(row) => changes.changed.push((row, input)),
        }
    }
    changes.gone = stored.into_values().collect();
    write(work, vec![Batch { evaluation: evaluation.clone(), siblings: siblings.clone(), changes }]).await
}
