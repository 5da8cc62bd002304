//! `Idempotency-Key`: a request that is sent again has its effect once, and gets the same answer.

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder};
use futures_util::future::{Ready, ready};
use serde::Serialize;
use utoipa::IntoResponses;
use utoipa::openapi::{Header, RefOr, Response};

use super::caller::Principal;
use super::problem::{ApiError, Attached, ErrorCode};
use super::reply::{Accepted, Changed, Created, Partly, Shown};
use crate::db::{Claim, RequestKey, StoredReply, Work, is_held, sha256};

/// The key by which a request that comes again is recognised.
pub static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is the one that was given before. The document offers the key wherever an answer says this.
pub static IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Longest key.
const LONGEST: usize = 255;

/// The SHA-256 of the body of a request, as its reader has seen it: decoded.
#[derive(Clone, Debug)]
pub struct BodyDigest(pub String);

/// The key a request came with, if any. The body must have been read before it is used.
#[derive(Debug)]
pub struct Once {
    request: HttpRequest,
    key: Option<String>,
}

impl FromRequest for Once {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(key(request).map(|key| Self { request: request.clone(), key }))
    }
}

fn key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let mut given = request.headers().get_all(&IDEMPOTENCY_KEY);
    let Some(value) = given.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let is_fine = given.next().is_none()
        && (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fine {
        return Ok(Some(text.to_owned()));
    }
    Err(ApiError::new(ErrorCode::MalformedRequest).detail(
        format!("Idempotency-Key 应为 1 至 {LONGEST} 个可见 ASCII 字符，且只能出现一次"),
        format!("Idempotency-Key is 1 to {LONGEST} visible ASCII characters, given once"),
    ))
}

impl Once {
    /// What tells this request from others; none, where it came without a key.
    #[must_use]
    pub fn request_key(&self) -> Option<RequestKey> {
        let key = self.key.clone()?;
        let extensions = self.request.extensions();
        let digest = extensions.get::<BodyDigest>().map(|digest| digest.0.clone());
        Some(RequestKey {
            // The account, not the token: signing in again is no reason to do it twice.
            principal: extensions
                .get::<Principal>()
                .map(|caller| caller.username.clone())
                .unwrap_or_default(),
            route: format!("{} {}", self.request.method(), self.request.uri()),
            key,
            body_hash: digest.unwrap_or_else(|| sha256(&[])),
        })
    }

    /// The answer that was given before, if this is a repetition. Otherwise the unit of work answers for it now.
    pub async fn replay<R>(&self, work: &Work<'_>) -> Result<Option<Repeatable<R>>, ApiError> {
        let Some(request) = self.request_key() else { return Ok(None) };
        match work.claim(&request).await {
            Ok(Claim::Fresh) => Ok(None),
            Ok(Claim::Replay(reply)) => Ok(Some(Repeatable::Again(reply))),
            Ok(Claim::Reused) => Err(ApiError::new(ErrorCode::IdempotencyKeyReused)),
            Err(why) if is_held(&why) => {
                Err(ApiError { retry_after: Some(2), ..ApiError::new(ErrorCode::IdempotencyInProgress) })
            }
            Err(why) => Err(why.into()),
        }
    }

    /// Commits, and keeps the answer with what it answers for.
    pub async fn commit<R: Keep>(&self, work: Work<'_>, reply: R) -> Result<Repeatable<R>, ApiError> {
        if let Some(request) = self.request_key() {
            work.settle(&request, reply.kept()?).await?;
        }
        work.commit().await?;
        Ok(Repeatable::First(reply))
    }
}

/// A reply that can be kept and given again.
pub trait Keep {
    /// It, as it is kept.
    fn kept(&self) -> Result<StoredReply, ApiError>;
}

fn keep(status: u16, headers: &[(&str, &str)], body: &impl Serialize) -> Result<StoredReply, ApiError> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ok(StoredReply { status, headers, body: serde_json::to_string(body).map_err(ApiError::internal)? })
}

impl<T: Serialize> Keep for Created<T> {
    fn kept(&self) -> Result<StoredReply, ApiError> {
        keep(201, &[("etag", &self.etag), ("location", &self.location)], &self.body)
    }
}

impl<T: Serialize> Keep for Accepted<T> {
    fn kept(&self) -> Result<StoredReply, ApiError> {
        keep(202, &[("location", &self.location)], &self.body)
    }
}

impl<T: Serialize> Keep for Changed<T> {
    fn kept(&self) -> Result<StoredReply, ApiError> {
        keep(200, &[("etag", &self.etag)], &self.body)
    }
}

impl<T: Serialize> Keep for Shown<T> {
    fn kept(&self) -> Result<StoredReply, ApiError> {
        keep(200, &[], &self.0)
    }
}

impl<T: Serialize> Keep for Partly<T> {
    fn kept(&self) -> Result<StoredReply, ApiError> {
        let status = self.status().as_u16();
        let Some(Attached(bytes)) = &self.file else { return keep(status, &[], &self.body) };
        let headers = Attached::HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let body = String::from_utf8(bytes.to_vec()).map_err(ApiError::internal)?;
        Ok(StoredReply { status, headers, body })
    }
}

/// A reply, given for the first time or again.
#[derive(Debug)]
pub enum Repeatable<R> {
    /// It was worked out just now.
    First(R),
    /// It was given before.
    Again(StoredReply),
}

impl<R: Responder<Body = BoxBody>> Responder for Repeatable<R> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::First(reply) => reply.respond_to(request),
            Self::Again(StoredReply { status, headers, body }) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                let mut response = HttpResponse::build(status);
                response.insert_header(header::ContentType::json());
                for (name, value) in headers {
                    response.insert_header((name, value)); // a file has a type of its own
                }
                response.insert_header((IDEMPOTENT_REPLAYED.clone(), "true")).body(body)
            }
        }
    }
}

impl<R: IntoResponses> IntoResponses for Repeatable<R> {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let mut responses = R::responses();
        for response in responses.values_mut() {
            if let RefOr::T(response) = response {
                response.headers.insert("Idempotent-Replayed".to_owned(), RefOr::T(Header::default()));
            }
        }
        responses
    }
}
