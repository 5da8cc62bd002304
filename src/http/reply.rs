//! Replies that document themselves: a handler's return type is what the document says.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use serde::Serialize;
use utoipa::openapi::{Header, Ref, RefOr, Response, ResponseBuilder, content::ContentBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::problem::{ApiError, Attached};

type Responses = BTreeMap<String, RefOr<Response>>;

fn documented<T: ToSchema>(status: &str, description: &str, headers: &[&str]) -> Responses {
    let schema = Ref::from_schema_name(T::name());
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(schema))).build();
    let response = ResponseBuilder::new().description(description).content("application/json", content);
    BTreeMap::from([(status.to_owned(), RefOr::T(with_headers(response, headers)))])
}

fn with_headers(mut response: ResponseBuilder, headers: &[&str]) -> Response {
    for header in headers {
        response = response.header(*header, Header::default());
    }
    response.build()
}

/// Which failures an operation can have follows from its shape (parameters, body, security); the document
/// adds them in one place, and every test answer is held against it.
impl IntoResponses for ApiError {
    fn responses() -> Responses {
        BTreeMap::new()
    }
}

/// 200 with one thing and its ETag; 304 when the caller has it already.
#[derive(Debug)]
pub struct Found<T> {
    /// What was asked for.
    pub body: T,
    /// Its ETag.
    pub etag: String,
}

impl<T: Serialize> Responder for Found<T> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Self { body, etag } = self;
        unless_known(request, etag, |response| response.json(body))
    }
}

/// 304 for who has what this tag stands for, else 200 with it.
fn unless_known(
    request: &HttpRequest,
    etag: String,
    found: impl FnOnce(&mut HttpResponseBuilder) -> HttpResponse,
) -> HttpResponse {
    let tags = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let known = tags
        .flat_map(|line| line.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag);
    if known {
        return HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish();
    }
    found(HttpResponse::Ok().insert_header((header::ETAG, etag)))
}

/// The same as [`Found`], with its JSON written already.
#[derive(Debug)]
pub struct FoundText<T> {
    /// What was asked for, as JSON.
    pub json: Bytes,
    /// Its ETag.
    pub etag: String,
    /// What the JSON says.
    pub of: PhantomData<T>,
}

impl<T> Responder for FoundText<T> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Self { json, etag, of: _ } = self;
        unless_known(request, etag, |response| response.content_type(ContentType::json()).body(json))
    }
}

impl<T: ToSchema> IntoResponses for FoundText<T> {
    fn responses() -> Responses {
        Found::<T>::responses()
    }
}

impl<T: ToSchema> IntoResponses for Found<T> {
    fn responses() -> Responses {
        let unchanged = ResponseBuilder::new().description("未变 Not modified.");
        let mut both = documented::<T>("200", "成功 Found.", &["ETag"]);
        both.insert("304".to_owned(), RefOr::T(with_headers(unchanged, &["ETag"])));
        both
    }
}

/// 200 with what a change made of something, and its ETag. Unlike [`Found`] it is never 304: it was written,
/// whatever the caller had read before.
#[derive(Debug)]
pub struct Changed<T> {
    /// What it is now.
    pub body: T,
    /// Its ETag.
    pub etag: String,
}

impl<T> From<Found<T>> for Changed<T> {
    fn from(Found { body, etag }: Found<T>) -> Self {
        Self { body, etag }
    }
}

impl<T: Serialize> Responder for Changed<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::ETAG, self.etag)).json(self.body)
    }
}

impl<T: ToSchema> IntoResponses for Changed<T> {
    fn responses() -> Responses {
        documented::<T>("200", "已修改 Changed.", &["ETag"])
    }
}

/// 200 with something as it is at this moment for this caller, and the ETag of what it shows. Unlike [`Found`] it is
/// never 304: what is shown with it does not follow from its version alone.
#[derive(Debug)]
pub struct Fresh<T> {
    /// What was asked for.
    pub body: T,
    /// The ETag of what it shows.
    pub etag: String,
}

impl<T: Serialize> Responder for Fresh<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::ETAG, self.etag)).json(self.body)
    }
}

impl<T: ToSchema> IntoResponses for Fresh<T> {
    fn responses() -> Responses {
        documented::<T>("200", "成功 Found.", &["ETag"])
    }
}

/// 200 with something that has no version.
#[derive(Debug)]
pub struct Shown<T>(pub T);

impl<T: Serialize> Responder for Shown<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

impl<T: ToSchema> IntoResponses for Shown<T> {
    fn responses() -> Responses {
        documented::<T>("200", "成功 Done.", &[])
    }
}

