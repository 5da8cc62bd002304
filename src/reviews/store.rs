//! Reviewed scores in the database.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, UnitCode};
use jixiao_core::workflow::Stage;
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use serde_json::json;

use crate::db::{Coded, Deed, Int, Keyset, Scope, SortColumn, Work, keyset_page};
use crate::evaluations::entity as evaluations;
use crate::evaluations::part::with_units;
use crate::evaluations::review_entity::{ActiveModel, Column, Entity, Kind, Model};
use crate::evaluations::store::Filter;
use crate::evaluations::summary_entity as summaries;
use crate::units::entity as units;

/// What gets a score.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// An indicator, the execution or the sheet.
    pub kind: Kind,
    /// The project; none: the department sheet.
    pub project: Option<ProjectCode>,
    /// The indicator's number.
    pub seq: Option<i32>,
}

impl Subject {
    /// Of this row.
    #[must_use]
    pub fn of(row: &Model) -> Self {
        Self { kind: row.kind.0, project: row.project.as_ref().map(|code| code.0.clone()), seq: row.seq }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let project = self.project.as_ref().map_or("", ProjectCode::as_str);
        match self.seq {
            Some(seq) => write!(f, "{}:{project}.{seq}", self.kind),
            None => write!(f, "{}:{project}", self.kind),
        }
    }
}

/// The reviewed scores of an evaluation.
pub async fn all(conn: &impl ConnectionTrait, evaluation_id: i64) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EvaluationId.eq(evaluation_id)).order_by_asc(Column::Id).all(conn).await
}

/// Gives something a score, or takes it back. What it had before.
pub async fn rescore(
    work: &mut Work<'_>,
    evaluation: &evaluations::Model,
    subject: &Subject,
    current: Option<Model>,
    score: Option<Points>,
    reason: String,
) -> Result<(), DbErr> {
    work.touch_evaluation(evaluation.id);
    let before = current.as_ref().map(|row| json!({ "score": row.score.0, "reason": row.reason }));
    let after = score.map(|score| json!({ "score": score, "reason": reason }));
    work.record(evaluation.chain(), "review", subject.to_string(), Deed::changed(&before, &after));
    if let Some(current) = current {
        current.into_active_model().delete(work.conn()).await?;
    }
    let Some(score) = score else { return Ok(()) };
    let row = ActiveModel {
        id: ActiveValue::NotSet,
        evaluation_id: Set(evaluation.id),
        kind: Set(Coded(subject.kind)),
        project: Set(subject.project.clone().map(Coded)),
        seq: Set(subject.seq),
        score: Set(Int(score)),
        reason: Set(reason),
        reviewed_by: Set(work.actor().name.clone()),
        reviewed_at: Set(work.now()),
    };
    row.insert(work.conn()).await.map(|_| ())
}

/// A reviewed sheet.
#[derive(Debug, FromQueryResult)]
#[expect(missing_docs, reason = "the columns of the tables, under their names")]
pub struct Row {
    pub id: i64,
    pub unit_code: Coded<UnitCode>,
    pub unit_name: String,
    pub year: Int<FiscalYear>,
    pub stage: Coded<Stage>,
    pub project_id: Option<i64>,
    pub code: String,
    pub name: String,
    pub self_total: Int<Points>,
    pub reviewed_total: Int<Points>,
}

impl Row {
    /// Self minus reviewed, in the smallest unit of points.
    #[must_use]
    pub fn gap(&self) -> i64 {
        self.self_total.0.scaled() - self.reviewed_total.0.scaled()
    }
}

fn matching(scope: &Scope, filter: &Filter) -> Select<summaries::Entity> {
    let condition = filter
        .condition(scope)
        .add(summaries::Column::ReviewedTotal.is_not_null())
        .add(summaries::Column::SelfTotal.is_not_null());
    with_units::<summaries::Entity>(summaries::Column::EvaluationId)
        .column(evaluations::Column::UnitCode)
        .column(evaluations::Column::Year)
        .column(evaluations::Column::Stage)
        .column_as(units::Column::Name, "unit_name")
        .filter(condition)
}

/// The order of reviewed sheets: by the size of the gap, whichever way it goes.
#[must_use]
pub fn order() -> Vec<SortColumn> {
    let gap = Expr::col(summaries::Column::SelfTotal).sub(Expr::col(summaries::Column::ReviewedTotal));
    let gap: SimpleExpr = Func::abs(gap).into();
    vec![SortColumn(gap), SortColumn::of((summaries::Entity, summaries::Column::Id))]
}

/// A page of reviewed sheets.
pub async fn rank(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    page: Keyset,
) -> Result<Vec<Row>, DbErr> {
    keyset_page(matching(scope, filter), page).into_model::<Row>().all(conn).await
}

/// How many sheets were reviewed.
pub async fn count(conn: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<u64, DbErr> {
    matching(scope, filter).count(conn).await
}
