//! The hook that keeps score summaries in line with their sources, in the transaction that changes these.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, RegionCode, UnitCode};
use jixiao_core::scoring::RuleSet;
use jixiao_core::workflow::Stage;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};

use super::assemble::{Scored as ScoredSheet, score_sheets};
use super::figures;
use super::foreseen::Foreseen;
use super::recent::{self, Recent, Sheets};
use super::store::rules;
use crate::db::{Change, Coded, Db, Int, Json, Target, Work, WriteHook, on_all_cores, one_of, replace_rows};
use crate::evaluations::entity::{self as evaluations, Model as Evaluation};
use crate::evaluations::summary_entity::{ActiveModel, Column, Entity};
use crate::forms::store::{self as forms, Scored};
use crate::indicators::wire::IndicatorInput;
use crate::units::entity as units;
use crate::years::round_store;

/// Evaluations that are scored together.
const TOGETHER: usize = 200;

/// Evaluations of one unit of work whose forms are kept for the next: who fills a form row by row comes back, an import
/// does not.
const FEW: usize = 64;

/// Scores follow every change of their sources.
#[derive(Debug, Default)]
pub struct Summaries {
    recent: Recent,
}

impl WriteHook for Summaries {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let mut ids: BTreeSet<i64> = work.touched_evaluations().clone();
            ids.extend(still_editable(work).await?);
            let ids: Vec<i64> = ids.into_iter().collect();
            let mut chosen = BTreeMap::new();
            for chunk in ids.chunks(TOGETHER) {
                self.refresh(work, chunk, &mut chosen).await?;
            }
            Ok(())
        }
        .boxed_local()
    }

    fn catch_up<'a>(&'a self, db: &'a Db) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        figures::catch_up(db).boxed_local()
    }
}

/// The evaluations of years whose rules were written, as far as the unit can still change them: what was
/// handed in keeps the rules it was handed in under.
async fn still_editable(work: &Work<'_>) -> Result<Vec<i64>, DbErr> {
    if work.touched_years().is_empty() {
        return Ok(Vec::new());
    }
    let editable = Stage::ALL.into_iter().filter(|stage| stage.is_editable()).map(Coded);
    evaluations::Entity::find()
        .select_only()
        .column(evaluations::Column::Id)
        .filter(evaluations::Column::Year.is_in(work.touched_years().iter().copied().map(Int)))
        .filter(evaluations::Column::Stage.is_in(editable))
        .into_tuple()
        .all(work.conn())
        .await
}

/// The rule sets of regions in years, as far as they were asked for.
type Chosen = BTreeMap<(FiscalYear, Option<RegionCode>), String>;

impl Summaries {
    /// Scores these evaluations anew, of each the sheets that may have changed.
    async fn refresh(&self, work: &Work<'_>, ids: &[i64], chosen: &mut Chosen) -> Result<(), DbErr> {
        let conn = work.conn();
        // Locked, as by who writes a part: else this could put back totals from before that write.
        let evaluations = held(conn, ids).await?;
        let foreseen = work.known::<Foreseen>();
        let are_few = foreseen.is_none() && evaluations.len() <= FEW;
        let mut tasks = Vec::with_capacity(evaluations.len());
        let (mut units, mut whole, mut anew) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (mut evaluation, unit) in evaluations {
            let unit = unit.ok_or_else(no_unit)?;
            let are_others = choose_rules(work, &mut evaluation, &unit, chosen).await?;
            if let Some(summaries) = foreseen.as_ref().and_then(|foreseen| foreseen.of(&evaluation)) {
                whole.push(evaluation.id);
                anew.extend_from_slice(summaries);
                continue;
            }
            units.insert(unit.code.0.clone(), unit);
            let mut task = Task::new(evaluation);
            if are_few && !are_others && work.touched_evaluations().contains(&task.evaluation.id) {
                self.continue_with(work, &mut task);
            }
            tasks.push(task);
        }
        read_forms(conn, &mut tasks).await?;
        whole.extend(tasks.iter().filter(|task| task.sheets.is_none()).map(|task| task.evaluation.id));
        if !whole.is_empty() {
            Entity::delete_many().filter(Column::EvaluationId.is_in(one_of(whole))).exec(conn).await?;
        }
        let single = tasks.iter().flat_map(single_sheets).collect();
        if are_few {
            let recent = self.recent.clone();
            let forms: Vec<_> = tasks
                .iter()
                .filter_map(|Task { evaluation, form, .. }| {
                    Some((evaluation.id, evaluation.version, form.clone()?))
                })
                .collect();
            work.when_committed(move || {
                for (id, version, form) in forms {
                    recent.keep(id, version, form);
                }
            });
        }
        anew.extend(summaries(conn, tasks, units).await?);
        replace(conn, single, anew).await
    }

