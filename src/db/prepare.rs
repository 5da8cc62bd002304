//! Bringing the schema up to date, once, however many replicas start together.

use jixiao_migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait,
};

/// An arbitrary number that stands for "Jixiao migrates" among PostgreSQL's advisory locks.
const MIGRATION_LOCK: i64 = 0x6a69_7869_616f;

/// Applies what is missing of the schema. Where nothing is, it only looks: that needs no lock, and no right to make tables.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    if Migrator::get_pending_migrations_read_only(db).await?.is_empty() {
        return Ok(());
    }
    match db.get_database_backend() {
        DbBackend::Postgres => {
            let lock = lock(db).await?;
            Migrator::up(db, None).await?;
            lock.commit().await
        }
        _ => sqlite(db).await,
    }
}

/// Keeps other replicas from migrating. The lock is held by a transaction of its own and goes when that ends, come
/// what may. It waits as long as the one before needs, and idles as long as the steps take: the limits that
/// requests have would end it on the way.
async fn lock(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    #[expect(clippy::disallowed_methods, reason = "holds a lock, writes nothing")]
    let lock = db.begin().await?;
    let patience = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
        SET LOCAL idle_in_transaction_session_timeout = 0";
    lock.execute_unprepared(patience).await?;
    let take = "SELECT pg_advisory_xact_lock($1)";
    let take = Statement::from_sql_and_values(DbBackend::Postgres, take, [MIGRATION_LOCK.into()]);
    lock.execute_raw(take).await?;
    Ok(lock)
}

/// Two processes that open one new file together: the one that loses the race for a step finds it done, and goes on with
/// what is left; a step that fails by itself is still there.
async fn sqlite(db: &DatabaseConnection) -> Result<(), DbErr> {
    let (mut attempt, mut left) = (0, usize::MAX);
    while let Err(why) = Migrator::up(db, None).await {
        let now = Migrator::get_pending_migrations_read_only(db).await?.len();
        attempt += 1;
        let is_busy = super::is_unavailable(&why) && attempt < 20;
        if now >= left && !is_busy {
            return Err(why);
        }
        left = now;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Each step, and whether it is applied.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let steps = Migrator::get_migration_with_status(db).await?;
    let is_applied = |step: &sea_orm_migration::Migration| step.status() == MigrationStatus::Applied;
    Ok(steps.iter().map(|step| (step.name().to_owned(), is_applied(step))).collect())
}

/// Undoes the last steps.
pub async fn undo(db: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Migrator::down(db, Some(steps)).await;
    }
    let lock = lock(db).await?;
    Migrator::down(db, Some(steps)).await?;
    lock.commit().await
}
