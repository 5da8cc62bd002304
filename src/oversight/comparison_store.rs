//! The indicators of one name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, RegionCode, UnitCode};
use jixiao_core::scoring::{Attainment, IndicatorScore, RuleSet};
use jixiao_core::workflow::Stage;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, PaginatorTrait,
    QueryFilter, QuerySelect, Select,
};

use crate::db::{Coded, Int, Keyset, Scope, SortColumn, keyset_page};
use crate::evaluations::entity as evaluations;
use crate::evaluations::review_entity as reviews;
use crate::evaluations::store::Filter;
use crate::forms::store as forms;
use crate::indicators::entity::{Column, Entity};
use crate::projects::entity as projects;
use crate::rule_sets;
use crate::scores::assemble::score_form;
use crate::units::entity as units;

/// An indicator, with whose it is.
#[derive(Debug, FromQueryResult)]
#[expect(missing_docs, reason = "the columns of the tables, under their names")]
pub struct Row {
    pub id: i64,
    pub evaluation_id: i64,
    pub unit_code: Coded<UnitCode>,
    pub unit_name: String,
    pub stage: Coded<Stage>,
    pub rule_set: String,
    pub project: Option<Coded<ProjectCode>>,
    pub seq: i32,
    pub level1: String,
    pub level2: String,
    pub name: String,
    pub target: Option<String>,
    pub actual: Option<String>,
    pub weight: Option<Int<Points>>,
    pub self_score: Option<Int<Points>>,
    pub attainment: Option<Coded<Attainment>>,
    pub deviation_reason: Option<String>,
}

/// Which indicators are compared.
#[derive(Debug)]
pub struct Wanted {
    /// Of this year.
    pub year: FiscalYear,
    /// Of units in this region.
    pub region: Option<RegionCode>,
    /// Of this name.
    pub name: String,
}

fn matching(scope: &Scope, wanted: &Wanted) -> Select<Entity> {
    let filter = Filter { year: Some(wanted.year), region: wanted.region.clone(), ..Filter::default() }
        .condition(scope);
    let to_evaluation =
        Entity::belongs_to(evaluations::Entity).from(Column::EvaluationId).to(evaluations::Column::Id).into();
    let to_unit = evaluations::Entity::belongs_to(units::Entity)
        .from(evaluations::Column::UnitCode)
        .to(units::Column::Code)
        .into();
    let to_project =
        Entity::belongs_to(projects::Entity).from(Column::ProjectId).to(projects::Column::Id).into();
    Entity::find()
        .column(evaluations::Column::UnitCode)
        .column(evaluations::Column::Stage)
        .column(evaluations::Column::RuleSet)
        .column_as(units::Column::Name, "unit_name")
        .column_as(projects::Column::Code, "project")
        .join(JoinType::InnerJoin, to_evaluation)
        .join(JoinType::InnerJoin, to_unit)
        .join(JoinType::LeftJoin, to_project)
        .filter(filter.add(Column::Name.eq(&wanted.name)))
}

/// The order of a comparison.
#[must_use]
pub fn order() -> Vec<SortColumn> {
    vec![
        SortColumn::of((evaluations::Entity, evaluations::Column::UnitCode)),
        SortColumn::of((Entity, Column::Id)),
    ]
}

/// A page of indicators.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &Wanted,
    page: Keyset,
) -> Result<Vec<Row>, DbErr> {
    keyset_page(matching(scope, wanted), page).into_model::<Row>().all(conn).await
}

/// How many there are.
pub async fn count(conn: &impl ConnectionTrait, scope: &Scope, wanted: &Wanted) -> Result<u64, DbErr> {
    matching(scope, wanted).count(conn).await
}

/// Where a reviewed score belongs: evaluation, project and number.
pub type Place = (i64, Option<String>, i32);

/// The reviewed scores of these indicators.
pub async fn reviewed(conn: &impl ConnectionTrait, rows: &[Row]) -> Result<BTreeMap<Place, Points>, DbErr> {
    let evaluations: BTreeSet<i64> = rows.iter().map(|row| row.evaluation_id).collect();
    let wanted = Condition::all()
        .add(reviews::Column::EvaluationId.is_in(evaluations))
        .add(reviews::Column::Kind.eq(Coded(reviews::Kind::Indicator)));
    let found = reviews::Entity::find().filter(wanted).all(conn).await?;
    let place = |row: reviews::Model| {
        let project = row.project.map(|code| code.0.to_string());
        Some(((row.evaluation_id, project, row.seq?), row.score.0))
    };
    Ok(found.into_iter().filter_map(place).collect())
}

/// The rule sets by which these indicators were scored.
pub async fn rules(
    conn: &impl ConnectionTrait,
    rows: &[Row],
) -> Result<BTreeMap<String, Cow<'static, RuleSet>>, DbErr> {
    let mut rules = BTreeMap::new();
    for row in rows {
        if !rules.contains_key(&row.rule_set)
            && let Some(found) = rule_sets::store::find(conn, &row.rule_set).await?
        {
            rules.insert(row.rule_set.clone(), found);
        }
    }
    Ok(rules)
}

/// The scores that follow from annex 1 and not from the row alone, by evaluation and number: those of indicators that
/// stand for a ratio of the base data.
pub async fn by_ratio(
    conn: &impl ConnectionTrait,
    rows: &[Row],
    rules: &BTreeMap<String, Cow<'static, RuleSet>>,
) -> Result<BTreeMap<(i64, i32), IndicatorScore>, DbErr> {
    let decided = |row: &&Row| row.project.is_none() && decides(rules.get(&row.rule_set), &row.name);
    let ids: BTreeSet<i64> = rows.iter().filter(decided).map(|row| row.evaluation_id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = evaluations::Entity::find().filter(evaluations::Column::Id.is_in(ids)).all(conn).await?;
    let mut scores = BTreeMap::new();
    for (evaluation, (form, reviewed)) in found.iter().zip(forms::load_many(conn, &found).await?) {
        let Some(rules) = rules.get(&evaluation.rule_set) else { continue };
        let sheets = score_form(&form, &reviewed, evaluation.year.0, rules);
        for score in
            sheets.into_iter().filter(|sheet| sheet.project.is_none()).flat_map(|sheet| sheet.card.indicators)
        {
            scores.insert((evaluation.id, score.seq), score);
        }
    }
    Ok(scores)
}

fn decides(rules: Option<&Cow<'static, RuleSet>>, name: &str) -> bool {
    rules.is_some_and(|rules| rules.ratios.iter().any(|standard| standard.names(name)))
}
