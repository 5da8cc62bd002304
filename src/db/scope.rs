//! What a caller may see and touch, as a condition on units. Every query of a store takes one, so a handler
//! without a caller has nothing to query with.

use jixiao_core::kernel::{RegionCode, UnitCode};
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Condition, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement,
    UnionType, WithClause,
};

/// The units a caller reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every unit, also those without a region.
    All,
    /// The units whose region lies in this one. A unit without a region is the administrator's alone.
    Region(RegionCode),
    /// This unit and its subordinates, however deep.
    UnitAndBelow(UnitCode),
    /// This unit alone: what a unit may write.
    Unit(UnitCode),
    /// Nothing: an account that was given no unit or region.
    Nothing,
}

impl Scope {
    /// The condition that `column`, which holds a unit's code, lies in the scope.
    #[must_use]
    pub fn covers(&self, column: impl IntoColumnRef) -> Condition {
        let column = Expr::col(column);
        match self {
            Self::All => Condition::all(),
            Self::Nothing => Condition::all().add(Expr::value(false)),
            Self::Unit(code) => Condition::all().add(column.eq(code.as_str())),
            Self::Region(region) => Condition::all().add(column.in_subquery(units_in(region))),
            Self::UnitAndBelow(code) => Condition::all().add(column.in_subquery(unit_and_below(code))),
        }
    }
}

fn units_in(region: &RegionCode) -> SelectStatement {
    Query::select().column("code").from("units").cond_where(in_region("region_code", region)).to_owned()
}

/// The condition that `column`, which holds a region's code, names this region or one in it. It is a range: neither
/// engine finds a pattern that comes as a parameter by an index.
#[must_use]
pub fn in_region(column: impl IntoColumnRef, region: &RegionCode) -> Condition {
    let column = Expr::col(column);
    let (code, next) = (region.as_str(), after(region.as_str()));
    let from = Condition::all().add(column.clone().gte(code));
    match next {
        Some(next) => from.add(column.lt(next)),
        None => from,
    }
}

/// The first text after all those that begin like this code: `4307` after `4306…`, `44` after `4399…`, and nothing after
/// nines alone.
fn after(code: &str) -> Option<String> {
    let mut next = code.trim_end_matches('9').to_owned();
    let last = next.pop()?.to_digit(10)?;
    next.push(char::from_digit(last + 1, 10)?);
    Some(next)
}

/// `WITH RECURSIVE below(code)`: the unit, and every unit whose parent is in the set. UNION drops what was
/// seen, so a cycle would end.
fn unit_and_below(code: &UnitCode) -> SelectStatement {
    let seed = Query::select()
        .column("code")
        .from("units")
        .and_where(Expr::col("code").eq(code.as_str()))
        .to_owned();
    let children = Query::select()
        .column(("child", "code"))
        .from_as("units", "child")
        .join(
            sea_orm::JoinType::InnerJoin,
            Alias::new("below"),
            Expr::col(("child", "parent_code")).equals(("below", "code")),
        )
        .to_owned();
    let mut all = seed;
    all.union(UnionType::Distinct, children);
    let below = CommonTableExpression::new().query(all).column("code").table_name("below").to_owned();
    Query::select()
        .column("code")
        .from("below")
        .with_cte(WithClause::new().recursive(true).cte(below).to_owned())
        .to_owned()
}
