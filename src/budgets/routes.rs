//! `/budgets`.

use actix_web::{HttpRequest, delete, get, patch, put, web};

use super::entity::Model;
use super::wire::{BudgetInput, BudgetList, BudgetView};
use crate::db::Db;
use crate::evaluations::part_routes::{self, PartPage, PartParams, PartQuery};
use crate::evaluations::store::Filter;
use crate::http::permission::{ReadForms, WriteForms};
use crate::http::wire::UnitYearPath;
use crate::http::{
    ApiError, Body, Caller, Cursors, Found, IfMatch, Listed, MergePatch, Params, Removed, Saved, Schemas,
};

/// List budgets
///
/// 部门整体支出列表。只列出调用者可见单位的数据。
#[utoipa::path(tag = "budgets", operation_id = "listBudgets", params(PartParams), security(("oauth2" = ["forms:read"])))]
#[get("/budgets")]
pub async fn list(
    caller: Caller<ReadForms>,
    Params(params): Params<PartParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<BudgetList>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let query = PartQuery {
        scope: caller.reading(),
        filter: Filter { unit: params.unit, year: params.year, ..Filter::default() },
        sort: params.sort.unwrap_or_default(),
        page: &page,
        with_total: params.with_total == Some(true),
    };
    let PartPage { items, next_cursor, total } =
        part_routes::list::<Model>(&db, &cursors, query, |select| select, async |_| Ok(())).await?;
    Ok(Listed { body: BudgetList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Get a budget
///
/// 读取部门整体支出。
#[utoipa::path(tag = "budgets", operation_id = "getBudget", params(UnitYearPath), security(("oauth2" = ["forms:read"])))]
#[get("/budgets/{unit}/{year}")]
pub async fn get(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Found<BudgetView>, ApiError> {
    part_routes::get::<Model, _>(&db, &caller, (&path.unit, path.year), &()).await
}

/// Create or replace a budget
///
/// 新建或整体替换部门整体支出。新建返回 201；替换须带 If-Match。只有填报单位可以写，提交后锁定。
#[utoipa::path(tag = "budgets", operation_id = "putBudget", params(UnitYearPath), request_body = BudgetInput, security(("oauth2" = ["forms:write"])))]
#[put("/budgets/{unit}/{year}")]
pub async fn put(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    Body(input): Body<BudgetInput>,
    db: web::Data<Db>,
) -> Result<Saved<BudgetView>, ApiError> {
    let address = format!("/api/v1/budgets/{}/{}", path.unit, path.year);
    let owner = (&path.unit, path.year);
    part_routes::put::<Model, _>(&db, &caller, owner, &(), &if_match, input, address).await
}

/// Change a budget
///
/// 修改部门整体支出的部分字段（合并补丁：缺省不动，null 清空）。
#[utoipa::path(
    tag = "budgets",
    operation_id = "patchBudget",
    params(UnitYearPath),
    request_body(content = ref("#/components/schemas/BudgetPatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["forms:write"]))
)]
#[patch("/budgets/{unit}/{year}")]
pub async fn patch(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    merge: MergePatch,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Found<BudgetView>, ApiError> {
    let owner = (&path.unit, path.year);
    part_routes::patch::<Model, _>(&db, &caller, &schemas, owner, &(), &if_match, merge).await
}

/// Remove a budget
///
/// 删除部门整体支出。
#[utoipa::path(tag = "budgets", operation_id = "deleteBudget", params(UnitYearPath), security(("oauth2" = ["forms:write"])))]
#[delete("/budgets/{unit}/{year}")]
pub async fn delete(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<BudgetView>, ApiError> {
    part_routes::delete::<Model, _>(&db, &caller, (&path.unit, path.year), &(), &if_match).await
}
