//! People sign in, and stay signed in: the two grants.
//!
//! A refresh token is good once and brings the next one. One that is used a second time was stolen from one of
//! the two who used it, so everything that came of that sign-in is revoked (RFC 9700, 4.14). A family of
//! refresh tokens ends two hours after the last use and twelve after signing in.

use std::net::IpAddr;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jixiao_core::workflow::{Action, Role};

use super::authenticator::sha256;
use super::entity::{refresh_token, user};
use super::throttle::Counters;
use super::tokens::{self, Holder, Subject};
use super::wire::Hidden;
use super::{Accounts, canonical, store, user_store};
use crate::db::{Actor, Work};
use crate::http::{ApiError, ErrorCode};

/// How long a refresh token waits for its use.
const IDLE: TimeDelta = TimeDelta::hours(2);
/// How long a sign-in lasts, however often it is refreshed.
const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// How long failures are kept at most; they have stopped counting long before.
const FAILURES_KEPT: TimeDelta = TimeDelta::days(1);

/// The tokens that a grant brings.
pub struct Grant {
    /// The access token.
    pub access_token: String,
    /// How long it is good for.
    pub lifetime: TimeDelta,
    /// The refresh token; a program signs in again instead.
    pub refresh_token: Option<String>,
    /// What the access token lets do.
    pub actions: Vec<Action>,
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant").field("actions", &self.actions).finish_non_exhaustive()
    }
}

fn invalid_grant() -> ApiError {
    ApiError::new(ErrorCode::InvalidGrant)
}

impl Accounts {
    /// Signs in. A wrong password, a name that does not exist and a disabled account look the same.
    pub async fn sign_in(
        &self,
        username: &str,
        password: &Hidden,
        scope: Option<&[Action]>,
        address: Option<IpAddr>,
    ) -> Result<Grant, ApiError> {
        self.expect_ready_to_sign().await?;
        let name = canonical(username);
        let counters = Counters::of(self.limits(), &name, address);
        counters.check(self.db().reader(), self.now()).await?;

        let account = user_store::user_by_name(self.db().reader(), &name).await?;
        let hash = account.as_ref().map(|account| account.password_hash.0.clone());
        let comparison = self.passwords().compare(password.reveal().to_owned(), hash).await?;

        let work = self.db().begin(Actor::service("accounts")).await?;
        let Some(account) = still_valid(&work, account.filter(|_| comparison.is_right)).await? else {
            let outcome = counters.failed(&work).await?;
            work.commit().await?;
            self.forget_old_failures().await?;
            return Err(outcome.err().unwrap_or_else(invalid_grant));
        };
        // An attempt that ran beside the ones that brought the pause about learns nothing either.
        counters.check(work.conn(), work.now()).await?;
        let narrowed_to = scope.map(|scope| narrowed(account.role.0, scope)).transpose()?;
        counters.succeeded(&work).await?;
        let grant = self.new_session(&work, &account, narrowed_to).await?;
        work.commit().await?;
        if comparison.is_outdated {
            self.rehash(account, password).await?;
        }
        Ok(grant)
    }

    /// Starts a session: a family of refresh tokens, and its first access token.
    pub(super) async fn new_session(
        &self,
        work: &Work<'_>,
        account: &user::Model,
        narrowed_to: Option<Vec<Action>>,
    ) -> Result<Grant, ApiError> {
        store::drop_expired(work, account.id).await?;
        let family = Family {
            name: uuid::Uuid::now_v7().to_string(),
            scope: narrowed_to.as_deref().map(tokens::scope_text),
            expires_at: work.now() + ABSOLUTE,
        };
        let refresh_token = continue_family(work, account.id, family).await?;
        self.grant(account, narrowed_to, refresh_token, work.now())
    }

