//! The feed in the database.

use std::collections::BTreeMap;

use jixiao_core::kernel::{FiscalYear, ProjectCode, RegionCode, UnitCode};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::entity::{ActiveModel, Column, Entity, Model, head};
use crate::db::{Int, Scope, Work, contains, in_region};

/// Which changes are wanted. All but the caller's scope goes by what each change says itself, so that what was once
/// shown is also taken back.
#[derive(Debug)]
pub struct Filter {
    /// Of this year.
    pub year: FiscalYear,
    /// Of this unit.
    pub unit: Option<UnitCode>,
    /// Of units that were in this region then.
    pub region: Option<RegionCode>,
    /// Of this project.
    pub project: Option<ProjectCode>,
    /// Of sheets whose name had this in it.
    pub name_contains: Option<String>,
}

impl Filter {
    fn condition(&self, scope: &Scope) -> Condition {
        let mut wanted = scope.covers((Entity, Column::UnitCode)).add(Column::Year.eq(Int(self.year)));
        if let Some(unit) = &self.unit {
            wanted = wanted.add(Column::UnitCode.eq(unit.as_str()));
        }
        if let Some(region) = &self.region {
            wanted = wanted.add(in_region((Entity, Column::RegionCode), region));
        }
        if let Some(project) = &self.project {
            wanted = wanted.add(Column::Project.eq(project.as_str()));
        }
        if let Some(name) = &self.name_contains {
            wanted = wanted.add(contains((Entity, Column::Name), name));
        }
        wanted
    }
}

/// The last place that was given out: every change up to it is committed, and none will come in between.
pub async fn last_place(conn: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let head = head::Entity::find_by_id(1).one(conn).await?;
    head.map(|head| head.seq).ok_or_else(no_counter)
}

/// The changes after one place and up to another, in their order.
pub async fn between(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    (after, up_to): (i64, i64),
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let wanted = filter.condition(scope).add(Column::Seq.gt(after)).add(Column::Seq.lte(up_to));
    Entity::find().filter(wanted).order_by_asc(Column::Seq).limit(limit).all(conn).await
}

/// The sheets of an evaluation that the feed shows as settled: of each the last change.
pub async fn standing(
    conn: &impl ConnectionTrait,
    evaluation_id: i64,
) -> Result<BTreeMap<Option<String>, Model>, DbErr> {
    let of_this = Entity::find().filter(Column::EvaluationId.eq(evaluation_id));
    let mut last = BTreeMap::new();
    for change in of_this.order_by_asc(Column::Seq).all(conn).await? {
        last.insert(change.project.as_ref().map(|code| code.0.to_string()), change);
    }
    last.retain(|_, change| change.stage.0.is_settled());
    Ok(last)
}

/// Appends changes. The counter is held until the work is over, so places are in the order of the commits.
pub async fn append(work: &Work<'_>, mut changes: Vec<Model>) -> Result<(), DbErr> {
    let Ok(count) = i64::try_from(changes.len()) else { return Err(no_counter()) };
    let counted = head::Entity::update_many()
        .col_expr(head::Column::Seq, Expr::col(head::Column::Seq).add(count))
        .filter(head::Column::Id.eq(1))
        .exec_with_returning(work.conn())
        .await?;
    let last = counted.first().ok_or_else(no_counter)?.seq;
    for (place, change) in (last - count + 1..).zip(&mut changes) {
        change.seq = place;
    }
    for some in changes.chunks(500) {
        let rows = some.iter().cloned().map(|change| ActiveModel::from(change).reset_all());
        Entity::insert_many(rows).exec_without_returning(work.conn()).await?;
    }
    Ok(())
}

fn no_counter() -> DbErr {
    DbErr::Custom("the feed has lost its counter".into())
}
