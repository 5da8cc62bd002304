//! What surrounds every request: its id, its language, the security headers of its answer, one log line, and
//! the place where any failure, a panic included, becomes a problem document.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use futures_util::FutureExt;
use futures_util::future::{Ready, ready};
use jixiao_core::kernel::Lang;
use serde_json::{Value, json};

use super::problem::{ApiError, ErrorCode, MOST_ERRORS, Problem};

/// An API's answers are data: a browser that shows one as a page runs and loads nothing from it.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// The one page: its own scripts and styles, and calls to this service.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Id of the request.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id by which a request is found in the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The language in which the caller wants to be spoken to.
#[derive(Clone, Copy, Debug)]
pub struct Language(pub Lang);

impl FromRequest for Language {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Self>().copied().unwrap_or(Self(Lang::Zh))))
    }
}

/// The outermost middleware.
pub async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = request_id(request.headers());
    let lang = language(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(Language(lang));
    let method = request.method().clone();
    if method == Method::HEAD {
        // HEAD is GET without a body; the connection leaves the body out by itself.
        request.head_mut().method = Method::GET;
    }
    let path = request.path().to_owned();

    // The request itself must not be kept here: routing wants it for itself. It comes back with the answer,
    // except after a panic or when a middleware gives up; then only the answer is left.
    let answering = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind();
    let outcome: Result<ServiceResponse<BoxBody>, HttpResponse> = match answering.await {
        Ok(Ok(response)) => Ok(match response.response().error() {
            Some(_) => {
                let (request, response) = response.into_parts();
                let problem = to_problem(response.error(), response.status());
                let mut rendered = render(&problem, &path, &id, lang);
                keep_headers(response.headers(), rendered.headers_mut());
                ServiceResponse::new(request, rendered)
            }
            None => response.map_into_boxed_body(),
        }),
        Ok(Err(error)) => {
            let problem = to_problem(Some(&error), error.as_response_error().status_code());
            Err(render(&problem, &path, &id, lang))
        }
        Err(_) => {
            tracing::error!(request_id = %id, path, "a handler panicked");
            Err(render(&ApiError::internal("panic"), &path, &id, lang))
        }
    };
    let log = |status: StatusCode, route: Option<String>| {
        tracing::info!(
            request_id = %id,
            method = %method,
            route = route.as_deref().unwrap_or("-"),
            status = status.as_u16(),
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "request"
        );
    };
    match outcome {
        Ok(mut response) => {
            add_headers(response.headers_mut(), &path, &id, lang);
            log(response.status(), response.request().match_pattern());
            Ok(response)
        }
        Err(mut response) => {
            add_headers(response.headers_mut(), &path, &id, lang);
            log(response.status(), None);
            Err(InternalError::from_response("already answered", response).into())
        }
    }
}

