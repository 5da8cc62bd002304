//! `/auth`, and the public keys.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jixiao_core::kernel::Lang;
use jixiao_core::workflow::Action;
use serde_json::json;

use super::sign_in::Grant;
use super::wire::{GrantType, TokenRequest, TokenResponse};
use super::{Accounts, tokens};
use crate::http::body::schemas;
use crate::http::client::client_address;
use crate::http::{ApiError, ErrorCode, FormFields, Unstored};

/// Bytes of a sign-in form.
const FORM_LIMIT: usize = 8192;

/// Issue a token
///
/// 登录或刷新令牌（OAuth 2，RFC 6749）：`grant_type=password` 用用户名和口令登录；`grant_type=refresh_token` 用刷新令牌
/// 换取新令牌，刷新令牌只能使用一次，重复使用会使该次登录的全部令牌失效。访问令牌有效 15 分钟，刷新令牌 2 小时内有效，
/// 自登录起最长 12 小时。15 分钟内失败 5 次后须等待。
/// Sign in, or trade a refresh token for new tokens. A refresh token is good once; using one twice revokes
/// everything that came of that sign-in. Errors carry `error` and `error_description` as OAuth clients expect.
#[utoipa::path(
    tag = "auth",
    operation_id = "issueToken",
    security(()),
    request_body(
        content = TokenRequest,
        content_type = "application/x-www-form-urlencoded",
        description = "登录表单 sign-in form."
    )
)]
#[post("/token")]
pub async fn issue_token(
    request: HttpRequest,
    payload: web::Payload,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<TokenResponse>, ApiError> {
    let issued = issue(&request, payload, &accounts).await;
    issued.map(|grant| Unstored(respond(grant))).map_err(as_oauth)
}

async fn issue(request: &HttpRequest, payload: web::Payload, accounts: &Accounts) -> Result<Grant, ApiError> {
    refuse_clients(request)?;
    let form = FormFields::read(request, payload.into_inner(), FORM_LIMIT).await?;
    let wanted: &[&str] = match form.get("grant_type") {
        Some(word) if !GrantType::is_known(word) => {
            return Err(ApiError::new(ErrorCode::UnsupportedGrantType).detail(
                "grant_type 应为 password 或 refresh_token",
                "grant_type is password or refresh_token",
            ));
        }
        Some("password") => &["username", "password"],
        Some(_) => &["refresh_token"],
        // The schema reports it, with whatever else is wrong.
        None => &[],
    };
    let form: TokenRequest = form.typed(schemas(request)?, wanted)?;
    let TokenRequest { grant_type, username, password, refresh_token, scope, client_id: _, client_secret: _ } =
        form;
    let scope = scope.as_deref().map(wanted_actions).transpose()?.filter(|actions| !actions.is_empty());
    let scope = scope.as_deref();
    match (grant_type, username, password, refresh_token) {
        (GrantType::Password, Some(username), Some(password), _) => {
            accounts.sign_in(&username, &password, scope, client_address(request)).await
        }
        (GrantType::RefreshToken, _, _, Some(token)) => accounts.refresh(&token, scope).await,
        (GrantType::Password | GrantType::RefreshToken, ..) => Err(ApiError::new(ErrorCode::Invalid)),
    }
}

/// There are no registered clients. Swagger UI sends `Basic` with an empty name, which says nothing; a name
/// would be taken for granted by whoever sends it, so it is refused.
fn refuse_clients(request: &HttpRequest) -> Result<(), ApiError> {
    let headers = request.headers().get_all(header::AUTHORIZATION);
    let basic =
        headers.filter_map(|value| value.to_str().ok()).filter_map(|text| text.trim().split_once(' '));
    for (_, credentials) in basic.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic")) {
        let decoded = STANDARD.decode(credentials.trim()).unwrap_or_default();
        if decoded.first() != Some(&b':') {
            return Err(ApiError::new(ErrorCode::Unauthenticated).detail(
                "没有此客户端：请在表单中填写用户名和口令，不要填写客户端编号",
                "There is no such client: put user name and password into the form, and no client id",
            ));
        }
    }
    Ok(())
}

fn wanted_actions(scope: &str) -> Result<Vec<Action>, ApiError> {
    tokens::actions(scope).ok_or_else(|| {
        let known = Action::ALL.map(Action::scope).join(" ");
        ApiError::new(ErrorCode::InvalidScope)
            .detail(format!("权限范围只能是：{known}"), format!("The scopes are: {known}"))
    })
}

fn respond(grant: Grant) -> TokenResponse {
    let Grant { access_token, lifetime, refresh_token, actions } = grant;
    TokenResponse {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: lifetime.num_seconds(),
        refresh_token,
        scope: tokens::scope_text(&actions),
    }
}

/// The same error, with the members by which OAuth clients know it (RFC 6749, 5.2).
fn as_oauth(error: ApiError) -> ApiError {
    let word = match error.code {
        ErrorCode::InvalidGrant => "invalid_grant",
        ErrorCode::UnsupportedGrantType => "unsupported_grant_type",
        ErrorCode::InvalidScope => "invalid_scope",
        ErrorCode::Unauthenticated => "invalid_client",
        ErrorCode::TooManyRequests | ErrorCode::Unavailable => "temporarily_unavailable",
        code if code.status().is_server_error() => "server_error",
        _ => "invalid_request",
    };
    let description = error.code.title(Lang::En);
    ApiError { extra: Some(json!({ "error": word, "error_description": description })), ..error }
}

/// The public keys (RFC 7517), for systems that verify our tokens themselves.
pub async fn public_keys(accounts: web::Data<Accounts>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .insert_header((header::CONTENT_TYPE, "application/jwk-set+json"))
        .body(accounts.public_keys().to_string())
}
