//! Accounts: who may sign in, with which tokens, and how long.
//!
//! * `secret`: the installation's one secret, from which every other key is derived.
//! * `keys`, `tokens`: the Ed25519 keys in the database, and the access tokens they sign.
//! * `passwords`, `throttle`: comparing passwords, and slowing down whoever guesses them.
//! * `sign_in`: the two grants of people; `authenticator`: who holds a token now.
//! * `users`, `services`: what administrators do to the accounts of people and of programs, and how programs sign in.
//! * `manage`: the rules of an account, and what the command line does.

mod authenticator;
mod entity;
mod keys;
mod manage;
mod passwords;
mod routes;
mod secret;
mod service_routes;
mod service_store;
mod service_wire;
mod services;
mod sign_in;
mod store;
mod throttle;
mod tokens;
mod user_routes;
mod user_store;
mod user_wire;
mod users;
mod wire;

pub use keys::KeyError;
pub use manage::{AccountError, NewUser, PasswordPolicy, add_user, set_disabled, set_password};
pub use passwords::check_password;
pub use secret::{SecretKey, SecretKeyError};
pub use sign_in::Grant;
pub use throttle::LoginLimits;
pub use wire::{GrantType, Hidden, TokenRequest, TokenResponse};

/// The documented operations below `/api/v1/auth`, where tokens come from.
pub fn configure_auth(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::issue_token).service(routes::change_password);
}

/// The documented operations on accounts.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(user_routes::list)
        .service(user_routes::create)
        // Before the accounts by name, in whose address space it lies; it takes no other method.
        .service(user_routes::me)
        .map(|config| config.service(web::resource("/users/me").to(fallback)))
        .service(user_routes::get)
        .service(user_routes::patch)
        .service(user_routes::reset_password)
        .service(service_routes::list)
        .service(service_routes::create)
        .service(service_routes::get)
        .service(service_routes::patch)
        .service(service_routes::rotate_secret);
}

/// What is served beside the document: the public keys.
pub fn configure_plain(config: &mut web::ServiceConfig) {
    config.service(web::resource("/.well-known/jwks.json").get(routes::public_keys));
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(
    service_wire::CreatedServiceAccount,
    service_wire::ServiceAccountInput,
    service_wire::ServiceAccountList,
    service_wire::ServiceAccountSecret,
    service_wire::ServiceAccountView,
    user_wire::CreatedUser,
    user_wire::Me,
    user_wire::NewUserInput,
    user_wire::PasswordChange,
    user_wire::ResetPassword,
    user_wire::UserList,
    user_wire::UserPatch,
    user_wire::UserView,
    wire::GrantType,
    wire::TokenRequest,
    wire::TokenResponse
)))]
pub struct Schemas;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::web;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::db::Db;
use crate::http::ApiError;
use crate::http::caller::Authenticator;
use crate::http::fallback::fallback;
use authenticator::Memory;
use keys::KeyRing;
use passwords::Passwords;

/// Milliseconds between two tidyings of old failures, in one process.
const TIDY_EVERY: i64 = 60_000;

/// The accounts of an installation: signs in, refreshes, and says who holds a token. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Accounts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    keys: KeyRing,
    passwords: Passwords,
    memory: Memory,
    limits: LoginLimits,
    tidied_at: AtomicI64,
}

impl Accounts {
    /// The accounts in `db`, whose signing keys `secret` opens. Asks the database nothing yet.
    #[must_use]
    pub fn new(db: Db, secret: &SecretKey, limits: LoginLimits) -> Self {
        Self(Arc::new(Inner {
            db,
            keys: KeyRing::new(secret),
            passwords: Passwords::default(),
            memory: Memory::default(),
            limits,
            tidied_at: AtomicI64::new(i64::MIN),
        }))
    }

    /// Loads the signing keys, and makes the first one. To be called once the schema is there; until it has
    /// succeeded, everything here answers 503.
    pub async fn prepare(&self) -> Result<(), KeyError> {
        self.0.keys.ensure_signing_key(&self.0.db).await
    }

    /// Makes a new signing key; the old one hands over after half a minute, and no token is refused meanwhile.
    pub async fn rotate_signing_key(&self) -> Result<(), KeyError> {
        self.0.keys.rotate(&self.0.db).await
    }

    /// The public keys as a JWK set.
    #[must_use]
    pub fn public_keys(&self) -> Value {
        self.0.keys.public_keys(self.now())
    }

    /// These accounts as what the scope's authentication asks.
    #[must_use]
    pub fn authenticator(&self) -> web::Data<dyn Authenticator> {
        let shared: Arc<dyn Authenticator> = Arc::new(self.clone());
        web::Data::from(shared)
    }

    /// Whether tokens can be given out and checked: the schema is there and the keys are loaded.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.expect_ready().is_ok()
    }

    fn db(&self) -> &Db {
        &self.0.db
    }

    fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    fn memory(&self) -> &Memory {
        &self.0.memory
    }

    fn limits(&self) -> LoginLimits {
        self.0.limits
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.db.clock().now()
    }

    fn expect_ready(&self) -> Result<(), ApiError> {
        let is_ready = self.0.db.is_prepared() && self.0.keys.current(self.now()).is_some();
        if is_ready { Ok(()) } else { Err(ApiError::unavailable()) }
    }

    /// The same, with keys that are young enough to sign with: a replica that nobody asked anything for a day would
    /// sign with one that the others have dropped.
    async fn expect_ready_to_sign(&self) -> Result<(), ApiError> {
        self.expect_ready()?;
        Ok(self.0.keys.refresh(&self.0.db).await?)
    }

    /// Whether this call is the one that tidies.
    fn is_time_to_tidy(&self) -> bool {
        let now = self.now().timestamp_millis();
        let last = self.0.tidied_at.load(Ordering::Relaxed);
        let due = now.saturating_sub(last) >= TIDY_EVERY;
        due && self.0.tidied_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// A user name in its one form: nobody should be told apart from an admin by an upper-case letter.
fn canonical(username: &str) -> String {
    username.trim().to_lowercase()
}