    /// What is known of a form that the unit of work changed, and which of its sheets these changes are about.
    fn continue_with(&self, work: &Work<'_>, task: &mut Task) {
        let chain = task.evaluation.chain();
        let changes: Vec<&Change> = work.changes().iter().filter(|change| change.chain == chain).collect();
        if changes.is_empty() {
            return; // touched for another reason
        }
        task.sheets = recent::sheets(&changes);
        if task.sheets.is_some() {
            let Evaluation { id, version, .. } = task.evaluation;
            task.form = self.recent.after(id, version - 1, &changes);
        }
    }
}

/// An evaluation whose sheets are to be scored, with what is known for it.
#[derive(Debug)]
pub struct Task {
    evaluation: Evaluation,
    /// Its form; none: it has to be read.
    form: Option<Arc<Scored>>,
    /// Only these sheets; none: all.
    sheets: Option<Sheets>,
}

impl Task {
    /// All sheets, of what is stored.
    #[must_use]
    pub fn new(evaluation: Evaluation) -> Self {
        Self { evaluation, form: None, sheets: None }
    }

    /// All sheets, of what is known.
    #[must_use]
    pub fn of(evaluation: Evaluation, form: Scored) -> Self {
        Self { evaluation, form: Some(Arc::new(form)), sheets: None }
    }

    /// Indicators that are scored.
    fn rows(&self) -> Option<usize> {
        let rows = &self.form.as_deref()?.0.indicators;
        let sheets = self.sheets.as_ref();
        let is_wanted = |row: &&IndicatorInput| sheets.is_none_or(|sheets| sheets.contains(&row.project));
        Some(rows.iter().filter(is_wanted).count())
    }
}

