//! A PostgreSQL database for the program, made for one test.

use std::process::Command;

use crate::program::{Folder, run};

pub const SECRET: &str = "kXk2bq8mTn4vWz7pQs1rLd9fHg3jYc6aUe5iOo0x";

/// A database of the test's own, or a loud word that there is none.
pub struct Database {
    server: String,
    pub name: String,
}

impl Database {
    pub fn make() -> Option<Self> {
        let Ok(server) = std::env::var("JIXIAO_TEST_DATABASE_URL") else {
            eprintln!("PostgreSQL skipped: JIXIAO_TEST_DATABASE_URL is not set");
            let may_skip = ["CI", "JIXIAO_PROVE"].iter().all(|name| std::env::var_os(name).is_none());
            assert!(may_skip, "neither CI nor a proof skips PostgreSQL");
            return None;
        };
        Some(Self::on(server))
    }

    /// A new one on this server.
    pub fn on(server: String) -> Self {
        let database = Self { server, name: format!("jixiao_process_{}", uuid::Uuid::now_v7().simple()) };
        database.execute(&format!("CREATE DATABASE {}", database.name));
        database
    }

    /// Runs SQL on the server, outside of the database itself.
    pub fn execute(&self, sql: &str) {
        use sea_orm::ConnectionTrait as _;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = sea_orm::Database::connect(&self.server).await.unwrap();
            server.execute_unprepared(sql).await.unwrap();
        });
    }

    /// Host and port of the server.
    pub fn host(&self) -> String {
        self.server.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned()
    }

    /// Its address as somebody sees it who comes another way.
    pub fn url_at(&self, host: &str) -> String {
        format!("{}@{host}/{}", self.server.split('@').next().unwrap(), self.name)
    }

    pub fn command(&self, folder: &Folder, host: &str, arguments: &[&str]) -> Command {
        let mut command = folder.jixiao(arguments);
        command.env("JIXIAO_DATABASE_URL", self.url_at(host)).env("JIXIAO_SECRET_KEY", SECRET);
        command
    }

    pub fn add_admin(&self, folder: &Folder) {
        let add = self.command(folder, &self.host(), &["user", "add", "root", "--role", "admin"]);
        assert!(run(add, "four quiet herons wade\n").status.success());
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
