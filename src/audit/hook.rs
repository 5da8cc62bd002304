//! The hook that writes down what a unit of work changed, in its transaction: one entry for each chain, and of an
//! import one for each sheet.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::kernel::differences;
use sea_orm::DbErr;
use serde_json::Value;

use super::entity::{ChangeEntry, FieldChange};
use super::store;
use crate::db::{Chain, Change, Deed, Work, WriteHook};

/// Appends entries to each chain in which something was changed.
#[derive(Debug)]
pub struct Chains;

impl WriteHook for Chains {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            // In the order of the chains' names: two units of work that both write several never wait in a circle.
            let mut entries: BTreeMap<(&Chain, &str), Vec<ChangeEntry>> = BTreeMap::new();
            for change in work.changes() {
                if let Some(entry) = entry(change) {
                    let sheet = if work.cause().is_some() { sheet(change) } else { "" };
                    entries.entry((&change.chain, sheet)).or_default().push(entry);
                }
            }
            for ((chain, _), changes) in entries {
                store::append(work, &chain.to_string(), &changes).await?;
            }
            Ok(())
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