/// Reads the forms of which nothing is known.
pub async fn read_forms(conn: &impl ConnectionTrait, tasks: &mut [Task]) -> Result<(), DbErr> {
    let mut unknown: Vec<&mut Task> = tasks.iter_mut().filter(|task| task.form.is_none()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let evaluations: Vec<&Evaluation> = unknown.iter().map(|task| &task.evaluation).collect();
    let forms = forms::load_scored(conn, &evaluations).await?;
    for (task, form) in unknown.iter_mut().zip(forms) {
        task.form = Some(Arc::new(form));
    }
    Ok(())
}

/// A sheet, by evaluation and project; none: the department's.
type SheetKey = (i64, Option<i64>);

/// The sheets to which an evaluation's task is narrowed, as far as they can have a summary.
fn single_sheets(task: &Task) -> Vec<SheetKey> {
    let (Some(sheets), Some((_, _, projects))) = (&task.sheets, task.form.as_deref()) else {
        return Vec::new();
    };
    let key = |sheet: &Option<ProjectCode>| match sheet {
        None => Some((task.evaluation.id, None)),
        Some(code) => projects.get(code).map(|id| (task.evaluation.id, Some(*id))),
    };
    sheets.iter().filter_map(key).collect()
}

/// Puts the summaries of single sheets in the place of what they had, and removes those of sheets that are no more.
async fn replace(
    conn: &impl ConnectionTrait,
    mut single: BTreeSet<SheetKey>,
    summaries: Vec<ActiveModel>,
) -> Result<(), DbErr> {
    for summary in &summaries {
        let key = summary.evaluation_id.try_as_ref().copied().zip(summary.project_id.try_as_ref().copied());
        if let Some(key) = key {
            single.remove(&key);
        }
    }
    for (evaluation, project) in single {
        let sheet = project.map_or_else(|| Column::ProjectId.is_null(), |id| Column::ProjectId.eq(id));
        let gone = Entity::delete_many().filter(Column::EvaluationId.eq(evaluation)).filter(sheet);
        gone.exec(conn).await?;
    }
    let is_department = |summary: &ActiveModel| matches!(summary.project_id, ActiveValue::Set(None));
    let (departments, projects) = summaries.into_iter().partition(is_department);
    replace_rows(conn, departments, DEPARTMENT).await?;
    replace_rows(conn, projects, PROJECT).await
}

/// By what a summary is that of the same department sheet.
const DEPARTMENT: Target = Target::Index("(evaluation_id) WHERE project_id IS NULL");
/// And of the same project's.
const PROJECT: Target = Target::Index("(project_id) WHERE project_id IS NOT NULL");

/// Evaluations with their units. They are held, and not their units: what is written of a form does not change these.
async fn held(
    conn: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<Vec<(Evaluation, Option<units::Model>)>, DbErr> {
    let to_unit = evaluations::Entity::belongs_to(units::Entity)
        .from(evaluations::Column::UnitCode)
        .to(units::Column::Code)
        .into();
    let mut found = evaluations::Entity::find()
        .filter(evaluations::Column::Id.is_in(one_of(ids.iter().copied())))
        .order_by_asc(evaluations::Column::Id)
        .join(JoinType::InnerJoin, to_unit)
        .select_also(units::Entity);
    QueryTrait::query(&mut found).lock_with_tables(LockType::Update, [evaluations::Entity]);
    found.all(conn).await
}

fn no_unit() -> DbErr {
    DbErr::Custom("an evaluation without its unit".into())
}

/// An evaluation that can still be changed is scored by the rules that its region has now. Says whether these are
/// others than before.
async fn choose_rules(
    work: &Work<'_>,
    evaluation: &mut Evaluation,
    unit: &units::Model,
    chosen: &mut Chosen,
) -> Result<bool, DbErr> {
    if !evaluation.stage.0.is_editable() {
        return Ok(false);
    }
    let key = (evaluation.year.0, unit.region_code.as_ref().map(|region| region.0.clone()));
    if !chosen.contains_key(&key) {
        let found = round_store::rule_set(work.conn(), key.0, key.1.as_ref()).await?;
        chosen.insert(key.clone(), found);
    }
    let Some(rule_set) = chosen.get(&key) else { return Ok(false) };
    if *rule_set == evaluation.rule_set && !work.touched_rules().contains(rule_set) {
        return Ok(false);
    }
    // What this unit of work touched has been counted: a form that is saved knows its tag by that.
    let is_counted = work.touched_evaluations().contains(&evaluation.id);
    let version = evaluation.version + i64::from(!is_counted);
    let mut row = evaluation.clone().into_active_model();
    row.rule_set = Set(rule_set.clone());
    row.version = Set(version);
    *evaluation = row.update(work.conn()).await?;
    Ok(true)
}

/// Rule sets by what evaluations call them.
type Rules = BTreeMap<String, Arc<Cow<'static, RuleSet>>>;

/// The rules of these evaluations.
pub async fn rules_of(conn: &impl ConnectionTrait, tasks: &[Task]) -> Result<Rules, DbErr> {
    let mut by_reference = Rules::new();
    for Task { evaluation, .. } in tasks {
        if !by_reference.contains_key(&evaluation.rule_set) {
            by_reference.insert(evaluation.rule_set.clone(), Arc::new(rules(conn, evaluation).await?));
        }
    }
    Ok(by_reference)
}

/// The summaries that these evaluations come to, in the order of their sheets. Their forms have been read.
pub async fn summaries(
    conn: &impl ConnectionTrait,
    tasks: Vec<Task>,
    units: BTreeMap<UnitCode, units::Model>,
) -> Result<Vec<ActiveModel>, DbErr> {
    let rules = rules_of(conn, &tasks).await?;
    Ok(scored(tasks, units, rules).await?.concat())
}

/// The same for each evaluation, by rules that are known.
pub async fn scored(
    tasks: Vec<Task>,
    units: BTreeMap<UnitCode, units::Model>,
    rules: Rules,
) -> Result<Vec<Vec<ActiveModel>>, DbErr> {
    let rows = tasks.iter().filter_map(Task::rows).sum();
    let scored = on_all_cores(rows, tasks, move |Task { evaluation, form, sheets }| {
        let unit = units.get(&evaluation.unit_code.0);
        let rules = rules.get(&evaluation.rule_set);
        let (Some(form), Some(unit), Some(rules)) = (form.as_deref(), unit, rules) else {
            return Vec::new(); // each was looked up before
        };
        let (form, reviewed, projects) = form;
        let is_wanted =
            |sheet: &Option<ProjectCode>| sheets.as_ref().is_none_or(|sheets| sheets.contains(sheet));
        let sheets = score_sheets(form, reviewed, evaluation.year.0, rules, is_wanted);
        sheets.into_iter().map(|sheet| summary(sheet, &evaluation, unit, projects)).collect()
    });
    scored.await
}

fn summary(
    sheet: ScoredSheet<'_>,
    evaluation: &Evaluation,
    unit: &units::Model,
    projects: &BTreeMap<ProjectCode, i64>,
) -> ActiveModel {
    let ScoredSheet { project, name, card, sheet, .. } = sheet;
    let figures = figures::count(&sheet, &card);
    let points = |total: Option<Points>| Set(total.map(Int));
    ActiveModel {
        id: ActiveValue::NotSet,
        evaluation_id: Set(evaluation.id),
        project_id: Set(project.and_then(|code| projects.get(code).copied())),
        code: Set(project.map_or_else(|| unit.code.0.to_string(), ToString::to_string)),
        name: Set(name.unwrap_or(&unit.name).to_owned()),
        execution_rate: Set(card.execution.rate.map(Int)),
        self_total: points(card.self_total),
        computed_total: points(card.computed_total),
        reviewed_total: points(card.reviewed_total),
        final_total: points(card.final_total),
        reported_total: points(card.reported_total),
        grade: Set(card.grade.map(|grade| grade.to_string())),
        complete: Set(card.complete),
        figures: Set(Some(Json(figures))),
        year: Set(evaluation.year),
        unit_code: Set(evaluation.unit_code.clone()),
    }
}
