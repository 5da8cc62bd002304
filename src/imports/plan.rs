//! What becomes of the parts in a bundle, form by form: judged in memory against what is stored, before anything of
//! them is written. Forms do not depend on one another: every core judges some.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, UnitCode};

use super::ahead::Looked;
use super::bundle::Collection;
use super::errors::{Allowance, Errors};
use super::fold::Folding;
use super::judge::{Judge, Obstacle, Seen};
use super::report::Counts;
use super::run::Run;
use super::shape::Shapes;
use crate::db::on_all_cores;
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::part;
use crate::evaluations::store::{self as evaluations, Key, Opening, Refusal};
use crate::evaluations::sync::Changes;
use crate::http::ApiError;
use crate::indicators::store::Projects;
use crate::units::entity as units;
use crate::{base_data, budgets, indicators, narratives, projects};

/// Where the parts of a form go.
#[derive(Clone, Debug)]
pub enum Place {
    /// To an evaluation that is held.
    Stored(Evaluation),
    /// To one that the first part makes.
    New(units::Model),
    /// Nowhere: they are judged for their errors alone, or say what is stored already.
    Nowhere,
}

/// What becomes of a form.
#[derive(Debug)]
pub struct Plan {
    /// The unit and the year.
    pub form: Key,
    /// Where it goes.
    pub place: Place,
    /// 部门整体支出.
    pub budgets: Changes<budgets::entity::Model>,
    /// 基础数据表.
    pub base_data: Changes<base_data::entity::Model>,
    /// 项目支出.
    pub projects: Changes<projects::entity::Model>,
    /// 绩效指标.
    pub indicators: Changes<indicators::entity::Model>,
    /// 自评报告正文.
    pub narratives: Changes<narratives::entity::Model>,
    /// What became of its rows.
    pub counts: Counts,
    /// What is wrong with them.
    pub errors: Errors,
}

impl Plan {
    /// The unit and the year.
    #[must_use]
    pub fn key(&self) -> Key {
        self.form.clone()
    }

    /// Whether nothing is made, changed or removed.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let Self { budgets, base_data, projects, indicators, narratives, .. } = self;
        budgets.is_empty()
            && base_data.is_empty()
            && projects.is_empty()
            && indicators.is_empty()
            && narratives.is_empty()
    }
}

/// What is stored of the forms, by evaluation.
#[derive(Debug, Default)]
struct Stored {
    budgets: BTreeMap<i64, Vec<budgets::entity::Model>>,
    base_data: BTreeMap<i64, Vec<base_data::entity::Model>>,
    projects: BTreeMap<i64, Vec<projects::entity::Model>>,
    indicators: BTreeMap<i64, Vec<indicators::entity::Model>>,
    narratives: BTreeMap<i64, Vec<narratives::entity::Model>>,
}

/// A form with all that is needed to judge it.
struct Task {
    key: Key,
    place: Place,
    /// The evaluation, also where it may only be read.
    evaluation: Option<Evaluation>,
    obstacle: Option<Obstacle>,
    rows: Vec<Looked>,
    stored: Stored,
}

/// Judges all parts. Errors and counts go to the report.
pub async fn plan(
    run: &mut Run<'_, '_>,
    folding: Folding,
    groups: BTreeMap<Key, Vec<Looked>>,
    missing_units: &BTreeSet<UnitCode>,
    missing_years: &BTreeSet<FiscalYear>,
) -> Result<Vec<Plan>, ApiError> {
    let keys: BTreeSet<Key> = groups.keys().cloned().collect();
    let collections = groups.values().flatten().map(|part| part.row.collection).collect();
    let mut openings = evaluations::open_many(&run.work, run.caller, &keys).await?;
    let mut tasks = Vec::with_capacity(groups.len());
    for (key, rows) in groups {
        let opening = openings.remove(&key).unwrap_or(Opening::Refused(Refusal::NoUnit));
        let (place, evaluation, obstacle) = match opening {
            Opening::Ready(evaluation) => (Place::Stored(evaluation.clone()), Some(evaluation), None),
            Opening::New(unit) => (Place::New(unit), None, None),
            Opening::Locked(stage, evaluation) => {
                (Place::Nowhere, Some(evaluation), Some(Obstacle::Locked(stage)))
            }
            Opening::Refused(Refusal::NoUnit) if missing_units.contains(&key.0) => {
                (Place::Nowhere, None, Some(Obstacle::Unit))
            }
            Opening::Refused(Refusal::NoYear) if missing_years.contains(&key.1) => {
                (Place::Nowhere, None, Some(Obstacle::Year))
            }
            Opening::Refused(refusal) => {
                let errors = rows.iter().map(|part| {
                    let row = folding.read(&part.row);
                    row.error(super::judge::refused(&row, refusal, &key))
                });
                run.report.errors.extend(errors);
                continue;
            }
        };
        tasks.push(Task { key, place, evaluation, obstacle, rows, stored: Stored::default() });
    }
    read(run, &mut tasks, &collections).await?;
    let judge = Judge {
        shapes: Shapes::of(run.schemas, &collections),
        schemas: run.schemas.clone(),
        folding,
        strategy: run.order.strategy,
        is_atomic: run.order.is_atomic,
        collections,
        unfolded: std::mem::take(&mut run.unfolded),
        allowance: Allowance::default(),
    };
    let rows = tasks.iter().map(|task| task.rows.len()).sum();
    let mut plans = on_all_cores(rows, tasks, move |task| form(&judge, task)).await?;
    for plan in &mut plans {
        run.report.errors.add(&plan.errors);
        run.report.counts.add(plan.counts);
    }
    Ok(plans)
}

