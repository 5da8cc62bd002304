//! Operations: the failures, headers and conditions that follow from their shape.

use jixiao_core::kernel::Lang;
use serde_json::{Map, Value, json};

use super::each_operation;
use crate::http::problem::ErrorCode;

type Object = Map<String, Value>;

/// Shared failure responses: name, code that stands for it, extra headers.
const FAILURES: &[(&str, u16, ErrorCode, &[&str])] = &[
    ("BadRequest", 400, ErrorCode::InvalidQuery, &[]),
    ("Unauthorized", 401, ErrorCode::Unauthenticated, &["WWW-Authenticate"]),
    ("Forbidden", 403, ErrorCode::Forbidden, &[]),
    ("NotFound", 404, ErrorCode::NotFound, &[]),
    ("RequestTimeout", 408, ErrorCode::RequestTimeout, &[]),
    ("Conflict", 409, ErrorCode::InUse, &[]),
    ("PreconditionFailed", 412, ErrorCode::Stale, &["ETag"]),
    ("ContentTooLarge", 413, ErrorCode::TooLarge, &[]),
    ("UnsupportedMediaType", 415, ErrorCode::UnsupportedMediaType, &[]),
    ("UnprocessableContent", 422, ErrorCode::Invalid, &[]),
    ("PreconditionRequired", 428, ErrorCode::PreconditionRequired, &["ETag"]),
    ("TooManyRequests", 429, ErrorCode::TooManyRequests, &["Retry-After"]),
    ("InternalServerError", 500, ErrorCode::Internal, &[]),
    ("ServiceUnavailable", 503, ErrorCode::Unavailable, &["Retry-After"]),
];

/// The header by which an answer that was given before says so.
const REPLAYED: &str = "Idempotent-Replayed";

/// Headers of every answer.
const ALWAYS: &[&str] =
    &["Access-Control-Allow-Origin", "Content-Language", "RateLimit", "RateLimit-Policy", "X-Request-Id"];

fn headers(extra: &[&str]) -> Value {
    let refer = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    Value::Object(ALWAYS.iter().chain(extra).map(refer).collect())
}

