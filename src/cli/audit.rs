//! `jixiao audit`.

use std::path::{Path, PathBuf};

use crate::accounts::SecretKey;
use crate::audit::{self, Checkpoint, Seal, Verdict};
use crate::config::{DatabaseSettings, present_secret};
use clap::{Args, Subcommand};

use super::{Failure, block_on, open, print};

/// Verify the audit chains, or sign where they stand
#[derive(Args, Debug)]
pub struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read every chain and name the first entry that was changed, moved, removed or cut off
    Verify {
        /// A checkpoint that was kept outside: the chains must still hold what it saw
        #[arg(long)]
        checkpoint: Option<PathBuf>,
        /// The installation's secret, to verify the checkpoints' signatures
        #[arg(long, env = "JIXIAO_SECRET_KEY", hide_env_values = true)]
        secret_key: Option<String>,
        #[command(flatten)]
        database: DatabaseSettings,
    },
    /// Sign where all chains stand and print it, to be kept outside of the database
    Checkpoint {
        /// The installation's secret, from which the signing key follows
        #[arg(long, env = "JIXIAO_SECRET_KEY", hide_env_values = true)]
        secret_key: Option<String>,
        #[command(flatten)]
        database: DatabaseSettings,
    },
}

/// The seal that follows from a secret.
pub fn seal(secret: &SecretKey) -> Seal {
    Seal::new(&secret.derive("audit-checkpoints"))
}

/// Runs it.
pub fn run(command: Audit) -> Result<(), Failure> {
    match command.action {
        Action::Verify { checkpoint, secret_key, database } => {
            let url = database.url()?;
            let seal = present_secret(secret_key.as_deref(), &url)?.as_ref().map(seal);
            let kept = checkpoint.as_deref().map(kept).transpose()?;
            let verdict = block_on(async {
                let db = open(&url, Vec::new()).await?;
                db.prepare().await?;
                let snapshot = db.snapshot().await?;
                Ok(audit::verify(&snapshot, seal.as_ref(), kept.as_ref()).await?)
            })?;
            tell(&verdict, seal.is_some())
        }
        Action::Checkpoint { secret_key, database } => {
            let url = database.url()?;
            let missing = || Failure::Setting("JIXIAO_SECRET_KEY: required to sign a checkpoint".to_owned());
            let seal = present_secret(secret_key.as_deref(), &url)?.as_ref().map(seal).ok_or_else(missing)?;
            let taken = block_on(async {
                let db = open(&url, Vec::new()).await?;
                db.prepare().await?;
                Ok(audit::take_checkpoint(&db, &seal).await?)
            })?;
            match taken {
                Some(taken) => {
                    let text =
                        serde_json::to_string(&taken).map_err(|why| Failure::Other(why.to_string()))?;
                    print(&format!("{text}\n"));
                }
                None => {
                    eprintln!(
                        "自上次检查点以来没有新记录。 / Nothing was written since the last checkpoint."
                    );
                }
            }
            Ok(())
        }
    }
}

fn kept(file: &Path) -> Result<Checkpoint, Failure> {
    let failed = |why: String| Failure::Other(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|why| failed(why.to_string()))?;
    serde_json::from_str(&text).map_err(|why| failed(why.to_string()))
}

fn tell(verdict: &Verdict, with_signatures: bool) -> Result<(), Failure> {
    let Verdict { chains, entries, checkpoints, broken } = verdict;
    if let Some(broken) = broken {
        let (chain, seq, message) = (&broken.chain, broken.seq, &broken.message);
        eprintln!("{chain} #{seq}: {} / {} [{}]", message.zh, message.en, broken.code);
        return Err(Failure::Data);
    }
    print(&format!(
        "完好：{chains} 条链，{entries} 条记录，{checkpoints} 个检查点。 / Intact: {chains} chains, {entries} entries, {checkpoints} checkpoints.\n"
    ));
    if !with_signatures && *checkpoints > 0 {
        eprintln!(
            "未给出密钥，检查点签名未校验。 / Without the secret the checkpoints' signatures were not verified."
        );
    }
    Ok(())
}
