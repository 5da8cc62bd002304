//! `jixiao serve`.

use std::path::PathBuf;
use std::time::Duration;

use crate::accounts::{Accounts, KeyError, LoginLimits, SecretKey};
use crate::app::{self, Assembly, Parts};
use crate::audit::{Seal, take_checkpoint};
use crate::config::ServeSettings;
use crate::db::{DatabaseUrl, Db};
use crate::demo;
use crate::http::Cursors;
use crate::http::Draining;
use crate::http::client::TrustedProxies;
use crate::jobs::Runner;
use actix_web::HttpServer;
use jixiao_core::kernel::{Lang, Text as _};
use tracing_subscriber::EnvFilter;

use super::audit::seal;
use super::{Failure, block_on, open, print};

/// Seconds that requests in flight have to finish after SIGTERM.
const DRAIN: u64 = 25;
/// For how long the step of a job that is being taken is waited for, before it is left to the lease.
const HAND_BACK: Duration = Duration::from_secs(4);
/// Between two signed checkpoints of the audit chains.
const SEAL_EVERY: Duration = Duration::from_hours(1);
/// Between two attempts to reach a database that is away.
const RETRY: Duration = Duration::from_secs(1);

/// A folder that goes with the process.
struct Throwaway(PathBuf);

impl Drop for Throwaway {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Serves until told to stop.
pub fn run(settings: ServeSettings) -> Result<(), Failure> {
    settings.check()?;
    log_to_stderr(settings.log_json);
    block_on(serve(settings))
}

fn log_to_stderr(json: bool) {
    let filter = EnvFilter::try_from_env("JIXIAO_LOG").unwrap_or_else(|_| {
        EnvFilter::new("info,sqlx=warn,sqlx::postgres::notice=error,sea_orm_migration=warn,actix_server=warn")
    });
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { log.json().init() } else { log.init() }
}

async fn serve(settings: ServeSettings) -> Result<(), Failure> {
    let Place { url, secret, made, throwaway: _throwaway } = place(&settings)?;
    let opened = open(&url, app::write_hooks()).await;
    if let (Err(_), Some(file)) = (&opened, &made) {
        // A secret made just now seals nothing yet.
        let _ = std::fs::remove_file(file);
    }
    let db = opened?;
    // In the demo nobody is to be locked out by somebody else's wrong guesses.
    let logins =
        if settings.demo { LoginLimits { per_account: 0, per_address: 0 } } else { LoginLimits::default() };
    let accounts = Accounts::new(db.clone(), &secret, logins);
    let assembly = Assembly::new(Parts {
        db: db.clone(),
        accounts: accounts.clone(),
        cursors: Cursors::new(&secret.derive("cursors")),
        seal: seal(&secret),
        limits: settings.body_limits(),
        rate_limits: settings.rate_limits(),
        at_once: settings.at_once(),
        proxies: TrustedProxies(settings.trusted_proxies.clone()),
        cors_origins: settings.cors_origins.clone(),
    });
    let draining = assembly.draining();
    actix_web::rt::spawn(keep_sealing(db.clone(), seal(&secret)));
    let runner = Runner::new(db.clone(), assembly.schemas().clone());
    let runner = runner.asking(accounts.authenticator().into_inner());
    let running = actix_web::rt::spawn(runner.keep_running(draining.clone().into_inner()));

    match &url {
        DatabaseUrl::Sqlite { .. } => {
            let outcome = prepare(&db, &accounts).await;
            if let (Err(Failure::Setting(_)), Some(file)) = (&outcome, &made) {
                // The secret that was made just now does not open an old database: it would only bury the loss.
                let _ = std::fs::remove_file(file);
                let why = format!("{} is missing beside its database; put it back", file.display());
                return Err(Failure::Setting(format!("JIXIAO_SECRET_KEY: {why}")));
            }
            outcome?;
        }
        DatabaseUrl::Postgres { .. } => keep_preparing(db.clone(), accounts),
    }
    if settings.demo {
        let password = settings.demo_password()?;
        let filled = demo::fill(&db, assembly.schemas(), &password).await;
        filled.map_err(|why| Failure::Other(why.to_string()))?;
    }

    let server = HttpServer::new(move || app::build(assembly.clone()))
        .disable_signals()
        .shutdown_timeout(DRAIN)
        .client_request_timeout(Duration::from_secs(5))
        .bind(settings.listen)
        .map_err(|why| {
            Failure::Setting(format!("JIXIAO_LISTEN: cannot listen on {}: {why}", settings.listen))
        })?;
    let address = server.addrs().first().copied().unwrap_or(settings.listen);
    let server = server.run();
    stop_when_told(server.handle(), draining).map_err(|why| Failure::Other(why.to_string()))?;
    if settings.demo {
        print(&welcome(&address.to_string(), &settings.demo_password()?));
    } else {
        print(&format!("jixiao listens on http://{address}, Swagger UI at http://{address}/docs\n"));
    }
    let outcome = server.await;
    let _ = tokio::time::timeout(HAND_BACK, running).await;
    outcome.map_err(|why| Failure::Other(why.to_string()))
}

/// Where the data are and what seals them.
struct Place {
    url: DatabaseUrl,
    secret: SecretKey,
    /// The secret's file, if it was made just now.
    made: Option<PathBuf>,
    /// The demo's folder and its secret go with the process.
    throwaway: Option<Throwaway>,
}

fn place(settings: &ServeSettings) -> Result<Place, Failure> {
    if !settings.demo {
        let url = settings.database.url()?;
        if let DatabaseUrl::Sqlite { file, .. } = &url
            && let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|why| {
                Failure::Setting(format!("JIXIAO_DATABASE_URL: {}: {why}", folder.display()))
            })?;
        }
        let (secret, made) = settings.secret(&url)?;
        return Ok(Place { url, secret, made, throwaway: None });
    }
    settings.demo_password()?;
    let folder = std::env::temp_dir().join(format!("jixiao-demo-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).map_err(|why| Failure::Other(format!("{}: {why}", folder.display())))?;
    let file = folder.join("demo.db");
    let url = DatabaseUrl::Sqlite { url: String::new(), file };
    let secret = SecretKey::random().map_err(|why| Failure::Other(why.text(Lang::En)))?;
    Ok(Place { url, secret, made: None, throwaway: Some(Throwaway(folder)) })
}

/// Brings schema and keys up to where requests can be served.
pub async fn prepare(db: &Db, accounts: &Accounts) -> Result<(), Failure> {
    db.prepare().await?;
    accounts.prepare().await.map_err(|error| match error {
        KeyError::WrongSecret => Failure::Setting(format!("JIXIAO_SECRET_KEY: {}", error.text(Lang::En))),
        other => Failure::Other(other.text(Lang::En)),
    })
}

/// A database that is away keeps no process from starting: requests are answered 503 until it is there.
fn keep_preparing(db: Db, accounts: Accounts) {
    actix_web::rt::spawn(async move {
        loop {
            match prepare(&db, &accounts).await {
                Ok(()) => return tracing::info!("the database is ready"),
                Err(Failure::Setting(why)) => {
                    eprintln!("jixiao: {why}");
                    std::process::exit(78);
                }
                Err(failure) => tracing::warn!(?failure, "the database is not ready; trying again"),
            }
            actix_web::rt::time::sleep(RETRY).await;
        }
    });
}

/// Signs where the audit chains stand, once an hour. The log has each signature too, outside of the database.
async fn keep_sealing(db: Db, seal: Seal) {
    loop {
        actix_web::rt::time::sleep(SEAL_EVERY).await;
        if !db.is_prepared() {
            continue;
        }
        match take_checkpoint(&db, &seal).await {
            Ok(Some(taken)) => {
                tracing::info!(
                    seq = taken.seq,
                    hash = taken.hash,
                    signature = taken.signature,
                    "audit checkpoint"
                );
            }
            Ok(None) => {}
            Err(why) => tracing::warn!(%why, "no audit checkpoint could be taken; trying again in an hour"),
        }
    }
}

/// SIGTERM and Ctrl-C: not ready at once, no new connections, requests in flight finish. From here on a signal
/// is heard; so this comes before anybody is told that the service is there.
fn stop_when_told(
    server: actix_web::dev::ServerHandle,
    draining: actix_web::web::Data<Draining>,
) -> std::io::Result<()> {
    let told = told_to_stop()?;
    actix_web::rt::spawn(async move {
        told.await;
        tracing::info!("stopping: requests in flight may finish");
        draining.start();
        server.stop(true).await;
    });
    Ok(())
}

#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other kind of system can fail here")]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// What a newcomer needs next.
fn welcome(address: &str, password: &str) -> String {
    let (unit, year) = (demo::UNIT, demo::YEAR);
    format!(
        "绩效 Jixiao 演示 demo — 数据随进程消失 the data go with the process\n\n\
         接口文档 Swagger UI   http://{address}/docs\n\
         账号 accounts          admin, bureau, unit, reader\n\
         口令 password          {password}\n\n\
         取得分 the score of the real report, each point explained:\n\n\
         TOKEN=$(curl -s http://{address}/api/v1/auth/token -d grant_type=password -d username=unit \
         -d password={password} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n\
         curl -s -H \"Authorization: Bearer $TOKEN\" http://{address}/api/v1/scores/{unit}/{year}\n\n"
    )
}