fn header_components() -> Value {
    let text = |description: &str, example: &str, longest: u32| {
        json!({ "description": description,
                "schema": { "type": "string", "maxLength": longest, "pattern": "^[ -~]*$" }, "example": example })
    };
    json!({
        "Access-Control-Allow-Origin": text("允许的来源 the origin that may read the answer, when it was configured.", "https://jx.example.gov.cn", 200),
        "Content-Disposition": text("文件名 name of the file, when the answer is one.", "attachment; filename=\"indicators.csv\"", 300),
        "Content-Language": text("文字的语言 language of the words in the answer.", "zh-CN", 10),
        "ETag": text("版本标记 version of what was answered; send it back as `If-Match` to change it.", "\"17.3\"", 66),
        "Idempotent-Replayed": text("重复请求的原结果 `true`: the answer is the one given to the first request with this key.", "true", 4),
        "Link": text("翻页 address of the next page (RFC 8288).", "</api/v1/units?cursor=abc>; rel=\"next\"", 9000),
        "Location": text("地址 address of what was made.", "/api/v1/units/219001", 500),
        "RateLimit": text("剩余额度 what is left of the caller's allowance.", "\"caller\";r=99;t=1", 100),
        "RateLimit-Policy": text("额度 the caller's allowance: requests in seconds.", "\"caller\";q=100;w=1", 100),
        "Retry-After": { "description": "几秒后再试 seconds after which to try again.",
            "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 86400 }, "example": 2 },
        "WWW-Authenticate": text("登录方式 how to sign in.", "Bearer", 100),
        "X-Request-Id": text("请求编号 id of the request, also in the log.", "0199d3a2-6f00-7c4e-9a51-3b8d2c0e4f10", 64),
    })
}

fn response_components() -> Value {
    let response = |&(name, status, code, extra): &(&str, u16, ErrorCode, &[&str])| {
        let example = json!({
            "type": format!("/problems/{}", code.as_str()), "title": code.title(Lang::Zh), "status": status,
            "code": code.as_str(), "detail": code.title(Lang::Zh), "instance": "/api/v1/units/219001",
            "request_id": "0199d3a2-6f00-7c4e-9a51-3b8d2c0e4f10", "errors": [],
        });
        let body = json!({
            "description": format!("{} {}.", code.title(Lang::Zh), code.title(Lang::En)),
            "headers": headers(extra),
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" }, "example": example } },
        });
        (name.to_owned(), body)
    };
    Value::Object(FAILURES.iter().map(response).collect())
}

/// Completes every operation and adds the components they share.
pub fn complete(document: &mut Value) {
    each_operation(document, |path, method, operation| {
        strip_null_from_parameters(operation);
        if !operation.contains_key("description") {
            let summary = operation.get("summary").cloned().unwrap_or_default();
            operation.insert("description".into(), summary);
        }
        if matches!(method, "put" | "patch" | "delete") {
            add_if_match(operation, method);
        }
        if is_repeatable(operation) {
            add_idempotency_key(operation);
        }
        if let Some(body) = operation.get_mut("requestBody").and_then(Value::as_object_mut) {
            body.insert("required".into(), json!(true));
        }
        let failures = failures(path, method, operation);
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        responses.values_mut().for_each(complete_success);
        for (name, status, _, _) in FAILURES.iter().filter(|failure| failures.contains(&failure.1)) {
            responses
                .entry(status.to_string())
                .or_insert_with(|| json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    });
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("headers".into(), header_components());
        components.insert("responses".into(), response_components());
    }
}

/// The failures that an operation of this shape can have.
fn failures(path: &str, method: &str, operation: &Object) -> Vec<u16> {
    let security = operation.get("security").and_then(Value::as_array);
    let is_open = security.is_some_and(|all| all.contains(&json!({})));
    let parameters =
        operation.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let in_query = |name: Option<&str>| {
        parameters.iter().any(|parameter| {
            parameter.get("in") == Some(&json!("query"))
                && name.is_none_or(|name| parameter.get("name") == Some(&json!(name)))
        })
    };
    let has_body = operation.contains_key("requestBody");
    let mut found = vec![400, 401, 429, 500, 503];
    if !is_open {
        found.push(403);
    }
    if path.contains('{') {
        found.push(404);
    }
    if has_body {
        found.extend([408, 413, 415, 422]);
    }
    if in_query(Some("cursor")) || in_query(Some("since")) {
        found.push(422);
    }
    if method != "get" && !is_open {
        found.push(409);
    }
    if parameters.iter().any(|parameter| parameter.get("name") == Some(&json!("If-Match"))) {
        found.extend([412, 428]);
    }
    if is_repeatable(operation) {
        found.push(422);
    }
    found
}

/// Whether an answer may be one that was given before.
fn is_repeatable(operation: &Object) -> bool {
    let responses = operation.get("responses").and_then(Value::as_object);
    responses
        .into_iter()
        .flatten()
        .any(|(_, response)| response.get("headers").is_some_and(|headers| headers.get(REPLAYED).is_some()))
}

fn add_idempotency_key(operation: &mut Object) {
    let parameter = json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "幂等键：一天内以同一键重发同一请求，只生效一次，返回同样的结果 \
            a key of your choice: the same request sent again within a day has its effect once and gets the same answer.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        "example": "0199d3a2-6f00-7c4e-9a51-3b8d2c0e4f10",
    });
    if let Some(parameters) = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut() {
        parameters.push(parameter);
    }
}

/// A success names the headers that come with it; here they get their meaning.
fn complete_success(response: &mut Value) {
    let Some(response) = response.as_object_mut() else { return };
    let named = response.remove("headers").and_then(|named| named.as_object().cloned()).unwrap_or_default();
    let extra: Vec<&str> = named.keys().map(String::as_str).collect();
    response.insert("headers".into(), headers(&extra));
}

fn add_if_match(operation: &mut Object, method: &str) {
    let description = if method == "put" {
        "上次读取的 ETag，`*` 表示任意版本；修改已有数据时必填，新建时不填 the ETag you last read, `*` for any; wanted unless something new is made."
    } else {
        "上次读取的 ETag，`*` 表示任意版本 the ETag you last read, `*` for any."
    };
    let parameter = json!({
        "name": "If-Match", "in": "header", "required": method != "put", "description": description,
        "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$" },
        "example": "*",
    });
    if let Some(parameters) = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut() {
        parameters.push(parameter);
    }
}

/// A query has no null: an optional parameter is left out.
fn strip_null_from_parameters(operation: &mut Object) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut) else { continue };
        if let Some(Value::Array(kinds)) = schema.get("type")
            && let Some(kind) = kinds.iter().find(|kind| *kind != "null").cloned()
        {
            schema.insert("type".into(), kind);
        }
        if let Some(options) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            options.retain(|option| !option.is_null());
        }
    }
}
