//! The library in the database.

use std::collections::BTreeMap;

use jixiao_core::kernel::{FiscalYear, Points, UnitCode};
use jixiao_core::scoring::target::{Bound, Context, Quantity, Target};
use jixiao_core::scoring::{Block, Category};
use jixiao_core::workflow::Stage;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::db::{Coded, Int, Keyset, SortColumn, Work, contains, keyset_page, sha256};
use crate::evaluations::entity as evaluations;
use crate::indicators::entity as indicators;
use crate::units::entity as units;

/// Which entries are wanted.
#[derive(Debug, Default)]
pub struct Filter {
    /// Whose name, or level-2 category, has this in it.
    pub contains: Option<String>,
    /// Used below this supervising department.
    pub department: Option<UnitCode>,
}

/// An entry: all its uses together.
#[derive(Debug, FromQueryResult)]
pub struct Entry {
    /// What identifies it.
    pub entry: String,
    /// 三级指标.
    pub name: String,
    /// 一级指标, as somebody wrote it.
    pub level1: String,
    /// 二级指标, as somebody wrote it.
    pub level2: String,
    /// Its category.
    pub category: Option<Coded<Category>>,
    /// Which side of the target is good.
    pub direction: Option<String>,
    /// 计量单位.
    pub measure: String,
    /// The lowest weight it had.
    pub weight_min: Option<Int<Points>>,
    /// The highest weight it had.
    pub weight_max: Option<Int<Points>>,
    /// How many sheets have it.
    pub uses: i64,
    /// How many units do.
    pub units: i64,
    /// The last year it was used in.
    pub last_year: Int<FiscalYear>,
}

fn matching(filter: &Filter) -> Select<Entity> {
    let mut wanted = Condition::all();
    if let Some(part) = &filter.contains {
        let either = contains((Entity, Column::Name), part).or(contains((Entity, Column::Level2), part));
        wanted = wanted.add(either);
    }
    if let Some(department) = &filter.department {
        wanted = wanted.add(Column::DepartmentCode.eq(department.as_str()));
    }
    Entity::find()
        .select_only()
        .column(Column::Entry)
        .column(Column::Name)
        // What the entry is made of: the same in each of its rows.
        .column_as(Column::Category.min(), "category")
        .column_as(Column::Direction.min(), "direction")
        .column_as(Column::Measure.min(), "measure")
        .column_as(Column::Level1.min(), "level1")
        .column_as(Column::Level2.min(), "level2")
        .column_as(Column::Weight.min(), "weight_min")
        .column_as(Column::Weight.max(), "weight_max")
        .column_as(Column::Id.count(), "uses")
        .column_as(Expr::col(Column::UnitCode).count_distinct(), "units")
        .column_as(Column::Year.max(), "last_year")
        .filter(wanted)
        .group_by(Column::Name)
        .group_by(Column::Entry)
}

/// The order of the library.
#[must_use]
pub fn order() -> Vec<SortColumn> {
    vec![SortColumn::of(Column::Name), SortColumn::of(Column::Entry)]
}

/// A page of entries.
pub async fn list(conn: &impl ConnectionTrait, filter: &Filter, page: Keyset) -> Result<Vec<Entry>, DbErr> {
    keyset_page(matching(filter), page).into_model::<Entry>().all(conn).await
}

/// One entry.
pub async fn find(conn: &impl ConnectionTrait, entry: &str) -> Result<Option<Entry>, DbErr> {
    matching(&Filter::default()).filter(Column::Entry.eq(entry)).into_model::<Entry>().one(conn).await
}

#[derive(FromQueryResult)]
struct Written {
    entry: String,
    target: String,
}

/// The target that each of these entries mostly has; of several the one that sorts first.
pub async fn usual_targets(
    conn: &impl ConnectionTrait,
    entries: impl IntoIterator<Item = &str>,
) -> Result<BTreeMap<String, String>, DbErr> {
    let entries: Vec<&str> = entries.into_iter().collect();
    if entries.is_empty() {
        return Ok(BTreeMap::new());
    }
    let written = Entity::find()
        .select_only()
        .column(Column::Entry)
        .column(Column::Target)
        .filter(Column::Entry.is_in(entries))
        .filter(Column::Target.is_not_null())
        .group_by(Column::Entry)
        .group_by(Column::Target)
        .order_by_desc(Column::Id.count())
        .order_by_asc(Column::Target)
        .into_model::<Written>()
        .all(conn)
        .await?;
    let mut usual = BTreeMap::new();
    for Written { entry, target } in written {
        usual.entry(entry).or_insert(target);
    }
    Ok(usual)
}

