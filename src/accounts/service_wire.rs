//! Service accounts on the wire. The secret is shown once, where it is made.

use jixiao_core::kernel::{RegionCode, UnitCode};
use jixiao_core::workflow::{Action, Role};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::http::wire::{RegionCodeText, RoleWord, Stamp, Timestamp, UnitCodeText};
use crate::list_params;

/// An action as the scope that stands for it; only those that a program may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceScope(pub Action);

impl Serialize for ServiceScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.scope())
    }
}

impl<'de> Deserialize<'de> for ServiceScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let action = Action::of_scope(&word).filter(|action| !action.is_for_people());
        action.map(Self).ok_or_else(|| D::Error::custom("no scope of a service account"))
    }
}

// From the one table, so that a new action is in the document without a word here.
impl PartialSchema for ServiceScope {
    fn schema() -> RefOr<Schema> {
        let words = Action::ALL.into_iter().filter(|action| !action.is_for_people()).map(Action::scope);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("服务账号的权限范围 a scope that a service account may have."))
            .enum_values(Some(words))
            .examples(["scores:read"])
            .into()
    }
}

impl ToSchema for ServiceScope {}

/// The address of a service account.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ServiceAccountPath {
    /// 客户端编号 client id.
    #[param(max_length = 40, pattern = "^jx_[0-9a-z]{1,37}$", example = "jx_7mq2vkx9tw4hd8rc")]
    pub client_id: String,
}

/// 服务账号 a program's account, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "县级财政一体化系统", "role": "reader", "unit": null, "region_code": "430611", "scopes": ["scores:read"],
    "expires_at": "2027-12-31T16:00:00.000Z", "disabled": false
}))]
pub struct ServiceAccountInput {
    /// 名称 what people call it.
    #[schema(min_length = 1, max_length = 100, example = "县级财政一体化系统")]
    pub name: String,
    /// 角色 role: what the account could do at most.
    #[schema(value_type = RoleWord, example = "reader")]
    pub role: Role,
    /// 单位编码 unit of a `unit` account.
    #[serde(default)]
    #[schema(value_type = Option<UnitCodeText>)]
    pub unit: Option<UnitCode>,
    /// 行政区划代码 region of a `bureau` account, or the one a `reader` is confined to.
    #[serde(default)]
    #[schema(value_type = Option<RegionCodeText>, example = "430611")]
    pub region_code: Option<RegionCode>,
    /// 权限范围 what it may do: some of what its role may, as little as the program needs.
    #[schema(min_items = 1, max_items = 50)]
    pub scopes: Vec<ServiceScope>,
    /// 到期时间 until when it counts, at most two years ahead.
    pub expires_at: Timestamp,
    /// 是否停用 whether it may not sign in.
    #[serde(default)]
    #[schema(example = false)]
    pub disabled: bool,
}

/// 服务账号 a program's account, as it is read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "client_id": "jx_7mq2vkx9tw4hd8rc", "name": "县级财政一体化系统", "role": "reader", "unit": null, "region_code": "430611", "scopes": ["scores:read"],
    "expires_at": "2027-12-31T16:00:00.000Z", "disabled": false,
    "last_used_at": "2027-03-05T02:08:30.120Z", "etag": "\"3.1\"",
    "created_at": "2027-01-04T01:12:07.402Z", "updated_at": "2027-01-04T01:12:07.402Z"
}))]
pub struct ServiceAccountView {
    /// 客户端编号 client id, by which it signs in and is named in the trail.
    #[schema(read_only, max_length = 40, example = "jx_7mq2vkx9tw4hd8rc")]
    pub client_id: String,
    /// What was written.
    #[serde(flatten)]
    pub account: ServiceAccountInput,
    /// 最近使用时间 when it last got a token.
    #[schema(read_only)]
    pub last_used_at: Option<Timestamp>,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 新建的服务账号 a service account that was made just now, with its secret.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "client_id": "jx_7mq2vkx9tw4hd8rc", "name": "县级财政一体化系统", "role": "reader", "unit": null, "region_code": "430611", "scopes": ["scores:read"],
    "expires_at": "2027-12-31T16:00:00.000Z", "disabled": false,
    "last_used_at": null, "etag": "\"3.1\"",
    "created_at": "2027-01-04T01:12:07.402Z", "updated_at": "2027-01-04T01:12:07.402Z",
    "client_secret": "jxs_9Jt0c1QmZr4bV8xKpY2nLd6hWf3sGa7uEe5iOoTqB0c"
}))]
pub struct CreatedServiceAccount {
    /// The service account.
    #[serde(flatten)]
    pub account: ServiceAccountView,
    /// 密钥 secret (256 random bits), shown this once.
    #[schema(max_length = 64, example = "jxs_9Jt0c1QmZr4bV8xKpY2nLd6hWf3sGa7uEe5iOoTqB0c")]
    pub client_secret: String,
}

/// 新密钥 a new secret; the old one stopped counting.
#[derive(Serialize, ToSchema)]
pub struct ServiceAccountSecret {
    /// 客户端编号 client id.
    #[schema(max_length = 40, example = "jx_7mq2vkx9tw4hd8rc")]
    pub client_id: String,
    /// 密钥 secret (256 random bits), shown this once.
    #[schema(max_length = 64, example = "jxs_9Jt0c1QmZr4bV8xKpY2nLd6hWf3sGa7uEe5iOoTqB0c")]
    pub client_secret: String,
}

/// 一页服务账号 a page of service accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceAccountList {
    /// 服务账号 the service accounts of this page.
    #[schema(max_items = 500)]
    pub items: Vec<ServiceAccountView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all service accounts that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of service accounts.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum ServiceAccountSort {
    /// By name.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// By name, downwards.
    #[serde(rename = "-name")]
    NameDown,
    /// By expiry, first to expire first.
    #[serde(rename = "expires_at")]
    ExpiresAt,
    /// By expiry, last to expire first.
    #[serde(rename = "-expires_at")]
    ExpiresAtDown,
}

list_params! {
    /// Filters of service accounts.
    ServiceAccountParams, sort: ServiceAccountSort,
    /// 角色 role.
    #[param(value_type = Option<RoleWord>, inline)]
    role: Option<Role>,
    /// 是否停用 disabled ones only, or the others.
    disabled: Option<bool>,
}
