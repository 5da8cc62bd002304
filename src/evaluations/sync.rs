//! Bringing stored parts in line with those of a form or a file, of one evaluation or of thousands by the same few
//! statements.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, Value};

use super::entity;
use super::part::{Part, RowStamp, record};
use crate::db::{Deed, Work, insert_rows, replace_rows};

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
        self.fresh.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

/// The changes of one evaluation.
#[derive(Debug)]
pub struct Batch<'a, P: Part> {
    /// The evaluation.
    pub evaluation: &'a entity::Model,
    /// What must be known of its other parts.
    pub siblings: &'a P::Siblings,
    /// What becomes of its parts.
    pub changes: Changes<P>,
}

/// Writes the changes of any number of evaluations, and says of each row what was changed.
pub async fn write<P: Part>(work: &mut Work<'_>, batches: Vec<Batch<'_, P>>) -> Result<(), DbErr> {
    let (mut gone_ids, mut replaced, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for Batch { evaluation, siblings, changes: Changes { fresh, changed, gone } } in batches {
        for row in gone {
            let deed = Deed::removed(&row.input(evaluation, siblings));
            record::<P>(work, evaluation, &row.key(siblings), deed);
            gone_ids.push(row.id());
        }
        for (row, input) in changed {
            let deed = Deed::changed(&row.input(evaluation, siblings), &input);
            record::<P>(work, evaluation, &P::key_of(&input), deed);
            let stamp = RowStamp {
                id: Some(row.id()),
                evaluation_id: evaluation.id,
                version: row.version() + 1,
                created_at: Some(row.stamp().created_at.0),
                updated_at: work.now(),
            };
            replaced.push(P::stamped(P::columns(input, siblings), stamp));
        }
        let stamp = RowStamp {
            id: None,
            evaluation_id: evaluation.id,
            version: 1,
            created_at: Some(work.now()),
            updated_at: work.now(),
        };
        for input in fresh {
            record::<P>(work, evaluation, &P::key_of(&input), Deed::made(&input));
            added.push(P::stamped(P::columns(input, siblings), stamp));
        }
    }
    for chunk in gone_ids.chunks(500) {
        let ids = chunk.iter().copied().map(Value::from);
        P::Entity::delete_many().filter(P::ID.is_in(ids)).exec(work.conn()).await?;
    }
    replace_rows(work.conn(), replaced).await?;
    insert_rows(work.conn(), added).await
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
    write(work, vec![Batch { evaluation, siblings, changes }]).await
}
