//! An installation on one of the two engines, and what an operator can look at from outside.

use std::process::{Command, Output};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;

use crate::database::Database;
use crate::program::{Folder, Server, run, text, until};

pub const PASSWORD: &str = "four quiet herons wade";

/// A folder with an SQLite file in it, or one that goes with a PostgreSQL database.
pub struct Installation {
    pub folder: Folder,
    pub database: Option<Database>,
}

impl Installation {
    pub fn on_sqlite() -> Self {
        Self::with(None)
    }

    /// `None` where there is no server, which was said loudly.
    pub fn on_postgresql() -> Option<Self> {
        Database::make().map(|database| Self::with(Some(database)))
    }

    pub fn with(database: Option<Database>) -> Self {
        Self::made_in(Folder::new(), database)
    }

    pub fn made_in(folder: Folder, database: Option<Database>) -> Self {
        if let Some(database) = &database {
            database.add_admin(&folder);
        } else {
            let added = folder.run(&["user", "add", "root", "--role", "admin"], &format!("{PASSWORD}\n"));
            assert!(added.status.success(), "{}", text(&added.stderr));
        }
        Self { folder, database }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        match &self.database {
            None => self.folder.jixiao(arguments),
            Some(database) => database.command(&self.folder, &database.host(), arguments),
        }
    }

    /// A running server, and a token of the administrator. Nobody is slowed down for asking often.
    pub fn serve(&self) -> (Server, String) {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("JIXIAO_RATE_LIMIT", "0");
        let server = Server::start(command);
        server.wait_for("/readyz", 200);
        let token = until(|| server.sign_in("root", PASSWORD), "the administrator to sign in");
        (server, token)
    }

    fn url(&self) -> String {
        match &self.database {
            None => format!("sqlite:{}", self.folder.0.join("data/jixiao.db").display()),
            Some(database) => database.url_at(&database.host()),
        }
    }

    /// The first column of what a query finds, asked past the program.
    pub fn query(&self, sql: &str) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let db = sea_orm::Database::connect(self.url()).await.unwrap();
            let engine = db.get_database_backend();
            let rows = db.query_all_raw(Statement::from_string(engine, sql)).await.unwrap();
            let read = |row: &sea_orm::QueryResult| {
                row.try_get_by_index::<String>(0)
                    .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
            };
            let found = rows.iter().map(|row| read(row).unwrap()).collect();
            db.close().await.unwrap();
            found
        })
    }

    pub fn engine(&self) -> DbBackend {
        if self.database.is_some() { DbBackend::Postgres } else { DbBackend::Sqlite }
    }

    /// What the killed program had sent may still be worked on: waits until its sessions are gone.
    pub fn wait_for_silence(&self) {
        let Some(database) = &self.database else { return };
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'jixiao'",
            database.name
        );
        until(|| (self.query(&sql) == ["0"]).then_some(()), "the killed program's sessions to end");
    }

    /// Neither engine nor audit chain finds anything wrong with what is stored.
    pub fn hold(&self) {
        if self.engine() == DbBackend::Sqlite {
            assert_eq!(self.query("PRAGMA integrity_check"), ["ok"]);
            assert_eq!(self.query("PRAGMA foreign_key_check"), [""; 0]);
        }
        let verified: Output = run(self.command(&["audit", "verify"]), "");
        let told = text(&verified.stdout) + &text(&verified.stderr);
        assert!(verified.status.success() && told.contains("Intact"), "{told}");
    }
}

/// Every item of a list, page by page.
pub fn walk(server: &Server, token: &str, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (status, page) = server.get(&format!("{path}{separator}limit=500{cursor}"), Some(token));
        assert_eq!(status, 200, "{page}");
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// The totals that lists read are those that come out when a unit's scores are worked out from its form.
pub fn hold_totals(server: &Server, token: &str, list: &str) -> usize {
    let listed = walk(server, token, list);
    for row in &listed {
        let path = format!("/api/v1/scores/{}/{}", row["unit"]["code"].as_str().unwrap(), row["year"]);
        let (status, scores) = server.get(&path, Some(token));
        assert_eq!(status, 200, "{path}: {scores}");
        for total in ["self_total", "computed_total", "final_total", "complete", "grade"] {
            assert_eq!(row[total], scores["department"][total], "{total} of {path}");
        }
    }
    listed.len()
}
