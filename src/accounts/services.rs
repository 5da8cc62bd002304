//! Service accounts: programs that sign in with a client id and a secret (RFC 6749, 4.4). Each has the narrow
//! scopes it needs, a secret of 256 random bits of which a hash is kept, and a day on which it ends.

use std::net::IpAddr;

use aws_lc_rs::constant_time;
use chrono::{DateTime, Months, SubsecRound as _, Utc};
use jixiao_core::workflow::Action;

use super::Accounts;
use super::entity::SecretHash;
use super::entity::service_account::Model;
use super::manage::{self, AccountError, CLIENT_PREFIX};
use super::service_store::{self, ServiceRow};
use super::service_wire::{ServiceAccountInput, ServiceScope};
use super::sign_in::{Grant, hash, random_token};
use super::throttle::Counters;
use super::tokens::{self, Holder, Subject};
use super::users::readable;
use super::wire::Hidden;
use crate::db::{Actor, Coded, Work};
use crate::http::wire::Timestamp;
use crate::http::{ApiError, ErrorCode, FieldError, IfMatch, Principal, etag};

/// How far ahead a service account may end.
const LONGEST: Months = Months::new(24);
/// Random characters of a client id, 80 bits: it is never given out twice.
const ID_LENGTH: usize = 16;
/// How secrets begin, so that one that leaked into a log or a repository is found.
const SECRET_PREFIX: &str = "jxs_";

impl Accounts {
    /// Makes a service account, and its secret.
    pub(super) async fn create_service(
        &self,
        actor: &Principal,
        input: ServiceAccountInput,
    ) -> Result<(Model, String), ApiError> {
        let mut work = self.db().begin(actor).await?;
        let row = checked(&work, input, None).await?;
        let client_id = format!("{CLIENT_PREFIX}{}", readable(ID_LENGTH)?);
        let (secret, secret_hash) = new_secret()?;
        let made = service_store::insert(&mut work, client_id, secret_hash, row).await?;
        work.commit().await?;
        Ok((made, secret))
    }

    /// Changes what an administrator decides about a service account.
    pub(super) async fn change_service(
        &self,
        actor: &Principal,
        client_id: &str,
        if_match: &IfMatch,
        patch: impl FnOnce(ServiceAccountInput) -> Result<ServiceAccountInput, ApiError>,
    ) -> Result<Model, ApiError> {
        let mut work = self.db().begin(actor).await?;
        let current = service_store::hold(&work, client_id).await?.ok_or_else(ApiError::not_found)?;
        if_match.check(&etag(current.id, current.version))?;
        let row = checked(&work, patch(ServiceAccountInput::from(&current))?, Some(&current)).await?;
        let changed = service_store::update(&mut work, &current, row).await?;
        work.commit().await?;
        Ok(changed)
    }

    /// Gives a service account another secret; the old one stops counting.
    pub(super) async fn rotate_secret(
        &self,
        actor: &Principal,
        client_id: &str,
    ) -> Result<(Model, String), ApiError> {
        let mut work = self.db().begin(actor).await?;
        let current = service_store::hold(&work, client_id).await?.ok_or_else(ApiError::not_found)?;
        let (secret, secret_hash) = new_secret()?;
        let changed = service_store::set_secret(&mut work, &current, secret_hash).await?;
        work.commit().await?;
        Ok((changed, secret))
    }

