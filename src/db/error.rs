//! What a database error means to the one who asked.

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Whether the database is away or too busy for now, so that trying again later makes sense.
#[must_use]
pub fn is_unavailable(error: &DbErr) -> bool {
    match error {
        // Whatever keeps a connection from being made, the request itself did nothing wrong.
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            is_unavailable_sqlx(inner)
        }
        _ => false,
    }
}

fn is_unavailable_sqlx(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL: 08 connection, 53 resources, 57P0x shutting down, 55P03/40xxx locks and serialisation.
        // SQLite: 5 busy, 6 locked, 10 the disk fails, 13 it is full.
        sqlx::Error::Database(inner) => inner.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57P0")
                || code.starts_with("40")
                || matches!(code.as_ref(), "55P03" | "57014" | "25P03")
                || matches!(sqlite_code(&code), Some(5 | 6 | 10 | 13))
        }),
        _ => false,
    }
}

/// Whether somebody else held what was wanted for longer than anybody waits.
#[must_use]
pub fn is_held(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            let inner = inner.as_database_error().and_then(sqlx::error::DatabaseError::code);
            inner.is_some_and(|code| code == "55P03" || matches!(sqlite_code(&code), Some(5 | 6)))
        }
        _ => false,
    }
}

/// The primary code of an SQLite error, whose extended codes say in their upper bytes where it happened.
/// PostgreSQL's have five characters, SQLite's at most four digits.
fn sqlite_code(code: &str) -> Option<u32> {
    if code.len() < 5 { code.parse::<u32>().ok().map(|code| code & 0xff) } else { None }
}

/// Whether a database could not be opened because of the address given, so that trying again changes nothing: no
/// folder can be made there (we say so ourselves), or what lies there is no database.
#[must_use]
pub fn is_unusable(error: &DbErr) -> bool {
    match error {
        DbErr::Custom(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(inner)) => match inner.as_ref() {
            sqlx::Error::Configuration(_) => true,
            // SQLite: 8 read-only, 14 cannot open, 26 not a database.
            sqlx::Error::Database(inner) => {
                inner.code().is_some_and(|code| matches!(sqlite_code(&code), Some(8 | 14 | 26)))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a row with the same key exists: somebody else was faster.
#[must_use]
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether a row refers to one that somebody else has just removed, or the other way round.
#[must_use]
pub fn is_reference_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_)))
}
