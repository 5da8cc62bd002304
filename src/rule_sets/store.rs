//! Rule sets: those that come with the program, and those in the database.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jixiao_core::kernel::FiscalYear;
use jixiao_core::scoring::RuleSet;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect, Select, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::db::{AsInteger as _, Chain, Deed, Json, Work};

fn of(reference: &str) -> Select<Entity> {
    Entity::find().filter(Column::Reference.eq(reference))
}

/// The rule set of a reference `name@version`.
pub async fn find(
    conn: &impl ConnectionTrait,
    reference: &str,
) -> Result<Option<Cow<'static, RuleSet>>, DbErr> {
    if let Some(preset) = super::preset(reference) {
        return Ok(Some(Cow::Borrowed(preset)));
    }
    Ok(of(reference).one(conn).await?.map(|row| Cow::Owned(row.definition.0)))
}

/// Whether there is such a rule set; it stays as it is until the work is over.
pub async fn keep(work: &Work<'_>, reference: &str) -> Result<bool, DbErr> {
    if super::preset(reference).is_some() {
        return Ok(true);
    }
    Ok(of(reference).lock_shared().one(work.conn()).await?.is_some())
}

/// The row, if it is one of the database's.
pub async fn find_row(conn: &impl ConnectionTrait, reference: &str) -> Result<Option<Model>, DbErr> {
    of(reference).one(conn).await
}

/// The same, held until the work is over.
pub async fn hold(work: &Work<'_>, reference: &str) -> Result<Option<Model>, DbErr> {
    of(reference).lock_exclusive().one(work.conn()).await
}

/// Every rule set of the database.
pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().all(conn).await
}

/// Adds a rule set.
pub async fn insert(work: &mut Work<'_>, rules: RuleSet) -> Result<Model, DbErr> {
    let reference = rules.reference();
    work.record(Chain::Administration, "rule_set", reference.clone(), Deed::made(&rules));
    let row = ActiveModel {
        id: ActiveValue::NotSet,
        reference: Set(reference),
        definition: Set(Json(rules)),
        version: Set(1),
        created_at: Set(work.now()),
        updated_at: Set(work.now()),
    };
    row.insert(work.conn()).await
}

/// Replaces what a rule set says; what is scored by it follows.
pub async fn update(work: &mut Work<'_>, current: Model, rules: RuleSet) -> Result<Model, DbErr> {
    let deed = Deed::changed(&current.definition.0, &rules);
    work.record(Chain::Administration, "rule_set", current.reference.clone(), deed);
    for year in years(work.conn(), &current.reference).await? {
        work.touch_year(year);
    }
    work.touch_rules(current.reference.clone());
    let row = ActiveModel {
        id: ActiveValue::Unchanged(current.id),
        definition: Set(Json(rules)),
        version: Set(current.version + 1),
        updated_at: Set(work.now()),
        ..Default::default()
    };
    row.update(work.conn()).await
}

/// Removes a rule set that nothing refers to.
pub async fn delete(work: &mut Work<'_>, current: Model) -> Result<(), DbErr> {
    let deed = Deed::removed(&current.definition.0);
    work.record(Chain::Administration, "rule_set", current.reference.clone(), deed);
    current.into_active_model().delete(work.conn()).await.map(|_| ())
}

// Who refers to rule sets stands further up the line, so their tables are asked by name.

fn referring(table: &'static str, column: &'static str, reference: &str) -> SelectStatement {
    let mut query = Query::select();
    query.distinct().column(column).from(table).and_where(Expr::col("rule_set").eq(reference));
    query
}

/// The years in which something is scored by it.
async fn years(conn: &impl ConnectionTrait, reference: &str) -> Result<BTreeSet<FiscalYear>, DbErr> {
    let mut years = BTreeSet::new();
    for table in ["years", "rounds", "evaluations"] {
        let query = conn.get_database_backend().build(&referring(table, "year", reference));
        for row in conn.query_all_raw(query).await? {
            years.extend(FiscalYear::from_integer(row.try_get("", "year")?));
        }
    }
    Ok(years)
}

/// The kinds of things that refer to it, 中文 and English.
pub async fn referred_by(
    conn: &impl ConnectionTrait,
    reference: &str,
) -> Result<Vec<(&'static str, &'static str)>, DbErr> {
    let mut found = Vec::new();
    for (table, zh, en) in [
        ("years", "预算年度", "years"),
        ("rounds", "地区轮次", "rounds"),
        ("evaluations", "绩效自评", "evaluations"),
    ] {
        let query = referring(table, "year", reference).limit(1).to_owned();
        if conn.query_one_raw(conn.get_database_backend().build(&query)).await?.is_some() {
            found.push((zh, en));
        }
    }
    Ok(found)
}

/// The rule sets by which something was handed in: from then on they never change.
pub async fn fixed(conn: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    let mut query = Query::select();
    query.distinct().column("rule_set").from("evaluations").and_where(Expr::col("round").gt(0));
    let rows = conn.query_all_raw(conn.get_database_backend().build(&query)).await?;
    rows.iter().map(|row| row.try_get("", "rule_set")).collect()
}
