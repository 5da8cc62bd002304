//! The writing of what an import came to: each kind of part of all forms at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join;
use jixiao_core::workflow::{Mark, State};

use super::plan::{Place, Plan};
use super::run::Run;
use super::wire::LaterStage;
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::store::{self as evaluations, Key};
use crate::evaluations::sync::{Batch, Changes, write as write_parts};
use crate::evaluations::{Part, part};
use crate::forms::store::{self as forms, Reviewed};
use crate::forms::wire::UnitForm;
use crate::http::ApiError;
use crate::indicators::store::Projects;
use crate::rule_sets::store as rule_sets;
use crate::scores::foreseen::{Whole, foresee};
use crate::workflow::entity::Line;
use crate::workflow::store::{self as workflow, Taken};

/// Writes what was planned.
pub async fn write(run: &mut Run<'_, '_>, mut plans: Vec<Plan>) -> Result<(), ApiError> {
    if plans.len() > 1 {
        run.work.expect_many_rows().await?;
    }
    let new: Vec<_> = plans.iter().filter(|plan| !plan.is_idle()).filter_map(new).collect();
    let mut held: BTreeMap<Key, Evaluation> = if new.is_empty() {
        BTreeMap::new()
    } else {
        evaluations::make(&mut run.work, run.caller, &new).await?
    };
    let (mut whole, mut known) = (Vec::new(), new_forms(&held, &plans));
    for plan in &plans {
        if let Place::Stored(evaluation) = &plan.place {
            held.insert(plan.key(), evaluation.clone());
        }
        if plan.errors.is_empty() {
            whole.extend(held.get(&plan.form).cloned());
        }
    }
    kind(run, &held, &mut plans, |plan| &mut plan.budgets, |_| ()).await?;
    kind(run, &held, &mut plans, |plan| &mut plan.base_data, |_| ()).await?;
    kind(run, &held, &mut plans, |plan| &mut plan.projects, |_| ()).await?;
    let siblings = siblings(run, &held, &plans).await?;
    for Whole { evaluation, form: (_, _, ids), .. } in &mut known {
        *ids = siblings.get(&evaluation.id).map(Projects::ids).unwrap_or_default();
    }
    let scores = foresee(run.work.conn(), known).await?;
    let of = |id| siblings.get(&id).cloned().unwrap_or_default();
    let indicators = kind(run, &held, &mut plans, |plan| &mut plan.indicators, of);
    let (written, foreseen) = join(indicators, scores).await;
    written?;
    run.work.remember(Arc::new(foreseen?));
    kind(run, &held, &mut plans, |plan| &mut plan.narratives, |_| ()).await?;
    if let Some(later) = run.order.later {
        // One of which a row is wrong stays a draft.
        for evaluation in whole {
            hand_in(run, &evaluation, later).await?;
        }
    }
    Ok(())
}

/// Forms of which nothing was stored before: what the file says is all there is of them.
fn new_forms(made: &BTreeMap<Key, Evaluation>, plans: &[Plan]) -> Vec<Whole> {
    let known = plans.iter().filter_map(|plan| {
        let (evaluation, (unit, _)) = made.get(&plan.form).cloned().zip(new(plan))?;
        let form = UnitForm {
            budgets: plan.budgets.fresh.clone(),
            base_data: plan.base_data.fresh.clone(),
            project_expenditures: sorted(&plan.projects.fresh, |row| row.code.clone()),
            indicators: plan.indicators.fresh.clone(),
            narratives: Vec::new(),
        };
        Some(Whole { evaluation, unit, form: (form, Reviewed::default(), BTreeMap::new()) })
    });
    known.collect()
}

fn sorted<T: Clone, K: Ord>(rows: &[T], key: fn(&T) -> K) -> Vec<T> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(key);
    rows
}

fn new(plan: &Plan) -> Option<(crate::units::entity::Model, jixiao_core::kernel::FiscalYear)> {
    match &plan.place {
        Place::New(unit) => Some((unit.clone(), plan.form.1)),
        Place::Stored(_) | Place::Nowhere => None,
    }
}

/// Writes one kind of parts of all forms.
async fn kind<P: Part>(
    run: &mut Run<'_, '_>,
    held: &BTreeMap<Key, Evaluation>,
    plans: &mut [Plan],
    of: fn(&mut Plan) -> &mut Changes<P>,
    siblings: impl Fn(i64) -> P::Siblings,
) -> Result<(), ApiError> {
    let mut batches = Vec::with_capacity(plans.len());
    for plan in plans {
        let changes = std::mem::take(of(plan));
        if let Some(evaluation) = held.get(&plan.form).filter(|_| !changes.is_empty()) {
            let (evaluation, siblings) = (evaluation.clone(), siblings(evaluation.id));
            batches.push(Batch { evaluation, siblings, changes });
        }
    }
    Ok(write_parts(&mut run.work, batches).await?)
}

/// The projects of the forms that are new or whose indicators are written, as they are now.
async fn siblings(
    run: &Run<'_, '_>,
    held: &BTreeMap<Key, Evaluation>,
    plans: &[Plan],
) -> Result<BTreeMap<i64, Projects>, ApiError> {
    let written =
        plans.iter().filter(|plan| !plan.indicators.is_empty() || matches!(plan.place, Place::New(_)));
    let ids = written.filter_map(|plan| Some(held.get(&plan.form)?.id));
    let rows = part::all_of(run.work.conn(), ids).await?;
    Ok(rows.into_iter().map(|(id, rows)| (id, Projects::of(&rows))).collect())
}

/// Takes a historical evaluation to its later stage.
async fn hand_in(run: &mut Run<'_, '_>, evaluation: &Evaluation, later: LaterStage) -> Result<(), ApiError> {
    rule_sets::keep(&run.work, &evaluation.rule_set).await?;
    let (form, _, _) = forms::load(run.work.conn(), evaluation).await?;
    let round = evaluation.round + 1;
    workflow::submit(&run.work, evaluation, round, form).await?;
    let mark = Mark { by: run.caller.username.clone(), at: run.work.now() };
    let state = match later {
        LaterStage::Submitted => State::Submitted { submitted: mark, endorsed: None },
        LaterStage::Approved => State::Approved { submitted: mark.clone(), approved: mark },
    };
    let details = vec![Line::new(
        "历史数据导入，审核问题保留、未强制",
        "historical import: findings are kept, not enforced",
    )];
    let taken = Taken { state, round, due: None, opinion: None, details };
    Ok(workflow::take(&mut run.work, evaluation, "import", taken).await?)
}
