//! A database of a test's own: a temporary SQLite file, or one made on the PostgreSQL server that
//! `JIXIAO_TEST_DATABASE_URL` names. It goes when the test is over.

use std::path::PathBuf;
use std::sync::Arc;

use jixiao::db::{DatabaseUrl, Db, WriteHook};
use jixiao_core::kernel::Clock;
use sea_orm::ConnectionTrait as _;

pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("jixiao-test-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A PostgreSQL database that goes when the test is over.
pub struct Borrowed {
    server: String,
    name: String,
}

impl Borrowed {
    fn make() -> Option<Self> {
        let server = std::env::var("JIXIAO_TEST_DATABASE_URL").ok()?;
        let borrowed = Self { server, name: format!("jixiao_test_{}", uuid::Uuid::now_v7().simple()) };
        borrowed.on_server(format!("CREATE DATABASE {}", borrowed.name));
        Some(borrowed)
    }

    fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    fn on_server(&self, sql: String) {
        let server = self.server.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let db = sea_orm::Database::connect(&server).await.unwrap();
                db.execute_unprepared(&sql).await.unwrap();
                db.close().await.unwrap();
            });
        };
        std::thread::spawn(run).join().unwrap();
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        self.on_server(format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Where the database is.
pub struct Place {
    folder: Folder,
    borrowed: Option<Borrowed>,
}

impl Place {
    /// A place for one database.
    pub fn new() -> Self {
        Self { folder: Folder::new(), borrowed: Borrowed::make() }
    }

    /// Its address.
    pub fn url(&self) -> DatabaseUrl {
        let file = || format!("sqlite:{}", self.folder.0.join("test.db").display());
        DatabaseUrl::parse(&self.borrowed.as_ref().map_or_else(file, Borrowed::url)).unwrap()
    }

    /// Opens the database there, with its schema.
    pub async fn open(&self, clock: Arc<dyn Clock>, hooks: Vec<Box<dyn WriteHook>>) -> Db {
        let db = Db::open(&self.url(), clock, hooks).await.unwrap();
        db.prepare().await.unwrap();
        db
    }
}
