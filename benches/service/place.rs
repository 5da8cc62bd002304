//! A county or a province in a database of its own, the service on it, and the minimal program beside it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::database::{Database, SECRET};
use crate::program::{Folder, Server, run, text, until};

const PASSWORD: &str = "four quiet herons wade";

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// The server that `JIXIAO_TEST_DATABASE_URL` names.
    Postgres,
}

/// Where everything is.
pub struct Place {
    database: Option<Database>,
    pub folder: Folder,
}

/// A table as that of the indicators.
const BARE_LOAD: &str = "CREATE TABLE bare_load (LIKE indicators INCLUDING ALL,
    FOREIGN KEY (evaluation_id) REFERENCES evaluations (id) ON DELETE CASCADE,
    FOREIGN KEY (project_id) REFERENCES project_expenditures (id) ON DELETE CASCADE)";

impl Place {
    pub fn new(engine: Engine) -> Self {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Database::make().expect("JIXIAO_TEST_DATABASE_URL names a server")),
        };
        Self { folder: Folder::new(), database }
    }

    fn file(&self) -> PathBuf {
        self.folder.0.join("bench.db")
    }

    pub fn url(&self) -> String {
        let Some(database) = &self.database else { return format!("sqlite:{}", self.file().display()) };
        database.url_at(&database.host())
    }

    pub fn jixiao(&self, arguments: &[&str]) -> Command {
        let mut command = self.folder.jixiao(arguments);
        command.env("JIXIAO_DATABASE_URL", self.url()).env("JIXIAO_SECRET_KEY", SECRET);
        command.env("JIXIAO_RATE_LIMIT", "0");
        command
    }

    /// Runs the program to its end.
    pub fn done(&self, arguments: &[&str], input: &str) -> (Duration, String) {
        let begun = Instant::now();
        let output = run(self.jixiao(arguments), input);
        assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
        (begun.elapsed(), text(&output.stdout))
    }

    /// What a statement answers, a line a row, by the engine's own shell.
    pub fn ask(&self, sql: &str) -> String {
        let output = match &self.database {
            None => Command::new("sqlite3").arg("-csv").arg(self.file()).arg(sql).output(),
            Some(_) => Command::new("psql").args(["-qAt", "-F,", "-c", sql, &self.url()]).output(),
        };
        let output = output.expect("sqlite3 or psql is installed");
        assert!(output.status.success(), "{sql}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// How long the engine's own shell takes to load the indicators that lie here into a table of the same columns, indexes
    /// and, on PostgreSQL, foreign keys; `SQLite`'s shell checks none.
    pub fn loaded_by_the_engine(&self) -> Duration {
        let csv = self.folder.0.join("indicators.csv");
        let shell = |arguments: &[&str]| {
            let begun = Instant::now();
            let program = if self.database.is_some() { "psql" } else { "sqlite3" };
            let output = Command::new(program).args(arguments).output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
            (begun.elapsed(), text(&output.stdout))
        };
        let file = csv.display();
        if self.database.is_some() {
            let url = self.url();
            shell(&["-qc", &format!("\\copy indicators TO '{file}' CSV"), &url]);
            shell(&["-qc", BARE_LOAD, &url]);
            return shell(&["-qc", &format!("\\copy bare_load FROM '{file}' CSV"), &url]).0;
        }
        let (from, to) =
            (self.file().display().to_string(), self.folder.0.join("bare.db").display().to_string());
        // To the shell an empty cell is a text and no NULL: a department's row gets a project of its own.
        let columns = "SELECT group_concat(iif(name = 'project_id', 'coalesce(project_id, -id)', name))
            FROM pragma_table_info('indicators')";
        let columns = shell(&[&from, columns]).1;
        std::fs::write(&csv, shell(&["-csv", &from, &format!("SELECT {columns} FROM indicators")]).1)
            .unwrap();
        let schema = shell(&[&from, "SELECT sql || ';' FROM sqlite_master WHERE tbl_name = 'indicators'"]).1;
        shell(&[&to, &format!("PRAGMA journal_mode = WAL; {schema}")]);
        shell(&[&to, ".mode csv", &format!(".import {file} indicators")]).0
    }

    /// The service, an administrator's token, how long the first success took, and the memory when nothing is asked.
    pub fn serve(&self) -> (Server, Duration, u64) {
        self.done(&["user", "add", "bench", "--role", "admin"], &format!("{PASSWORD}\n"));
        let begun = Instant::now();
        let server = Server::start(self.jixiao(&["serve", "--listen", "127.0.0.1:0"]));
        server.wait_for("/readyz", 200);
        let first = begun.elapsed();
        std::thread::sleep(Duration::from_secs(1));
        let idle = resident(server.id());
        (server, first, idle)
    }

    /// Makes a unit's own account, and gives its name.
    pub fn add_clerk(&self, unit: &str) -> String {
        let name = format!("clerk-{unit}");
        self.done(&["user", "add", &name, "--role", "unit", "--unit", unit], &format!("{PASSWORD}\n"));
        name
    }

    /// The minimal program on the same database, and its address.
    pub fn thin(&self) -> Thin {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["thin", &self.url()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        until(|| std::net::TcpStream::connect(address.trim()).ok(), "the minimal program");
        Thin { child, address: address.trim().to_owned() }
    }
}

/// The minimal program, until it is dropped.
pub struct Thin {
    child: Child,
    pub address: String,
}

/// The token of an account that was made here; it lasts fifteen minutes.
pub fn sign_in(server: &Server, name: &str) -> String {
    server.sign_in(name, PASSWORD).expect("the account was made")
}

impl Drop for Thin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Memory of a process in MiB; 0 where the system does not tell.
pub fn resident(process: u32) -> u64 {
    memory(process, "VmRSS:")
}

/// The most it ever had.
pub fn memory(process: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|said| said.strip_prefix(line)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1024
}
