//! Passwords: how they are kept, how they are compared, and which ones are refused.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use aws_lc_rs::rand;
use tokio::sync::Semaphore;

use super::entity::PasswordHash;
use crate::http::{ApiError, Message};

/// KiB of memory, passes and lanes of one hash: OWASP's minimum for Argon2id.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes computed at the same time in one process: more would only take turns, and hold 19 MiB each.
const AT_ONCE: usize = 2;
/// How long a sign-in waits for its turn before it is asked to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// A hash that no password has, for accounts that do not exist: their answer takes the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$amlYaWFvLW5vYm9keS0wMQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Characters of a password, at least and at most.
pub const SHORTEST: usize = 12;
/// See [`SHORTEST`].
pub const LONGEST: usize = 128;

/// Common passwords of twelve characters and more, as in published leaks.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789abc",
    "abc123456789",
    "a123456789012",
    "111222333444",
    "123123123123",
    "147258369147",
    "aa1234567890",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "qwertyuiop12",
    "qwerty123456",
    "qwertyuiopasdf",
    "asdfghjkl123",
    "zxcvbnm12345",
    "iloveyou1234",
    "woaini1314520",
    "woaini520520",
    "5201314woaini",
    "letmeinletmein",
    "correcthorsebatterystaple",
    "thequickbrownfox",
    "trustno1trustno1",
];
/// Words that with a few digits and signs around them make the passwords people are asked to avoid.
const BASES: &[&str] = &[
    "password",
    "passwd",
    "passw",
    "admin",
    "administrator",
    "root",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "changeme",
    "default",
    "test",
    "testtest",
    "abc",
    "abcdef",
    "mima",
    "wodemima",
    "guanliyuan",
    "nihao",
    "zhongguo",
    "china",
    "hunan",
    "yueyang",
    "beijing",
];
/// Words of this trade: the first that somebody who knows the office would try.
const TRADE: &[&str] = &[
    "jixiao",
    "绩效",
    "财政",
    "caizheng",
    "caizhengju",
    "预算",
    "yusuan",
    "自评",
    "ziping",
    "danwei",
    "单位",
];

/// Compares and makes hashes, never more than two at a time.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// What comparing a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Whether it is the right one.
    pub is_right: bool,
    /// Whether the hash was made with other parameters than today's.
    pub is_outdated: bool,
}

impl Passwords {
    /// Compares `password` with the hash of an account, or with nobody's, which takes as long.
    pub async fn compare(
        &self,
        password: String,
        hash: Option<PasswordHash>,
    ) -> Result<Comparison, ApiError> {
        self.run(move || {
            let exists = hash.is_some();
            let text = hash.as_ref().map_or(NOBODY, PasswordHash::as_str);
            let parsed = phc::PasswordHash::new(text).map_err(|why| why.to_string())?;
            let matches = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
            Ok(Comparison { is_right: exists && matches, is_outdated: is_outdated(&parsed) })
        })
        .await
    }

    /// The hash of `password`, with today's parameters.
    pub async fn hash(&self, password: String) -> Result<PasswordHash, ApiError> {
        self.run(move || hash(&password)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
        let turn = turn.map_err(|_| ApiError::unavailable())?.map_err(ApiError::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            // Given back when the hash is done, even if nobody waits for it any more.
            let _turn = turn;
            work()
        });
        done.await.map_err(ApiError::internal)?.map_err(ApiError::internal)
    }
}

fn argon2() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|why| why.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of `password`, on this thread.
pub fn hash(password: &str) -> Result<PasswordHash, String> {
    let mut salt = [0; 16];
    rand::fill(&mut salt).map_err(|_| "the system gives no random bytes".to_owned())?;
    let made: phc::PasswordHash =
        argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|why| why.to_string())?;
    made.to_string().parse().map_err(|why: std::convert::Infallible| why.to_string())
}

fn is_outdated(hash: &phc::PasswordHash) -> bool {
    let is_current = |params: Params| {
        (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
            && hash.algorithm.as_str() == Algorithm::Argon2id.as_str()
    };
    !Params::try_from(hash).is_ok_and(is_current)
}

/// Whether a new password may be used. `context` are words that belong to the account: its name, its unit.
pub fn check_password(password: &str, context: &[&str]) -> Result<(), Message> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Message::new(
            format!("口令至少 {SHORTEST} 个字符，现有 {length} 个；几个不相干的词连起来既长又好记"),
            format!(
                "A password has at least {SHORTEST} characters, this one {length}; a few unrelated words are long and easy to keep in mind"
            ),
        ));
    }
    if length > LONGEST {
        return Err(Message::new(
            format!("口令最多 {LONGEST} 个字符"),
            format!("A password has at most {LONGEST} characters"),
        ));
    }
    let lower = password.to_lowercase();
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    let is_base = !letters.is_empty() && BASES.contains(&letters.as_str());
    if COMMON.contains(&lower.as_str()) || is_base || is_monotonous(&lower) {
        return Err(Message::new(
            "口令过于常见，容易被猜到",
            "This password is too common and easily guessed",
        ));
    }
    let words = context.iter().map(|word| word.to_lowercase());
    let mut words =
        words.filter(|word| word.chars().count() > 2).chain(TRADE.iter().map(|word| (*word).to_owned()));
    if let Some(word) = words.find(|word| lower.contains(word.as_str())) {
        return Err(Message::new(
            format!("口令不能包含“{word}”：熟悉单位的人首先会试它"),
            format!("A password must not contain “{word}”: whoever knows the office tries that first"),
        ));
    }
    Ok(())
}

/// A short text over and over, or characters in a row.
fn is_monotonous(password: &str) -> bool {
    let characters: Vec<u32> = password.chars().map(u32::from).collect();
    let pairs = characters.iter().zip(characters.iter().skip(1));
    let along = pairs.filter(|(one, next)| one.abs_diff(**next) <= 1).count();
    let repeats = (1..=characters.len() / 3)
        .any(|period| characters.iter().zip(characters.iter().skip(period)).all(|(one, next)| one == next));
    repeats || along + 2 >= characters.len()
}
