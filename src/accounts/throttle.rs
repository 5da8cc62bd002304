//! Slowing down whoever guesses passwords. The counts lie in the database, so all replicas count together.
//!
//! * **Each account**, a program's too: after 5 failures within 15 minutes the next attempts are answered 429 for 1 minute, then
//!   after each further failure for 2, 5, 10 and at most 15 minutes. Nobody is locked out for good, and a
//!   success clears the count. Names that do not exist are counted alike, so the answers do not tell them apart.
//! * **Each address**: after 100 failures within 15 minutes, 1 minute after each further one. The number is that
//!   high, and the pause that short, because a whole office shares one address behind its router; what this
//!   stops is one password being tried on every account. Refreshing a token is never slowed, so those who are
//!   signed in stay so. The machine's own address is not counted: behind a proxy it stands for everybody.
//!
//! The outcome of an attempt is counted in the same transaction that reveals it, and an attempt that finds its
//! account blocked by then is not revealed at all: a hundred guesses at once teach no more than five in a row.

use std::net::IpAddr;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};

use super::entity::login_failure;
use super::store;
use crate::db::Work;
use crate::http::{ApiError, ErrorCode};

/// How long failures are remembered, from the first one or the end of the last pause.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Minutes of the pause after each failure from the limit on.
const ACCOUNT_PAUSES: &[i64] = &[1, 2, 5, 10, 15];
/// See [`ACCOUNT_PAUSES`]; for an address.
const ADDRESS_PAUSES: &[i64] = &[1];

/// How many failures are let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginLimits {
    /// Failures of one account before it pauses; 0 counts nothing.
    pub per_account: u16,
    /// Failures from one client address before it pauses; 0 counts nothing.
    pub per_address: u16,
}

impl Default for LoginLimits {
    fn default() -> Self {
        Self { per_account: 5, per_address: 100 }
    }
}

/// What is counted, how far, and what follows.
#[derive(Clone, Debug)]
struct Counter {
    subject: String,
    limit: i32,
    pauses: &'static [i64],
}

/// What one attempt counts against. The account comes first: counters are locked in this order.
#[derive(Clone, Debug)]
pub struct Counters {
    account: Option<Counter>,
    address: Option<Counter>,
}

impl Counters {
    /// The counters of an attempt to sign in as `username` (in its canonical form) from `address`.
    #[must_use]
    pub fn of(limits: LoginLimits, username: &str, address: Option<IpAddr>) -> Self {
        Self::of_subject(limits, hashed("account", username), address)
    }

    /// The counters of a program's attempt to sign in as `client_id` from `address`.
    #[must_use]
    pub fn of_client(limits: LoginLimits, client_id: &str, address: Option<IpAddr>) -> Self {
        Self::of_subject(limits, hashed("client", client_id), address)
    }

    fn of_subject(limits: LoginLimits, subject: String, address: Option<IpAddr>) -> Self {
        let counter = |subject, limit: u16, pauses| {
            (limit > 0).then(|| Counter { subject, limit: i32::from(limit), pauses })
        };
        let account = counter(subject, limits.per_account, ACCOUNT_PAUSES);
        let address = address.filter(|address| !address.is_loopback()).and_then(|address| {
            counter(hashed("address", &network(address)), limits.per_address, ADDRESS_PAUSES)
        });
        Self { account, address }
    }

    fn all(&self) -> impl Iterator<Item = &Counter> {
        self.account.iter().chain(&self.address)
    }

    /// Turns the attempt away while one of its counters pauses.
    pub async fn check(&self, conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), ApiError> {
        let subjects: Vec<&str> = self.all().map(|counter| counter.subject.as_str()).collect();
        let rows = store::login_failures(conn, &subjects).await?;
        match rows.iter().filter_map(|row| pause(row, now)).max() {
            Some(left) => Err(paused(left)),
            None => Ok(()),
        }
    }

    /// Counts a failure, and turns the attempt away if a counter pauses by now.
    pub async fn failed(&self, work: &Work<'_>) -> Result<Result<(), ApiError>, DbErr> {
        let now = work.now();
        let mut outcome = Ok(());
        for counter in self.all() {
            let row = store::lock_login_failures(work, &counter.subject).await?;
            if let Some(left) = pause(&row, now) {
                outcome = Err(paused(left));
                continue;
            }
            store::save_login_failures(work, counter.counted(row, now)).await?;
        }
        Ok(outcome)
    }

    /// Forgets the account's failures. Those of the address stay: whoever owns one account could otherwise
    /// clear the way to the others.
    pub async fn succeeded(&self, work: &Work<'_>) -> Result<(), DbErr> {
        match &self.account {
            Some(account) => store::clear_login_failures(work, &account.subject).await,
            None => Ok(()),
        }
    }
}

impl Counter {
    fn counted(&self, row: login_failure::Model, now: DateTime<Utc>) -> login_failure::Model {
        let remembered_until =
            row.blocked_until.map_or(row.first_at, |until| until.max(row.first_at)) + WINDOW;
        if row.failures == 0 || remembered_until <= now {
            let blocked_until = self.pause_after(1).map(|pause| now + pause);
            return login_failure::Model { failures: 1, first_at: now, blocked_until, ..row };
        }
        let failures = row.failures.saturating_add(1);
        let blocked_until = self.pause_after(failures).map(|pause| now + pause).or(row.blocked_until);
        login_failure::Model { failures, blocked_until, ..row }
    }

    fn pause_after(&self, failures: i32) -> Option<TimeDelta> {
        let beyond = usize::try_from(failures.checked_sub(self.limit)?).ok()?;
        let minutes = self.pauses.get(beyond).or(self.pauses.last())?;
        Some(TimeDelta::minutes(*minutes))
    }
}

fn pause(row: &login_failure::Model, now: DateTime<Utc>) -> Option<TimeDelta> {
    row.blocked_until.map(|until| until - now).filter(|left| *left > TimeDelta::zero())
}

fn paused(left: TimeDelta) -> ApiError {
    let seconds = u64::try_from(left.num_milliseconds()).unwrap_or(0).div_ceil(1000).max(1);
    ApiError { retry_after: Some(seconds), ..ApiError::new(ErrorCode::TooManyRequests) }.detail(
        format!("登录失败次数过多，请 {seconds} 秒后再试"),
        format!("Too many failed sign-ins; try again in {seconds} seconds"),
    )
}

/// One customer of an IPv6 provider has a whole /64.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn hashed(kind: &str, subject: &str) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{kind} {subject}").as_bytes());
    format!("{kind}:{}", URL_SAFE_NO_PAD.encode(digest))
}
