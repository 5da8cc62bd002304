//! The unit of work: everything that is written together, and what is refreshed before it is committed.

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};

use super::{Actor, Chain, Change, Db, Deed};

/// What happens with every unit of work, in its own transaction, just before the commit.
pub trait WriteHook: Debug + Send + Sync {
    /// Refreshes what depends on what was written.
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>>;

    /// Makes up for what was written before this hook was there, or knew as much as now. It runs when the schema is up
    /// to date and before requests are let in; where nothing is missing it only looks.
    fn catch_up<'a>(&'a self, _db: &'a Db) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async { Ok(()) }.boxed_local()
    }
}

/// A transaction on its way: write through [`Work::conn`], say what was touched, then [`Work::commit`].
/// Dropped without a commit, it never was.
#[derive(Debug)]
pub struct Work<'db> {
    tx: DatabaseTransaction,
    actor: Arc<Actor>,
    now: DateTime<Utc>,
    hooks: &'db [Box<dyn WriteHook>],
    evaluations: BTreeSet<i64>,
    settled: BTreeSet<i64>,
    years: BTreeSet<FiscalYear>,
    rules: BTreeSet<String>,
    units: BTreeSet<UnitCode>,
    changes: Arc<Vec<Change>>,
    known: Option<Arc<dyn Any + Send + Sync>>,
    cause: Option<String>,
    is_refreshed: bool,
    afterwards: Afterwards,
}

/// What the audit chains say of a sheet is long enough for PostgreSQL to compress it: by lz4, where it has it, which
/// takes a tenth of the time.
const COMPRESS_FAST: &str = "SELECT set_config('default_toast_compression', 'lz4', true) FROM pg_settings \
     WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)";

/// What is done once the work is durable.
#[derive(Default)]
struct Afterwards(Mutex<Vec<Box<dyn FnOnce() + Send>>>);

impl Debug for Afterwards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Afterwards")
    }
}

impl<'db> Work<'db> {
    pub(super) fn new(
        tx: DatabaseTransaction,
        actor: Actor,
        now: DateTime<Utc>,
        hooks: &'db [Box<dyn WriteHook>],
    ) -> Self {
        Self {
            tx,
            actor: Arc::new(actor),
            now,
            hooks,
            evaluations: BTreeSet::new(),
            settled: BTreeSet::new(),
            years: BTreeSet::new(),
            rules: BTreeSet::new(),
            units: BTreeSet::new(),
            changes: Arc::default(),
            known: None,
            cause: None,
            is_refreshed: false,
            afterwards: Afterwards::default(),
        }
    }

    /// The connection to write on.
    #[must_use]
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Who does it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Says that somebody else does what follows: requests that are written together keep their names.
    pub fn act_as(&mut self, actor: impl Into<Actor>) {
        self.actor = Arc::new(actor.into());
    }

    /// Says what was changed, so that it can be told later by whom, from what and to what.
    pub fn record(&mut self, chain: Chain, entity: &'static str, key: String, deed: Deed) {
        let by = Arc::clone(&self.actor);
        Arc::make_mut(&mut self.changes).push(Change { chain, entity, key, deed, by });
    }

    /// Keeps what the writer of many rows knows of them, so that the hooks need not read it again. It must be what is
    /// stored when the work is over.
    pub fn remember(&mut self, known: Arc<impl Any + Send + Sync>) {
        self.known = Some(known);
    }

    /// What was kept, if it is of this type.
    #[must_use]
    pub fn known<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.known.clone()?.downcast().ok()
    }

    /// Says what all of this came with: an import names the digest of its file.
    pub fn because(&mut self, cause: String) {
        self.cause = Some(cause);
    }

    /// Says what is to be done once all of this is durable; if it never is, it is not done.
    pub fn when_committed(&self, then: impl FnOnce() + Send + 'static) {
        self.afterwards.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(then));
    }

    /// Says that many rows are about to be written.
    pub async fn expect_many_rows(&self) -> Result<(), DbErr> {
        if self.tx.get_database_backend() == DbBackend::Postgres {
            self.tx.execute_unprepared(COMPRESS_FAST).await?;
        }
        Ok(())
    }

    /// What was changed so far.
    #[must_use]
    pub fn changes(&self) -> &Arc<Vec<Change>> {
        &self.changes
    }

    /// What it all came with.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The moment that stamps everything in this unit of work.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Says that a part of this evaluation was written: its version and scores follow.
    pub fn touch_evaluation(&mut self, id: i64) {
        self.evaluations.insert(id);
    }

    /// Says that the scores of this evaluation were settled, or were and are no more.
    pub fn touch_settled(&mut self, id: i64) {
        self.settled.insert(id);
    }

    /// Says that a year's or a round's rules were written: the scores of what is still editable follow.
    pub fn touch_year(&mut self, year: FiscalYear) {
        self.years.insert(year);
    }

    /// Says that a rule set says something else now: what is scored by it in the touched years is not what it was.
    pub fn touch_rules(&mut self, reference: String) {
        self.rules.insert(reference);
    }

    /// Says that a unit was written: what shows its name is no longer what it was.
    pub fn touch_unit(&mut self, code: UnitCode) {
        self.units.insert(code);
    }

    /// The units that were written.
    #[must_use]
    pub fn touched_units(&self) -> &BTreeSet<UnitCode> {
        &self.units
    }

    /// The evaluations of which parts were written.
    #[must_use]
    pub fn touched_evaluations(&self) -> &BTreeSet<i64> {
        &self.evaluations
    }

    /// The evaluations whose scores were settled, or were and are no more.
    #[must_use]
    pub fn settled_evaluations(&self) -> &BTreeSet<i64> {
        &self.settled
    }

    /// The years whose rules were written.
    #[must_use]
    pub fn touched_years(&self) -> &BTreeSet<FiscalYear> {
        &self.years
    }

    /// The rule sets that say something else now.
    #[must_use]
    pub fn touched_rules(&self) -> &BTreeSet<String> {
        &self.rules
    }

    /// Runs the hooks now, so that an answer can show what they made of it. Nothing is to be written after this.
    pub async fn refresh(&mut self) -> Result<(), DbErr> {
        for hook in self.hooks {
            hook.before_commit(self).await?;
        }
        self.is_refreshed = true;
        Ok(())
    }

    /// Runs the hooks and commits. Once this returns `Ok`, the work is durable.
    pub async fn commit(mut self) -> Result<(), DbErr> {
        if !self.is_refreshed {
            self.refresh().await?;
        }
        // After a failed statement PostgreSQL answers COMMIT with a ROLLBACK that the driver takes for success; any
        // statement in between is refused. So a failure that somebody passed over is never acknowledged as written.
        if self.tx.get_database_backend() == DbBackend::Postgres {
            self.tx.execute_unprepared("SELECT 1").await?;
        }
        self.tx.commit().await?;
        for then in self.afterwards.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            then();
        }
        Ok(())
    }
}
