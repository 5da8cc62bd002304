//! The one write path.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, join_all, poll_immediate};
use jixiao::db::{Db, Scope, Work, WriteHook};
use jixiao::units::{store, wire::UnitInput};
use jixiao_core::kernel::{SystemClock, UnitCode};
use sea_orm::{ConnectionTrait, DbErr};

use crate::support::{database, database_with, lines, postgres};

fn unit(code: &str, parent: Option<&str>, region: Option<&str>) -> UnitInput {
    UnitInput {
        code: code.parse().unwrap(),
        name: format!("单位 {code}"),
        region_code: region.map(|code| code.parse().unwrap()),
        parent_code: parent.map(|code| code.parse().unwrap()),
    }
}

async fn insert(db: &Db, unit: UnitInput) -> Result<(), DbErr> {
    let mut work = db.begin(jixiao::db::Actor::service("test")).await?;
    store::insert(&mut work, unit).await?;
    work.commit().await
}

async fn codes(db: &Db, scope: &Scope) -> Vec<String> {
    let filter = store::Filter::default();
    let page = jixiao::db::Keyset {
        columns: vec![jixiao::db::SortColumn::of(jixiao::units::entity::Column::Code)],
        descending: false,
        after: None,
        limit: 500,
    };
    let rows = store::list(db.reader(), scope, &filter, page).await.unwrap();
    rows.into_iter().map(|row| row.code.0.to_string()).collect()
}

#[tokio::test]
async fn what_is_not_committed_never_was() {
    let (_place, db) = database().await;
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    store::insert(&mut work, unit("1", None, None)).await.unwrap();
    drop(work);
    insert(&db, unit("2", None, None)).await.unwrap();
    assert_eq!(codes(&db, &Scope::All).await, ["2"]);
}

#[derive(Debug)]
struct Counting(Arc<AtomicU32>, bool);

impl WriteHook for Counting {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            self.0.fetch_add(1, Ordering::SeqCst);
            assert_eq!(lines(work.conn(), "SELECT code AS line FROM units").await.len(), 1);
            if self.1 { Err(DbErr::Custom("a hook failed".into())) } else { Ok(()) }
        }
        .boxed_local()
    }
}

#[tokio::test]
async fn hooks_run_once_before_the_commit_and_undo_it_when_they_fail() {
    for fails in [false, true] {
        let ran = Arc::new(AtomicU32::new(0));
        let (_place, db) = database_with(vec![Box::new(Counting(Arc::clone(&ran), fails))]).await;
        assert_eq!(insert(&db, unit("1", None, None)).await.is_err(), fails);
        assert_eq!(ran.load(Ordering::SeqCst), 1);
        assert_eq!(codes(&db, &Scope::All).await.len(), usize::from(!fails));
    }
}

#[tokio::test]
async fn forty_who_read_and_write_at_once_all_do() {
    let (_place, db) = database().await;
    insert(&db, unit("1", None, None)).await.unwrap();
    let code: UnitCode = "1".parse().unwrap();
    let one = async || {
        let mut work = db.begin(jixiao::db::Actor::service("test")).await?;
        // PostgreSQL takes the row; SQLite has the one writer.
        if work.conn().get_database_backend() == sea_orm::DbBackend::Postgres {
            work.conn().execute_unprepared("SELECT 1 FROM units WHERE code = '1' FOR UPDATE").await?;
        }
        let current = store::find(work.conn(), &Scope::All, &code).await?.unwrap();
        store::update(&mut work, &current, unit("1", None, None)).await?;
        work.commit().await
    };
    for outcome in join_all((0..40).map(|_| one())).await {
        outcome.unwrap();
    }
    assert_eq!(store::find(db.reader(), &Scope::All, &code).await.unwrap().unwrap().version, 41);
}

#[tokio::test]
async fn a_scope_reaches_what_it_says() {
    let (_place, db) = database().await;
    for (code, parent, region) in [
        ("1", None, Some("43")),
        ("1-1", Some("1"), Some("430611")),
        ("1-1-1", Some("1-1"), None),
        ("1-1-1-1", Some("1-1-1"), Some("430102")),
        ("2", None, Some("430611")),
        ("3", None, None),
    ] {
        insert(&db, unit(code, parent, region)).await.unwrap();
    }
    let region = |code: &str| Scope::Region(code.parse().unwrap());
    let below = |code: &str| Scope::UnitAndBelow(code.parse().unwrap());
    for (scope, wanted) in [
        (Scope::All, &["1", "1-1", "1-1-1", "1-1-1-1", "2", "3"][..]),
        (Scope::Nothing, &[]),
        (region("43"), &["1", "1-1", "1-1-1-1", "2"]),
        (region("430611"), &["1-1", "2"]),
        (region("44"), &[]),
        (below("1"), &["1", "1-1", "1-1-1", "1-1-1-1"]),
        (below("1-1-1"), &["1-1-1", "1-1-1-1"]),
        (below("nobody"), &[]),
        (Scope::Unit("1-1".parse().unwrap()), &["1-1"]),
    ] {
        let mut found = codes(&db, &scope).await;
        found.sort();
        assert_eq!(found, wanted, "{scope:?}");
    }
    // A circle cannot be made through the service; should one lie there, reading still ends.
    let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    work.conn()
        .execute_unprepared("UPDATE units SET parent_code = '1-1-1-1' WHERE code = '1'")
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_eq!(codes(&db, &below("1-1")).await.len(), 4);
}

/// A future that is dropped between BEGIN and its transaction leaves the connection inside a transaction that
/// nobody commits; without the guard in `db::connect` the next borrower's write is acknowledged and lost.
#[tokio::test]
async fn no_acknowledged_write_is_lost_to_a_dropped_begin() {
    if postgres().is_none() {
        return;
    }
    let (place, db) = database().await;
    for round in 0..150_u32 {
        // Let a begin get some way, then drop it: how far differs from round to round.
        let mut begin = Box::pin(db.begin(jixiao::db::Actor::service("test")));
        for _ in 0..round % 12 {
            if matches!(poll_immediate(&mut begin).await.map(Poll::Ready), Some(Poll::Ready(_))) {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begin);
        db.reader().execute_unprepared(&format!(
            "INSERT INTO units (code, name, version, created_at, updated_at) VALUES ('{round}', 'x', 1, now(), now())"
        )).await.unwrap();
    }
    let other = Db::open(&place.url(), Arc::new(SystemClock), Vec::new()).await.unwrap();
    assert_eq!(lines(other.reader(), "SELECT code AS line FROM units").await.len(), 150);
}
