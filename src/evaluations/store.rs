//! Evaluations in the database: the root's rows, and the one way to open it for a change of its parts.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::kernel::{FiscalYear, Points, RegionCode, UnitCode};
use jixiao_core::workflow::{Relation, Stage, State};
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoColumnRef, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    FromQueryResult, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QuerySelect, Select, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model};
pub use super::opening::{Key, Opening, Refusal, make, open, open_many, ready};
use super::summary_entity as summary;
use crate::db::{Coded, Deed, Int, Json, Keyset, Scope, Work, WriteHook, keyset_page, one_of};
use crate::http::Principal;
use crate::units::entity as units;

/// Which evaluations are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this unit.
    pub unit: Option<UnitCode>,
    /// Of this year.
    pub year: Option<FiscalYear>,
    /// At this stage.
    pub stage: Option<Stage>,
    /// Of units in this region.
    pub region: Option<RegionCode>,
}

impl Filter {
    /// The condition, on a query that has evaluations in it.
    #[must_use]
    pub fn condition(&self, scope: &Scope) -> Condition {
        let mut condition = scope.covers((Entity, Column::UnitCode));
        if let Some(unit) = &self.unit {
            condition = condition.add(Column::UnitCode.eq(unit.as_str()));
        }
        if let Some(year) = self.year {
            condition = condition.add(Column::Year.eq(Int(year)));
        }
        if let Some(stage) = self.stage {
            condition = condition.add(Column::Stage.eq(Coded(stage)));
        }
        if let Some(region) = &self.region {
            condition = condition.add(Scope::Region(region.clone()).covers((Entity, Column::UnitCode)));
        }
        condition
    }

    /// The same for a list of parts in the order of `time`, when each was last changed. All units' rows of a year are too
    /// many to be gathered and sorted for each page: in words in which SQLite sees no equality it walks down the times
    /// instead, and of these it needs only those in which the year's evaluations were made and changed.
    #[must_use]
    pub fn condition_by_time(&self, scope: &Scope, time: impl IntoColumnRef) -> Condition {
        let Some(year) = self.year.filter(|_| self.unit.is_none() && *scope == Scope::All) else {
            return self.condition(scope);
        };
        let of_year = |bound: SimpleExpr| {
            let bound = Query::select()
                .expr(bound)
                .from_as(Entity, "bounding")
                .and_where(Expr::col(("bounding", Column::Year)).eq(Int(year)))
                .to_owned();
            SimpleExpr::SubQuery(None, Box::new(bound.into()))
        };
        let time = Expr::col(time);
        let any_year = Self { year: None, ..self.clone() };
        any_year
            .condition(scope)
            .add(Column::Year.ne(Int(year)).not())
            .add(time.clone().gte(of_year(Expr::col(("bounding", Column::CreatedAt)).min())))
            .add(time.lte(of_year(Expr::col(("bounding", Column::UpdatedAt)).max())))
    }
}

/// An evaluation with its unit's name and its department sheet's totals.
#[derive(Debug, FromQueryResult)]
pub struct Row {
    /// Surrogate key.
    pub id: i64,
    /// The unit.
    pub unit_code: Coded<UnitCode>,
    /// Its name.
    pub unit_name: String,
    /// The year.
    pub year: Int<FiscalYear>,
    /// The stage.
    pub stage: Coded<Stage>,
    /// The stage with its data.
    pub state: Json<State>,
    /// How many times it was handed in.
    pub round: i32,
    /// Until when it may be handed in again.
    pub due: Option<chrono::NaiveDate>,
    /// The unit's region.
    pub region_code: Option<Coded<RegionCode>>,
    /// The rule set.
    pub rule_set: String,
    /// Who imported it for the unit.
    pub on_behalf_of: Option<String>,
    /// Counts changes.
    pub version: i64,
    /// When it was made.
    pub created_at: sea_orm::prelude::DateTimeUtc,
    /// When it was last changed.
    pub updated_at: sea_orm::prelude::DateTimeUtc,
    /// 自评总分 of the department sheet.
    pub self_total: Option<Int<Points>>,
    /// 规则计算总分 of the department sheet.
    pub computed_total: Option<Int<Points>>,
    /// 最终总分 of the department sheet.
    pub final_total: Option<Int<Points>>,
    /// 等级 of the department sheet.
    pub grade: Option<String>,
}

fn matching(condition: Condition) -> Select<Entity> {
    let to_unit = Entity::belongs_to(units::Entity).from(Column::UnitCode).to(units::Column::Code).into();
    let department = Condition::all().add(summary::Column::ProjectId.is_null());
    let to_summary = Entity::belongs_to(summary::Entity)
        .from(Column::Id)
        .to(summary::Column::EvaluationId)
        .on_condition(move |_, _| department.clone())
        .into();
    Entity::find()
        .column_as(units::Column::Name, "unit_name")
        .column(units::Column::RegionCode)
        .column(summary::Column::SelfTotal)
        .column(summary::Column::ComputedTotal)
        .column(summary::Column::FinalTotal)
        .column(summary::Column::Grade)
        .join(JoinType::InnerJoin, to_unit)
        .join(JoinType::LeftJoin, to_summary)
        .filter(condition)
}

