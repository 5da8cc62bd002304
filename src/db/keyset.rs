//! Paging by key: a page starts after the last row of the one before, so it costs the same however deep it
//! lies, and rows that come or go meanwhile are neither repeated nor skipped.

use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, Order, SelectStatement, SimpleExpr};
use sea_orm::{QueryTrait, Value};

/// A column by which a list is sorted. Every column of one order runs in the same direction, so that the
/// position is one row-value comparison, which both engines understand.
#[derive(Clone, Debug)]
pub struct SortColumn(pub SimpleExpr);

impl SortColumn {
    /// A plain column.
    #[must_use]
    pub fn of(column: impl IntoColumnRef) -> Self {
        Self(Expr::col(column))
    }
}

/// Where a page starts and how it is ordered.
#[derive(Clone, Debug)]
pub struct Keyset {
    /// The columns that order the list; the last is unique.
    pub columns: Vec<SortColumn>,
    /// Whether the order runs downwards.
    pub descending: bool,
    /// The position after which the page starts: one value for each column.
    pub after: Option<Vec<Value>>,
    /// How many rows are wanted.
    pub limit: u64,
}

/// Orders `query` and cuts the page out of it; one row more than the limit tells whether another page follows.
#[must_use]
pub fn keyset_page<Q: QueryTrait<QueryStatement = SelectStatement>>(mut query: Q, keyset: Keyset) -> Q {
    let Keyset { columns, descending, after, limit } = keyset;
    let statement = query.query();
    if let Some(after) = after {
        let position = Expr::tuple(columns.iter().map(|column| column.0.clone()));
        let values = Expr::tuple(after.into_iter().map(Expr::value));
        statement.and_where(if descending { position.lt(values) } else { position.gt(values) });
    }
    for column in columns {
        statement.order_by_expr(column.0, if descending { Order::Desc } else { Order::Asc });
    }
    statement.limit(limit.saturating_add(1));
    query
}
