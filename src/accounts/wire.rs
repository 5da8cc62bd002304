//! What is said about signing in: OAuth 2 names (RFC 6749), because every client library knows them.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text that no log and no error message may show.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// The text, for the one who must see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// 授权方式 how the caller proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// 用户名和口令 user name and password.
    Password,
    /// 刷新令牌 a refresh token.
    RefreshToken,
    /// 客户端编号和密钥 a service account's client id and secret.
    ClientCredentials,
}

impl GrantType {
    /// Whether this word names a grant type of ours.
    #[must_use]
    pub fn is_known(word: &str) -> bool {
        matches!(word, "password" | "refresh_token" | "client_credentials")
    }
}

/// 登录表单 sign-in form: `username` and `password`, or `refresh_token`, or `client_id` and `client_secret`. Empty and
/// unknown fields do not count.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({ "grant_type": "password", "username": "unit", "password": "jixiao-demo" })
)]
pub struct TokenRequest {
    /// 授权方式 `password` to sign in, `refresh_token` to stay signed in, `client_credentials` for a program.
    pub grant_type: GrantType,
    /// 用户名 user name; wanted with `password`.
    #[schema(max_length = 64, nullable = false, example = "unit")]
    pub username: Option<String>,
    /// 口令 password; wanted with `password`.
    #[schema(value_type = Option<String>, write_only, format = Password, max_length = 128, nullable = false, example = "jixiao-demo")]
    pub password: Option<Hidden>,
    /// 刷新令牌 the refresh token last received; wanted with `refresh_token`.
    #[schema(value_type = Option<String>, write_only, max_length = 512, nullable = false)]
    pub refresh_token: Option<Hidden>,
    /// 权限范围 what to narrow the token to, separated by spaces; everything the role may do when left out.
    #[schema(max_length = 500, nullable = false, example = "units:read forms:read")]
    pub scope: Option<String>,
    /// 客户端编号 client id; wanted with `client_credentials` unless HTTP Basic holds it, else ignored.
    #[schema(max_length = 200, nullable = false)]
    pub client_id: Option<String>,
    /// 客户端密钥 client secret; wanted with `client_credentials` unless HTTP Basic holds it, else ignored.
    #[schema(value_type = Option<String>, write_only, max_length = 200, nullable = false)]
    pub client_secret: Option<Hidden>,
}

/// 令牌 tokens: one to call with for a quarter of an hour, one to get the next with.
#[derive(Serialize, ToSchema)]
pub struct TokenResponse {
    /// 访问令牌 access token (JWT, `EdDSA`), sent as `Authorization: Bearer …`.
    #[schema(
        max_length = 8192,
        pattern = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
        example = "eyJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiIxIn0.c2ln"
    )]
    pub access_token: String,
    /// 令牌类型 always `Bearer`.
    #[schema(max_length = 6, pattern = "^Bearer$", example = "Bearer")]
    pub token_type: String,
    /// 有效秒数 seconds for which the access token is good.
    #[schema(minimum = 1, maximum = 86400, example = 900)]
    pub expires_in: i64,
    /// 刷新令牌 refresh token; good once, within two hours, and at most twelve hours after signing in. A program gets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        max_length = 512,
        pattern = "^[A-Za-z0-9_-]+$",
        example = "3rZkq0mF_9B5f-41JqMxV7w2cY8tLhN6sDgA0bRpEuI"
    )]
    pub refresh_token: Option<String>,
    /// 权限范围 what the access token lets do, separated by spaces.
    #[schema(max_length = 500, pattern = "^[a-z:-]+( [a-z:-]+)*$", example = "units:read forms:read")]
    pub scope: String,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("scope", &self.scope).finish_non_exhaustive()
    }
}
