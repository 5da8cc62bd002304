//! `/users`.

use actix_web::{HttpRequest, get, patch, post, web};
use jixiao_core::workflow::Action;
use serde_json::json;
use utoipa::ToSchema as _;

use super::entity::user::{Column, Model};
use super::user_store::{self, UserFilter};
use super::user_wire::{
    CreatedUser, Me, NewUserInput, ResetPassword, UserList, UserParams, UserPatch, UserPath, UserSort,
    UserView,
};
use super::{Accounts, canonical, users};
use crate::db::{Coded, Keyset, SortColumn};
use crate::http::paging::moment;
use crate::http::permission::{OwnAccount, ReadUsers, WriteUsers};
use crate::http::wire::Stamp;
use crate::http::{
    ApiError, Body, Caller, Changed, Created, Cursors, FieldError, Found, IfMatch, Listed, MergePatch,
    Params, Schemas, Shown, Unstored, etag, patched,
};

/// List users
///
/// 账号列表：按用户名或更新时间排序，可按角色、是否停用、单位、地区筛选。
/// Accounts of people.
#[utoipa::path(tag = "users", operation_id = "listUsers", params(UserParams), security(("oauth2" = ["users:read"])))]
#[get("/users")]
pub async fn list(
    _: Caller<ReadUsers>,
    Params(params): Params<UserParams>,
    request: HttpRequest,
    accounts: web::Data<Accounts>,
    cursors: web::Data<Cursors>,
) -> Result<Unstored<Listed<UserList>>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let (column, descending) = match params.sort.unwrap_or_default() {
        UserSort::Username => (Column::Username, false),
        UserSort::UsernameDown => (Column::Username, true),
        UserSort::UpdatedAt => (Column::UpdatedAt, false),
        UserSort::UpdatedAtDown => (Column::UpdatedAt, true),
    };
    let filter = UserFilter {
        role: params.role,
        disabled: params.disabled,
        unit: params.unit,
        region: params.region_code,
    };
    let keyset = Keyset {
        columns: vec![SortColumn::of(column), SortColumn::of(Column::Id)],
        descending,
        after: page.after(),
        limit: page.limit,
    };
    let conn = accounts.db().reader();
    let mut rows = user_store::list_users(conn, &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row: &Model| {
        let key =
            if matches!(column, Column::Username) { json!(row.username) } else { moment(row.updated_at) };
        vec![key, json!(row.id)]
    });
    let total = match params.with_total {
        Some(true) => Some(user_store::count_users(conn, &filter).await?),
        _ => None,
    };
    let items = rows.into_iter().map(UserView::from).collect();
    let body = UserList { items, next_cursor: next_cursor.clone(), total };
    Ok(Unstored(Listed { body, next_cursor }))
}