/// Published evaluations of which nothing was kept.
pub async fn missing(conn: &impl ConnectionTrait, published: Stage) -> Result<Vec<i64>, DbErr> {
    let kept = Query::select().column(Column::EvaluationId).from(Entity).to_owned();
    evaluations::Entity::find()
        .select_only()
        .column(evaluations::Column::Id)
        .filter(evaluations::Column::Stage.eq(Coded(published)))
        .filter(evaluations::Column::Id.not_in_subquery(kept))
        .into_tuple()
        .all(conn)
        .await
}

/// Keeps the indicators of an evaluation, if it is published, in the place of what was kept of it before.
pub async fn keep(work: &Work<'_>, id: i64) -> Result<(), DbErr> {
    let conn = work.conn();
    let published = evaluations::Column::Stage.eq(Coded(Stage::Published));
    let found = evaluations::Entity::find_by_id(id).filter(published).one(conn).await?;
    let Some(evaluation) = found else { return Ok(()) };
    let unit = units::Entity::find().filter(units::Column::Code.eq(evaluation.unit_code.clone()));
    let unit = unit.one(conn).await?;
    let unit = unit.ok_or_else(|| DbErr::Custom("an evaluation without its unit".into()))?;
    Entity::delete_many().filter(Column::EvaluationId.eq(id)).exec(conn).await?;
    let rows = indicators::Entity::find()
        .filter(indicators::Column::EvaluationId.eq(id))
        .filter(indicators::Column::Weight.is_not_null())
        .order_by_asc(indicators::Column::Id);
    let rows: Vec<ActiveModel> =
        rows.all(conn).await?.into_iter().map(|row| kept(row, &evaluation, &unit)).collect();
    for some in rows.chunks(500) {
        Entity::insert_many(some.to_vec()).exec_without_returning(conn).await?;
    }
    Ok(())
}

fn kept(row: indicators::Model, evaluation: &evaluations::Model, unit: &units::Model) -> ActiveModel {
    let name = row.name.trim().to_owned();
    let category = Category::classify(&row.level2);
    let (direction, measure) = row.target.as_deref().map_or((None, String::new()), |target| {
        measured(&Target::parse(target, &Context { year: evaluation.year.0, category, name: &name }))
    });
    let block = Block::classify(&row.level1);
    let block = block.map_or_else(|| row.level1.trim().to_owned(), |block| block.to_string());
    let what = serde_json::json!([block, category, name, direction, measure]);
    let entry = sha256(what.to_string().as_bytes()).chars().take(32).collect();
    let kept = Model {
        id: 0,
        entry,
        evaluation_id: evaluation.id,
        year: evaluation.year,
        unit_code: unit.code.clone(),
        department_code: unit.parent_code.clone().unwrap_or_else(|| unit.code.clone()),
        level1: row.level1,
        level2: row.level2,
        category: category.map(Coded),
        name,
        target: row.target,
        direction: direction.map(str::to_owned),
        measure,
        weight: row.weight,
    };
    let mut kept = ActiveModel::from(kept).reset_all();
    kept.id = ActiveValue::NotSet;
    kept
}

/// Which side of a target is good, and in what it is measured.
fn measured(target: &Target) -> (Option<&'static str>, String) {
    let of = |quantity: &Quantity| quantity.unit.name().to_owned();
    let bound = |direction, bound: &Bound| (Some(direction), of(&bound.quantity));
    match target {
        Target::AtLeast(least) => bound("at_least", least),
        Target::AtMost(most) => bound("at_most", most),
        Target::Equal(equal) => bound("equal", equal),
        Target::Range { low: _, high } => (Some("range"), of(high)),
        Target::ByDate { .. } => (Some("date"), String::new()),
        Target::Qualitative { .. } | Target::NotApplicable | Target::Empty => (None, String::new()),
    }
}