/// 200 with what was done; 207 where only some of it could be.
#[derive(Debug)]
pub struct Partly<T> {
    /// What was done, and what was not.
    pub body: T,
    /// Whether all of it was.
    pub is_whole: bool,
    /// What was not, as a file, where the caller asked for one: it is sent instead.
    pub file: Option<Attached>,
}

impl<T> Partly<T> {
    /// 200 or 207.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.is_whole { StatusCode::OK } else { StatusCode::MULTI_STATUS }
    }
}

impl<T: Serialize> Responder for Partly<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = self.status();
        match self.file {
            Some(file) => file.answer(status),
            None => HttpResponse::build(status).json(self.body),
        }
    }
}

impl<T: ToSchema> IntoResponses for Partly<T> {
    fn responses() -> Responses {
        let mut both = documented::<T>("200", "成功 Done.", &[]);
        both.extend(documented::<T>(
            "207",
            "部分成功，其余见各项错误 Done in part; the errors name the rest.",
            &[],
        ));
        both
    }
}

/// 202 with what was taken on, and where to see what becomes of it.
#[derive(Debug)]
pub struct Accepted<T> {
    /// What was taken on.
    pub body: T,
    /// Where it is seen.
    pub location: String,
}

impl<T: Serialize> Responder for Accepted<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().insert_header((header::LOCATION, self.location)).json(self.body)
    }
}

impl<T: ToSchema> IntoResponses for Accepted<T> {
    fn responses() -> Responses {
        documented::<T>("202", "已受理 Taken on; see its address for what becomes of it.", &["Location"])
    }
}

/// Another reply, which nobody on the way may keep: a token, a first password, who has an account.
#[derive(Debug)]
pub struct Unstored<R>(pub R);

impl<R: Responder<Body = BoxBody>> Responder for Unstored<R> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.0.respond_to(request);
        response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        response
    }
}

impl<R: IntoResponses> IntoResponses for Unstored<R> {
    fn responses() -> Responses {
        R::responses()
    }
}

/// 200 with a page of a list, and `Link` to the next one.
#[derive(Debug)]
pub struct Listed<T> {
    /// The page.
    pub body: T,
    /// The cursor of the next page.
    pub next_cursor: Option<String>,
}

impl<T: Serialize> Responder for Listed<T> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if let Some(cursor) = &self.next_cursor {
            response.insert_header(next_link(request, cursor));
        }
        response.json(self.body)
    }
}

/// Where the next page is.
#[must_use]
pub fn next_link(request: &HttpRequest, cursor: &str) -> (header::HeaderName, String) {
    let kept =
        request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let cursor = format!("cursor={cursor}");
    let query = kept.chain([cursor.as_str()]).collect::<Vec<_>>().join("&");
    (header::LINK, format!("<{}?{query}>; rel=\"next\"", request.path()))
}

impl<T: ToSchema> IntoResponses for Listed<T> {
    fn responses() -> Responses {
        documented::<T>("200", "一页数据 A page of the list.", &["Link"])
    }
}

/// 201 with what was made, where it is, and its ETag.
#[derive(Debug)]
pub struct Created<T> {
    /// What was made.
    pub body: T,
    /// Its ETag.
    pub etag: String,
    /// Its address.
    pub location: String,
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created()
            .insert_header((header::ETAG, self.etag))
            .insert_header((header::LOCATION, self.location))
            .json(self.body)
    }
}

impl<T: ToSchema> IntoResponses for Created<T> {
    fn responses() -> Responses {
        documented::<T>("201", "已新建 Created.", &["ETag", "Location"])
    }
}

/// What a PUT answers: 201 where it made something, 200 where it replaced it.
#[derive(Debug)]
pub struct Saved<T> {
    /// What is stored now.
    pub body: T,
    /// Its ETag.
    pub etag: String,
    /// Its address, if it was made just now.
    pub created_at: Option<String>,
}

impl<T: Serialize> Responder for Saved<T> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self.created_at {
            Some(location) => Created { body: self.body, etag: self.etag, location }.respond_to(request),
            None => HttpResponse::Ok().insert_header((header::ETAG, self.etag)).json(self.body),
        }
    }
}

impl<T: ToSchema> IntoResponses for Saved<T> {
    fn responses() -> Responses {
        let mut both = documented::<T>("200", "已替换 Replaced.", &["ETag"]);
        both.extend(documented::<T>("201", "已新建 Created.", &["ETag", "Location"]));
        both
    }
}

/// 200 with what was removed, as it stood: a front end can offer to put it back.
#[derive(Debug)]
pub struct Removed<T>(pub T);

impl<T: Serialize> Responder for Removed<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

impl<T: ToSchema> IntoResponses for Removed<T> {
    fn responses() -> Responses {
        documented::<T>("200", "已删除，返回删除前的内容 Removed; what it was.", &[])
    }
}
