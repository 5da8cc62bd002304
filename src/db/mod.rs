//! FLOOR 2. The database: one engine behind another's face, and the one way to write.
//!
//! Reads go through [`Db::reader`] or, when several queries must agree, [`Db::snapshot`]. Every write goes
//! through [`Db::begin`]: a [`Work`] that the handler fills and commits; dropping it undoes everything. What
//! must happen with every write (versions, score summaries, …) hooks in there and is assembled in `app.rs`.
//!
//! * SQLite: one writing connection (IMMEDIATE, so a writer never fails on a stale snapshot) and several
//!   reading ones; WAL, synchronous FULL, foreign keys on.
//! * PostgreSQL: one pool for transactions, whose connections are rolled back when they return to it, and one for
//!   single queries.

mod actor;
mod change;
mod columns;
mod connect;
mod cores;
mod dependents;
mod digest;
mod error;
mod gather;
mod idempotency;
mod keyset;
mod prepare;
mod reader;
mod rows;
mod scope;
mod search;
mod work;

pub use actor::Actor;
pub use change::{Chain, Change, Deed, UnknownChain};
pub use columns::{AsInteger, Coded, Int, Json};
use connect::Connections;
pub use connect::{DatabaseUrl, UnusableUrl};
pub use cores::on_all_cores;
pub use dependents::{REFERENCES, Reference, dependents};
pub use digest::{Sha256, sha256};
pub use error::{is_held, is_reference_violation, is_unavailable, is_unique_violation, is_unusable};
pub use gather::Gather;
pub use idempotency::{Claim, RequestKey, StoredReply};
pub use keyset::{Keyset, SortColumn, keyset_page};
pub use prepare::migrate;
pub use reader::Reader;
pub use rows::{Target, add_up_rows, insert_new_rows, insert_rows, one_of, replace_rows};
pub use scope::{Scope, in_region};
pub use search::contains;
pub use work::{Work, WriteHook};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jixiao_core::kernel::Clock;
use sea_orm::{
    AccessMode, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

/// The database and what is done with every write to it.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connections: Connections,
    clock: Arc<dyn Clock>,
    hooks: Vec<Box<dyn WriteHook>>,
    prepared: AtomicBool,
}

impl Db {
    /// Opens `url`. SQLite is opened at once; PostgreSQL lazily, so that a service whose database is away
    /// still starts, answers 503 and recovers by itself.
    pub async fn open(
        url: &DatabaseUrl,
        clock: Arc<dyn Clock>,
        hooks: Vec<Box<dyn WriteHook>>,
    ) -> Result<Self, DbErr> {
        let connections = connect::connect(url).await?;
        Ok(Self(Arc::new(Inner { connections, clock, hooks, prepared: AtomicBool::new(false) })))
    }

    /// Brings the schema up to date, once even if several replicas start together, and then lets requests in.
    pub async fn prepare(&self) -> Result<(), DbErr> {
        prepare::migrate(&self.0.connections.writer).await?;
        for hook in &self.0.hooks {
            hook.catch_up(self).await?;
        }
        self.0.prepared.store(true, Ordering::Release);
        Ok(())
    }

    /// Each step of the schema, and whether it is applied.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DbErr> {
        prepare::status(&self.0.connections.writer).await
    }

    /// Undoes the last steps of the schema, with the data in their tables.
    pub async fn undo_migrations(&self, steps: u32) -> Result<(), DbErr> {
        prepare::undo(&self.0.connections.writer, steps).await
    }

    /// Whether [`Self::prepare`] has succeeded: before that no request may touch the database.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.0.prepared.load(Ordering::Acquire)
    }

    /// Whether the database answers now.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.0.connections.reader.ping().await
    }

    /// The clock that stamps rows.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// A connection for a single query.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.0.connections.reader
    }

    /// A connection on which several queries see the same state.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = match self.0.connections.snapshots.get_database_backend() {
            DbBackend::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        #[expect(clippy::disallowed_methods, reason = "a read snapshot writes nothing")]
        self.0.connections.snapshots.begin_with_options(options).await
    }

    /// Starts a unit of work: the only way to write, and never without a name.
    pub async fn begin(&self, actor: impl Into<Actor>) -> Result<Work<'_>, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        #[expect(clippy::disallowed_methods, reason = "this is the one write path")]
        let tx = self.0.connections.writer.begin_with_options(options).await?;
        Ok(Work::new(tx, actor.into(), self.0.clock.now(), &self.0.hooks))
    }
}
