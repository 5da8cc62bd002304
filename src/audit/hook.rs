//! The hook that writes down what a unit of work changed, in its transaction: one entry for each chain, and of an
//! import one for each sheet.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::kernel::differences;
use sea_orm::DbErr;
use serde_json::Value;

use super::entity::{ChangeEntry, FieldChange};
use super::store;
use crate::db::{Change, Deed, Work, WriteHook, on_all_cores};

/// Appends entries to each chain in which something was changed.
#[derive(Debug)]
pub struct Chains;

impl WriteHook for Chains {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let changes = Arc::clone(work.changes());
            let mut groups: BTreeMap<(String, &str), Vec<usize>> = BTreeMap::new();
            for (place, change) in changes.iter().enumerate() {
                let sheet = if work.cause().is_some() { sheet(change) } else { "" };
                groups.entry((change.chain.to_string(), sheet)).or_default().push(place);
            }
            let groups = groups.into_iter().map(|((chain, _), places)| (chain, places)).collect();
            let shared = Arc::clone(&changes);
            let told = on_all_cores(groups, move |(chain, places): (String, Vec<usize>)| {
                let changes = places.into_iter().filter_map(|place| entry(shared.get(place)?));
                let changes: Vec<ChangeEntry> = changes.collect();
                let text = (!changes.is_empty()).then(|| serde_json::to_string(&changes));
                (chain, text.transpose())
            });
            let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (chain, text) in told.await? {
                if let Some(text) = text.map_err(|why| DbErr::Custom(why.to_string()))? {
                    entries.entry(chain).or_default().push(text);
                }
            }
            if entries.is_empty() { Ok(()) } else { store::append(work, entries).await }
        }
        .boxed_local()
    }
}

/// The sheet a change is about: a project's code, or nothing for the department's. What came by the file, thousands
/// of rows at once, has an entry for each sheet; what a person did has one.
fn sheet(change: &Change) -> &str {
    match change.entity {
        "project_expenditures" => &change.key,
        "indicators" => change.key.split_once('.').map_or("", |(project, _)| project),
        _ => "",
    }
}

/// A change as it is written down; nothing where it changed nothing.
fn entry(change: &Change) -> Option<ChangeEntry> {
    let (before, after) = match &change.deed {
        Deed::Made(after) | Deed::Taken(_, after) => (&Value::Null, after),
        Deed::Changed(before, after) => (before, after),
        Deed::Removed(before) => (before, &Value::Null),
    };
    let fields: Vec<FieldChange> = differences(before, after)
        .into_iter()
        .map(|one| FieldChange { field: one.path, before: one.before, after: one.after })
        .collect();
    if fields.is_empty() && matches!(change.deed, Deed::Changed(..)) {
        return None;
    }
    let (entity, key) = (change.entity.to_owned(), change.key.clone());
    Some(ChangeEntry { action: change.deed.as_str().to_owned(), entity, key, fields })
}
