//! The one secret of an installation. Every key the service uses (cursors, sealed signing keys) is derived
//! from it, so replicas that share it agree on everything.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::{hkdf, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jixiao_core::kernel::{Lang, Text};

/// Bytes that a secret has at least.
const SHORTEST: usize = 32;
/// Different bytes that a secret has at least: a random one in hexadecimal has about fourteen.
const FEWEST_DIFFERENT: usize = 10;
/// What stands in samples, documentation and hurried configurations. Each is too long to turn up in a random
/// secret by chance. Any sample of ours holds one of them.
const SAMPLES: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "jixiao",
    "password",
    "example",
    "insecure",
    "your-secret",
    "0123456789abcdef",
];
/// Separates what is derived here from anything else that might be derived from the same secret.
const SALT: &[u8] = b"jixiao secret key v1";

/// The secret of an installation. It is never printed and never leaves: only keys derived from it do.
#[derive(Clone)]
pub struct SecretKey(hkdf::Prk);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey([REDACTED])")
    }
}

/// Why a secret is refused. None of these words holds any part of the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretKeyError {
    /// It could be found by trying.
    #[error("the secret key has {found} bytes; it needs at least 32 (try: openssl rand -base64 32)")]
    TooShort {
        /// How many it has.
        found: usize,
    },
    /// It stands in some documentation.
    #[error("the secret key is a well-known sample; make one of your own (try: openssl rand -base64 32)")]
    WellKnown,
    /// It is one character, or one short text, again and again.
    #[error("the secret key repeats itself; make a random one (try: openssl rand -base64 32)")]
    Repeats,
    /// It is long but not random.
    #[error("the secret key is too easy to guess; make a random one (try: openssl rand -base64 32)")]
    LowEntropy,
    /// Others than the service may read it.
    #[error("the secret key file {0} can be read by others; run: chmod 600 {0}")]
    Exposed(PathBuf),
    /// The file cannot be read or made.
    #[error("the secret key file {path} cannot be used: {why}")]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// The machine gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

impl Text for SecretKeyError {
    fn text(&self, lang: Lang) -> String {
        let zh = match self {
            Self::TooShort { found } => {
                format!("密钥只有 {found} 字节，至少需要 32 字节（可用 openssl rand -base64 32 生成）")
            }
            Self::WellKnown => "密钥是众所周知的示例，请自行生成（openssl rand -base64 32）".to_owned(),
            Self::Repeats => "密钥是重复的内容，请随机生成（openssl rand -base64 32）".to_owned(),
            Self::LowEntropy => "密钥过于简单，请随机生成（openssl rand -base64 32）".to_owned(),
            Self::Exposed(path) => {
                format!("密钥文件 {0} 可被他人读取，请执行 chmod 600 {0}", path.display())
            }
            Self::File { path, why } => format!("密钥文件 {} 无法使用：{why}", path.display()),
            Self::NoRandomness => "系统无法提供随机数".to_owned(),
        };
        lang.pick(zh, self.to_string())
    }
}

impl SecretKey {
    /// Takes a configured secret; white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, SecretKeyError> {
        let secret = text.trim();
        if secret.len() < SHORTEST {
            return Err(SecretKeyError::TooShort { found: secret.len() });
        }
        if repeats(secret.as_bytes()) {
            return Err(SecretKeyError::Repeats);
        }
        let lower = secret.to_lowercase();
        if SAMPLES.iter().any(|sample| lower.contains(sample)) {
            return Err(SecretKeyError::WellKnown);
        }
        if is_predictable(secret.as_bytes()) {
            return Err(SecretKeyError::LowEntropy);
        }
        Ok(Self(hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(secret.as_bytes())))
    }

    /// A secret that lives as long as the process: for demonstrations and tests.
    pub fn random() -> Result<Self, SecretKeyError> {
        Self::parse(&random_text()?)
    }

    /// Reads the secret in the file at `path`, which is made with a random one if it is not there. The file is
    /// readable by its owner alone. Two processes that start together end up with the same secret.
    pub fn load_or_create(path: &Path) -> Result<Self, SecretKeyError> {
        let failed = |why| SecretKeyError::File { path: path.to_owned(), why };
        if !path.try_exists().map_err(failed)? {
            create(path).map_err(failed)?;
        }
        let is_exposed = is_exposed(&std::fs::metadata(path).map_err(failed)?);
        if is_exposed {
            return Err(SecretKeyError::Exposed(path.to_owned()));
        }
        Self::parse(&std::fs::read_to_string(path).map_err(failed)?)
    }

    /// The key for one purpose, by HKDF-SHA256: from it neither the secret nor another key can be told.
    ///
    /// # Panics
    ///
    /// Never: HKDF gives up to 255 blocks, and this asks for one.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let info = [purpose.as_bytes()];
        let derived = self.0.expand(&info, hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut key));
        #[expect(clippy::expect_used, reason = "a zero key must never be used, and one block always exists")]
        derived.expect("HKDF-SHA256 gives 32 bytes");
        key
    }
}

fn random_text() -> Result<String, SecretKeyError> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| SecretKeyError::NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether it is one short text over and over.
fn repeats(secret: &[u8]) -> bool {
    (1..=secret.len() / 2)
        .any(|period| secret.iter().zip(secret.iter().skip(period)).all(|(one, next)| one == next))
}

/// Whether it has few different bytes, or mostly runs along (`abcdef…`, `aaaabbbb…`).
fn is_predictable(secret: &[u8]) -> bool {
    let different: std::collections::BTreeSet<&u8> = secret.iter().collect();
    let steps = secret.iter().zip(secret.iter().skip(1));
    let along = steps.filter(|(one, next)| one.abs_diff(**next) <= 1).count();
    different.len() < FEWEST_DIFFERENT || along * 2 > secret.len()
}

/// Writes a whole file beside `path` and gives it that name only if the name is free, so nobody ever reads
/// half a secret and the first of two processes wins.
fn create(path: &Path) -> std::io::Result<()> {
    let text = random_text().map_err(std::io::Error::other)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", uuid::Uuid::now_v7()));
    let draft = PathBuf::from(name);
    let written = write_private(&draft, &text).and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = std::fs::remove_file(&draft);
    written.and(removed)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(unix)]
fn is_exposed(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_exposed(_: &std::fs::Metadata) -> bool {
    false
}
