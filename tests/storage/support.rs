//! Databases to try things on.

use std::sync::Arc;

use jixiao::app;
use jixiao::db::{DatabaseUrl, Db, WriteHook};
use jixiao_core::kernel::SystemClock;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

#[path = "../common/place.rs"]
mod place;
pub use place::*;

/// A database with its schema, and the hooks that the service has.
pub async fn database() -> (Place, Db) {
    database_with(app::write_hooks()).await
}

pub async fn database_with(hooks: Vec<Box<dyn WriteHook>>) -> (Place, Db) {
    let place = Place::new();
    let db = place.open(Arc::new(SystemClock), hooks).await;
    (place, db)
}

/// A database nobody has opened yet.
pub async fn unprepared(place: &Place) -> Db {
    Db::open(&place.url(), Arc::new(SystemClock), Vec::new()).await.unwrap()
}

/// Whether tests run on PostgreSQL; said aloud where they do not.
pub fn postgres() -> Option<DatabaseUrl> {
    let url = std::env::var("JIXIAO_TEST_DATABASE_URL").ok();
    if url.is_none() {
        eprintln!("PostgreSQL skipped: JIXIAO_TEST_DATABASE_URL is not set");
        assert!(std::env::var_os("CI").is_none(), "CI does not skip PostgreSQL");
    }
    url.map(|url| DatabaseUrl::parse(&url).unwrap())
}

#[derive(FromQueryResult)]
pub struct Line {
    pub line: String,
}

/// The first column of a query, as text.
pub async fn lines(conn: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    lines_of(conn, sql, []).await
}

pub async fn lines_of<const N: usize>(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Vec<String> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let lines = Line::find_by_statement(statement).all(conn).await.unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

/// A year, a unit in it, and an open form.
pub async fn seeded(db: &Db) {
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    let year = serde_json::from_str(r#"{"year":2023}"#).unwrap();
    jixiao::years::store::insert(&mut work, year).await.unwrap();
    let unit = serde_json::from_str(r#"{"code":"219001","name":"某单位","region_code":"430611"}"#).unwrap();
    jixiao::units::store::insert(&mut work, unit).await.unwrap();
    open(&mut work).await;
    work.commit().await.unwrap();
}

/// Opens the form of the unit.
pub async fn open(work: &mut jixiao::db::Work<'_>) -> jixiao::evaluations::entity::Model {
    let caller = jixiao::http::Principal {
        role: jixiao_core::workflow::Role::Unit,
        unit: Some("219001".parse().unwrap()),
        ..jixiao::http::Principal::administrator("unit")
    };
    let (unit, year) = ("219001".parse().unwrap(), 2023.try_into().unwrap());
    jixiao::evaluations::store::open(work, &caller, &unit, year).await.unwrap().unwrap()
}
