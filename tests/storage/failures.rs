//! What goes wrong in a database, and what is left behind when it does.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jixiao::db::{DatabaseUrl, Db, Keyset, Scope, SortColumn, is_unavailable, is_unique_violation};
use jixiao::http::ApiError;
use jixiao::units::store;
use jixiao_core::kernel::SystemClock;
use sea_orm::{ConnectionTrait, DbBackend};

use crate::support::{Place, database, lines, unprepared};

/// Runs plain SQL and keeps it.
async fn execute(db: &Db, sql: &str) {
    let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    work.conn().execute_unprepared(sql).await.unwrap();
    work.commit().await.unwrap();
}

async fn tables(db: &Db) -> Vec<String> {
    let sql = match db.reader().get_database_backend() {
        DbBackend::Sqlite => "SELECT name AS line FROM sqlite_master WHERE type = 'table' ORDER BY 1",
        _ => {
            "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        }
    };
    lines(db.reader(), sql).await
}

fn unit(code: &str, name: &str) -> jixiao::units::wire::UnitInput {
    serde_json::from_value(serde_json::json!({ "code": code, "name": name })).unwrap()
}

/// Somebody else's table stands where the second table of a step is to go: the step's first one goes too, what was
/// applied before stays, the error says why, and once the table is away the rest follows.
#[tokio::test]
async fn a_step_that_fails_leaves_nothing_behind() {
    let place = Place::new();
    let db = unprepared(&place).await;
    execute(&db, "CREATE TABLE rounds (x INTEGER)").await;
    let why = db.prepare().await.unwrap_err().to_string();
    assert!(why.contains("rounds") && why.contains("already exists"), "{why}");
    assert!(!db.is_prepared(), "no request is let in");
    let there = tables(&db).await;
    assert!(there.contains(&"units".to_owned()) && !there.contains(&"years".to_owned()), "{there:?}");
    let applied = db.migrations().await.unwrap();
    assert_eq!(applied.iter().filter(|(_, is_applied)| *is_applied).count(), 1);
    execute(&db, "DROP TABLE rounds").await;
    db.prepare().await.unwrap();
    assert!(db.migrations().await.unwrap().iter().all(|(_, is_applied)| *is_applied));
}

#[tokio::test]
async fn two_that_start_together_and_one_that_comes_late_apply_each_step_once() {
    for _ in 0..3 {
        let place = Place::new();
        let (one, two) = (unprepared(&place).await, unprepared(&place).await);
        let (first, second) = tokio::join!(one.prepare(), two.prepare());
        first.unwrap();
        second.unwrap();
        let late = unprepared(&place).await;
        late.prepare().await.unwrap();
        let sql = "SELECT version AS line FROM seaql_migrations ORDER BY version";
        let applied = lines(late.reader(), sql).await;
        let known: Vec<String> = late.migrations().await.unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(applied, known);
    }
}

/// A replica waits for the one that migrates, longer than any request would wait for a lock.
#[tokio::test]
async fn a_replica_waits_for_the_one_that_migrates() {
    let place = Place::new();
    let (one, other) = (unprepared(&place).await, unprepared(&place).await);
    if one.reader().get_database_backend() == DbBackend::Sqlite {
        return; // the file's own lock is waited for; no step of ours takes long
    }
    let holder = other.begin(jixiao::db::Actor::service("test")).await.unwrap();
    let lock = format!("SELECT pg_advisory_xact_lock({})", 0x6a69_7869_616f_i64);
    holder.conn().execute_unprepared(&lock).await.unwrap();
    let release = async {
        // Beyond `lock_timeout`.
        tokio::time::sleep(Duration::from_secs(6)).await;
        drop(holder);
    };
    let (outcome, ()) = tokio::join!(one.prepare(), release);
    outcome.unwrap();
}

/// Nothing is acknowledged that was not written: PostgreSQL takes a COMMIT after a failed statement for a ROLLBACK,
/// and says so in no error.
#[tokio::test]
async fn a_commit_after_a_failed_statement_is_no_success() {
    let (_place, db) = database().await;
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    store::insert(&mut work, unit("1", "甲")).await.unwrap();
    let refused = store::insert(&mut work, unit("1", "乙")).await.unwrap_err();
    assert!(is_unique_violation(&refused) && !is_unavailable(&refused), "{refused:?}");
    let is_acknowledged = work.commit().await.is_ok();
    let is_there = !lines(db.reader(), "SELECT code AS line FROM units").await.is_empty();
    assert_eq!(is_acknowledged, is_there, "acknowledged and there are one");
}

#[tokio::test]
async fn a_full_disk_is_503_and_costs_nothing_that_was_written() {
    let (_place, db) = database().await;
    if db.reader().get_database_backend() != DbBackend::Sqlite {
        return; // SQLite can be told how large a disk is; PostgreSQL's 53100 is a class that is mapped whole
    }
    execute(
        &db,
        "INSERT INTO units (code, name, version, created_at, updated_at) VALUES ('0', 'x', 1, 'now', 'now')",
    )
    .await;
    let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    let pages = lines(work.conn(), "SELECT CAST(page_count AS TEXT) AS line FROM pragma_page_count").await;
    drop(work);
    // The one writing connection keeps the limit.
    let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    work.conn().execute_unprepared(&format!("PRAGMA max_page_count = {}", pages[0])).await.unwrap();
    work.commit().await.unwrap();
    let name = "满".repeat(20_000);
    let attempt = async {
        let mut work = db.begin(jixiao::db::Actor::service("test")).await?;
        store::insert(&mut work, unit("1", &name)).await?;
        work.commit().await
    };
    let full = attempt.await.unwrap_err();
    assert!(full.to_string().contains("full"), "{full}");
    assert!(is_unavailable(&full));
    assert_eq!(ApiError::from(full).code.status().as_u16(), 503);
    execute(&db, "PRAGMA max_page_count = 1000000").await;
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    store::insert(&mut work, unit("1", &name)).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(lines(db.reader(), "SELECT code AS line FROM units ORDER BY code").await, ["0", "1"]);
}

/// SQLite rolls back by itself when the disk fails, without the driver's knowledge. What is written next is not written
/// into a transaction that nobody commits.
#[tokio::test]
async fn a_transaction_that_ended_behind_our_back_takes_nothing_along() {
    let (_place, db) = database().await;
    if db.reader().get_database_backend() != DbBackend::Sqlite {
        return; // PostgreSQL ends a transaction only with its session, or says so at the next statement
    }
    for round in 0..3 {
        for _ in 0..3 {
            let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
            work.conn().execute_unprepared("ROLLBACK").await.unwrap();
            drop(work);
            let mut failed = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
            store::insert(&mut failed, unit("lost", "甲")).await.unwrap();
            drop(failed);
        }
        let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
        store::insert(&mut work, unit(&round.to_string(), "甲")).await.unwrap();
        work.commit().await.unwrap();
        let stored = lines(db.reader(), "SELECT code AS line FROM units ORDER BY code").await;
        assert_eq!(stored.len(), round + 1, "acknowledged and there are one: {stored:?}");
    }
    let snapshot = db.snapshot().await.unwrap();
    snapshot.execute_unprepared("ROLLBACK").await.unwrap();
    drop(snapshot);
    execute(&db, "DELETE FROM units").await;
    for _ in 0..10 {
        let snapshot = db.snapshot().await.unwrap();
        assert_eq!(
            lines(&snapshot, "SELECT code AS line FROM units").await,
            [""; 0],
            "nobody reads what was"
        );
    }
}

/// All connections are out: whoever waits is told to come again, and the service goes on once they are back.
#[tokio::test]
async fn a_pool_with_nothing_left_is_503() {
    let (_place, db) = database().await;
    let is_sqlite = db.reader().get_database_backend() == DbBackend::Sqlite;
    let held =
        join_all((0..if is_sqlite { 1 } else { 16 }).map(|_| db.begin(jixiao::db::Actor::service("test"))))
            .await;
    assert!(held.iter().all(Result::is_ok));
    let why = db.begin(jixiao::db::Actor::service("test")).await.unwrap_err();
    assert!(is_unavailable(&why), "{why:?}");
    assert_eq!(ApiError::from(why).code.status().as_u16(), 503);
    if is_sqlite {
        // Readers do not wait for the writer.
        db.ping().await.unwrap();
        assert_eq!(lines(db.reader(), "SELECT code AS line FROM units").await, [""; 0]);
    }
    drop(held);
    execute(&db, "DELETE FROM units").await;
}

/// Another process writes: it is waited for, and whoever waited in vain is told to come again.
#[tokio::test]
async fn a_row_or_file_that_another_holds_is_503() {
    let (place, db) = database().await;
    execute(&db, "DELETE FROM units").await;
    let other = Db::open(&place.url(), Arc::new(SystemClock), Vec::new()).await.unwrap();
    let mut holder = other.begin(jixiao::db::Actor::service("test")).await.unwrap();
    store::insert(&mut holder, unit("1", "甲")).await.unwrap();
    let attempt = async {
        let mut work = db.begin(jixiao::db::Actor::service("test")).await?;
        store::insert(&mut work, unit("1", "乙")).await?;
        work.commit().await
    };
    let why = attempt.await.unwrap_err();
    assert!(is_unavailable(&why), "{why:?}");
    holder.commit().await.unwrap();
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    let taken = store::insert(&mut work, unit("1", "乙")).await.unwrap_err();
    assert!(is_unique_violation(&taken) && !is_unavailable(&taken), "{taken:?}");
}

/// A server that takes the connection and never says a word is as good as away: the request is told so.
#[tokio::test]
async fn a_server_that_is_away_or_mute_is_503() {
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [mute.local_addr().unwrap(), closed] {
        let url = DatabaseUrl::parse(&format!("postgres://nobody:geheim@{address}/none")).unwrap();
        assert!(!format!("{url:?}").contains("geheim"));
        let db = Db::open(&url, Arc::new(SystemClock), Vec::new()).await.unwrap();
        // No time is measured here: only that there is an end.
        let why = tokio::time::timeout(Duration::from_mins(1), db.begin(jixiao::db::Actor::service("test")))
            .await
            .unwrap()
            .unwrap_err();
        assert!(is_unavailable(&why), "{why:?}");
        let told = ApiError::from(why);
        assert_eq!(told.code.status().as_u16(), 503);
        assert!(db.ping().await.is_err());
    }
}

#[tokio::test]
async fn a_search_takes_its_words_as_they_are() {
    let (_place, db) = database().await;
    let names = ["达标100%", "达标1000", "a_b", "aXb", r"c\d", "Ａ类ÄÖ", "Alpha", "'单引号'"];
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    for (code, name) in names.iter().enumerate() {
        store::insert(&mut work, unit(&code.to_string(), name)).await.unwrap();
    }
    work.commit().await.unwrap();
    for (part, found) in [
        ("100%", &["达标100%"][..]),
        ("达标100", &["达标100%", "达标1000"]),
        ("%", &["达标100%"]),
        ("_", &["a_b"]),
        ("A_B", &["a_b"]),
        (r"\", &[r"c\d"]),
        (r"C\D", &[r"c\d"]),
        (r"\%", &[]),
        ("alp", &["Alpha"]),
        ("ALPHA", &["Alpha"]),
        // Whatever an engine knows of case beyond ASCII, what is written alike is found.
        ("Ａ类", &["Ａ类ÄÖ"]),
        ("ÄÖ", &["Ａ类ÄÖ"]),
        ("'", &["'单引号'"]),
        ("没有", &[]),
    ] {
        let filter = store::Filter { name_contains: Some(part.to_owned()), ..store::Filter::default() };
        let columns = vec![SortColumn::of(jixiao::units::entity::Column::Code)];
        let page = Keyset { columns, descending: false, after: None, limit: 500 };
        let rows = store::list(db.reader(), &Scope::All, &filter, page).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), found, "{part}");
        assert_eq!(
            store::count(db.reader(), &Scope::All, &filter).await.unwrap(),
            u64::try_from(found.len()).unwrap()
        );
    }
}
