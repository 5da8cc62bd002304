//! `/service-accounts`.

use actix_web::{HttpRequest, get, patch, post, web};
use serde_json::json;

use super::Accounts;
use super::entity::service_account::{Column, Model};
use super::service_store::{self, ServiceFilter};
use super::service_wire::{
    CreatedServiceAccount, ServiceAccountInput, ServiceAccountList, ServiceAccountParams, ServiceAccountPath,
    ServiceAccountSecret, ServiceAccountSort, ServiceAccountView,
};
use crate::db::{Keyset, SortColumn};
use crate::http::paging::moment;
use crate::http::permission::{ReadUsers, WriteUsers};
use crate::http::wire::{Stamp, Timestamp};
use crate::http::{
    ApiError, Body, Caller, Changed, Created, Cursors, Found, IfMatch, Listed, MergePatch, Params, Schemas,
    Unstored, etag, patched,
};

/// List service accounts
///
/// 服务账号列表：按名称或到期时间排序，可按角色、是否停用筛选。
/// Accounts of programs.
#[utoipa::path(
    tag = "service-accounts",
    operation_id = "listServiceAccounts",
    params(ServiceAccountParams),
    security(("oauth2" = ["users:read"]))
)]
#[get("/service-accounts")]
pub async fn list(
    _: Caller<ReadUsers>,
    Params(params): Params<ServiceAccountParams>,
    request: HttpRequest,
    accounts: web::Data<Accounts>,
    cursors: web::Data<Cursors>,
) -> Result<Unstored<Listed<ServiceAccountList>>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let (column, descending) = match params.sort.unwrap_or_default() {
        ServiceAccountSort::Name => (Column::Name, false),
        ServiceAccountSort::NameDown => (Column::Name, true),
        ServiceAccountSort::ExpiresAt => (Column::ExpiresAt, false),
        ServiceAccountSort::ExpiresAtDown => (Column::ExpiresAt, true),
    };
    let filter = ServiceFilter { role: params.role, disabled: params.disabled };
    let keyset = Keyset {
        columns: vec![SortColumn::of(column), SortColumn::of(Column::Id)],
        descending,
        after: page.after(),
        limit: page.limit,
    };
    let conn = accounts.db().reader();
    let mut rows = service_store::list(conn, &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row: &Model| {
        let key = if matches!(column, Column::Name) { json!(row.name) } else { moment(row.expires_at) };
        vec![key, json!(row.id)]
    });
    let total = match params.with_total {
        Some(true) => Some(service_store::count(conn, &filter).await?),
        _ => None,
    };
    let items = rows.into_iter().map(ServiceAccountView::from).collect();
    let body = ServiceAccountList { items, next_cursor: next_cursor.clone(), total };
    Ok(Unstored(Listed { body, next_cursor }))
}

/// Create a service account
///
/// 新建服务账号，如供县级财政系统读取得分（角色 reader，权限 scores:read）。密钥仅在此返回一次。权限须为该角色所有，
/// 且不能是管理账号的权限；到期时间须在两年以内。
/// Make a program's account; its secret is shown this once. Its scopes are some of its role's and never those that
/// manage accounts; it ends within two years.
#[utoipa::path(
    tag = "service-accounts",
    operation_id = "createServiceAccount",
    request_body = ServiceAccountInput,
    security(("oauth2" = ["users:write"]))
)]
#[post("/service-accounts")]
pub async fn create(
    caller: Caller<WriteUsers>,
    Body(input): Body<ServiceAccountInput>,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<Created<CreatedServiceAccount>>, ApiError> {
    let (row, client_secret) = accounts.create_service(caller.principal(), input).await?;
    let location = format!("/api/v1/service-accounts/{}", row.client_id);
    let Found { body: account, etag } = found(row);
    Ok(Unstored(Created { body: CreatedServiceAccount { account, client_secret }, etag, location }))
}

/// Get a service account
///
/// 读取一个服务账号；密钥不再显示。
#[utoipa::path(
    tag = "service-accounts",
    operation_id = "getServiceAccount",
    params(ServiceAccountPath),
    security(("oauth2" = ["users:read"]))
)]
#[get("/service-accounts/{client_id}")]
pub async fn get(
    _: Caller<ReadUsers>,
    path: web::Path<ServiceAccountPath>,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<Found<ServiceAccountView>>, ApiError> {
    let row = service_store::find(accounts.db().reader(), &path.client_id).await?;
    Ok(Unstored(found(row.ok_or_else(ApiError::not_found)?)))
}

/// Change a service account
///
/// 修改服务账号（合并补丁：缺省不动，null 清空）。改动后，此前的令牌在数秒内失效。
/// Change, disable or prolong a program's account; its tokens stop counting within seconds.
#[utoipa::path(
    tag = "service-accounts",
    operation_id = "patchServiceAccount",
    params(ServiceAccountPath),
    request_body(content = ref("#/components/schemas/ServiceAccountPatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["users:write"]))
)]
#[patch("/service-accounts/{client_id}")]
pub async fn patch(
    caller: Caller<WriteUsers>,
    path: web::Path<ServiceAccountPath>,
    if_match: IfMatch,
    merge: MergePatch,
    accounts: web::Data<Accounts>,
    schemas: web::Data<Schemas>,
) -> Result<Unstored<Changed<ServiceAccountView>>, ApiError> {
    let apply = |current: ServiceAccountInput| patched(&schemas, &current, merge);
    let row = accounts.change_service(caller.principal(), &path.client_id, &if_match, apply).await?;
    Ok(Unstored(found(row).into()))
}

/// Rotate a secret
///
/// 更换密钥：新密钥仅在此返回一次，旧密钥和此前的令牌在数秒内失效。
/// Make a new secret, shown this once; the old one and its tokens stop counting within seconds.
#[utoipa::path(
    tag = "service-accounts",
    operation_id = "rotateServiceAccountSecret",
    params(ServiceAccountPath),
    security(("oauth2" = ["users:write"]))
)]
#[post("/service-accounts/{client_id}/secret")]
pub async fn rotate_secret(
    caller: Caller<WriteUsers>,
    path: web::Path<ServiceAccountPath>,
    accounts: web::Data<Accounts>,
) -> Result<Unstored<Changed<ServiceAccountSecret>>, ApiError> {
    let (row, client_secret) = accounts.rotate_secret(caller.principal(), &path.client_id).await?;
    let etag = etag(row.id, row.version);
    let body = ServiceAccountSecret { client_id: row.client_id, client_secret };
    Ok(Unstored(Changed { body, etag }))
}

fn found(row: Model) -> Found<ServiceAccountView> {
    let etag = etag(row.id, row.version);
    Found { body: row.into(), etag }
}

impl From<Model> for ServiceAccountView {
    fn from(row: Model) -> Self {
        Self {
            account: ServiceAccountInput::from(&row),
            last_used_at: row.last_used_at.map(Timestamp),
            stamp: Stamp::of(row.id, row.version, row.created_at, row.updated_at),
            client_id: row.client_id,
        }
    }
}
