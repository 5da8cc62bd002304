//! The hook that writes down what a unit of work changed, in its transaction: one entry for each chain and each who
//! changed something of it, and of an import one for each sheet.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, join};
use sea_orm::DbErr;

use super::store::{self, Said};
use super::told::told;
use crate::db::{Chain, Change, Work, WriteHook, on_all_cores};

/// Chains whose entries are written while those of the next are put into words.
const TOGETHER: usize = 32;

/// Appends entries to each chain in which something was changed.
#[derive(Debug)]
pub struct Chains;

impl WriteHook for Chains {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let changes = Arc::clone(work.changes());
            let mut chains: BTreeMap<&Chain, BTreeMap<(usize, &str), Vec<usize>>> = BTreeMap::new();
            let (mut turn, mut last) = (0, None);
            for (place, change) in changes.iter().enumerate() {
                if last.replace(&change.by).is_some_and(|last| *last != change.by) {
                    turn += 1;
                }
                let sheet = if work.cause().is_some() { sheet(change) } else { "" };
                chains.entry(&change.chain).or_default().entry((turn, sheet)).or_default().push(place);
            }
            // By name, as their heads are locked.
            let chains: BTreeMap<String, Vec<Vec<usize>>> = chains
                .into_iter()
                .map(|(chain, sheets)| (chain.to_string(), sheets.into_values().collect()))
                .collect();
            let mut chains = chains.into_iter();
            let mut next = || {
                let shared = Arc::clone(&changes);
                let chains: Vec<(String, Vec<Vec<usize>>)> = chains.by_ref().take(TOGETHER).collect();
                let rows = chains.iter().flat_map(|(_, sheets)| sheets).map(Vec::len).sum();
                on_all_cores(rows, chains, move |(chain, sheets)| {
                    entries(&shared, sheets).map(|said| (chain, said))
                })
            };
            let mut ready = next().await?;
            while !ready.is_empty() {
                let ready_ones: Result<BTreeMap<_, _>, _> = ready.into_iter().collect();
                let mut entries = ready_ones.map_err(|why| DbErr::Custom(why.to_string()))?;
                entries.retain(|_, said| !said.is_empty());
                let (written, following) = join(store::append(work, entries), next()).await;
                written?;
                ready = following?;
            }
            Ok(())
        }
        .boxed_local()
    }
}

/// A chain's entries: of each the changes at these places.
fn entries(changes: &[Change], entries: Vec<Vec<usize>>) -> Result<Vec<Said>, serde_json::Error> {
    let mut said = Vec::with_capacity(entries.len());
    for places in entries {
        let mut these = places.into_iter().filter_map(|place| changes.get(place)).peekable();
        let Some(by) = these.peek().map(|first| Arc::clone(&first.by)) else { continue };
        if let Some(changes) = told(these)? {
            said.push(Said { by, changes });
        }
    }
    Ok(said)
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
