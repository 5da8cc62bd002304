//! JSON bodies: read within limits, checked against the document with all errors at once, then typed.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::decode::Encoding;
use super::once::{BodyDigest, IDEMPOTENCY_KEY};
use super::overload::arriving;
use super::problem::{ApiError, ErrorCode, FieldError};
use super::schemas::Schemas;
use crate::db::sha256;

/// Limits on what a caller may send.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Bytes of a JSON body.
    pub json: usize,
    /// Bytes of an import that is answered at once.
    pub import: usize,
    /// Bytes of an import that becomes a job.
    pub job: usize,
    /// Seconds in which a body must have arrived.
    pub seconds: u64,
}

/// JSON may nest so deep and no deeper.
const NESTING: usize = 32;

/// A JSON body that is a valid `T`.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// A JSON merge patch (RFC 7396), not yet applied.
#[derive(Debug)]
pub struct MergePatch(pub Value);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            expect_type(&request, &["application/json"])?;
            let bytes = read(&request, payload, limits(&request).json).await?;
            let value = parse(&bytes)?;
            typed(schemas(&request)?, value).map(Self)
        })
    }
}

impl FromRequest for MergePatch {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            expect_type(&request, &["application/merge-patch+json", "application/json"])?;
            let bytes = read(&request, payload, limits(&request).json).await?;
            match parse(&bytes)? {
                patch @ Value::Object(_) => Ok(Self(patch)),
                other => Err(ApiError::invalid(vec![
                    FieldError::new("", "wrong_type", "应为对象 {…}", "Want an object").found(other),
                ])),
            }
        })
    }
}

/// A whole JSON body, within the limit of those.
pub async fn read_json(request: &HttpRequest, payload: Payload) -> Result<Bytes, ApiError> {
    read(request, payload, limits(request).json).await
}

/// A whole import body, of any type, within its limit.
pub async fn read_import(request: &HttpRequest, payload: Payload) -> Result<Bytes, ApiError> {
    read(request, payload, limits(request).import).await
}

/// The fields of a form, as OAuth reads them (RFC 6749, 3.2): an empty one was not sent, an unknown one does not
/// count, a repeated one is an error.
#[derive(Debug)]
pub struct FormFields {
    fields: serde_json::Map<String, Value>,
    repeated: Vec<FieldError>,
}

impl FormFields {
    /// Reads a form of at most `limit` bytes.
    pub async fn read(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Self, ApiError> {
        expect_type(request, &["application/x-www-form-urlencoded"])?;
        let bytes = read(request, payload, limit).await?;
        let malformed = || {
            ApiError::new(ErrorCode::MalformedRequest)
                .detail("表单不是合法的 UTF-8 编码", "The form is not valid UTF-8")
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| malformed())?;
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text).map_err(|_| malformed())?;
        let mut form = Self { fields: serde_json::Map::new(), repeated: Vec::new() };
        for (name, value) in pairs.into_inner().into_iter().filter(|(_, value)| !value.is_empty()) {
            if form.fields.contains_key(&name) {
                let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                form.repeated.push(FieldError::new(
                    pointer,
                    "repeated_parameter",
                    "参数重复",
                    "Given more than once",
                ));
            }
            form.fields.insert(name, Value::String(value));
        }
        Ok(form)
    }

    /// The text of one field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// The form as a valid `T`, of which further fields are `wanted`, or everything that is wrong with it.
    pub fn typed<T: DeserializeOwned + ToSchema>(
        self,
        schemas: &Schemas,
        wanted: &[&str],
    ) -> Result<T, ApiError> {
        let Self { fields, repeated: mut errors } = self;
        for name in wanted.iter().filter(|name| !fields.contains_key(**name)) {
            errors.push(FieldError::new(
                format!("/{name}"),
                "missing_field",
                format!("缺少必填字段“{name}”"),
                format!("The field “{name}” is missing"),
            ));
        }
        let value = Value::Object(fields);
        errors.extend(schemas.check(&T::name(), &value, "").map_err(ApiError::internal)?);
        if errors.is_empty() { typed(schemas, value) } else { Err(ApiError::invalid(errors)) }
    }
}

/// A JSON text as a value: 400 with the place when it is none.
pub fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    let Weight { objects, values } = weigh(bytes);
    if objects > MOST_OBJECTS || values > MOST_VALUES {
        return Err(ApiError::new(ErrorCode::TooLarge).detail(
            format!("JSON 最多 {MOST_OBJECTS} 个对象、{MOST_VALUES} 个值，请拆分"),
            format!("JSON has at most {MOST_OBJECTS} objects and {MOST_VALUES} values: split it"),
        ));
    }
    parsed(bytes)
}

/// Objects and values of a body: each takes far more room than its text.
const MOST_OBJECTS: usize = 40_000;
const MOST_VALUES: usize = 200_000;

/// What a JSON text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Objects.
    pub objects: usize,
    /// Members and items, of all objects and lists together.
    pub values: usize,
}