    /// Trades a refresh token for new tokens, with the same scope or a narrower one.
    pub async fn refresh(&self, token: &Hidden, scope: Option<&[Action]>) -> Result<Grant, ApiError> {
        self.expect_ready_to_sign().await?;
        let work = self.db().begin(Actor::service("accounts")).await?;
        let now = work.now();
        let known =
            store::refresh_token(work.conn(), &hash(token.reveal())).await?.ok_or_else(invalid_grant)?;
        if known.used_at.is_some() {
            return revoke(work, &known.family).await;
        }
        if known.revoked_at.is_some() || known.expires_at <= now || known.family_expires_at <= now {
            return Err(invalid_grant());
        }
        let account = user_store::hold_user(&work, known.user_id).await?;
        let account = account.filter(|account| !account.disabled).ok_or_else(invalid_grant)?;
        let granted = match known.scope.as_deref().map(tokens::actions) {
            None => None,
            Some(granted) => Some(granted.ok_or_else(invalid_grant)?),
        };
        let narrowed_to = match (scope, &granted) {
            (None, granted) => granted.clone(),
            (Some(scope), None) => Some(narrowed(account.role.0, scope)?),
            (Some(scope), Some(granted)) if scope.iter().all(|action| granted.contains(action)) => {
                Some(narrowed(account.role.0, scope)?)
            }
            (Some(_), Some(_)) => {
                return Err(ApiError::new(ErrorCode::InvalidScope).detail(
                    "刷新时只能缩小权限范围，不能扩大",
                    "Refreshing keeps or narrows the scope; it never widens it",
                ));
            }
        };
        if !store::use_refresh_token(&work, known.id).await? {
            return revoke(work, &known.family).await;
        }
        // The refresh token keeps its scope whatever this access token is narrowed to (RFC 6749, 6).
        let family = Family { name: known.family, scope: known.scope, expires_at: known.family_expires_at };
        let refresh_token = continue_family(&work, account.id, family).await?;
        let grant = self.grant(&account, narrowed_to, refresh_token, now)?;
        work.commit().await?;
        Ok(grant)
    }

    fn grant(
        &self,
        account: &user::Model,
        narrowed_to: Option<Vec<Action>>,
        refresh_token: String,
        now: DateTime<Utc>,
    ) -> Result<Grant, ApiError> {
        let key = self.keys().current(now).ok_or_else(ApiError::unavailable)?;
        let (holder, role, version) = (Holder::User(account.id), account.role.0, account.token_version);
        let subject = Subject { holder, role, version, narrowed_to };
        let lifetime = tokens::ACCESS_LIFETIME;
        let access_token = tokens::issue(&key, &subject, now, lifetime)?;
        let actions = subject.narrowed_to.unwrap_or_else(|| may(role));
        Ok(Grant { access_token, lifetime, refresh_token: Some(refresh_token), actions })
    }

    async fn rehash(&self, account: user::Model, password: &Hidden) -> Result<(), ApiError> {
        let new = self.passwords().hash(password.reveal().to_owned()).await?;
        let work = self.db().begin(Actor::service("accounts")).await?;
        user_store::rehash(&work, account.id, account.password_hash.0, new).await?;
        Ok(work.commit().await?)
    }

    pub(super) async fn forget_old_failures(&self) -> Result<(), ApiError> {
        if self.is_time_to_tidy() {
            let work = self.db().begin(Actor::service("accounts")).await?;
            store::drop_old_login_failures(&work, work.now() - FAILURES_KEPT).await?;
            work.commit().await?;
        }
        Ok(())
    }
}

/// The account as it is now, if it still has the password that was compared and is not disabled.
async fn still_valid(
    work: &Work<'_>,
    compared: Option<user::Model>,
) -> Result<Option<user::Model>, ApiError> {
    let Some(compared) = compared else { return Ok(None) };
    let now = user_store::hold_user(work, compared.id).await?;
    Ok(now.filter(|now| !now.disabled && now.password_hash == compared.password_hash))
}

async fn revoke(work: Work<'_>, family: &str) -> Result<Grant, ApiError> {
    store::revoke_family(&work, family).await?;
    work.commit().await?;
    tracing::warn!(family, "a refresh token was used twice; its family is revoked");
    Err(invalid_grant())
}

/// What one sign-in led to, so far.
struct Family {
    name: String,
    scope: Option<String>,
    expires_at: DateTime<Utc>,
}

async fn continue_family(work: &Work<'_>, user: i64, family: Family) -> Result<String, ApiError> {
    let token = random_token()?;
    let row = refresh_token::Model {
        id: 0,
        token_hash: hash(&token),
        family: family.name,
        user_id: user,
        scope: family.scope,
        expires_at: (work.now() + IDLE).min(family.expires_at),
        family_expires_at: family.expires_at,
        used_at: None,
        revoked_at: None,
    };
    store::insert_refresh_token(work, row).await?;
    Ok(token)
}

/// 256 random bits as text.
pub(super) fn random_token() -> Result<String, ApiError> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// 256 random bits need no slow hash: nobody can try them all.
pub(super) fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()))
}

/// Everything a role may do.
fn may(role: Role) -> Vec<Action> {
    Action::ALL.into_iter().filter(|action| action.allows(role)).collect()
}

/// What of the wanted scope the role has at all; a client may ask for more than everybody has.
fn narrowed(role: Role, scope: &[Action]) -> Result<Vec<Action>, ApiError> {
    let granted: Vec<Action> = scope.iter().copied().filter(|action| action.allows(role)).collect();
    if granted.is_empty() {
        return Err(ApiError::new(ErrorCode::InvalidScope)
            .detail("此账号不具有所请求的任何权限", "This account has none of the requested scopes"));
    }
    Ok(granted)
}
