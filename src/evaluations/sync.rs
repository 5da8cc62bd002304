//! Bringing the stored parts of one kind in line with those of a form or a file.

use std::collections::BTreeMap;

use sea_orm::DbErr;

use super::entity;
use super::part::{self, Part};
use crate::db::Work;

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that were made.
    pub created: usize,
    /// Rows that were changed.
    pub updated: usize,
    /// Rows that said the same already.
    pub unchanged: usize,
    /// Stored rows that were not mentioned and went.
    pub removed: usize,
    /// Stored rows that were not mentioned and stayed.
    pub kept: usize,
}

/// What happens to stored parts that are not mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// They stay.
    Keep,
    /// They go: what is stored afterwards is what was given.
    Remove,
}

/// Makes, changes and, if asked, removes parts so that each given row is stored. Keys must differ.
pub async fn sync<P: Part>(
    work: &mut Work<'_>,
    evaluation: &entity::Model,
    siblings: &P::Siblings,
    stored: Vec<P>,
    given: Vec<P::Input>,
    missing: Missing,
) -> Result<Outcome, DbErr> {
    let mut outcome = Outcome::default();
    let mut stored: BTreeMap<P::Key, P> = stored.into_iter().map(|row| (row.key(siblings), row)).collect();
    let mut fresh = Vec::new();
    let mut changed = Vec::new();
    for input in given {
        match stored.remove(&P::key_of(&input)) {
            None => fresh.push(input),
            Some(row) if row.input(evaluation, siblings) == input => outcome.unchanged += 1,
            Some(row) => changed.push((row, input)),
        }
    }
    match missing {
        Missing::Keep => outcome.kept = stored.len(),
        Missing::Remove => {
            outcome.removed = stored.len();
            part::delete::<P>(work, evaluation, siblings, stored.values()).await?;
        }
    }
    for (row, input) in changed {
        part::update(work, evaluation, &row, siblings, input).await?;
        outcome.updated += 1;
    }
    outcome.created = fresh.len();
    part::insert::<P>(work, evaluation, siblings, fresh).await?;
    Ok(outcome)
}