/// Reads what is stored of the forms, as far as the file speaks of it.
async fn read(
    run: &Run<'_, '_>,
    tasks: &mut [Task],
    collections: &BTreeSet<Collection>,
) -> Result<(), ApiError> {
    let ids: Vec<i64> = tasks.iter().filter_map(|task| Some(task.evaluation.as_ref()?.id)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let of = |collection| if collections.contains(&collection) { ids.clone() } else { Vec::new() };
    let conn = run.work.conn();
    let mut stored = Stored {
        budgets: part::all_of(conn, of(Collection::Budgets)).await?,
        base_data: part::all_of(conn, of(Collection::BaseData)).await?,
        // Indicators name their projects.
        projects: part::all_of(conn, ids.clone()).await?,
        indicators: part::all_of(conn, of(Collection::Indicators)).await?,
        narratives: part::all_of(conn, of(Collection::Narratives)).await?,
    };
    for task in tasks {
        let Some(evaluation) = &task.evaluation else { continue };
        let id = evaluation.id;
        task.stored.budgets.extend(stored.budgets.remove_entry(&id));
        task.stored.base_data.extend(stored.base_data.remove_entry(&id));
        task.stored.projects.extend(stored.projects.remove_entry(&id));
        task.stored.indicators.extend(stored.indicators.remove_entry(&id));
        task.stored.narratives.extend(stored.narratives.remove_entry(&id));
    }
    Ok(())
}

fn all<P>(of: BTreeMap<i64, Vec<P>>) -> Vec<P> {
    of.into_values().flatten().collect()
}

fn form(judge: &Judge, task: Task) -> Plan {
    let Task { key, place, evaluation, obstacle, rows, stored } = task;
    let mut by_collection: BTreeMap<Collection, Vec<Looked>> = BTreeMap::new();
    for part in rows {
        by_collection.entry(part.row.collection).or_default().push(part);
    }
    let mut rows = |collection| by_collection.remove(&collection).unwrap_or_default();
    let mut seen = Seen::new(judge, &key, evaluation.as_ref(), obstacle);
    let budgets = seen.judge(rows(Collection::Budgets), all(stored.budgets), &());
    let base_data = seen.judge(rows(Collection::BaseData), all(stored.base_data), &());
    // A project stands before its indicators, which are judged by what it comes to.
    let of_projects = all(stored.projects);
    let mut siblings = Projects::of(&of_projects);
    let projects = seen.judge(rows(Collection::ProjectExpenditures), of_projects, &());
    for project in &projects.changes.fresh {
        siblings.expect(project.code.clone());
    }
    let missing = projects.failed.iter().filter(|code| !siblings.has(code)).cloned().collect();
    seen.missing_projects = missing;
    let indicators = seen.judge(rows(Collection::Indicators), all(stored.indicators), &siblings);
    let narratives = seen.judge(rows(Collection::Narratives), all(stored.narratives), &());
    let rest = [
        budgets.sheets_to_clear(),
        base_data.sheets_to_clear(),
        indicators.sheets_to_clear(),
        narratives.sheets_to_clear(),
    ];
    seen.settle(&rest.concat());
    let budgets = seen.finish(budgets);
    let base_data = seen.finish(base_data);
    let projects = seen.finish(projects);
    let indicators = seen.finish(indicators);
    let narratives = seen.finish(narratives);
    let Seen { counts, errors, .. } = seen;
    Plan { form: key, place, budgets, base_data, projects, indicators, narratives, counts, errors }
}