/// Counts what a JSON text holds, without reading it into anything; of what is no JSON it counts something.
#[must_use]
pub fn weigh(bytes: &[u8]) -> Weight {
    let mut weight = Weight { objects: 0, values: 1 };
    let (mut in_text, mut is_escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => {
                weight.objects += 1;
                weight.values += 1;
            }
            b'[' | b',' => weight.values += 1,
            _ => {}
        }
    }
    weight
}

/// The same as [`parse`], for what was weighed already.
pub fn parsed(bytes: &[u8]) -> Result<Value, ApiError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|why| {
        let malformed = ApiError::new(ErrorCode::MalformedJson).detail(
            format!("第 {} 行第 {} 列起不是合法的 JSON", why.line(), why.column()),
            format!("Not valid JSON from line {}, column {}", why.line(), why.column()),
        );
        ApiError { cause: Some(why.to_string()), ..malformed }
    })?;
    if depth(&value) > NESTING {
        return Err(ApiError::new(ErrorCode::MalformedJson)
            .detail(format!("嵌套超过 {NESTING} 层"), format!("Nested deeper than {NESTING}")));
    }
    Ok(value)
}

/// A checked value of type `T`, or every error in it.
pub fn typed<T: DeserializeOwned + ToSchema>(schemas: &Schemas, value: Value) -> Result<T, ApiError> {
    let errors = schemas.check(&T::name(), &value, "").map_err(ApiError::internal)?;
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    // What the schema lets through and the type does not (30 February, say) is still the caller's error.
    serde_json::from_value(value).map_err(|why| {
        ApiError::invalid(vec![FieldError::new(
            "",
            "invalid",
            format!("内容有误：{why}"),
            format!("Invalid: {why}"),
        )])
    })
}

/// Applies a merge patch: an absent key leaves alone, null clears.
pub fn apply_merge_patch(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            members.remove(&key);
        } else {
            apply_merge_patch(members.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// What a patch makes of `current`, checked as a whole: every error of the result is reported.
pub fn patched<T: DeserializeOwned + Serialize + ToSchema>(
    schemas: &Schemas,
    current: &T,
    MergePatch(patch): MergePatch,
) -> Result<T, ApiError> {
    let mut value = serde_json::to_value(current).map_err(ApiError::internal)?;
    apply_merge_patch(&mut value, patch);
    typed(schemas, value)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The schemas of the running application.
pub fn schemas(request: &HttpRequest) -> Result<&Schemas, ApiError> {
    let schemas = request.app_data::<web::Data<Schemas>>().map(web::Data::get_ref);
    schemas.ok_or_else(|| ApiError::internal("no schemas were assembled"))
}

/// The limits of the running application.
#[must_use]
pub fn limits(request: &HttpRequest) -> BodyLimits {
    let configured = request.app_data::<web::Data<BodyLimits>>().map(|limits| *limits.get_ref());
    configured.unwrap_or(BodyLimits { json: 2 << 20, import: 20 << 20, job: 2 << 30, seconds: 30 })
}

/// 415 unless the body is of one of these types.
pub fn expect_type(request: &HttpRequest, wanted: &[&str]) -> Result<(), ApiError> {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let given =
        given.and_then(|value| value.split(';').next()).map(|value| value.trim().to_ascii_lowercase());
    if given.is_some_and(|given| wanted.contains(&given.as_str())) {
        return Ok(());
    }
    let wanted = wanted.join(", ");
    Err(ApiError::new(ErrorCode::UnsupportedMediaType)
        .detail(format!("Content-Type 应为 {wanted}"), format!("Content-Type must be {wanted}")))
}

/// The whole body, unpacked. The limit counts what comes out, so a small body that stands for a large one is refused
/// like a large one.
async fn read(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Bytes, ApiError> {
    let encoding = Encoding::of(request.headers())?;
    let too_large = || {
        ApiError::new(ErrorCode::TooLarge)
            .detail(format!("正文不能超过 {limit} 字节"), format!("A body may have at most {limit} bytes"))
    };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced =
        announced.and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let malformed = |why: String| ApiError { cause: Some(why), ..ApiError::new(ErrorCode::MalformedRequest) };
    let mut stream = payload;
    let arrive = async {
        let mut body = web::BytesMut::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|why| malformed(why.to_string()))?;
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    // Only the wait for the caller's bytes is timed; work on the database never is.
    let seconds = std::time::Duration::from_secs(limits(request).seconds);
    let arrived = arriving(request, async {
        let in_time = tokio::time::timeout(seconds, arrive).await;
        in_time.map_err(|_| ApiError::new(ErrorCode::RequestTimeout))?
    });
    let mut body = arrived.await?;
    if let Some(encoding) = encoding {
        let unpacked = web::block(move || encoding.unpack(&body, limit)).await.map_err(ApiError::internal)?;
        body = unpacked.map_err(|why| malformed(why.to_string()))?.ok_or_else(too_large)?;
    }
    if request.headers().contains_key(&IDEMPOTENCY_KEY) {
        request.extensions_mut().insert(BodyDigest(sha256(&body)));
    }
    Ok(body)
}
