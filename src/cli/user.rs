//! `jixiao user`.

use std::io::{BufRead as _, IsTerminal as _};

use crate::accounts::{AccountError, NewUser, PasswordPolicy, add_user, set_disabled, set_password};
use crate::app;
use crate::config::DatabaseSettings;
use clap::{Args, Subcommand};
use jixiao_core::kernel::{Lang, RegionCode, Text as _, UnitCode};
use jixiao_core::workflow::Role;

use super::{Failure, block_on, open, print};

/// Make and manage accounts. A password is asked for on the terminal, or read from standard input; never from a flag.
#[derive(Args, Debug)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an account; the first administrator is made like this
    Add {
        /// Name to sign in with
        username: String,
        /// unit (fills its own form), bureau (reviews its region), admin, or reader (reads approved scores)
        #[arg(long)]
        role: Role,
        /// Unit that a `unit` account fills for
        #[arg(long)]
        unit: Option<UnitCode>,
        /// Region (GB/T 2260) of a `bureau` account, or the one a `reader` is confined to
        #[arg(long)]
        region: Option<RegionCode>,
        /// The password is only the first one: it has to be changed before anything else
        #[arg(long)]
        must_change: bool,
        #[command(flatten)]
        database: DatabaseSettings,
    },
    /// Set a new password; whoever is signed in with the old one is out within seconds
    Passwd {
        /// Name of the account
        username: String,
        #[command(flatten)]
        database: DatabaseSettings,
    },
    /// Shut an account out within seconds
    Disable {
        /// Name of the account
        username: String,
        /// Let it in again
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        database: DatabaseSettings,
    },
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        Self::Other(format!("{} / {}", error.text(Lang::Zh), error.text(Lang::En)))
    }
}

/// Runs it.
pub fn run(command: User) -> Result<(), Failure> {
    let database = match &command.action {
        Action::Add { database, .. } | Action::Passwd { database, .. } | Action::Disable { database, .. } => {
            database
        }
    };
    let url = database.url()?;
    block_on(async {
        let db = open(&url, app::write_hooks()).await?;
        db.prepare().await?;
        match command.action {
            Action::Add { username, role, unit, region, must_change, .. } => {
                let password = read_password()?.into();
                let policy = if must_change { PasswordPolicy::First } else { PasswordPolicy::Enforced };
                let name = username.clone();
                add_user(&db, NewUser { username, password, role, unit, region, policy }).await?;
                print(&format!("已建立账号 {name}（{}） / made {name}\n", role.text(Lang::Zh)));
            }
            Action::Passwd { username, .. } => {
                set_password(&db, &username, &read_password()?.into()).await?;
                print(&format!("已修改 {username} 的口令 / changed the password of {username}\n"));
            }
            Action::Disable { username, undo, .. } => {
                set_disabled(&db, &username, !undo).await?;
                let (zh, en) = if undo { ("已启用", "enabled") } else { ("已停用", "disabled") };
                print(&format!("{zh}账号 {username} / {en} {username}\n"));
            }
        }
        Ok(())
    })
}

/// A password: asked for twice on a terminal, which does not show it; else the first line of standard input.
fn read_password() -> Result<String, Failure> {
    let stdin = std::io::stdin();
    let failed = |why: std::io::Error| Failure::Other(why.to_string());
    if stdin.is_terminal() {
        let ask = |words| rpassword::prompt_password(words).map_err(failed);
        let password = ask("口令（不显示） / password (not shown): ")?;
        if ask("再输入一次 / once more: ")? == password {
            return Ok(password);
        }
        return Err(Failure::Other("两次输入的口令不一致 / the two passwords differ".to_owned()));
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(failed)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
