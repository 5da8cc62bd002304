//! Forms as they were scored last. A clerk fills a form cell by cell, and each cell is scored with its whole sheet: so
//! that the sheet need not be read again for each, its form is kept with the version it had, and brought forward by
//! what a unit of work says it changed. A form of any other version is read anew, so replicas need not know of each
//! other.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jixiao_core::kernel::ProjectCode;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::Value;

use crate::db::{Change, Deed};
use crate::evaluations::Part;
use crate::forms::store::Scored;
use crate::{base_data, budgets, indicators, narratives, projects};

/// Indicators of all forms that are kept, at most; one takes about a kilobyte.
const ROOM: u64 = 30_000;
/// Forms that are made room for to begin with: so few that the cache stays one. Its parts would be full each on their own,
/// and forms would go that there is room for.
const FORMS: usize = 60;

/// Sheets of a form, by project; none: the department's.
pub type Sheets = BTreeSet<Option<ProjectCode>>;

type Kept = (i64, Arc<Scored>);

#[derive(Clone, Debug)]
struct ByIndicators;

impl Weighter<i64, Kept> for ByIndicators {
    fn weight(&self, _: &i64, (_, form): &Kept) -> u64 {
        u64::try_from(form.0.indicators.len()).unwrap_or(u64::MAX).max(10)
    }
}

/// The forms that were scored last, by evaluation.
#[derive(Clone)]
pub struct Recent(Arc<Cache<i64, Kept, ByIndicators>>);

impl Default for Recent {
    fn default() -> Self {
        Self(Arc::new(Cache::with_weighter(FORMS, ROOM, ByIndicators)))
    }
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").field("forms", &self.0.len()).finish_non_exhaustive()
    }
}

impl Recent {
    /// Keeps the form of an evaluation as it is at this version.
    pub fn keep(&self, evaluation: i64, version: i64, form: Arc<Scored>) {
        self.0.insert(evaluation, (version, form));
    }

    /// The form of an evaluation after these changes, if it is known as it was at `version`, before them.
    #[must_use]
    pub fn after(&self, evaluation: i64, version: i64, changes: &[&Change]) -> Option<Arc<Scored>> {
        // Taken out, so that it need not be copied: whoever holds the evaluation is the only one who can go on from it.
        let (_, (_, form)) = self.0.remove(&evaluation).filter(|(_, kept)| kept.0 == version)?;
        let mut form = Arc::unwrap_or_clone(form);
        changes.iter().all(|change| apply(&mut form, change).is_some()).then(|| Arc::new(form))
    }
}

/// The sheets that these changes are about, if that is all they are about: a change of anything else (a step, a score
/// of the bureau's, a new project) can be about any.
#[must_use]
pub fn sheets(changes: &[&Change]) -> Option<Sheets> {
    let mut sheets = Sheets::new();
    for change in changes {
        match change.entity {
            budgets::entity::Model::COLLECTION | base_data::entity::Model::COLLECTION => {
                sheets.insert(None);
            }
            projects::entity::Model::COLLECTION if matches!(change.deed, Deed::Changed(..)) => {
                sheets.insert(Some(change.key.parse().ok()?));
            }
            indicators::entity::Model::COLLECTION => {
                for row in rows(&change.deed)?.into_iter().flatten() {
                    sheets.insert(indicators::entity::Model::key_in(&row)?.0);
                }
            }
            narratives::entity::Model::COLLECTION => {}
            _ => return None,
        }
    }
    Some(sheets)
}

/// A row before and after; nothing where it was a step.
fn rows(deed: &Deed) -> Option<[Option<Value>; 2]> {
    let read = |state: &str| serde_json::from_str(state).ok().map(Some);
    match deed {
        Deed::Made(after) => Some([None, read(after)?]),
        Deed::Changed(before, after) => Some([read(before)?, read(after)?]),
        Deed::Removed(before) => Some([read(before)?, None]),
        Deed::Taken(..) => None,
    }
}

fn apply((form, _, _): &mut Scored, change: &Change) -> Option<()> {
    match change.entity {
        budgets::entity::Model::COLLECTION => {
            replace::<budgets::entity::Model>(&mut form.budgets, &change.deed)
        }
        base_data::entity::Model::COLLECTION => {
            replace::<base_data::entity::Model>(&mut form.base_data, &change.deed)
        }
        projects::entity::Model::COLLECTION => {
            replace::<projects::entity::Model>(&mut form.project_expenditures, &change.deed)
        }
        indicators::entity::Model::COLLECTION => {
            replace::<indicators::entity::Model>(&mut form.indicators, &change.deed)
        }
        // The written report is not scored, and not kept.
        narratives::entity::Model::COLLECTION => Some(()),
        _ => None,
    }
}

fn replace<P: Part>(inputs: &mut Vec<P::Input>, deed: &Deed) -> Option<()> {
    let [before, after] = rows(deed)?;
    if let Some(before) = before {
        let key = P::key_in(&before)?;
        inputs.retain(|input| P::key_of(input) != key);
    }
    if let Some(after) = after {
        inputs.push(serde_json::from_value(after).ok()?);
    }
    Some(())
}
