//! Indicators in the database.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, ProjectCode, UnitCode};
use jixiao_core::scoring::{Block, Category};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryResult, QuerySelect,
    Select, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model};
use super::wire::{IndicatorInput, IndicatorView, SheetFilter};
use crate::db::{Coded, Int, SortColumn, one_of};
use crate::evaluations::part::Owner;
use crate::evaluations::{self, Part};
use crate::http::FieldError;
use crate::part_columns;
use crate::projects::entity as projects;

/// The column of a list that names the project of each row.
const PROJECT: &str = "listed_project_code";

/// The projects of one evaluation, by code and by key.
#[derive(Clone, Debug, Default)]
pub struct Projects {
    by_code: BTreeMap<ProjectCode, i64>,
    by_id: BTreeMap<i64, ProjectCode>,
}

impl Projects {
    /// Of these rows.
    #[must_use]
    pub fn of(rows: &[projects::Model]) -> Self {
        rows.iter().map(|row| (row.code.0.clone(), row.id)).collect()
    }

    /// Their keys, by code.
    #[must_use]
    pub fn ids(&self) -> BTreeMap<ProjectCode, i64> {
        self.by_code.clone()
    }

    /// Whether there is a project of this code.
    #[must_use]
    pub fn has(&self, code: &ProjectCode) -> bool {
        self.by_code.contains_key(code)
    }

    /// Counts a project that is about to be written, so that its indicators can be checked before.
    pub fn expect(&mut self, code: ProjectCode) {
        self.by_code.entry(code).or_default();
    }
}

impl FromIterator<(ProjectCode, i64)> for Projects {
    fn from_iter<I: IntoIterator<Item = (ProjectCode, i64)>>(keys: I) -> Self {
        let by_code: BTreeMap<ProjectCode, i64> = keys.into_iter().collect();
        let by_id = by_code.iter().map(|(code, id)| (*id, code.clone())).collect();
        Self { by_code, by_id }
    }
}

impl Part for Model {
    part_columns!();
    type Input = IndicatorInput;
    type View = IndicatorView;
    type Key = (Option<ProjectCode>, i32);
    type Siblings = Projects;
    const COLLECTION: &'static str = "indicators";

    fn place_columns() -> Vec<SortColumn> {
        // Not a bound value: the index `indicators_in_order` is on this very expression.
        let project = Func::coalesce([Expr::col((Entity, Column::ProjectId)), Expr::cust("0")]);
        vec![SortColumn(project.into()), SortColumn::of((Entity, Column::Seq))]
    }

    fn place(&self) -> Vec<serde_json::Value> {
        vec![self.project_id.unwrap_or(0).into(), self.seq.into()]
    }

    fn with_siblings(list: Select<Entity>) -> Select<Entity> {
        let to_project =
            Entity::belongs_to(projects::Entity).from(Column::ProjectId).to(projects::Column::Id).into();
        list.join(JoinType::LeftJoin, to_project).column_as(projects::Column::Code, PROJECT)
    }

    fn siblings_in(row: &QueryResult) -> Result<Projects, DbErr> {
        let (id, code) = (row.try_get("", "project_id")?, row.try_get("", PROJECT)?);
        let project: (Option<i64>, Option<Coded<ProjectCode>>) = (id, code);
        Ok(project.1.map(|Coded(code)| code).zip(project.0).into_iter().collect())
    }

    async fn siblings(conn: &impl ConnectionTrait, evaluation_id: i64) -> Result<Projects, DbErr> {
        projects_where(conn, projects::Column::EvaluationId.eq(evaluation_id)).await
    }

    fn key(&self, projects: &Projects) -> Self::Key {
        (self.project_id.and_then(|id| projects.by_id.get(&id).cloned()), self.seq)
    }

    fn owner(input: &IndicatorInput) -> (&UnitCode, FiscalYear) {
        (&input.unit, input.year)
    }

    fn key_of(input: &IndicatorInput) -> Self::Key {
        (input.project.clone(), input.seq)
    }

    fn key_in(row: &serde_json::Value) -> Option<Self::Key> {
        let project = match row.get("project") {
            None | Some(serde_json::Value::Null) => None,
            Some(code) => Some(code.as_str()?.parse().ok()?),
        };
        Some((project, i32::try_from(row.get("seq")?.as_i64()?).ok()?))
    }

    fn sheet((project, _): &Self::Key) -> Option<&ProjectCode> {
        project.as_ref()
    }

    fn row((project, seq): &Self::Key) -> String {
        format!("{}.{seq}", project.as_ref().map_or("", ProjectCode::as_str))
    }

    fn input(&self, owner: &impl Owner, projects: &Projects) -> IndicatorInput {
        let (project, seq) = self.key(projects);
        let row = self.clone();
        IndicatorInput {
            unit: owner.unit().clone(),
            year: owner.year(),
            project,
            seq,
            level1: row.level1,
            level2: row.level2,
            name: row.name,
            target: row.target,
            actual: row.actual,
            weight: row.weight.map(|Int(points)| points),
            self_score: row.self_score.map(|Int(points)| points),
            attainment: row.attainment.map(|Coded(attainment)| attainment),
            deviation_reason: row.deviation_reason,
        }
    }

    fn view(&self, indicator: IndicatorInput) -> IndicatorView {
        IndicatorView {
            id: self.id.to_string(),
            block: Block::classify(&indicator.level1),
            category: Category::classify(&indicator.level2),
            indicator,
            stamp: self.stamp(),
        }
    }

