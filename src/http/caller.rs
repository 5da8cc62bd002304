//! Who is calling, and what that lets them do.
//!
//! Authentication stands at the scope ([`authenticate`]: 401); authorization stands in the handler's
//! signature ([`Caller`]: 403). The caller hands over the [`Scope`] that every store function asks for, so a
//! handler that forgot its caller has nothing to query with.

use std::fmt::Debug;
use std::marker::PhantomData;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::{LocalBoxFuture, Ready, ready};
use jixiao_core::kernel::{RegionCode, UnitCode};
use jixiao_core::workflow::{Action, Role};

use super::envelope::RequestId;
use super::problem::{ApiError, ErrorCode};
use crate::db::{Actor, Db, Scope};

/// Somebody whose token was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account's name.
    pub username: String,
    /// What they are.
    pub role: Role,
    /// The unit a `unit` account fills for.
    pub unit: Option<UnitCode>,
    /// The region of a `bureau` account, or the one a `reader` is confined to.
    pub region: Option<RegionCode>,
    /// What the token was narrowed to, if it was.
    pub narrowed_to: Option<Vec<Action>>,
    /// The request by which they come.
    pub request_id: Option<String>,
    /// Whether it is a program with a service account; its name is the client id.
    pub is_service: bool,
    /// Whether the password is only the first one: until it was changed, nothing else may be done.
    pub must_change_password: bool,
}

impl From<&Principal> for Actor {
    fn from(principal: &Principal) -> Self {
        let Principal { username, role, unit, region, request_id, .. } = principal.clone();
        Self { name: username, role: Some(role), unit, region, request_id }
    }
}

impl Principal {
    /// Somebody with an administrator's rights and no token: the command line, the demo.
    pub fn administrator(name: impl Into<String>) -> Self {
        Self {
            username: name.into(),
            role: Role::Admin,
            unit: None,
            region: None,
            narrowed_to: None,
            request_id: None,
            is_service: false,
            must_change_password: false,
        }
    }

    /// Whether role, token and password all allow `action`. The own account is open to whoever holds a token.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        let is_narrowed_away = || self.narrowed_to.as_ref().is_some_and(|actions| !actions.contains(&action));
        action.allows(self.role)
            && (action == Action::OwnAccount || !(self.must_change_password || is_narrowed_away()))
    }

    /// The units that reading reaches.
    #[must_use]
    pub fn reading(&self) -> Scope {
        match (self.role, &self.unit, &self.region) {
            (Role::Admin, _, _) | (Role::Reader, _, None) => Scope::All,
            (Role::Bureau | Role::Reader, _, Some(region)) => Scope::Region(region.clone()),
            (Role::Unit, Some(unit), _) => Scope::UnitAndBelow(unit.clone()),
            (Role::Bureau, _, None) | (Role::Unit, None, _) => Scope::Nothing,
        }
    }

    /// The units that writing reaches: a supervising department sees its subordinates and writes its own.
    #[must_use]
    pub fn writing(&self) -> Scope {
        match self.reading() {
            Scope::UnitAndBelow(unit) => Scope::Unit(unit),
            scope => scope,
        }
    }
}

/// Turns a bearer token into somebody.
pub trait Authenticator: Debug + Send + Sync {
    /// Who holds this token now: a disabled account or a changed role shows within seconds.
    fn authenticate<'a>(&'a self, token: &'a str) -> LocalBoxFuture<'a, Result<Principal, ApiError>>;

    /// What the account of somebody who came before is now; none: it is not there, was disabled or has expired.
    fn account<'a>(
        &'a self,
        caller: &'a Principal,
    ) -> LocalBoxFuture<'a, Result<Option<Principal>, ApiError>>;
}

/// Lets only callers with a valid token into the scope it wraps.
///
/// A refusal is an answer, not an error of the middleware, so that the layers around it can add to it.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match identify(&request).await {
        Ok(mut principal) => {
            principal.request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
            request.extensions_mut().insert(principal);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

async fn identify(request: &ServiceRequest) -> Result<Principal, ApiError> {
    let authenticator = request
        .app_data::<web::Data<dyn Authenticator>>()
        .ok_or_else(|| ApiError::internal("no authenticator was assembled"))?;
    authenticator.authenticate(bearer(request.request())?).await
}

/// Turns requests away while the database has not been there yet.
pub async fn when_prepared(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !request.app_data::<web::Data<Db>>().is_some_and(|db| db.is_prepared()) {
        return Ok(request.error_response(ApiError::unavailable()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn bearer(request: &HttpRequest) -> Result<&str, ApiError> {
    let refused = || ApiError::new(ErrorCode::Unauthenticated);
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let (Some(only), None) = (headers.next(), headers.next()) else {
        return Err(refused());
    };
    let (scheme, token) = only.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(refused)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(refused()) }
}

/// A permission, as a type.
pub trait Permission {
    /// What it permits.
    const ACTION: Action;
}

/// The permissions that handlers ask for in their signature.
pub mod permission {
    use super::{Action, Permission};

    macro_rules! permissions {
        ($($name:ident),+) => {$(
            #[doc = concat!("Permits [`Action::", stringify!($name), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;
            impl Permission for $name {
                const ACTION: Action = Action::$name;
            }
        )+};
    }
    permissions!(
        ReadUnits,
        WriteUnits,
        ReadYears,
        WriteYears,
        WriteRounds,
        ReadRuleSets,
        WriteRuleSets,
        Simulate,
        ReadForms,
        WriteForms,
        Import,
        ReadScores,
        Submit,
        Endorse,
        Return,
        Review,
        Publish,
        ReadAudit,
        ReadUsers,
        WriteUsers,
        OwnAccount
    );
}

/// A caller who may do `P`.
#[derive(Debug)]
pub struct Caller<P> {
    principal: Principal,
    permission: PhantomData<P>,
}

impl<P> Caller<P> {
    /// Who it is.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The units that reading reaches.
    #[must_use]
    pub fn reading(&self) -> Scope {
        self.principal.reading()
    }

    /// The units that writing reaches.
    #[must_use]
    pub fn writing(&self) -> Scope {
        self.principal.writing()
    }
}

impl<P: Permission> FromRequest for Caller<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = match request.extensions().get::<Principal>() {
            None => Err(ApiError::new(ErrorCode::Unauthenticated)),
            Some(principal) if principal.may(P::ACTION) => {
                Ok(Self { principal: principal.clone(), permission: PhantomData })
            }
            Some(principal) if principal.must_change_password => Err(password_change_required()),
            Some(_) => Err(forbidden(P::ACTION)),
        };
        ready(caller)
    }
}

fn password_change_required() -> ApiError {
    ApiError::new(ErrorCode::PasswordChangeRequired).detail(
        "初始口令只能用来登录：请先用 POST /api/v1/auth/password 修改口令，再重试",
        "The first password is good for signing in only: change it by POST /api/v1/auth/password, then try again",
    )
}

fn forbidden(action: Action) -> ApiError {
    use jixiao_core::kernel::{Lang, Text};
    let roles = |lang, separator: &str| {
        action.roles().iter().map(|role| role.text(lang)).collect::<Vec<_>>().join(separator)
    };
    ApiError::new(ErrorCode::Forbidden).detail(
        format!("此操作（{}）仅限：{}", action.scope(), roles(Lang::Zh, "、")),
        format!("This ({}) is for: {}", action.scope(), roles(Lang::En, ", ")),
    )
}
