//! One shape for every error: RFC 9457 problem details with a stable code, in Chinese or English, with all
//! field errors at once.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, ResponseError};
use jixiao_core::kernel::Lang;
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Words in both languages; the caller's language is known only where the answer is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Message {
    /// The same thing said twice.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The words of one language.
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> String {
        lang.pick(self.zh, self.en)
    }
}

/// Every kind of failure: its stable code, status, and what it is called in both languages.
macro_rules! error_codes {
    ($($name:ident = $code:literal, $status:ident, $zh:literal, $en:literal;)+) => {
        /// What went wrong, as a stable code. The code is never translated and never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is described by its title in the table")]
        pub enum ErrorCode { $($name),+ }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable word for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The HTTP status it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// What it is called.
            #[must_use]
            pub const fn title(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::Zh) => $zh, (Self::$name, Lang::En) => $en),+
                }
            }
        }
    };
}

error_codes! {
    MalformedJson = "malformed_json", BAD_REQUEST, "请求正文不是合法的 JSON", "The body is not valid JSON";
    InvalidQuery = "invalid_query", BAD_REQUEST, "查询参数有误", "A query parameter is wrong";
    MalformedRequest = "malformed_request", BAD_REQUEST, "请求格式有误", "The request is malformed";
    InvalidGrant = "invalid_grant", BAD_REQUEST, "用户名或口令不正确，或刷新令牌已失效",
        "Wrong user name or password, or the refresh token is no longer valid";
    UnsupportedGrantType = "unsupported_grant_type", BAD_REQUEST, "不支持的授权方式", "Unsupported grant type";
    InvalidScope = "invalid_scope", BAD_REQUEST, "请求的权限范围不存在", "No such scope";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "请先登录", "Please sign in";
    InvalidClient = "invalid_client", UNAUTHORIZED, "客户端编号或密钥不正确，或服务账号已停用、已过期",
        "Wrong client id or secret, or the service account is disabled or has expired";
    Forbidden = "forbidden", FORBIDDEN, "没有权限进行此操作", "You may not do this";
    PasswordChangeRequired = "password_change_required", FORBIDDEN, "请先修改初始口令",
        "Change the first password before anything else";
    NotFound = "not_found", NOT_FOUND, "没有找到", "Not found";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "此地址不支持该方法",
        "This address does not support the method";
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "请求正文迟迟未到", "The body took too long to arrive";
    AlreadyExists = "already_exists", CONFLICT, "已存在", "Already exists";
    RuleSetFixed = "rule_set_fixed", CONFLICT, "此规则集已固定，请另建新版本", "This rule set never changes; make a new version";
    InUse = "in_use", CONFLICT, "仍被引用，不能删除", "Still in use, cannot be removed";
    OwnAccount = "own_account", CONFLICT, "不能对自己的账号这样做", "You cannot do this to your own account";
    LastAdmin = "last_admin", CONFLICT, "至少要保留一个可用的管理员", "At least one enabled administrator must remain";
    Locked = "locked", CONFLICT, "当前阶段不可修改", "Locked at this stage";
    IllegalStep = "illegal_step", CONFLICT, "当前阶段不能进行此操作", "Not possible at this stage";
    DeadlinePassed = "deadline_passed", CONFLICT, "已过截止日期", "The deadline has passed";
    IdempotencyInProgress = "idempotency_in_progress", CONFLICT, "相同的请求仍在处理，请稍后再试",
        "The same request is still being worked on; try again later";
    Stale = "stale", PRECONDITION_FAILED, "数据已被他人修改，请刷新后再试",
        "Changed by someone else meanwhile; reload and try again";
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "请求正文过大", "The body is too large";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "不支持的内容类型",
        "Unsupported media type";
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "填报内容有误，请按各项提示修改",
        "The content has errors; see each of them";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY,
        "此 Idempotency-Key 已用于另一请求", "This Idempotency-Key came before with another body";
    FindingsOpen = "findings_open", UNPROCESSABLE_ENTITY, "审核未通过，请按各项提示修改或说明",
        "Checks do not let this through; mend or explain each finding";
    ImportRejected = "import_rejected", UNPROCESSABLE_ENTITY, "导入未写入任何数据，请按各项提示修改",
        "Nothing was imported; see each error";
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED, "请带上 If-Match（来自上次读取的 ETag）",
        "Send If-Match with the ETag you last read";
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "请求过于频繁，请稍后再试",
        "Too many requests; try again later";
    Internal = "internal", INTERNAL_SERVER_ERROR, "服务内部错误", "Internal error";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "服务暂时不可用，请稍后再试",
        "Temporarily unavailable; try again later";
}

