//! `/base-data`.

use actix_web::{HttpRequest, delete, get, patch, put, web};

use super::entity::Model;
use super::wire::{BaseDataInput, BaseDataList, BaseDataView};
use crate::db::Db;
use crate::evaluations::part_routes::{self, PartPage, PartParams, PartQuery};
use crate::evaluations::store::Filter;
use crate::http::permission::{ReadForms, WriteForms};
use crate::http::wire::UnitYearPath;
use crate::http::{
    ApiError, Body, Caller, Cursors, Found, IfMatch, Listed, MergePatch, Params, Removed, Saved, Schemas,
};

/// List base data
///
/// 基础数据表列表。只列出调用者可见单位的数据。
#[utoipa::path(tag = "base-data", operation_id = "listBaseData", params(PartParams), security(("oauth2" = ["forms:read"])))]
#[get("/base-data")]
pub async fn list(
    caller: Caller<ReadForms>,
    Params(params): Params<PartParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<BaseDataList>, ApiError> {
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
    Ok(Listed { body: BaseDataList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Get base data
///
/// 读取基础数据表。
#[utoipa::path(tag = "base-data", operation_id = "getBaseData", params(UnitYearPath), security(("oauth2" = ["forms:read"])))]
#[get("/base-data/{unit}/{year}")]
pub async fn get(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Found<BaseDataView>, ApiError> {
    part_routes::get::<Model, _>(&db, &caller, (&path.unit, path.year), &()).await
}

/// Create or replace base data
///
/// 新建或整体替换基础数据表。新建返回 201；替换须带 If-Match。只有填报单位可以写，提交后锁定。
#[utoipa::path(tag = "base-data", operation_id = "putBaseData", params(UnitYearPath), request_body = BaseDataInput, security(("oauth2" = ["forms:write"])))]
#[put("/base-data/{unit}/{year}")]
pub async fn put(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    Body(input): Body<BaseDataInput>,
    db: web::Data<Db>,
) -> Result<Saved<BaseDataView>, ApiError> {
    let address = format!("/api/v1/base-data/{}/{}", path.unit, path.year);
    let owner = (&path.unit, path.year);
    part_routes::put::<Model, _>(&db, &caller, owner, &(), &if_match, input, address).await
}

/// Change base data
///
/// 修改基础数据表的部分字段（合并补丁：缺省不动，null 清空）。
#[utoipa::path(
    tag = "base-data",
    operation_id = "patchBaseData",
    params(UnitYearPath),
    request_body(content = ref("#/components/schemas/BaseDataPatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["forms:write"]))
)]
#[patch("/base-data/{unit}/{year}")]
pub async fn patch(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    merge: MergePatch,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Found<BaseDataView>, ApiError> {
    let owner = (&path.unit, path.year);
    part_routes::patch::<Model, _>(&db, &caller, &schemas, owner, &(), &if_match, merge).await
}

/// Remove base data
///
/// 删除基础数据表。
#[utoipa::path(tag = "base-data", operation_id = "deleteBaseData", params(UnitYearPath), security(("oauth2" = ["forms:write"])))]
#[delete("/base-data/{unit}/{year}")]
pub async fn delete(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<BaseDataView>, ApiError> {
    part_routes::delete::<Model, _>(&db, &caller, (&path.unit, path.year), &(), &if_match).await
}
