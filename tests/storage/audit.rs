//! The audit chains: the database refuses to change them, and where somebody does so all the same it is found.

use jixiao::audit::{Seal, take_checkpoint, verify};
use jixiao::db::Db;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::json;

use crate::support::{Place, database, lines, seeded};

const SEED: [u8; 32] = [7; 32];

/// A database with a chain of administration and one of an evaluation.
async fn written() -> (Place, Db) {
    let (place, db) = database().await;
    seeded(&db).await;
    for staff in 1..6 {
        let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
        let evaluation = crate::support::open(&mut work).await;
        let input = json!({ "unit": "219001", "year": 2023, "staff_quota": staff });
        let input = serde_json::from_value(input).unwrap();
        let stored = jixiao::evaluations::part::all::<Row>(work.conn(), evaluation.id).await.unwrap();
        match stored.first() {
            Some(row) => {
                jixiao::evaluations::part::update(&mut work, &evaluation, row, &(), input).await.unwrap();
            }
            None => {
                jixiao::evaluations::part::insert::<Row>(&mut work, &evaluation, &(), input).await.unwrap();
            }
        }
        work.commit().await.unwrap();
    }
    (place, db)
}

async fn run(db: &Db, sql: &str) -> Result<(), sea_orm::DbErr> {
    let work = db.begin(jixiao::db::Actor::service("test")).await?;
    work.conn().execute_unprepared(sql).await?;
    work.commit().await
}

/// What somebody with the database in their hands does first.
async fn unlock(db: &Db) {
    let steps: &[&str] = match db.reader().get_database_backend() {
        DbBackend::Sqlite => &[
            "DROP TRIGGER audit_entries_update",
            "DROP TRIGGER audit_entries_delete",
            "DROP TRIGGER audit_checkpoints_update",
            "DROP TRIGGER audit_checkpoints_delete",
        ],
        _ => &[
            "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
            "ALTER TABLE audit_checkpoints DISABLE TRIGGER ALL",
        ],
    };
    for step in steps {
        run(db, step).await.unwrap();
    }
}

async fn broken(db: &Db) -> Option<(String, i64, &'static str)> {
    let verdict = verify(db.reader(), Some(&Seal::new(&SEED)), None).await.unwrap();
    verdict.broken.map(|broken| (broken.chain, broken.seq, broken.code))
}

type Row = jixiao::base_data::entity::Model;

const CHAIN: &str = "evaluation:219001:2023";

#[tokio::test]
async fn every_change_is_written_down_and_the_chains_hold() {
    let (_place, db) = written().await;
    let verdict = verify(db.reader(), None, None).await.unwrap();
    assert_eq!((verdict.broken, verdict.chains), (None, 2));
    let changes = format!("SELECT changes AS line FROM audit_entries WHERE chain = '{CHAIN}' AND seq = 3");
    let changes = lines(db.reader(), &changes).await.concat();
    assert!(changes.contains("\"field\":\"staff_quota\",\"before\":1,\"after\":2"), "{changes}");
    // What changes nothing is no entry.
    assert!(!changes.contains("thrift_measures"), "{changes}");
}

#[tokio::test]
async fn the_database_refuses_to_change_what_was_written() {
    let (_place, db) = written().await;
    take_checkpoint(&db, &Seal::new(&SEED)).await.unwrap().unwrap();
    for sql in [
        "UPDATE audit_entries SET actor = 'somebody else' WHERE seq = 1",
        "DELETE FROM audit_entries WHERE seq = 1",
        "UPDATE audit_checkpoints SET at = at",
        "DELETE FROM audit_checkpoints",
    ] {
        let refused = run(&db, sql).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    if db.reader().get_database_backend() == DbBackend::Postgres {
        assert!(run(&db, "TRUNCATE audit_entries").await.unwrap_err().to_string().contains("append-only"));
    }
}

#[tokio::test]
async fn an_edited_a_deleted_and_a_moved_entry_are_found() {
    let at = |seq: i64, code: &'static str| Some((CHAIN.to_owned(), seq, code));
    for (deed, wanted) in [
        ("UPDATE audit_entries SET actor = 'x' WHERE chain = '{}' AND seq = 3", at(3, "entry_changed")),
        ("UPDATE audit_entries SET changes = '[]' WHERE chain = '{}' AND seq = 2", at(2, "entry_changed")),
        ("DELETE FROM audit_entries WHERE chain = '{}' AND seq = 2", at(2, "entry_missing")),
        ("DELETE FROM audit_entries WHERE chain = '{}' AND seq = 5", at(5, "entry_missing")),
        ("DELETE FROM audit_entries WHERE chain = '{}'", at(1, "entry_missing")),
    ] {
        let (_place, db) = written().await;
        unlock(&db).await;
        run(&db, &deed.replace("{}", CHAIN)).await.unwrap();
        assert_eq!(broken(&db).await, wanted, "{deed}");
    }
    // Two entries that change places.
    let (_place, db) = written().await;
    unlock(&db).await;
    for (from, to) in [(2, 92), (3, 2), (92, 3)] {
        let sql = format!("UPDATE audit_entries SET seq = {to} WHERE chain = '{CHAIN}' AND seq = {from}");
        run(&db, &sql).await.unwrap();
    }
    assert_eq!(broken(&db).await, at(2, "entry_changed"));
}

#[tokio::test]
async fn a_cut_tail_is_found_even_where_the_head_was_mended() {
    let (_place, db) = written().await;
    let seal = Seal::new(&SEED);
    let kept = take_checkpoint(&db, &seal).await.unwrap().unwrap();
    assert!(take_checkpoint(&db, &seal).await.unwrap().is_none(), "nothing was written since");
    unlock(&db).await;
    run(&db, &format!("DELETE FROM audit_entries WHERE chain = '{CHAIN}' AND seq = 6")).await.unwrap();
    let mended = format!(
        "UPDATE audit_heads SET seq = 5, hash = (SELECT hash FROM audit_entries WHERE chain = '{CHAIN}' AND seq = 5) \
         WHERE chain = '{CHAIN}'"
    );
    run(&db, &mended).await.unwrap();
    assert_eq!(broken(&db).await, Some((CHAIN.to_owned(), 6, "entry_missing")));

    // And the checkpoint cut off as well: the one that was kept outside shows it.
    run(&db, "DELETE FROM audit_checkpoints").await.unwrap();
    assert_eq!(broken(&db).await, None);
    let verdict = verify(db.reader(), Some(&seal), Some(&kept)).await.unwrap();
    assert_eq!(
        verdict.broken.map(|broken| (broken.chain, broken.code)),
        Some(("checkpoints".into(), "checkpoint_missing"))
    );
}

#[tokio::test]
async fn a_chain_that_was_rewritten_and_a_forged_checkpoint_are_found() {
    let (_place, db) = written().await;
    take_checkpoint(&db, &Seal::new(&SEED)).await.unwrap().unwrap();
    unlock(&db).await;
    run(&db, "UPDATE audit_checkpoints SET heads = replace(heads, 'evaluation', 'evalvation')")
        .await
        .unwrap();
    assert_eq!(broken(&db).await, Some(("checkpoints".into(), 1, "checkpoint_changed")));
    let verdict = {
        let (_place, db) = written().await;
        take_checkpoint(&db, &Seal::new(&[8; 32])).await.unwrap().unwrap();
        verify(db.reader(), Some(&Seal::new(&SEED)), None).await.unwrap()
    };
    assert_eq!(verdict.broken.map(|broken| broken.code), Some("signature_wrong"));
}
