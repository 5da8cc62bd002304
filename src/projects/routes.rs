//! `/project-expenditures`.

use super::entity::Model;
use super::wire::{ProjectExpenditureInput, ProjectExpenditureList, ProjectExpenditureView};
use crate::db::Db;
use crate::evaluations::part_routes::{self, PartPage, PartParams, PartQuery};
use crate::evaluations::store::Filter;
use crate::http::permission::{ReadForms, WriteForms};
use crate::http::wire::ProjectPath;
use crate::http::{
    ApiError, Body, Caller, Cursors, Found, IfMatch, Listed, MergePatch, Params, Removed, Saved, Schemas,
};
use actix_web::{HttpRequest, delete, get, patch, put, web};

/// List project expenditures
///
/// 项目支出列表。只列出调用者可见单位的数据。
#[utoipa::path(tag = "project-expenditures", operation_id = "listProjectExpenditures", params(PartParams), security(("oauth2" = ["forms:read"])))]
#[get("/project-expenditures")]
pub async fn list(
    caller: Caller<ReadForms>,
    Params(params): Params<PartParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<ProjectExpenditureList>, ApiError> {
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
    Ok(Listed {
        body: ProjectExpenditureList { items, next_cursor: next_cursor.clone(), total },
        next_cursor,
    })
}

/// Get a project expenditure
///
/// 读取项目支出。
#[utoipa::path(tag = "project-expenditures", operation_id = "getProjectExpenditure", params(ProjectPath), security(("oauth2" = ["forms:read"])))]
#[get("/project-expenditures/{unit}/{year}/{code}")]
pub async fn get(
    caller: Caller<ReadForms>,
    path: web::Path<ProjectPath>,
    db: web::Data<Db>,
) -> Result<Found<ProjectExpenditureView>, ApiError> {
    part_routes::get::<Model, _>(&db, &caller, (&path.unit, path.year), &path.code).await
}

/// Create or replace a project expenditure
///
/// 新建或整体替换项目支出。新建返回 201；替换须带 If-Match。只有填报单位可以写，提交后锁定。
#[utoipa::path(tag = "project-expenditures", operation_id = "putProjectExpenditure", params(ProjectPath), request_body = ProjectExpenditureInput, security(("oauth2" = ["forms:write"])))]
#[put("/project-expenditures/{unit}/{year}/{code}")]
pub async fn put(
    caller: Caller<WriteForms>,
    path: web::Path<ProjectPath>,
    if_match: IfMatch,
    Body(input): Body<ProjectExpenditureInput>,
    db: web::Data<Db>,
) -> Result<Saved<ProjectExpenditureView>, ApiError> {
    let address = format!("/api/v1/project-expenditures/{}/{}/{}", path.unit, path.year, path.code);
    let owner = (&path.unit, path.year);
    part_routes::put::<Model, _>(&db, &caller, owner, &path.code, &if_match, input, address).await
}

/// Change a project expenditure
///
/// 修改项目支出的部分字段（合并补丁：缺省不动，null 清空）。
#[utoipa::path(
    tag = "project-expenditures",
    operation_id = "patchProjectExpenditure",
    params(ProjectPath),
    request_body(content = ref("#/components/schemas/ProjectExpenditurePatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["forms:write"]))
)]
#[patch("/project-expenditures/{unit}/{year}/{code}")]
pub async fn patch(
    caller: Caller<WriteForms>,
    path: web::Path<ProjectPath>,
    if_match: IfMatch,
    merge: MergePatch,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Found<ProjectExpenditureView>, ApiError> {
    let owner = (&path.unit, path.year);
    part_routes::patch::<Model, _>(&db, &caller, &schemas, owner, &path.code, &if_match, merge).await
}

/// Remove a project expenditure
///
/// 删除项目支出及其全部绩效指标。
#[utoipa::path(tag = "project-expenditures", operation_id = "deleteProjectExpenditure", params(ProjectPath), security(("oauth2" = ["forms:write"])))]
#[delete("/project-expenditures/{unit}/{year}/{code}")]
pub async fn delete(
    caller: Caller<WriteForms>,
    path: web::Path<ProjectPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<ProjectExpenditureView>, ApiError> {
    part_routes::delete::<Model, _>(&db, &caller, (&path.unit, path.year), &path.code, &if_match).await
}
