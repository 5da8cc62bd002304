//! The schema: up, down and up again, once however many start, and what it says of references.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jixiao::db::REFERENCES;
use sea_orm::{ConnectionTrait, DbBackend};

use crate::support::{Place, database, lines, unprepared};

async fn schema(db: &jixiao::db::Db) -> Vec<String> {
    let conn = db.reader();
    if conn.get_database_backend() == DbBackend::Sqlite {
        let all = "SELECT sql AS line FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name";
        return lines(conn, all).await;
    }
    let columns = "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) AS line \
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1";
    let indexes = "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
    let triggers = "SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1";
    [lines(conn, columns).await, lines(conn, indexes).await, lines(conn, triggers).await].concat()
}

#[tokio::test]
async fn the_schema_goes_up_and_down_and_up_again() {
    let (_place, db) = database().await;
    let first = schema(&db).await;
    assert!(first.len() > 20);
    let steps = db.migrations().await.unwrap();
    assert!(steps.iter().all(|(_, is_applied)| *is_applied));
    db.undo_migrations(u32::try_from(steps.len()).unwrap()).await.unwrap();
    let left = schema(&db).await;
    assert!(left.iter().all(|line| line.contains("seaql_migrations")), "{left:?}");
    assert!(db.migrations().await.unwrap().iter().all(|(_, is_applied)| !is_applied));
    db.prepare().await.unwrap();
    assert_eq!(schema(&db).await, first);
}

#[tokio::test]
async fn replicas_that_start_together_bring_it_up_once() {
    let place = Place::new();
    let mut replicas = Vec::new();
    for _ in 0..5 {
        replicas.push(unprepared(&place).await);
    }
    for outcome in join_all(replicas.iter().map(jixiao::db::Db::prepare)).await {
        outcome.unwrap();
    }
    let steps = lines(replicas[0].reader(), "SELECT version AS line FROM seaql_migrations").await;
    let once: BTreeSet<&String> = steps.iter().collect();
    let known = replicas[0].migrations().await.unwrap().len();
    assert_eq!((steps.len(), once.len()), (known, known));
}

#[tokio::test]
async fn the_references_that_hold_rows_are_the_ones_we_name() {
    let (_place, db) = database().await;
    let conn = db.reader();
    let sql = match conn.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT f.\"table\" || ' ' || m.name || ' ' || f.\"from\" AS line FROM sqlite_master m, \
             pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.on_delete = 'RESTRICT'"
        }
        _ => {
            "SELECT concat_ws(' ', t.relname, s.relname, a.attname) AS line FROM pg_constraint c \
             JOIN pg_class t ON t.oid = c.confrelid JOIN pg_class s ON s.oid = c.conrelid \
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
             WHERE c.contype = 'f' AND c.confdeltype = 'r'"
        }
    };
    let there: BTreeSet<String> = lines(conn, sql).await.into_iter().collect();
    let named = REFERENCES.iter().map(|r| format!("{} {} {}", r.target, r.table, r.column)).collect();
    assert_eq!(there, named);
}

#[tokio::test]
async fn sqlite_is_opened_as_promised() {
    let (_place, db) = database().await;
    if db.reader().get_database_backend() != DbBackend::Sqlite {
        return;
    }
    let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let sql = format!("SELECT CAST({pragma} AS TEXT) AS line FROM pragma_{pragma}");
        assert_eq!(lines(work.conn(), &sql).await, [wanted], "writer: {pragma}");
        assert_eq!(lines(db.reader(), &sql).await, [wanted], "reader: {pragma}");
    }
    drop(work);
    let refused = db.reader().execute_unprepared("DELETE FROM units").await;
    assert!(refused.unwrap_err().to_string().contains("readonly"));
}
