//! Looking for words in a column.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, IntoColumnRef, LikeExpr};

/// The condition that the text in `column` has `part` in it, as it is: `%` and `_` are letters like any other.
///
/// Lower-cased on both sides: LIKE ignores case on one engine and not on the other. Which letters an engine lowers
/// differs too: SQLite those of ASCII, PostgreSQL as its locale says. One of the two fits.
#[must_use]
pub fn contains(column: impl IntoColumnRef, part: &str) -> Condition {
    let column = column.into_column_ref();
    let has = |lowered: String| {
        let escaped = lowered.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
        Expr::expr(Func::lower(Expr::col(column.clone()))).like(pattern)
    };
    Condition::any().add(has(part.to_lowercase())).add(has(part.to_ascii_lowercase()))
}
