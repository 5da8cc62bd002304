//! Who holds a token now. A hit costs a hash and two look-ups; that an account was disabled or its password
//! changed is seen within three seconds, by every replica.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;

use super::entity::{service_account, user};
use super::tokens::{self, Holder, Verified};
use super::{Accounts, service_store, services, user_store};
use crate::db::Coded;
use crate::http::caller::Authenticator;
use crate::http::{ApiError, Principal};

/// How long what is known of an account is believed.
const BELIEVED: TimeDelta = TimeDelta::seconds(3);
/// Entries of each cache. A full one is emptied, which costs everybody one verification.
const CAPACITY: usize = 10_000;

/// What authentication remembers.
#[derive(Debug)]
pub(super) struct Memory {
    /// Tokens whose signature was found good, by their SHA-256: only good ones get in, so nobody can flood it.
    tokens: Cache<[u8; 32], Arc<Verified>>,
    /// What is known of accounts.
    accounts: Cache<Holder, Arc<State>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { tokens: Cache::new(tokens::ACCESS_LIFETIME), accounts: Cache::new(BELIEVED) }
    }
}

/// What the database says of an account.
#[derive(Debug)]
struct State {
    version: i32,
    disabled: bool,
    /// When a program's account ends.
    expires_at: Option<DateTime<Utc>>,
    principal: Principal,
}

impl State {
    fn lets_in(&self, version: i32, now: DateTime<Utc>) -> bool {
        !self.disabled && self.version == version && self.expires_at.is_none_or(|end| now < end)
    }
}

impl From<user::Model> for State {
    fn from(row: user::Model) -> Self {
        let user::Model { username, role, unit_code, region_code, disabled, token_version, .. } = row;
        let principal = Principal {
            username,
            role: role.0,
            unit: unit_code.map(|Coded(unit)| unit),
            region: region_code.map(|Coded(region)| region),
            narrowed_to: None,
            request_id: None,
            is_service: false,
            must_change_password: row.must_change,
        };
        Self { version: token_version, disabled, expires_at: None, principal }
    }
}

impl From<service_account::Model> for State {
    fn from(row: service_account::Model) -> Self {
        let scopes = services::scopes(&row);
        let service_account::Model {
            client_id, role, unit_code, region_code, disabled, token_version, ..
        } = row;
        let principal = Principal {
            username: client_id,
            role: role.0,
            unit: unit_code.map(|Coded(unit)| unit),
            region: region_code.map(|Coded(region)| region),
            narrowed_to: Some(scopes),
            request_id: None,
            is_service: true,
            must_change_password: false,
        };
        Self { version: token_version, disabled, expires_at: Some(row.expires_at), principal }
    }
}

impl Authenticator for Accounts {
    fn authenticate<'a>(&'a self, token: &'a str) -> LocalBoxFuture<'a, Result<Principal, ApiError>> {
        Box::pin(self.identify(token))
    }

    fn account<'a>(
        &'a self,
        caller: &'a Principal,
    ) -> LocalBoxFuture<'a, Result<Option<Principal>, ApiError>> {
        Box::pin(async move {
            let (conn, name) = (self.db().reader(), &caller.username);
            let state = if caller.is_service {
                service_store::find(conn, name).await?.map(State::from)
            } else {
                user_store::user_by_name(conn, name).await?.map(State::from)
            };
            let state = state.filter(|state| state.lets_in(state.version, self.now()));
            Ok(state.map(|state| state.principal))
        })
    }
}

impl Accounts {
    async fn identify(&self, token: &str) -> Result<Principal, ApiError> {
        self.expect_ready()?;
        let now = self.now();
        let verified = self.verified(token, now).await?;
        if !verified.counts_at(now) {
            return Err(tokens::refused());
        }
        let Verified { subject, .. } = verified.as_ref();
        let mut state = self.state(&subject.holder, now).await?;
        if state.version < subject.version {
            // The token came of a change that is younger than what is remembered: a new password, say. Only we
            // sign versions, so nobody can make us ask the database each time.
            state = self.state_in_database(&subject.holder, now).await?;
        }
        if !state.lets_in(subject.version, now) {
            return Err(tokens::refused());
        }
        let narrowed_to = match (&subject.narrowed_to, &state.principal.narrowed_to) {
            (Some(token), Some(account)) => {
                Some(token.iter().copied().filter(|action| account.contains(action)).collect())
            }
            (token, account) => token.clone().or_else(|| account.clone()),
        };
        Ok(Principal { narrowed_to, ..state.principal.clone() })
    }

    async fn verified(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Verified>, ApiError> {
        if token.len() > tokens::LONGEST {
            return Err(tokens::refused());
        }
        let digest = sha256(token.as_bytes());
        let known = self.memory().tokens.get(&digest, now);
        // A key that was withdrawn takes its tokens along.
        if let Some(known) = known.filter(|known| self.keys().get(&known.kid, now).is_some()) {
            return Ok(known);
        }
        let kid = tokens::key_name(token)?;
        let key = self.keys().find(self.db(), &kid).await?.ok_or_else(tokens::refused)?;
        let verified = Arc::new(tokens::verify(token, &key)?);
        if verified.counts_at(now) {
            self.memory().tokens.put(digest, Arc::clone(&verified), now);
        }
        Ok(verified)
    }

    async fn state(&self, holder: &Holder, now: DateTime<Utc>) -> Result<Arc<State>, ApiError> {
        if let Some(known) = self.memory().accounts.get(holder, now) {
            return Ok(known);
        }
        self.keys().refresh(self.db()).await?;
        self.state_in_database(holder, now).await
    }

    async fn state_in_database(&self, holder: &Holder, now: DateTime<Utc>) -> Result<Arc<State>, ApiError> {
        let conn = self.db().reader();
        let state = match holder {
            Holder::User(id) => user_store::user_by_id(conn, *id).await?.map(State::from),
            Holder::Service(client_id) => service_store::find(conn, client_id).await?.map(State::from),
        };
        let state = Arc::new(state.ok_or_else(tokens::refused)?);
        self.memory().accounts.put(holder.clone(), Arc::clone(&state), now);
        Ok(state)
    }
}

/// SHA-256, for what is looked up by its hash.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// A map that forgets: each entry after `ttl`, all of them when there are too many.
struct Cache<K, V> {
    entries: RwLock<HashMap<K, (V, DateTime<Utc>)>>,
    ttl: TimeDelta,
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    fn new(ttl: TimeDelta) -> Self {
        Self { entries: RwLock::default(), ttl }
    }

    /// An entry from the future (the clock was set back) is as good as an old one.
    fn is_fresh(&self, put_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        put_at <= now && now - put_at < self.ttl
    }

    fn get(&self, key: &K, now: DateTime<Utc>) -> Option<V> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|entry| self.is_fresh(entry.1, now)).map(|entry| entry.0.clone())
    }

    fn put(&self, key: K, value: V, now: DateTime<Utc>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= CAPACITY {
            entries.retain(|_, entry| self.is_fresh(entry.1, now));
            if entries.len() >= CAPACITY {
                entries.clear();
            }
        }
        entries.insert(key, (value, now));
    }
}
