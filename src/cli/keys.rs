//! `jixiao keys`.

use crate::accounts::{Accounts, LoginLimits};
use crate::app;
use crate::config::{DatabaseSettings, present_secret};
use clap::{Args, Subcommand};

use super::serve::prepare;
use super::{Failure, block_on, open, print};

/// Manage the keys that sign access tokens.
#[derive(Args, Debug)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a new key: it signs after half a minute, and no token that was given out is refused
    Rotate {
        /// The installation's secret, which seals the keys
        #[arg(long, env = "JIXIAO_SECRET_KEY", hide_env_values = true)]
        secret_key: Option<String>,
        #[command(flatten)]
        database: DatabaseSettings,
    },
}

/// Runs it.
pub fn run(command: Keys) -> Result<(), Failure> {
    let Action::Rotate { secret_key, database } = command.action;
    let url = database.url()?;
    let missing = || Failure::Setting("JIXIAO_SECRET_KEY: required to seal a new key".to_owned());
    let secret = present_secret(secret_key.as_deref(), &url)?.ok_or_else(missing)?;
    block_on(async {
        let db = open(&url, app::write_hooks()).await?;
        let accounts = Accounts::new(db.clone(), &secret, LoginLimits::default());
        prepare(&db, &accounts).await?;
        accounts.rotate_signing_key().await.map_err(|why| Failure::Other(why.to_string()))?;
        print(
            "已生成新的签名密钥，半分钟后启用；此前签发的令牌在到期前继续有效。 / \
             A new key signs in half a minute; tokens given out before stay good until they expire.\n",
        );
        Ok(())
    })
}
