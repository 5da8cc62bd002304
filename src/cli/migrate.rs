//! `jixiao migrate`.

use crate::config::DatabaseSettings;
use clap::{Args, Subcommand};

use super::{Failure, block_on, open, print};

/// Bring the database's schema up or down, or show where it stands.
#[derive(Args, Debug)]
pub struct Migrate {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Apply what is missing
    Up(DatabaseSettings),
    /// Undo the last step, with the data in its tables
    Down {
        /// Steps to undo
        #[arg(long, default_value_t = 1)]
        steps: u32,
        #[command(flatten)]
        database: DatabaseSettings,
    },
    /// Show each step, and whether it is applied
    Status(DatabaseSettings),
}

/// Runs it.
pub fn run(command: &Migrate) -> Result<(), Failure> {
    let database = match &command.action {
        Action::Up(database) | Action::Status(database) | Action::Down { database, .. } => database,
    };
    let url = database.url()?;
    let lines = block_on(async {
        let db = open(&url, Vec::new()).await?;
        match &command.action {
            Action::Up(_) => db.prepare().await?,
            Action::Down { steps, .. } => db.undo_migrations(*steps).await?,
            Action::Status(_) => {}
        }
        Ok(db.migrations().await?)
    })?;
    for (name, is_applied) in lines {
        print(&format!("{} {name}\n", if is_applied { "applied" } else { "pending" }));
    }
    Ok(())
}
