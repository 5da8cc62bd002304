//! Accounts on the wire. A password goes in, and a first one comes out once; nothing else of it is ever shown.

use jixiao_core::kernel::{RegionCode, UnitCode};
use jixiao_core::workflow::Role;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::Hidden;
use crate::http::wire::{RegionCodeText, RoleWord, Stamp, UnitCodeText};
use crate::list_params;

/// The address of an account.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UserPath {
    /// 用户名 user name.
    #[param(min_length = 1, max_length = 64, pattern = "^[0-9A-Za-z一-龥._@-]+$", example = "zhangwei")]
    pub username: String,
}

/// 新账号 an account that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "username": "zhangwei", "role": "unit", "unit": "430611101" }))]
pub struct NewUserInput {
    /// 用户名 name to sign in with; upper and lower case are the same.
    #[schema(min_length = 1, max_length = 64, pattern = "^[0-9A-Za-z一-龥._@-]+$", example = "zhangwei")]
    pub username: String,
    /// 角色 role.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// 单位编码 unit that a `unit` account fills for.
    #[serde(default)]
    #[schema(value_type = Option<UnitCodeText>, example = "430611101")]
    pub unit: Option<UnitCode>,
    /// 行政区划代码 region of a `bureau` account, or the one a `reader` is confined to.
    #[serde(default)]
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 初始口令 first password; a random one is made when left out. It has to be changed before anything else.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only, format = Password, pattern = "^[^\\x00]*$", min_length = 12, max_length = 128)]
    pub password: Option<Hidden>,
}

/// 账号的修改 what may change about an account: absent leaves alone, null clears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "disabled": true }))]
pub struct UserPatch {
    /// 角色 role.
    #[schema(value_type = RoleWord, required = false)]
    pub role: Role,
    /// 单位编码 unit that a `unit` account fills for.
    #[serde(default)]
    #[schema(value_type = Option<UnitCodeText>, example = "430611101")]
    pub unit: Option<UnitCode>,
    /// 行政区划代码 region of a `bureau` account, or the one a `reader` is confined to.
    #[serde(default)]
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 是否停用 whether it may not sign in.
    #[schema(required = false, example = false)]
    pub disabled: bool,
}

/// 账号 an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "username": "zhangwei", "role": "unit", "unit": "430611101", "region_code": null, "disabled": false,
    "must_change_password": true, "etag": "\"17.1\"", "created_at": "2027-01-04T01:12:07.402Z",
    "updated_at": "2027-01-04T01:12:07.402Z"
}))]
pub struct UserView {
    /// 用户名 name to sign in with.
    #[schema(max_length = 64, example = "zhangwei")]
    pub username: String,
    /// 角色 role.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// 单位编码 unit that a `unit` account fills for.
    #[schema(value_type = Option<UnitCodeText>, example = "430611101")]
    pub unit: Option<UnitCode>,
    /// 行政区划代码 region of a `bureau` account, or the one a `reader` is confined to.
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 是否停用 whether it may not sign in.
    #[schema(example = false)]
    pub disabled: bool,
    /// 须修改口令 whether the password is only the first one, which has to be changed.
    #[schema(example = true)]
    pub must_change_password: bool,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 新建的账号 an account that was made just now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "username": "zhangwei", "role": "unit", "unit": "430611101", "region_code": null, "disabled": false,
    "must_change_password": true, "etag": "\"17.1\"", "created_at": "2027-01-04T01:12:07.402Z",
    "updated_at": "2027-01-04T01:12:07.402Z",
    "initial_password": "vt7kq-m2xwz-9rhdc-pe4ng"
}))]
pub struct CreatedUser {
    /// The account.
    #[serde(flatten)]
    pub user: UserView,
    /// 初始口令 first password, shown this once; null when it was given.
    #[schema(max_length = 64, example = "vt7kq-m2xwz-9rhdc-pe4ng")]
    pub initial_password: Option<String>,
}

/// 重置后的口令 the first password after a reset.
#[derive(Serialize, ToSchema)]
pub struct ResetPassword {
    /// 用户名 user name.
    #[schema(max_length = 64, example = "zhangwei")]
    pub username: String,
    /// 初始口令 first password, shown this once; it has to be changed before anything else.
    #[schema(max_length = 64, example = "vt7kq-m2xwz-9rhdc-pe4ng")]
    pub initial_password: String,
}

/// 一页账号 a page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserList {
    /// 账号 the accounts of this page.
    #[schema(max_items = 500)]
    pub items: Vec<UserView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all accounts that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of accounts.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum UserSort {
    /// By user name.
    #[default]
    #[serde(rename = "username")]
    Username,
    /// By user name, downwards.
    #[serde(rename = "-username")]
    UsernameDown,
    /// By last change.
    #[serde(rename = "updated_at")]
    UpdatedAt,
    /// By last change, newest first.
    #[serde(rename = "-updated_at")]
    UpdatedAtDown,
}

list_params! {
    /// Filters of accounts.
    UserParams, sort: UserSort,
    /// 角色 role.
    #[param(value_type = Option<RoleWord>, inline)]
    role: Option<Role>,
    /// 是否停用 disabled ones only, or the others.
    disabled: Option<bool>,
    /// 单位编码 unit.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    unit: Option<UnitCode>,
    /// 行政区划 region: accounts of this region and of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    region_code: Option<RegionCode>,
}

/// 当前账号 who holds the token, and what it lets do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "username": "zhangwei", "is_service_account": false, "role": "unit", "unit": "430611101", "region_code": null,
    "scopes": ["units:read", "years:read", "rule-sets:read", "forms:read", "forms:write", "import:write", "scores:read"],
    "must_change_password": false
}))]
pub struct Me {
    /// 用户名 user name, or the client id of a service account.
    #[schema(max_length = 64, example = "zhangwei")]
    pub username: String,
    /// 是否服务账号 whether it is a program's account.
    #[schema(example = false)]
    pub is_service_account: bool,
    /// 角色 role.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// 单位编码 unit of a `unit` account.
    #[schema(value_type = Option<UnitCodeText>, example = "430611101")]
    pub unit: Option<UnitCode>,
    /// 行政区划代码 region of a `bureau` account, or the one a `reader` is confined to.
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 权限范围 what this token lets do; nothing while the first password is still to be changed.
    #[schema(value_type = Vec<ScopeText>, max_items = 100)]
    pub scopes: Vec<&'static str>,
    /// 须修改口令 whether the first password is still to be changed.
    #[schema(example = false)]
    pub must_change_password: bool,
}

/// 权限范围 an OAuth2 scope.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, pattern = "^[a-z-]+:[a-z]+$", max_length = 50, example = "units:read")]
pub struct ScopeText(());

/// 修改口令 the own password, old and new.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PasswordChange {
    /// 现用口令 the password so far.
    #[schema(value_type = String, write_only, format = Password, pattern = "^[^\\x00]*$", max_length = 128, example = "vt7kq-m2xwz-9rhdc-pe4ng")]
    pub current_password: Hidden,
    /// 新口令 the new one: at least 12 characters, none of the common ones, nothing about the office.
    #[schema(value_type = String, write_only, format = Password, pattern = "^[^\\x00]*$", min_length = 12, max_length = 128, example = "four quiet rivers bend")]
    pub new_password: Hidden,
}
