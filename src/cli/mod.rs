//! `jixiao`: what each command takes, and how it ends.
//!
//! Exit codes: 0 done; 1 failed; 2 wrong usage; 65 the data given are wrong; 78 a setting cannot work.

mod audit;
mod data;
mod export;
mod generate;
mod import_job;
mod keys;
mod migrate;
mod openapi;
mod score;
mod scores;
mod serve;
mod user;

use std::process::ExitCode;
use std::sync::Arc;

use crate::config::BadSetting;
use crate::db::{DatabaseUrl, Db, WriteHook, is_unusable};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use jixiao_core::kernel::SystemClock;

/// 绩效 Jixiao: an open service for Chinese budget-performance self-evaluation (预算绩效自评).
#[derive(Debug, Parser)]
#[command(name = "jixiao", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, with Swagger UI at /docs
    Serve(Box<crate::config::ServeSettings>),
    /// Score a bundle on the spot, without a database
    Score(score::Score),
    /// Import a bundle into the database
    Import(data::Import),
    /// Write a whole year as a bundle
    Export(export::Export),
    /// Write made-up data of a county or a province as a bundle
    Generate(generate::Generate),
    /// Make and manage accounts
    User(user::User),
    /// Manage the keys that sign access tokens
    Keys(keys::Keys),
    /// Verify the audit chains, or sign where they stand
    Audit(audit::Audit),
    /// Verify the scores that are kept for lists and rankings
    Scores(scores::Scores),
    /// Bring the database's schema up or down, or show where it stands
    Migrate(migrate::Migrate),
    /// Print the OpenAPI document
    Openapi,
}

/// How a command failed.
#[derive(Debug)]
enum Failure {
    /// A setting cannot work: 78 (`EX_CONFIG`).
    Setting(String),
    /// The data given are wrong: 65 (`EX_DATAERR`). They were told already.
    Data,
    /// Anything else: 1.
    Other(String),
}

impl From<BadSetting> for Failure {
    fn from(bad: BadSetting) -> Self {
        Self::Setting(bad.to_string())
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Other(format!("the database: {error}"))
    }
}

impl From<crate::http::ApiError> for Failure {
    fn from(error: crate::http::ApiError) -> Self {
        Self::Other(error.to_string())
    }
}

/// Parses, runs, and turns the outcome into an exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let outcome = match cli.command {
        Command::Serve(settings) => serve::run(*settings),
        Command::Score(command) => score::run(&command),
        Command::Import(command) => data::run(&command),
        Command::Export(command) => export::run(&command),
        Command::Generate(command) => generate::run(&command),
        Command::User(command) => user::run(command),
        Command::Keys(command) => keys::run(command),
        Command::Audit(command) => audit::run(command),
        Command::Scores(command) => scores::run(&command),
        Command::Migrate(command) => migrate::run(&command),
        Command::Openapi => openapi::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Setting(why)) => {
            eprintln!("jixiao: {why}");
            ExitCode::from(78)
        }
        Err(Failure::Data) => ExitCode::from(65),
        Err(Failure::Other(why)) => {
            eprintln!("jixiao: {why}");
            ExitCode::FAILURE
        }
    }
}

/// A value that cannot work is a setting, whether it came by flag or by environment.
fn refuse(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            eprintln!("jixiao: {}", line.trim_start_matches("error: "));
            ExitCode::from(78)
        }
        _ => {
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}

/// Runs a command that talks to the database.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    actix_web::rt::System::new().block_on(work)
}

/// Opens the database; an address where none can be is a setting that cannot work.
async fn open(url: &DatabaseUrl, hooks: Vec<Box<dyn WriteHook>>) -> Result<Db, Failure> {
    Db::open(url, Arc::new(SystemClock), hooks).await.map_err(|why| {
        if is_unusable(&why) { BadSetting::new("JIXIAO_DATABASE_URL", why).into() } else { why.into() }
    })
}

/// Writes to standard output; a closed pipe is no failure.
fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().write_all(text.as_bytes());
}
