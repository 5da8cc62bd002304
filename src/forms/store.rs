//! Forms in the database: the parts of one evaluation, read and written together.

use std::collections::BTreeMap;

use jixiao_core::kernel::{Points, ProjectCode};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::wire::UnitForm;
use crate::db::{Coded, Int, Work, one_of};
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::review_entity as review;
use crate::evaluations::sync::sync;
use crate::evaluations::{Part, part};
use crate::indicators::store::Projects;
use crate::{base_data, budgets, indicators, narratives, projects};

/// What the bureau found, beside what the unit claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// 复核得分 of the execution, by project; none: the department.
    pub executions: BTreeMap<Option<ProjectCode>, Points>,
    /// 复核得分 of indicators, by project and number.
    pub indicators: BTreeMap<(Option<ProjectCode>, i32), Points>,
    /// 复核总分 of whole sheets, by project; none: the department.
    pub sheets: BTreeMap<Option<ProjectCode>, Points>,
}

impl Reviewed {
    /// Of these rows.
    #[must_use]
    pub fn of(rows: Vec<review::Model>) -> Self {
        let mut reviewed = Self::default();
        for row in rows {
            let (project, Int(score)) = (row.project.map(|Coded(code)| code), row.score);
            match (row.kind.0, row.seq) {
                (review::Kind::Sheet, _) => reviewed.sheets.insert(project, score),
                (review::Kind::Execution, _) => reviewed.executions.insert(project, score),
                (review::Kind::Indicator, Some(seq)) => reviewed.indicators.insert((project, seq), score),
                (review::Kind::Indicator, None) => None,
            };
        }
        reviewed
    }
}

/// The form of an evaluation, what the bureau found, and the keys of its projects. Read on one snapshot.
pub async fn load(conn: &impl ConnectionTrait, evaluation: &Evaluation) -> Result<Scored, DbErr> {
    let (mut form, reviewed, ids) = load_one(conn, evaluation).await?;
    let narratives = part::all::<narratives::entity::Model>(conn, evaluation.id).await?;
    form.narratives = narratives.iter().map(|row| row.input(evaluation, &())).collect();
    Ok((form, reviewed, ids))
}

/// The same without the written report: what is scored.
pub async fn load_one(conn: &impl ConnectionTrait, evaluation: &Evaluation) -> Result<Scored, DbErr> {
    Ok(load_scored(conn, &[evaluation]).await?.pop().unwrap_or_default())
}

/// What is scored of an evaluation: its form without the written report, what the bureau found, and the keys of its
/// projects.
pub type Scored = (UnitForm, Reviewed, BTreeMap<ProjectCode, i64>);

/// What is scored of many evaluations, by as many queries as for one. Read on one snapshot.
pub async fn load_scored(
    conn: &impl ConnectionTrait,
    evaluations: &[&Evaluation],
) -> Result<Vec<Scored>, DbErr> {
    let ids = || evaluations.iter().map(|evaluation| evaluation.id);
    let mut budgets = part::all_of::<budgets::entity::Model>(conn, ids()).await?;
    let mut base_data = part::all_of::<base_data::entity::Model>(conn, ids()).await?;
    let mut projects = part::all_of::<projects::entity::Model>(conn, ids()).await?;
    let mut indicators = part::all_of::<indicators::entity::Model>(conn, ids()).await?;
    let mut reviews: BTreeMap<i64, Vec<review::Model>> = BTreeMap::new();
    for row in
        review::Entity::find().filter(review::Column::EvaluationId.is_in(one_of(ids()))).all(conn).await?
    {
        reviews.entry(row.evaluation_id).or_default().push(row);
    }
    let form = |evaluation: &&Evaluation| {
        let evaluation = *evaluation;
        let id = &evaluation.id;
        let budgets = budgets.remove(id).unwrap_or_default();
        let base_data = base_data.remove(id).unwrap_or_default();
        let mut projects = projects.remove(id).unwrap_or_default();
        let mut indicators = indicators.remove(id).unwrap_or_default();
        let siblings = Projects::of(&projects);
        projects.sort_by(|a, b| a.code.0.cmp(&b.code.0));
        indicators.sort_by_cached_key(|row| row.key(&siblings));
        let form = UnitForm {
            budgets: budgets.iter().map(|row| row.input(evaluation, &())).collect(),
            base_data: base_data.iter().map(|row| row.input(evaluation, &())).collect(),
            project_expenditures: projects.iter().map(|row| row.input(evaluation, &())).collect(),
            indicators: indicators.iter().map(|row| row.input(evaluation, &siblings)).collect(),
            narratives: Vec::new(),
        };
        let ids = projects.into_iter().map(|row| (row.code.0, row.id)).collect();
        (form, Reviewed::of(reviews.remove(id).unwrap_or_default()), ids)
    };
    Ok(evaluations.iter().map(form).collect())
}

/// Makes the stored form equal to this one.
pub async fn replace(work: &mut Work<'_>, evaluation: &Evaluation, form: UnitForm) -> Result<(), DbErr> {
    let UnitForm { budgets, base_data, project_expenditures, indicators, narratives } = form;
    replace_parts::<budgets::entity::Model>(work, evaluation, budgets).await?;
    replace_parts::<base_data::entity::Model>(work, evaluation, base_data).await?;
    // Projects before their indicators, which refer to them.
    replace_parts::<projects::entity::Model>(work, evaluation, project_expenditures).await?;
    replace_parts::<indicators::entity::Model>(work, evaluation, indicators).await?;
    replace_parts::<narratives::entity::Model>(work, evaluation, narratives).await
}

async fn replace_parts<P: Part>(
    work: &mut Work<'_>,
    evaluation: &Evaluation,
    inputs: Vec<P::Input>,
) -> Result<(), DbErr> {
    let siblings = P::siblings(work.conn(), evaluation.id).await?;
    let stored = part::all::<P>(work.conn(), evaluation.id).await?;
    sync::<P>(work, evaluation, &siblings, stored, inputs).await
}