    /// Signs a program in. A wrong secret, an unknown id, a disabled and an expired account look the same.
    pub async fn sign_in_service(
        &self,
        client_id: &str,
        secret: &Hidden,
        scope: Option<&[Action]>,
        address: Option<IpAddr>,
    ) -> Result<Grant, ApiError> {
        self.expect_ready_to_sign().await?;
        let counters = Counters::of_client(self.limits(), client_id, address);
        counters.check(self.db().reader(), self.now()).await?;
        let work = self.db().begin(Actor::service("accounts")).await?;
        let now = work.now();
        let known = if is_client_id(client_id) { service_store::hold(&work, client_id).await? } else { None };
        let kept = known.as_ref().map_or_else(|| hash(""), |known| known.secret_hash.0.as_str().to_owned());
        let is_right =
            constant_time::verify_slices_are_equal(hash(secret.reveal()).as_bytes(), kept.as_bytes());
        let known = known.filter(|known| is_right.is_ok() && !known.disabled && now < known.expires_at);
        let Some(account) = known else {
            let outcome = counters.failed(&work).await?;
            work.commit().await?;
            self.forget_old_failures().await?;
            return Err(outcome.err().unwrap_or_else(|| ApiError::new(ErrorCode::InvalidClient)));
        };
        counters.check(work.conn(), now).await?;
        let mut actions = scopes(&account);
        if let Some(scope) = scope {
            actions.retain(|action| scope.contains(action));
        }
        if actions.is_empty() {
            return Err(ApiError::new(ErrorCode::InvalidScope).detail(
                "此服务账号不具有所请求的任何权限",
                "This service account has none of the requested scopes",
            ));
        }
        let key = self.keys().current(now).ok_or_else(ApiError::unavailable)?;
        let lifetime = tokens::ACCESS_LIFETIME.min(account.expires_at - now);
        let subject = Subject {
            holder: Holder::Service(account.client_id),
            role: account.role.0,
            version: account.token_version,
            narrowed_to: Some(actions.clone()),
        };
        let access_token = tokens::issue(&key, &subject, now, lifetime)?;
        counters.succeeded(&work).await?;
        service_store::note_use(&work, account.id).await?;
        work.commit().await?;
        Ok(Grant { access_token, lifetime, refresh_token: None, actions })
    }
}

/// What a service account may do: what it was given, as far as its role may and a program may at all.
pub(super) fn scopes(account: &Model) -> Vec<Action> {
    let mut given = tokens::actions(&account.scopes).unwrap_or_default();
    given.retain(|action| action.allows(account.role.0) && !action.is_for_people());
    given
}

/// Everything that is wrong with a service account, or what is to be written.
async fn checked(
    work: &Work<'_>,
    input: ServiceAccountInput,
    current: Option<&Model>,
) -> Result<ServiceRow, ApiError> {
    let ServiceAccountInput { name, role, unit, region_code: region, mut scopes, expires_at, disabled } =
        input;
    let misfits = manage::misfits(work.conn(), role, unit.as_ref(), region.as_ref()).await?;
    let mut errors: Vec<FieldError> = misfits.iter().filter_map(AccountError::as_field).collect();
    for (place, scope) in scopes.iter().enumerate().filter(|(_, scope)| !scope.0.allows(role)) {
        let scope = scope.0.scope();
        errors.push(FieldError::new(
            format!("/scopes/{place}"),
            "not_of_role",
            format!("角色 {role} 没有 {scope} 权限"),
            format!("The role {role} does not have {scope}"),
        ));
    }
    let expires_at = expires_at.0.trunc_subsecs(3);
    // One that ended may still be disabled or renamed; a new end lies ahead.
    let is_new = current.is_none_or(|current| current.expires_at != expires_at);
    if is_new && !is_ahead(expires_at, work.now()) {
        errors.push(FieldError::new(
            "/expires_at",
            "out_of_range",
            "到期时间须在将来，且不超过两年",
            "A time ahead, at most two years",
        ));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    scopes.sort_unstable();
    scopes.dedup();
    let scopes = scopes.into_iter().map(|ServiceScope(action)| action).collect();
    Ok(ServiceRow { name, role, unit, region, scopes, expires_at, disabled })
}

fn is_ahead(moment: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < moment && now.checked_add_months(LONGEST).is_some_and(|latest| moment <= latest)
}

fn is_client_id(text: &str) -> bool {
    text.starts_with(CLIENT_PREFIX) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn new_secret() -> Result<(String, SecretHash), ApiError> {
    let secret = format!("{SECRET_PREFIX}{}", random_token()?);
    let hash = hash(&secret).parse().map_err(ApiError::internal)?;
    Ok((secret, hash))
}

impl From<&Model> for ServiceAccountInput {
    fn from(row: &Model) -> Self {
        let given = tokens::actions(&row.scopes).unwrap_or_default();
        Self {
            name: row.name.clone(),
            role: row.role.0,
            unit: row.unit_code.clone().map(|Coded(unit)| unit),
            region_code: row.region_code.clone().map(|Coded(region)| region),
            scopes: given.into_iter().map(ServiceScope).collect(),
            expires_at: Timestamp(row.expires_at),
            disabled: row.disabled,
        }
    }
}
