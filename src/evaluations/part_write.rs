//! Parts that are made, changed and removed one by one, or made together.

use std::collections::BTreeMap;

use sea_orm::{ActiveModelTrait as _, DbErr, EntityTrait, Iterable as _};

use super::entity;
use super::part::{Part, RowStamp};
use super::sync::{Batch, Changes, write};
use crate::db::{Actor, Deed, Work, insert_new_rows};

/// A part that is to be made.
#[derive(Debug)]
pub struct New<'n, P: Part> {
    /// Who makes it.
    pub by: Actor,
    /// The evaluation it hangs on.
    pub evaluation: &'n entity::Model,
    /// What must be known of the evaluation's other parts.
    pub siblings: &'n P::Siblings,
    /// What it says.
    pub input: P::Input,
}

/// Writes a new part; none, where there is one of its key already.
pub async fn insert<P: Part>(
    work: &mut Work<'_>,
    evaluation: &entity::Model,
    siblings: &P::Siblings,
    input: P::Input,
) -> Result<Option<P>, DbErr> {
    let by = work.actor().clone();
    let made = insert_many::<P>(work, vec![New { by, evaluation, siblings, input }]).await?;
    Ok(made.into_iter().flatten().next())
}

/// Writes new parts, of any evaluations, and hands back each in its place; none, where there is one of its key already,
/// be it one that stands before it here.
pub async fn insert_many<P: Part>(
    work: &mut Work<'_>,
    new: Vec<New<'_, P>>,
) -> Result<Vec<Option<P>>, DbErr> {
    let stamp = RowStamp {
        id: None,
        evaluation_id: 0,
        version: 1,
        created_at: Some(work.now()),
        updated_at: work.now(),
    };
    let row = |New { evaluation, siblings, input, .. }: &New<'_, P>| {
        let stamp = RowStamp { evaluation_id: evaluation.id, ..stamp };
        P::stamped(P::columns(input.clone(), siblings), stamp)
    };
    let all: Vec<_> = <P::Entity as EntityTrait>::Column::iter().collect();
    let added = insert_new_rows(work.conn(), new.iter().map(row).collect(), &all).await?;
    let siblings: BTreeMap<i64, &P::Siblings> =
        new.iter().map(|new| (new.evaluation.id, new.siblings)).collect();
    let mut by_key = BTreeMap::new();
    for row in added {
        let row = P::from_query_result(&row, "")?;
        if let Some(siblings) = siblings.get(&row.evaluation_id()) {
            by_key.insert((row.evaluation_id(), row.key(siblings)), row);
        }
    }
    let mut made = Vec::with_capacity(new.len());
    for New { by, evaluation, input, .. } in new {
        let key = P::key_of(&input);
        let row = by_key.remove(&(evaluation.id, key.clone()));
        if row.is_some() {
            work.act_as(by);
            record::<P>(work, evaluation, P::row(&key), Deed::made(&input));
        }
        made.push(row);
    }
    Ok(made)
}

/// Replaces what a part says.
pub async fn update<P: Part>(
    work: &mut Work<'_>,
    evaluation: &entity::Model,
    current: &P,
    siblings: &P::Siblings,
    input: P::Input,
) -> Result<P, DbErr> {
    let deed = Deed::changed(&current.input(evaluation, siblings), &input);
    record::<P>(work, evaluation, P::row(&P::key_of(&input)), deed);
    let stamp = RowStamp {
        id: Some(current.id()),
        evaluation_id: current.evaluation_id(),
        version: current.version() + 1,
        created_at: None,
        updated_at: work.now(),
    };
    P::stamped(P::columns(input, siblings), stamp).update(work.conn()).await
}

/// Removes parts.
pub async fn delete<'p, P: Part + 'p>(
    work: &mut Work<'_>,
    evaluation: &entity::Model,
    siblings: &P::Siblings,
    rows: impl IntoIterator<Item = &'p P>,
) -> Result<(), DbErr> {
    let changes = Changes { gone: rows.into_iter().cloned().collect(), ..Changes::default() };
    write::<P>(work, vec![Batch { evaluation: evaluation.clone(), siblings: siblings.clone(), changes }])
        .await
}

/// Says that a part was written: its evaluation follows, and its chain tells of it.
pub(super) fn record<P: Part>(work: &mut Work<'_>, evaluation: &entity::Model, row: String, deed: Deed) {
    work.touch_evaluation(evaluation.id);
    work.record(evaluation.chain(), P::COLLECTION, row, deed);
}
