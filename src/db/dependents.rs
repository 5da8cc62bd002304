//! What hangs on a row: a refusal to remove it names it, instead of passing on a constraint's name.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};

/// A foreign key that keeps its target from being removed, and what its rows are called.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The table that is referred to.
    pub target: &'static str,
    /// The table whose rows refer to it.
    pub table: &'static str,
    /// The column by which they do.
    pub column: &'static str,
    /// 中文名称
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
}

/// Every restricting foreign key of the schema; a test holds this list against the database's own.
pub const REFERENCES: &[Reference] = &[
    Reference {
        target: "units",
        table: "units",
        column: "parent_code",
        zh: "下属单位",
        en: "subordinate units",
    },
    Reference { target: "units", table: "users", column: "unit_code", zh: "用户", en: "users" },
    Reference {
        target: "units",
        table: "service_accounts",
        column: "unit_code",
        zh: "服务账号",
        en: "service accounts",
    },
    Reference {
        target: "units",
        table: "evaluations",
        column: "unit_code",
        zh: "绩效自评",
        en: "evaluations",
    },
    Reference {
        target: "units",
        table: "round_exceptions",
        column: "unit_code",
        zh: "轮次中的个别安排",
        en: "exceptions of rounds",
    },
    Reference { target: "years", table: "rounds", column: "year", zh: "地区轮次", en: "rounds" },
    Reference {
        target: "years", table: "evaluations", column: "year", zh: "绩效自评", en: "evaluations"
    },
];

#[derive(FromQueryResult)]
struct Count {
    rows: i64,
}

/// How many rows of which kinds refer to `key` of `target`; empty when it may go.
pub async fn dependents(
    conn: &impl ConnectionTrait,
    target: &str,
    key: impl Into<Value> + Clone,
) -> Result<Vec<(Reference, i64)>, DbErr> {
    let mut found = Vec::new();
    for reference in REFERENCES.iter().filter(|reference| reference.target == target) {
        let query = Query::select()
            .expr_as(Expr::cust("COUNT(*)"), "rows")
            .from(reference.table)
            .and_where(Expr::col(reference.column).eq(key.clone().into()))
            .to_owned();
        let rows = Count::find_by_statement(conn.get_database_backend().build(&query)).one(conn).await?;
        let rows = rows.map_or(0, |count| count.rows);
        if rows > 0 {
            found.push((*reference, rows));
        }
    }
    Ok(found)
}