/// The final total as a sortable number: what has none comes before every score.
#[must_use]
pub fn sortable_final_total() -> SimpleExpr {
    Func::coalesce([Expr::col(summary::Column::FinalTotal), Expr::value(-1_i64)]).into()
}

/// A page of a list with evaluations in its query. Where it stands in the order of the units, that every code is at
/// least the empty one makes SQLite begin with them; else it would read the whole table of what is listed and sort it.
#[must_use]
pub fn listed<E: EntityTrait>(list: Select<E>, page: Keyset) -> Select<E> {
    let unit = Expr::col((Entity, Column::UnitCode));
    let is_by_unit = page.columns.first().is_some_and(|first| first.0 == unit);
    keyset_page(if is_by_unit { list.filter(Column::UnitCode.gte("")) } else { list }, page)
}

/// A page of evaluations.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    page: Keyset,
) -> Result<Vec<Row>, DbErr> {
    listed(matching(filter.condition(scope)), page).into_model::<Row>().all(conn).await
}

/// How many evaluations match.
pub async fn count(conn: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<u64, DbErr> {
    matching(filter.condition(scope)).count(conn).await
}

/// The evaluation of a unit's year with its totals, if the scope reaches it.
pub async fn find_row(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    unit: &UnitCode,
    year: FiscalYear,
) -> Result<Option<Row>, DbErr> {
    let filter = Filter { unit: Some(unit.clone()), year: Some(year), ..Filter::default() };
    matching(filter.condition(scope)).into_model::<Row>().one(conn).await
}

/// The evaluation of a unit's year, if the scope reaches it.
pub async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    unit: &UnitCode,
    year: FiscalYear,
) -> Result<Option<Model>, DbErr> {
    let condition = scope
        .covers((Entity, Column::UnitCode))
        .add(Column::UnitCode.eq(unit.as_str()))
        .add(Column::Year.eq(Int(year)));
    Entity::find().filter(condition).one(conn).await
}

/// The evaluation of a unit's year, if the scope reaches it, held until the work is over: a step is taken by one.
pub async fn hold(
    work: &Work<'_>,
    scope: &Scope,
    unit: &UnitCode,
    year: FiscalYear,
) -> Result<Option<Model>, DbErr> {
    let condition = scope
        .covers((Entity, Column::UnitCode))
        .add(Column::UnitCode.eq(unit.as_str()))
        .add(Column::Year.eq(Int(year)));
    Entity::find().filter(condition).lock_exclusive().one(work.conn()).await
}

/// What a caller is to a unit that they see.
#[must_use]
pub fn relation(caller: &Principal, unit: &UnitCode) -> Option<Relation> {
    Relation::of(caller.role, caller.unit.as_ref() == Some(unit))
}

/// Where an evaluation stands from now on.
#[derive(Debug)]
pub struct Advance {
    /// The next state.
    pub state: State,
    /// How many times it was handed in.
    pub round: i32,
    /// Until when it may be handed in again, beyond the round's deadline.
    pub due: Option<chrono::NaiveDate>,
}

/// Takes an evaluation to its next state.
pub async fn advance(work: &mut Work<'_>, evaluation: &Model, to: Advance) -> Result<(), DbErr> {
    work.touch_evaluation(evaluation.id);
    let Advance { state, round, due } = to;
    if evaluation.stage.0.is_settled() || state.stage().is_settled() {
        work.touch_settled(evaluation.id);
    }
    let row = ActiveModel {
        id: ActiveValue::Unchanged(evaluation.id),
        stage: Set(Coded(state.stage())),
        state: Set(Json(state)),
        round: Set(round),
        due: Set(due),
        ..Default::default()
    };
    row.update(work.conn()).await.map(|_| ())
}

/// Removes an evaluation with all its parts. Its chain in the audit stays.
pub async fn delete(work: &mut Work<'_>, evaluation: Model) -> Result<(), DbErr> {
    let key = format!("{}/{}", evaluation.unit_code.0, evaluation.year.0);
    let deed =
        Deed::removed(&serde_json::json!({ "stage": evaluation.stage.0, "version": evaluation.version }));
    work.record(evaluation.chain(), "evaluation", key, deed);
    evaluation.into_active_model().delete(work.conn()).await.map(|_| ())
}

/// The whole form's version goes up with every change of a part, and of its unit, whose name is shown with it.
#[derive(Debug)]
pub struct Versions;

impl WriteHook for Versions {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let renamed = work.touched_units().iter().map(UnitCode::as_str);
            let mut touched = work.touched_evaluations().clone();
            if !work.touched_units().is_empty() {
                let of_units = Entity::find().filter(Column::UnitCode.is_in(renamed));
                touched.extend(of_units.all(work.conn()).await?.into_iter().map(|evaluation| evaluation.id));
            }
            let touched: Vec<i64> = touched.into_iter().collect();
            for chunk in touched.chunks(500) {
                Entity::update_many()
                    .col_expr(Column::Version, Expr::col(Column::Version).add(1))
                    .col_expr(Column::UpdatedAt, Expr::value(work.now()))
                    .filter(Column::Id.is_in(one_of(chunk.iter().copied())))
                    .exec(work.conn())
                    .await?;
            }
            Ok(())
        }
        .boxed_local()
    }
}
