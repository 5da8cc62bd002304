//! The sheets of a year in the order of what they came to: read from the summaries, down the index of a key.

use jixiao_core::kernel::{FiscalYear, Points, Ratio, RegionCode, UnitCode};
use jixiao_core::scoring::Grade;
use jixiao_core::workflow::Stage;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, FromQueryResult, PaginatorTrait, QueryFilter,
    QuerySelect, Select,
};

use crate::db::{Coded, Int, Keyset, Scope, SortColumn, keyset_page};
use crate::evaluations::entity as evaluations;
use crate::evaluations::part::with_units;
use crate::evaluations::store::Filter;
use crate::evaluations::summary_entity::{Column, Entity};
use crate::scores::store::settled;
use crate::scores::wire::SheetWord;
use crate::units::entity as units;
use crate::workflow::progress::strictly_below;

/// The key that ranks, as the schema computes it: the best is the lowest, and what has no rank comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// 最终总分 of complete sheets.
    Final,
    /// 自评总分 of complete sheets.
    SelfTotal,
    /// 预算执行率.
    Execution,
    /// 自评与复核之差, whichever way it goes.
    Gap,
}

/// The key of what has no rank.
pub const UNRANKED: i64 = i64::MAX;

impl Key {
    fn column(self) -> (&'static str, &'static str) {
        let name = match self {
            Self::Final => "final_key",
            Self::SelfTotal => "self_key",
            Self::Execution => "execution_key",
            Self::Gap => "gap_key",
        };
        ("score_summaries", name)
    }
}

/// What tells the sheets of one unit apart, its department sheet first.
const SHEET_KEY: (&str, &str) = ("score_summaries", "sheet_key");

/// Which sheets are ranked.
#[derive(Debug)]
pub struct Wanted {
    /// Of this year.
    pub year: FiscalYear,
    /// By this.
    pub key: Key,
    /// Of units in this region.
    pub region: Option<RegionCode>,
    /// Of the units below this one.
    pub parent: Option<UnitCode>,
    /// Of this kind.
    pub sheet: Option<SheetWord>,
    /// Only what the bureau has approved.
    pub settled_only: bool,
}

/// A sheet with its place.
#[derive(Debug, FromQueryResult)]
#[expect(missing_docs, reason = "the columns of the tables, under their names")]
pub struct Row {
    pub unit_code: Coded<UnitCode>,
    pub unit_name: String,
    pub stage: Coded<Stage>,
    pub project_id: Option<i64>,
    pub code: String,
    pub name: String,
    pub execution_rate: Option<Int<Ratio>>,
    pub self_total: Option<Int<Points>>,
    pub reviewed_total: Option<Int<Points>>,
    pub final_total: Option<Int<Points>>,
    pub grade: Option<Coded<Grade>>,
    pub complete: bool,
    pub rank_key: i64,
    pub sheet_key: String,
}

fn matching(scope: &Scope, wanted: &Wanted) -> Select<Entity> {
    let Wanted { year, key, region, parent, sheet, settled_only } = wanted;
    let mut condition = if is_few(scope) || region.as_ref().is_some_and(is_county) || parent.is_some() {
        let filter = Filter { year: Some(*year), region: region.clone(), ..Filter::default() };
        filter.condition(scope)
    } else {
        let in_region = region.clone().map(|region| Scope::Region(region).covers((Entity, Column::UnitCode)));
        Condition::all()
            .add(Column::Year.eq(Int(*year)))
            .add(scope.covers((Entity, Column::UnitCode)))
            .add_option(in_region)
    };
    if let Some(parent) = parent {
        condition = condition.add(strictly_below(parent));
    }
    match sheet {
        Some(SheetWord::Department) => condition = condition.add(Column::ProjectId.is_null()),
        Some(SheetWord::Project) => condition = condition.add(Column::ProjectId.is_not_null()),
        None => {}
    }
    if *settled_only {
        condition = condition.add(settled());
    }
    with_units::<Entity>(Column::EvaluationId)
        .column(evaluations::Column::Stage)
        .column_as(units::Column::Name, "unit_name")
        .expr_as(Expr::col(key.column()), "rank_key")
        .expr_as(Expr::col(SHEET_KEY), "sheet_key")
        .filter(condition)
}

/// Whether the sheets of a year in the scope are so few that they are gathered and sorted. Where they are many, the
/// index of the whole year is walked down, and comes upon them soon.
fn is_few(scope: &Scope) -> bool {
    match scope {
        Scope::All => false,
        Scope::Region(region) => is_county(region),
        Scope::UnitAndBelow(_) | Scope::Unit(_) | Scope::Nothing => true,
    }
}

/// Whether a region is a county: below it there is none.
fn is_county(region: &RegionCode) -> bool {
    region.as_str().len() == 6
}

/// The order of a ranking: ties stand by unit and project.
#[must_use]
pub fn order(key: Key) -> Vec<SortColumn> {
    vec![SortColumn::of(key.column()), SortColumn::of((Entity, Column::UnitCode)), SortColumn::of(SHEET_KEY)]
}

/// A page of a ranking.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &Wanted,
    page: Keyset,
) -> Result<Vec<Row>, DbErr> {
    keyset_page(matching(scope, wanted), page).into_model::<Row>().all(conn).await
}

/// How many sheets match.
pub async fn count(conn: &impl ConnectionTrait, scope: &Scope, wanted: &Wanted) -> Result<u64, DbErr> {
    matching(scope, wanted).count(conn).await
}