/// Create a user
///
/// 新建账号。不给初始口令时随机生成，仅在此返回一次。初始口令须先修改，此前其他接口一律返回 403（`password_change_required`）。
/// Make an account. A first password that was not given is made and shown this once; it has to be changed before
/// anything else is answered.
#[utoipa::path(
    tag = "users",
    operation_id = "createUser",
    request_body = NewUserInput,
    security(("oauth2" = ["users:write"]))
)]
#[post("/users")]
pub async fn create(
    caller: Caller<WriteUsers>,
    Body(new): Body<NewUserInput>,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<Created<CreatedUser>>, ApiError> {
    let (row, initial_password) = accounts.create_user(caller.principal(), new).await?;
    let location = format!("/api/v1/users/{}", row.username);
    let Found { body: user, etag } = found(row);
    Ok(Unstored(Created { body: CreatedUser { user, initial_password }, etag, location }))
}

/// Show who I am
///
/// 当前令牌属于谁、能做什么。任何有效令牌均可调用，须先修改口令时也可。
/// Whose token this is and what it lets do; answered to every valid token, also before the first password was changed.
#[utoipa::path(tag = "users", operation_id = "getMe", security(("oauth2" = [])))]
#[get("/users/me")]
pub async fn me(caller: Caller<OwnAccount>) -> Result<Unstored<Shown<Me>>, ApiError> {
    let principal = caller.principal();
    let scopes = users::allowed(principal).into_iter().map(Action::scope).collect();
    Ok(Unstored(Shown(Me {
        username: principal.username.clone(),
        is_service_account: principal.is_service,
        role: principal.role,
        unit: principal.unit.clone(),
        region_code: principal.region.clone(),
        scopes,
        must_change_password: principal.must_change_password,
    })))
}

/// Get a user
///
/// 读取一个账号。
#[utoipa::path(tag = "users", operation_id = "getUser", params(UserPath), security(("oauth2" = ["users:read"])))]
#[get("/users/{username}")]
pub async fn get(
    _: Caller<ReadUsers>,
    path: web::Path<UserPath>,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<Found<UserView>>, ApiError> {
    let row = user_store::user_by_name(accounts.db().reader(), &canonical(&path.username)).await?;
    Ok(Unstored(found(row.ok_or_else(ApiError::not_found)?)))
}

/// Change a user
///
/// 修改账号：停用或启用，更改角色、单位、地区（合并补丁：缺省不动，null 清空）。改动后，该账号此前的令牌在数秒内失效。
/// 账号不能删除，因为历史记录中有其姓名；不能停用自己或最后一个管理员（409）。
/// Disable, enable, or move an account; its tokens stop counting within seconds. Nothing is ever removed, because
/// history names it; nobody disables themself or the last administrator.
#[utoipa::path(
    tag = "users",
    operation_id = "patchUser",
    params(UserPath),
    request_body(content = UserPatch, content_type = "application/merge-patch+json"),
    security(("oauth2" = ["users:write"]))
)]
#[patch("/users/{username}")]
pub async fn patch(
    caller: Caller<WriteUsers>,
    path: web::Path<UserPath>,
    if_match: IfMatch,
    merge: MergePatch,
    accounts: web::Data<Accounts>,
    schemas: web::Data<Schemas>,
) -> Result<Unstored<Changed<UserView>>, ApiError> {
    let apply = |current: UserPatch| {
        let mut errors = cleared(&merge, &["role", "disabled"]);
        if errors.is_empty() {
            errors = schemas.check(&UserPatch::name(), &merge.0, "").map_err(ApiError::internal)?;
        }
        if errors.is_empty() { patched(&schemas, &current, merge) } else { Err(ApiError::invalid(errors)) }
    };
    let row = accounts.change_user(caller.principal(), &path.username, &if_match, apply).await?;
    Ok(Unstored(found(row).into()))
}

/// Reset a password
///
/// 重置口令：生成新的初始口令，仅在此返回一次；该账号此前的令牌在数秒内失效，登录失败次数清零。
/// Make a new first password, shown this once. The account's tokens stop counting within seconds, and its failed
/// sign-ins are forgotten.
#[utoipa::path(
    tag = "users",
    operation_id = "resetPassword",
    params(UserPath),
    security(("oauth2" = ["users:write"]))
)]
#[post("/users/{username}/password-reset")]
pub async fn reset_password(
    caller: Caller<WriteUsers>,
    path: web::Path<UserPath>,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<Changed<ResetPassword>>, ApiError> {
    let (row, initial_password) = accounts.reset_password(caller.principal(), &path.username).await?;
    let etag = etag(row.id, row.version);
    let body = ResetPassword { username: row.username, initial_password };
    Ok(Unstored(Changed { body, etag }))
}

/// Fields that a patch would clear, and without which an account is none.
fn cleared(MergePatch(merge): &MergePatch, wanted: &[&str]) -> Vec<FieldError> {
    let cleared = wanted.iter().filter(|name| merge.get(name).is_some_and(serde_json::Value::is_null));
    let error = |name: &&str| {
        let (zh, en) = (format!("字段“{name}”不能清空"), format!("The field “{name}” cannot be cleared"));
        FieldError::new(format!("/{name}"), "missing_field", zh, en)
    };
    cleared.map(error).collect()
}

fn found(row: Model) -> Found<UserView> {
    let etag = etag(row.id, row.version);
    Found { body: row.into(), etag }
}

impl From<Model> for UserView {
    fn from(row: Model) -> Self {
        let stamp = Stamp::of(row.id, row.version, row.created_at, row.updated_at);
        Self {
            username: row.username,
            role: row.role.0,
            unit: row.unit_code.map(|Coded(unit)| unit),
            region_code: row.region_code.map(|Coded(region)| region),
            disabled: row.disabled,
            must_change_password: row.must_change,
            stamp,
        }
    }
}
