//! Access tokens: JWTs signed with Ed25519, checked to the letter (RFC 8725, RFC 9068).
//!
//! Whatever is wrong with a token, the answer is the same 401: what exactly was wrong helps only an attacker.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use jixiao_core::workflow::{Action, Role};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};

use super::keys::SigningKey;
use super::manage::CLIENT_PREFIX;
use crate::http::{ApiError, ErrorCode};

/// How long an access token is good for.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// By how much the clocks of two replicas may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(5);
/// Who issues the tokens.
pub const ISSUER: &str = "jixiao";
/// For whom they are.
pub const AUDIENCE: &str = "jixiao-api";
/// What kind of JWT they are (RFC 9068): no other JWT of ours could pass for one.
const TYPE: &str = "at+jwt";
/// Bytes of the longest token that is looked at.
pub const LONGEST: usize = 8192;

/// What a token says. Every claim must be there with exactly this type; times are whole seconds.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: String,
    role: Role,
    ver: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Who holds a token. A person's key is a number and a program's client id is none, so neither passes for the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// The account of this key.
    User(i64),
    /// The service account of this client id.
    Service(String),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "{id}"),
            Self::Service(client_id) => f.write_str(client_id),
        }
    }
}

impl Holder {
    fn of_subject(subject: String) -> Option<Self> {
        if subject.starts_with(CLIENT_PREFIX) {
            return Some(Self::Service(subject));
        }
        subject.parse().ok().map(Self::User)
    }
}

/// Whom a token is issued to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Whose it is.
    pub holder: Holder,
    /// What the account is, for whoever reads the token; the service itself asks the database.
    pub role: Role,
    /// The account's token version.
    pub version: i32,
    /// What the token is narrowed to, if it is.
    pub narrowed_to: Option<Vec<Action>>,
}

/// A token whose signature and form were found good. Its time is checked whenever it is used.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The key that signed it.
    pub kid: String,
    /// Whom it was issued to.
    pub subject: Subject,
    not_before: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Verified {
    /// Whether it counts now.
    #[must_use]
    pub fn counts_at(&self, now: DateTime<Utc>) -> bool {
        self.not_before <= now + LEEWAY && now < self.expires_at + LEEWAY
    }
}

/// The one answer to a token that is not good.
#[must_use]
pub fn refused() -> ApiError {
    ApiError::new(ErrorCode::Unauthenticated)
}

/// Issues a token.
pub fn issue(
    key: &SigningKey,
    subject: &Subject,
    now: DateTime<Utc>,
    lifetime: TimeDelta,
) -> Result<String, ApiError> {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: subject.holder.to_string(),
        exp: (now + lifetime).timestamp(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        jti: uuid::Uuid::now_v7().to_string(),
        role: subject.role,
        ver: subject.version,
        scope: subject.narrowed_to.as_deref().map(scope_text),
    };
    jsonwebtoken::encode(&header(&key.kid), &claims, &key.encoding).map_err(ApiError::internal)
}

/// The scopes of these actions, as OAuth writes them.
#[must_use]
pub fn scope_text(actions: &[Action]) -> String {
    actions.iter().map(|action| action.scope()).collect::<Vec<_>>().join(" ")
}

fn header(kid: &str) -> Header {
    Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) }
}

/// The name of the key that a token claims to be signed with. The header must be exactly the one we write:
/// any other algorithm or type, and any further member (`jku`, `x5u`, `jwk`, `crit`, …), is refused before a
/// key is even looked for.
pub fn key_name(token: &str) -> Result<String, ApiError> {
    if token.len() > LONGEST {
        return Err(refused());
    }
    let given = jsonwebtoken::decode_header(token).map_err(|_| refused())?;
    let kid = given.kid.clone().ok_or_else(refused)?;
    if given == header(&kid) { Ok(kid) } else { Err(refused()) }
}

/// Checks everything about a token but the present time.
pub fn verify(token: &str, key: &SigningKey) -> Result<Verified, ApiError> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    // The library asks the machine for the time; ours is handed in, and is compared in `counts_at`.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims =
        jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation).map_err(|_| refused())?.claims;
    let Claims { iss: _, aud: _, sub, exp, iat, nbf, jti, role, ver, scope } = claims;

    let moment = |seconds| DateTime::from_timestamp(seconds, 0).ok_or_else(refused);
    let (expires_at, issued_at, not_before) = (moment(exp)?, moment(iat)?, moment(nbf)?);
    let is_plausible =
        issued_at <= expires_at && expires_at - issued_at <= ACCESS_LIFETIME && !jti.is_empty();
    if !is_plausible {
        return Err(refused());
    }
    let narrowed_to = match scope {
        None => None,
        Some(scope) => Some(actions(&scope).ok_or_else(refused)?),
    };
    let holder = Holder::of_subject(sub).ok_or_else(refused)?;
    let subject = Subject { holder, role, version: ver, narrowed_to };
    Ok(Verified { kid: key.kid.clone(), subject, not_before: not_before.max(issued_at), expires_at })
}

/// The actions of a scope text, each once; `None` when one does not exist.
#[must_use]
pub fn actions(scope: &str) -> Option<Vec<Action>> {
    let mut found = Vec::new();
    for word in scope.split(' ').filter(|word| !word.is_empty()) {
        let action = Action::of_scope(word)?;
        if !found.contains(&action) {
            found.push(action);
        }
    }
    Some(found)
}
