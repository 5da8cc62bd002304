//! `/auth`, and the public keys.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jixiao_core::kernel::Lang;
use jixiao_core::workflow::Action;
use serde_json::json;

use super::sign_in::Grant;
use super::user_wire::PasswordChange;
use super::wire::{GrantType, Hidden, TokenRequest, TokenResponse};
use super::{Accounts, tokens};
use crate::http::body::schemas;
use crate::http::caller::authenticate;
use crate::http::client::client_address;
use crate::http::permission::OwnAccount;
use crate::http::{ApiError, Body, Caller, ErrorCode, FormFields, Shown, Unstored};

/// Bytes of a sign-in form.
const FORM_LIMIT: usize = 8192;

/// Issue a token
///
/// 登录或刷新令牌（OAuth 2，RFC 6749）：`grant_type=password` 用用户名和口令登录；`grant_type=refresh_token` 用刷新令牌
/// 换取新令牌，刷新令牌只能使用一次，重复使用会使该次登录的全部令牌失效；`grant_type=client_credentials` 供服务账号使用，
/// 客户端编号和密钥写在表单里，或以 HTTP Basic 发送。访问令牌有效 15 分钟，刷新令牌 2 小时内有效，
/// 自登录起最长 12 小时。15 分钟内失败 5 次后须等待。
/// Sign in, trade a refresh token for new tokens, or sign in a program by its client id and secret (in the form or
/// by HTTP Basic). A refresh token is good once; using one twice revokes everything that came of that sign-in.
/// Errors carry `error` and `error_description` as OAuth clients expect.
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
) -> Result<Unstored<Shown<TokenResponse>>, ApiError> {
    let issued = issue(&request, payload, &accounts).await;
    issued.map(|grant| Unstored(Shown(respond(grant)))).map_err(as_oauth)
}

/// Change the own password
///
/// 修改自己的口令：须提供现用口令。此前登录得到的全部令牌随即失效，返回新的令牌。首次登录后须先调用此接口。
/// Change the own password; the one so far is asked for. All tokens given out before stop counting, and new ones
/// come back. After a first password nothing else is answered until this was done.
#[utoipa::path(
    tag = "auth",
    operation_id = "changePassword",
    request_body = PasswordChange,
    security(("oauth2" = []))
)]
#[post("/password", wrap = "from_fn(authenticate)")]
pub async fn change_password(
    caller: Caller<OwnAccount>,
    request: HttpRequest,
    Body(change): Body<PasswordChange>,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<Shown<TokenResponse>>, ApiError> {
    let principal = caller.principal();
    if principal.is_service {
        return Err(ApiError::new(ErrorCode::Forbidden).detail(
            "服务账号没有口令；密钥由管理员更换",
            "A service account has no password; an administrator changes its secret",
        ));
    }
    let grant = accounts.change_password(principal, change, client_address(&request)).await?;
    Ok(Unstored(Shown(respond(grant))))
}

async fn issue(request: &HttpRequest, payload: web::Payload, accounts: &Accounts) -> Result<Grant, ApiError> {
    let client = basic(request)?;
    let form = FormFields::read(request, payload.into_inner(), FORM_LIMIT).await?;
    let wanted: &[&str] = match form.get("grant_type") {
        Some(word) if !GrantType::is_known(word) => {
            return Err(ApiError::new(ErrorCode::UnsupportedGrantType).detail(
                "grant_type 应为 password、refresh_token 或 client_credentials",
                "grant_type is password, refresh_token or client_credentials",
            ));
        }
        Some("password") => &["username", "password"],
        Some("client_credentials") if client.is_none() => &["client_id", "client_secret"],
        Some("refresh_token") => &["refresh_token"],
        // Basic holds the client; or the schema reports that nothing was said, with whatever else is wrong.
        Some(_) | None => &[],
    };
    let form: TokenRequest = form.typed(schemas(request)?, wanted)?;
    let TokenRequest { grant_type, username, password, refresh_token, scope, client_id, client_secret } =
        form;
    let scope = scope.as_deref().map(wanted_actions).transpose()?.filter(|actions| !actions.is_empty());
    let scope = scope.as_deref();
    if grant_type != GrantType::ClientCredentials && client.is_some() {
        // Whoever sends a client takes for granted that it was looked at.
        return Err(ApiError::new(ErrorCode::InvalidClient).detail(
            "人员登录不需要客户端编号：请在表单中填写用户名和口令",
            "People sign in without a client: put user name and password into the form, and no client id",
        ));
    }
    let address = client_address(request);
    match (grant_type, client) {
        (GrantType::Password, _) => {
            let (Some(username), Some(password)) = (username, password) else { return Err(incomplete()) };
            accounts.sign_in(&username, &password, scope, address).await
        }
        (GrantType::RefreshToken, _) => accounts.refresh(&refresh_token.ok_or_else(incomplete)?, scope).await,
        (GrantType::ClientCredentials, Some(_)) if client_secret.is_some() => {
            Err(ApiError::new(ErrorCode::MalformedRequest).detail(
                "客户端密钥只能放在一处：表单或 HTTP Basic",
                "Send the client's secret in one place: the form or HTTP Basic",
            ))
        }
        (GrantType::ClientCredentials, Some((id, secret))) => {
            accounts.sign_in_service(&id, &secret, scope, address).await
        }
        (GrantType::ClientCredentials, None) => {
            let (Some(id), Some(secret)) = (client_id, client_secret) else { return Err(incomplete()) };
            accounts.sign_in_service(&id, &secret, scope, address).await
        }
    }
}

fn incomplete() -> ApiError {
    ApiError::new(ErrorCode::Invalid)
}

/// The client that HTTP Basic names (RFC 6749, 2.3.1). Swagger UI sends an empty one, which says nothing.
fn basic(request: &HttpRequest) -> Result<Option<(String, Hidden)>, ApiError> {
    let headers = request.headers().get_all(header::AUTHORIZATION);
    let texts =
        headers.filter_map(|value| value.to_str().ok()).filter_map(|text| text.trim().split_once(' '));
    let mut found = None;
    for (_, credentials) in texts.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic")) {
        let decoded = STANDARD.decode(credentials.trim()).unwrap_or_default();
        let pair = std::str::from_utf8(&decoded).ok().and_then(|text| text.split_once(':'));
        match pair {
            Some(("", _)) => {}
            Some((id, secret)) if found.is_none() => found = Some((id.to_owned(), secret.into())),
            _ => return Err(ApiError::new(ErrorCode::InvalidClient)),
        }
    }
    Ok(found)
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
        ErrorCode::InvalidClient => "invalid_client",
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