/// An error on its way to the caller.
#[derive(Debug)]
pub struct ApiError {
    /// What went wrong.
    pub code: ErrorCode,
    /// This case in particular.
    pub detail: Option<Message>,
    /// Each field that is wrong.
    pub errors: Vec<FieldError>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
    /// The ETag that is current, when the one sent was not.
    pub current_etag: Option<String>,
    /// Extra members of the problem document.
    pub extra: Option<Value>,
    /// The same told as a file, where the caller asked for one: it is sent instead of the problem document.
    pub file: Option<Attached>,
    /// What only the log may see.
    pub cause: Option<String>,
}

/// A CSV that tells of errors.
#[derive(Clone, Debug)]
pub struct Attached(pub Bytes);

impl Attached {
    /// The headers that it is sent with.
    pub const HEADERS: [(&'static str, &'static str); 2] = [
        ("content-type", "text/csv; charset=utf-8"),
        ("content-disposition", "attachment; filename=\"errors.csv\""),
    ];

    /// An answer of this status.
    #[must_use]
    pub fn answer(self, status: StatusCode) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        for header in Self::HEADERS {
            response.insert_header(header);
        }
        response.body(self.0)
    }
}

impl ApiError {
    /// The code says it all.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            current_etag: None,
            extra: None,
            file: None,
            cause: None,
        }
    }

    /// With words about this case.
    #[must_use]
    pub fn detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Some(Message::new(zh, en));
        self
    }

    /// With the fields that are wrong: 422.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(ErrorCode::Invalid) }
    }

    /// Nothing there, or nothing the caller may see: the answer is the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound)
    }

    /// 409 that names what hangs on the thing that was to be removed.
    #[must_use]
    pub fn in_use(dependents: &[(crate::db::Reference, i64)]) -> Self {
        let list = |name: fn(&crate::db::Reference) -> &str, separator: &str| {
            let named = dependents.iter().map(|(reference, rows)| format!("{} {rows}", name(reference)));
            named.collect::<Vec<_>>().join(separator)
        };
        Self::new(ErrorCode::InUse).detail(
            format!("仍被引用，请先处理：{}", list(|reference| reference.zh, "、")),
            format!("Still in use by: {}", list(|reference| reference.en, ", ")),
        )
    }

    /// A unit's year of which there is nothing, or nothing the caller may see.
    #[must_use]
    pub fn no_form() -> Self {
        Self::not_found().detail(
            "没有该单位该年度的自评：尚未填报，或不在您的可见范围内",
            "There is no evaluation of this unit for this year: not filled in yet, or not yours to see",
        )
    }

    /// Our own fault; `cause` goes to the log and nowhere else.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(ErrorCode::Internal) }
    }

    /// The database is away or too busy.
    #[must_use]
    pub fn unavailable() -> Self {
        Self { retry_after: Some(2), ..Self::new(ErrorCode::Unavailable) }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.as_str())?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        // What was checked went meanwhile: the next try is told by the check what is missing, or still there.
        if crate::db::is_unavailable(&error) || crate::db::is_reference_violation(&error) {
            return Self { cause: Some(error.to_string()), ..Self::unavailable() };
        }
        if crate::db::is_unique_violation(&error) {
            // Two callers created the same thing at once; the other one was first.
            return Self { cause: Some(error.to_string()), ..Self::new(ErrorCode::AlreadyExists) };
        }
        Self::internal(error)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    // The envelope writes the body: only there are the caller's language and the request's id known.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// Where, as a JSON pointer into the body, or the name of a parameter.
    pub pointer: String,
    /// What is wrong with it, as a stable code.
    pub code: &'static str,
    /// What to do about it.
    pub message: Message,
    /// What was found there.
    pub found: Option<Value>,
}