    fn columns(input: IndicatorInput, projects: &Projects) -> ActiveModel {
        let IndicatorInput {
            unit: _,
            year: _,
            project,
            seq,
            level1,
            level2,
            name,
            target,
            actual,
            weight,
            self_score,
            attainment,
            deviation_reason,
        } = input;
        ActiveModel {
            project_id: Set(project.and_then(|code| projects.by_code.get(&code).copied())),
            seq: Set(seq),
            level1: Set(level1),
            level2: Set(level2),
            name: Set(name),
            target: Set(target),
            actual: Set(actual),
            weight: Set(weight.map(Int)),
            self_score: Set(self_score.map(Int)),
            attainment: Set(attainment.map(Coded)),
            deviation_reason: Set(deviation_reason),
            ..Default::default()
        }
    }

    fn check(input: &IndicatorInput, projects: &Projects) -> Vec<FieldError> {
        let unknown = input.project.as_ref().filter(|code| !projects.has(code));
        let error = |code: &ProjectCode| {
            FieldError::new(
                "/project",
                "unknown_project",
                format!("本单位该年度没有编码为 {code} 的项目支出，请先填报项目"),
                format!("The unit has no project {code} in this year; file the project first"),
            )
        };
        unknown.map(error).into_iter().collect()
    }
}

/// Narrows a list to one kind of sheet or to projects of one code.
#[must_use]
pub fn narrow(
    select: Select<Entity>,
    sheet: Option<SheetFilter>,
    project: Option<&ProjectCode>,
) -> Select<Entity> {
    let select = match sheet {
        Some(SheetFilter::Department) => select.filter(Column::ProjectId.is_null()),
        Some(SheetFilter::Project) => select.filter(Column::ProjectId.is_not_null()),
        None => select,
    };
    match project {
        Some(code) => {
            let of_this_code = Query::select()
                .expr(Expr::value(1))
                .from_as(projects::Entity, "narrowed")
                .and_where(Expr::col(("narrowed", projects::Column::Id)).equals((Entity, Column::ProjectId)))
                .and_where(Expr::col(("narrowed", projects::Column::Code)).eq(code.as_str()))
                .to_owned();
            select.filter(Expr::exists(of_this_code))
        }
        None => select,
    }
}

/// The indicator of this id.
pub async fn find(conn: &impl ConnectionTrait, id: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// The evaluation an indicator hangs on.
pub async fn evaluation_of(
    conn: &impl ConnectionTrait,
    row: &Model,
) -> Result<Option<evaluations::entity::Model>, DbErr> {
    evaluations::entity::Entity::find_by_id(row.evaluation_id).one(conn).await
}

/// The project that an indicator belongs to; of the department's there is none to ask for.
pub async fn projects_of(conn: &impl ConnectionTrait, row: &Model) -> Result<Projects, DbErr> {
    let Some(id) = row.project_id else { return Ok(Projects::default()) };
    projects_where(conn, projects::Column::Id.eq(id)).await
}

/// The projects of these codes, to whose sheets indicators are to belong, by evaluation.
pub async fn projects_of_codes(
    conn: &impl ConnectionTrait,
    wanted: &BTreeSet<(i64, &ProjectCode)>,
) -> Result<BTreeMap<i64, Projects>, DbErr> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let evaluations: BTreeSet<i64> = wanted.iter().map(|(evaluation, _)| *evaluation).collect();
    let codes: BTreeSet<&str> = wanted.iter().map(|(_, code)| code.as_str()).collect();
    let of_these = projects::Entity::find()
        .filter(projects::Column::EvaluationId.is_in(one_of(evaluations)))
        .filter(projects::Column::Code.is_in(one_of(codes)))
        .select_only()
        .columns([projects::Column::EvaluationId, projects::Column::Id, projects::Column::Code]);
    let rows: Vec<(i64, i64, Coded<ProjectCode>)> = of_these.into_tuple().all(conn).await?;
    let mut found: BTreeMap<i64, Vec<(ProjectCode, i64)>> = BTreeMap::new();
    for (evaluation, id, Coded(code)) in rows {
        found.entry(evaluation).or_default().push((code, id));
    }
    Ok(found.into_iter().map(|(evaluation, keys)| (evaluation, keys.into_iter().collect())).collect())
}

async fn projects_where(conn: &impl ConnectionTrait, condition: SimpleExpr) -> Result<Projects, DbErr> {
    let keys = projects::Entity::find().filter(condition).select_only();
    let keys = keys.column(projects::Column::Id).column(projects::Column::Code);
    let keys: Vec<(i64, Coded<ProjectCode>)> = keys.into_tuple().all(conn).await?;
    Ok(keys.into_iter().map(|(id, code)| (code.0, id)).collect())
}

/// Whether a sheet has an indicator of this number.
pub async fn is_taken(
    conn: &impl ConnectionTrait,
    evaluation_id: i64,
    projects: &Projects,
    (project, seq): &<Model as Part>::Key,
) -> Result<bool, DbErr> {
    let project = project.as_ref().and_then(|code| projects.by_code.get(code).copied());
    let same = Entity::find()
        .filter(Column::EvaluationId.eq(evaluation_id))
        .filter(project.map_or_else(|| Column::ProjectId.is_null(), |id| Column::ProjectId.eq(id)))
        .filter(Column::Seq.eq(*seq));
    let found: Option<i64> = same.select_only().column(Column::Id).into_tuple().one(conn).await?;
    Ok(found.is_some())
}
