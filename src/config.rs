//! Settings: a flag and an environment variable for each, defaults that start without any, and one clear line
//! for a setting that cannot work.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::accounts::SecretKey;
use crate::db::DatabaseUrl;
use crate::http::body::BodyLimits;
use crate::http::client::Network;
use crate::http::overload::AtOnce;
use crate::http::rate_limit::RateLimitSettings;

/// A setting that cannot work, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {why}")]
pub struct BadSetting {
    setting: &'static str,
    why: String,
}

impl BadSetting {
    /// `setting` cannot work because of `why`.
    pub fn new(setting: &'static str, why: impl std::fmt::Display) -> Self {
        Self { setting, why: why.to_string() }
    }
}

/// Where the data are, and the secret that seals the signing keys in them.
#[derive(Args, Clone, Debug)]
pub struct DatabaseSettings {
    /// Database: `sqlite:PATH` (a file, made if it is not there) or `postgres://user:password@host/name`
    #[arg(
        long,
        env = "JIXIAO_DATABASE_URL",
        default_value = "sqlite:data/jixiao.db",
        hide_env_values = true
    )]
    pub database_url: String,
}

impl DatabaseSettings {
    /// The address, if it can work.
    pub fn url(&self) -> Result<DatabaseUrl, BadSetting> {
        DatabaseUrl::parse(&self.database_url).map_err(|why| BadSetting::new("JIXIAO_DATABASE_URL", why))
    }
}

/// Settings of `jixiao serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeSettings {
    /// Where the data are.
    #[command(flatten)]
    pub database: DatabaseSettings,

    /// Secret that seals the signing keys and signs cursors, at least 32 random bytes; replicas share it. With
    /// SQLite one is made beside the database on first start; with PostgreSQL it is required
    #[arg(long, env = "JIXIAO_SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<String>,

    /// Address to listen on
    #[arg(long, env = "JIXIAO_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Serve the demo: a throw-away database with the real report, and one account for each role
    #[arg(long)]
    pub demo: bool,

    /// Password of the demo's accounts; wanted when the demo listens on more than this machine
    #[arg(long, env = "JIXIAO_DEMO_PASSWORD", hide_env_values = true)]
    pub demo_password: Option<String>,

    /// Origins whose pages may call the API from a browser, comma-separated, e.g. `https://jx.example.gov.cn`
    #[arg(long, env = "JIXIAO_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,

    /// Networks of proxies whose `X-Forwarded-For` is believed, comma-separated, e.g. `10.0.0.0/8`
    #[arg(long, env = "JIXIAO_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,

    /// Most bytes of a JSON body, after decompression
    #[arg(long, env = "JIXIAO_MAX_BODY", default_value_t = 2 << 20)]
    pub max_body: usize,

    /// Most bytes of an import that is answered at once, after decompression; a larger one becomes a job
    #[arg(long, env = "JIXIAO_MAX_IMPORT", default_value_t = 20 << 20)]
    pub max_import: usize,

    /// Most bytes of an import that becomes a job, as sent and after decompression
    #[arg(long, env = "JIXIAO_MAX_JOB", default_value_t = 2 << 30)]
    pub max_job: usize,

    /// Seconds in which a body must have arrived
    #[arg(long, env = "JIXIAO_BODY_SECONDS", default_value_t = 30)]
    pub body_seconds: u64,

    /// Requests a second that one caller may send in the long run; 0 sets no limit
    #[arg(long, env = "JIXIAO_RATE_LIMIT", default_value_t = 200)]
    pub rate_limit: u32,

    /// Requests that one caller may send at once after a rest
    #[arg(long, env = "JIXIAO_RATE_BURST", default_value_t = 400)]
    pub rate_burst: u32,

    /// Reads that are served at once, of all callers together; who comes beyond it is answered 503. 0 sets no limit
    #[arg(long, env = "JIXIAO_READS_AT_ONCE", default_value_t = AtOnce::default().reads)]
    pub reads_at_once: usize,

    /// Writes that are served at once; 0 sets no limit
    #[arg(long, env = "JIXIAO_WRITES_AT_ONCE", default_value_t = AtOnce::default().writes)]
    pub writes_at_once: usize,

    /// Imports that are served at once; each may hold a body of the largest size. 0 sets no limit
    #[arg(long, env = "JIXIAO_IMPORTS_AT_ONCE", default_value_t = AtOnce::default().imports)]
    pub imports_at_once: usize,

    /// Sign-ins that are served at once; two of them compute a password hash, the others wait for their turn. 0 sets
    /// no limit
    #[arg(long, env = "JIXIAO_SIGN_INS_AT_ONCE", default_value_t = AtOnce::default().sign_ins)]
    pub sign_ins_at_once: usize,

    /// Log as JSON lines instead of text
    #[arg(long, env = "JIXIAO_LOG_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub log_json: bool,
}

