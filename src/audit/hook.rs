//! The hook that writes down what a unit of work changed, in its transaction: one entry for each chain, and of an
//! import one for each sheet.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, join};
use sea_orm::DbErr;

use super::store;
use super::told::told;
use crate::db::{Chain, Change, Work, WriteHook, on_all_cores};

/// Chains whose entries are written while those of the next are put into words.
const TOGETHER: usize = 16;

/// Appends entries to each chain in which something was changed.
#[derive(Debug)]
pub struct Chains;

impl WriteHook for Chains {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let changes = Arc::clone(work.changes());
            let mut chains: BTreeMap<&Chain, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
            for (place, change) in changes.iter().enumerate() {
                let sheet = if work.cause().is_some() { sheet(change) } else { "" };
                chains.entry(&change.chain).or_default().entry(sheet).or_default().push(place);
            }
            // By name, as their heads are locked.
            let chains: BTreeMap<String, Vec<Vec<usize>>> = chains
                .into_iter()
                .map(|(chain, sheets)| (chain.to_string(), sheets.into_values().collect()))
                .collect();
            let mut chains = chains.into_iter();
            let mut next = || {
                let shared = Arc::clone(&changes);
                on_all_cores(chains.by_ref().take(TOGETHER).collect(), move |(chain, sheets)| {
                    entries(&shared, sheets).map(|texts| (chain, texts))
                })
            };
            let mut ready = next().await?;
            while !ready.is_empty() {
                let ready_ones: Result<BTreeMap<_, _>, _> = ready.into_iter().collect();
                let mut entries = ready_ones.map_err(|why| DbErr::Custom(why.to_string()))?;
                entries.retain(|_, texts| !texts.is_empty());
                let (written, following) = join(store::append(work, entries), next()).await;
                written?;
                ready = following?;
            }
            Ok(())
        }
        .boxed_local()
    }
}

/// The texts of a chain's entries: of each the changes at these places.
fn entries(changes: &[Change], sheets: Vec<Vec<usize>>) -> Result<Vec<String>, serde_json::Error> {
    let told =
        sheets.into_iter().map(|places| told(places.into_iter().filter_map(|place| changes.get(place))));
    told.filter_map(Result::transpose).collect()
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
