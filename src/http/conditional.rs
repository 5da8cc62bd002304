//! Conditional requests: nobody overwrites what they have not seen.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{Ready, ready};

use super::problem::{ApiError, ErrorCode};

/// The ETag of a row. The id in it is never given out twice, so the tag of a row that was removed and made
/// again never comes back.
#[must_use]
pub fn etag(id: i64, version: i64) -> String {
    format!("\"{id}.{version}\"")
}

/// `If-Match` on an operation where it does not follow from the method: a step of the workflow.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "described in the document; `IfMatch` is what reads it")]
pub struct IfMatchHeader {
    /// 上次读取整套自评表的 ETag，`*` 表示任意版本 the ETag of the whole form as you last read it, `*` for any.
    #[param(
        rename = "If-Match",
        required,
        min_length = 1,
        max_length = 200,
        pattern = "^[ -~]+$",
        example = "*"
    )]
    if_match: String,
}

/// What `If-Match` and `If-None-Match` say about the row that is to be written.
#[derive(Clone, Debug, Default)]
pub struct IfMatch {
    tags: Option<Vec<String>>,
    must_be_new: bool,
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // What is no text is still a condition, and one that never holds.
        let texts = |name| request.headers().get_all(name).map(|value| value.to_str().unwrap_or("?"));
        let mut tags: Option<Vec<String>> = None;
        for line in texts(header::IF_MATCH) {
            tags.get_or_insert_default().extend(line.split(',').map(|tag| tag.trim().to_owned()));
        }
        let must_be_new = texts(header::IF_NONE_MATCH).any(|line| line.trim() == "*");
        ready(Ok(Self { tags, must_be_new }))
    }
}

/// An `If-Match` that must be there, before anything else is asked: a step is decided on a version, and on nothing else.
#[derive(Clone, Debug)]
pub struct Decided(pub IfMatch);

impl FromRequest for Decided {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !request.headers().get_all(header::IF_MATCH).all(is_condition) {
            return ready(Err(ApiError::new(ErrorCode::MalformedRequest).detail(
                "If-Match 应为上次读取的 ETag，如 \"17.3\"，或 *",
                "If-Match is the ETag you last read, such as \"17.3\", or *",
            )));
        }
        let found = IfMatch::from_request(request, payload).into_inner();
        ready(found.and_then(|if_match| match &if_match.tags {
            Some(_) => Ok(Self(if_match)),
            None => Err(ApiError::new(ErrorCode::PreconditionRequired)),
        }))
    }
}

/// What is no condition cannot have been the one of the first request, whatever key it comes with.
fn is_condition(value: &header::HeaderValue) -> bool {
    value.to_str().is_ok_and(|text| (1..=200).contains(&text.trim().len()))
}

impl IfMatch {
    /// 428 with the current tag where the caller names no version at all, whatever else may be wrong.
    pub fn demand(&self, current: &str) -> Result<(), ApiError> {
        if self.tags.is_some() || self.must_be_new {
            return Ok(());
        }
        let current_etag = Some(current.to_owned());
        Err(ApiError { current_etag, ..ApiError::new(ErrorCode::PreconditionRequired) })
    }

    /// Lets a write to the row with this ETag through: 428 without `If-Match`, 412 with another one.
    pub fn check(&self, current: &str) -> Result<(), ApiError> {
        if self.must_be_new {
            return Err(ApiError {
                current_etag: Some(current.to_owned()),
                ..ApiError::new(ErrorCode::Stale)
            }
            .detail("已存在，而请求要求新建", "It exists, and the request asked for a new one"));
        }
        let Some(tags) = &self.tags else {
            return Err(ApiError {
                current_etag: Some(current.to_owned()),
                ..ApiError::new(ErrorCode::PreconditionRequired)
            });
        };
        if tags.iter().any(|tag| tag == "*" || tag == current) {
            return Ok(());
        }
        Err(ApiError { current_etag: Some(current.to_owned()), ..ApiError::new(ErrorCode::Stale) })
    }

    /// Lets the creation of a row through: 412 when the caller expected one to be there.
    pub fn check_absent(&self) -> Result<(), ApiError> {
        if self.tags.is_some() {
            return Err(ApiError::new(ErrorCode::Stale).detail(
                "要修改的数据不存在（可能已被删除）",
                "What you want to change does not exist (it may have been removed)",
            ));
        }
        Ok(())
    }
}