fn request_id(headers: &HeaderMap) -> String {
    let acceptable = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    let given = headers.get(&X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(acceptable);
    given.map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

/// Chinese, unless English is asked for with a higher weight.
fn language(headers: &HeaderMap) -> Lang {
    let known = |tag: &str| match tag.split('-').next() {
        Some("zh") => Some(Lang::Zh),
        Some("en") => Some(Lang::En),
        _ => None,
    };
    preferred(headers, &header::ACCEPT_LANGUAGE, known).unwrap_or(Lang::Zh)
}

/// What a header that lists preferences (`text/csv, */*;q=0.5`) prefers of what is known; the first of several.
pub fn preferred<T>(headers: &HeaderMap, name: &HeaderName, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    let accepted = headers.get(name).and_then(|value| value.to_str().ok())?;
    let mut best = (None, 0_u32);
    for range in accepted.split(',') {
        let mut parts = range.split(';');
        let Some(meant) = known(&parts.next().unwrap_or_default().trim().to_ascii_lowercase()) else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1000, |q| q.parse::<quality::Weight>().map_or(0, |w| w.0));
        if weight > best.1 {
            best = (Some(meant), weight);
        }
    }
    best.0
}

mod quality {
    /// A quality value in thousandths, `0.8` is 800.
    pub struct Weight(pub u32);

    impl std::str::FromStr for Weight {
        type Err = ();
        fn from_str(text: &str) -> Result<Self, ()> {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let thousandths = format!("{fraction:0<3}");
            let whole: u32 = whole.parse().map_err(|_| ())?;
            let thousandths: u32 = thousandths.get(..3).unwrap_or("0").parse().map_err(|_| ())?;
            Ok(Self((whole * 1000 + thousandths).min(1000)))
        }
    }
}

/// Whatever failed, said as one of our own errors.
fn to_problem(error: Option<&Error>, status: StatusCode) -> ApiError {
    if let Some(known) = error.and_then(|error| error.as_error::<ApiError>()) {
        return ApiError {
            code: known.code,
            detail: known.detail.clone(),
            errors: known.errors.clone(),
            retry_after: known.retry_after,
            current_etag: known.current_etag.clone(),
            extra: known.extra.clone(),
            file: known.file.clone(),
            cause: known.cause.clone(),
        };
    }
    let code = match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::UnsupportedMediaType,
        StatusCode::REQUEST_TIMEOUT => ErrorCode::RequestTimeout,
        status if status.is_client_error() => ErrorCode::MalformedRequest,
        _ => ErrorCode::Internal,
    };
    let cause = error.map(ToString::to_string);
    ApiError { cause, ..ApiError::new(code) }
}

fn render(error: &ApiError, path: &str, id: &str, lang: Lang) -> HttpResponse {
    // Somebody who was only asked to come again is in the request's own line: under a rush, more would make it worse.
    if error.code.status().is_server_error()
        && (error.code != ErrorCode::Unavailable || error.cause.is_some())
    {
        tracing::error!(
            request_id = %id,
            path,
            code = error.code.as_str(),
            cause = error.cause.as_deref().unwrap_or("-"),
            "request failed"
        );
    }
    if let Some(file) = &error.file {
        return file.clone().answer(error.code.status());
    }
    let title = error.code.title(lang);
    let problem = Problem {
        r#type: format!("/problems/{}", error.code.as_str()),
        title: title.to_owned(),
        status: error.code.status().as_u16(),
        code: error.code.as_str().to_owned(),
        detail: error.detail.clone().map_or_else(|| title.to_owned(), |detail| detail.in_lang(lang)),
        instance: path.to_owned(),
        request_id: id.to_owned(),
        errors: error.errors.iter().take(MOST_ERRORS).cloned().map(|e| e.view(lang)).collect(),
    };
    // In the order of the struct, so that a person sees the status first; a problem with members of its own is
    // put together as a map.
    let mut body = serde_json::to_string(&problem).unwrap_or_default();
    if let (Value::Object(mut members), Some(Value::Object(extra))) = (json!(problem), error.extra.clone()) {
        members.extend(extra);
        body = Value::Object(members).to_string();
    }
    let mut response = HttpResponse::build(error.code.status());
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    if let Some(seconds) = error.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if let Some(etag) = &error.current_etag {
        response.insert_header((header::ETAG, etag.as_str()));
    }
    let challenge = match error.code {
        ErrorCode::Unauthenticated => Some("Bearer"),
        ErrorCode::InvalidClient => Some("Basic realm=\"jixiao\""),
        _ => None,
    };
    if let Some(challenge) = challenge {
        response.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    response.body(body)
}

/// What the failing layer had already said about the answer (`Allow`, CORS) stays said.
fn keep_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH && !to.contains_key(name) {
            to.append(name.clone(), value.clone());
        }
    }
}

fn add_headers(headers: &mut HeaderMap, path: &str, id: &str, lang: Lang) {
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, if path.starts_with("/docs/") { PAGE_POLICY } else { API_POLICY });
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::CONTENT_LANGUAGE, lang.tag());
    headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID.clone(), id);
    }
}