impl ServeSettings {
    /// Limits on bodies.
    #[must_use]
    pub fn body_limits(&self) -> BodyLimits {
        BodyLimits {
            json: self.max_body,
            import: self.max_import,
            job: self.max_job,
            seconds: self.body_seconds,
        }
    }

    /// Limits on callers.
    #[must_use]
    pub fn rate_limits(&self) -> RateLimitSettings {
        RateLimitSettings { per_second: self.rate_limit, burst: self.rate_burst }
    }

    /// Requests that are served at once.
    #[must_use]
    pub fn at_once(&self) -> AtOnce {
        AtOnce {
            reads: self.reads_at_once,
            writes: self.writes_at_once,
            imports: self.imports_at_once,
            sign_ins: self.sign_ins_at_once,
        }
    }

    /// The secret: the one given, or the one beside an SQLite file, made on first start. If it was made just now,
    /// the file is named too.
    pub fn secret(&self, url: &DatabaseUrl) -> Result<(SecretKey, Option<PathBuf>), BadSetting> {
        let bad = |why: &dyn std::fmt::Display| BadSetting::new("JIXIAO_SECRET_KEY", why);
        match (&self.secret_key, url) {
            (Some(given), _) => SecretKey::parse(given).map(|secret| (secret, None)).map_err(|why| bad(&why)),
            (None, DatabaseUrl::Sqlite { file, .. }) => {
                let secret = secret_file(file);
                let made = (!secret.exists()).then(|| secret.clone());
                SecretKey::load_or_create(&secret).map(|secret| (secret, made)).map_err(|why| bad(&why))
            }
            (None, DatabaseUrl::Postgres { .. }) => Err(bad(
                &"required with PostgreSQL, so that replicas agree; make one with `openssl rand -base64 48`",
            )),
        }
    }

    /// The demo's password. On more than this machine nobody may know it beforehand.
    pub fn demo_password(&self) -> Result<String, BadSetting> {
        match &self.demo_password {
            Some(given) if given.is_empty() => Err(BadSetting::new("JIXIAO_DEMO_PASSWORD", "is empty")),
            Some(given) => Ok(given.clone()),
            None if self.listen.ip().is_loopback() => Ok(crate::demo::PASSWORD.to_owned()),
            None => Err(BadSetting::new(
                "JIXIAO_DEMO_PASSWORD",
                "required when the demo listens on more than this machine",
            )),
        }
    }

    /// Refuses origins that are none.
    pub fn check(&self) -> Result<(), BadSetting> {
        for origin in &self.cors_origins {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if !host.is_some_and(is_host) {
                let why = format!(
                    "`{origin}` is no origin; want scheme and host, such as https://jx.example.gov.cn"
                );
                return Err(BadSetting::new("JIXIAO_CORS_ORIGINS", why));
            }
        }
        if self.max_body == 0 || self.max_import == 0 || self.max_job == 0 || self.body_seconds == 0 {
            return Err(BadSetting::new(
                "JIXIAO_MAX_BODY, JIXIAO_MAX_IMPORT, JIXIAO_MAX_JOB, JIXIAO_BODY_SECONDS",
                "must not be 0",
            ));
        }
        if self.rate_limit > 0 && self.rate_burst < 1 {
            return Err(BadSetting::new(
                "JIXIAO_RATE_BURST",
                "must be at least 1 where there is a rate limit",
            ));
        }
        Ok(())
    }
}

/// Whether it is a host, with or without a port, as a browser writes it in an origin.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.chars().all(is_plain) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// The secret that is there already: the one given, or the one beside an SQLite file. None is made.
pub fn present_secret(given: Option<&str>, url: &DatabaseUrl) -> Result<Option<SecretKey>, BadSetting> {
    let bad = |why: &dyn std::fmt::Display| BadSetting::new("JIXIAO_SECRET_KEY", why);
    match (given, url) {
        (Some(given), _) => SecretKey::parse(given).map(Some).map_err(|why| bad(&why)),
        (None, DatabaseUrl::Sqlite { file, .. }) if secret_file(file).exists() => {
            SecretKey::load_or_create(&secret_file(file)).map(Some).map_err(|why| bad(&why))
        }
        (None, _) => Ok(None),
    }
}

/// The secret of an SQLite file lies beside it.
fn secret_file(database: &std::path::Path) -> PathBuf {
    database.with_extension("secret")
}