impl FieldError {
    /// An error at `pointer`.
    pub fn new(
        pointer: impl Into<String>,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), code, message: Message::new(zh, en), found: None }
    }

    /// The body names another thing than the address.
    pub fn key_mismatch(pointer: impl Into<String>, expected: impl fmt::Display) -> Self {
        Self::new(
            pointer,
            "key_mismatch",
            format!("与地址不符，应为 {expected}"),
            format!("Differs from the address: want {expected}"),
        )
    }

    /// With what was found.
    #[must_use]
    pub fn found(mut self, found: Value) -> Self {
        self.found = Some(found);
        self
    }

    /// For the wire, in one language.
    #[must_use]
    pub fn view(self, lang: Lang) -> FieldErrorView {
        let Self { pointer, code, message, found } = self;
        FieldErrorView {
            pointer: printable(&pointer, 500),
            code: code.to_owned(),
            detail: printable(&message.in_lang(lang), 2000),
            found: found.map(shortened),
        }
    }
}

/// Errors of one answer; who sends more has other things to mend first.
pub const MOST_ERRORS: usize = 1000;

/// What came from the caller goes back in a form that can be shown: no control characters, not endless.
#[must_use]
pub fn printable(text: &str, longest: usize) -> String {
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().take(longest).map(shown).collect()
}

/// What was found is shown so that it is recognised, not so that it is stored twice.
#[must_use]
pub fn shortened(found: Value) -> Value {
    match found {
        Value::String(text) if text.chars().count() > 100 => {
            Value::String(text.chars().take(100).chain(['…']).collect())
        }
        Value::Array(_) | Value::Object(_) => Value::String("…".into()),
        other => other,
    }
}

/// 问题详情 problem details (RFC 9457): the one shape of every error.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// 错误类型的说明页 address of a page about this kind of error.
    #[schema(example = "/problems/not_found", max_length = 100)]
    pub r#type: String,
    /// 错误名称 what this kind of error is called.
    #[schema(example = "没有找到", max_length = 200)]
    pub title: String,
    /// HTTP 状态码 the status of the answer.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    pub status: u16,
    /// 错误代码 stable code of this kind of error; never translated.
    #[schema(example = "not_found", max_length = 50)]
    pub code: String,
    /// 本次情况说明 this case in particular.
    #[schema(example = "没有找到", max_length = 2000)]
    pub detail: String,
    /// 请求地址 path of the request.
    #[schema(example = "/api/v1/units/219001", max_length = 8192)]
    pub instance: String,
    /// 请求编号 id of the request, also in the header `X-Request-Id` and in the log.
    #[schema(example = "0199d3a2-6f00-7c4e-9a51-3b8d2c0e4f10", max_length = 64)]
    pub request_id: String,
    /// 逐项错误 every field that is wrong, all at once.
    #[schema(max_items = 1000)]
    pub errors: Vec<FieldErrorView>,
}

/// 一项错误 one field that is wrong.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldErrorView {
    /// 位置 JSON pointer (RFC 6901) into the body, or the name of a parameter.
    #[schema(example = "/total/annual", max_length = 500)]
    pub pointer: String,
    /// 代码 stable code of what is wrong with it.
    #[schema(example = "wrong_type", max_length = 50)]
    pub code: String,
    /// 说明 what is wrong and what to do.
    #[schema(example = "应为字符串，如 \"1013.19\"", max_length = 2000)]
    pub detail: String,
    /// 实际值 what was found there, shortened.
    #[schema(value_type = Value)]
    pub found: Option<Value>,
}
