//! `/units`.

use actix_web::{delete, get, patch, put, web};
use jixiao_core::kernel::UnitCode;
use serde_json::json;

use super::entity::{Column, Model};
use super::store::{self, Filter, ParentProblem};
use super::wire::{UnitInput, UnitList, UnitParams, UnitSort, UnitView};
use crate::db::{Db, Keyset, SortColumn, Work, dependents};
use crate::http::paging::moment;
use crate::http::permission::{ReadUnits, WriteUnits};
use crate::http::wire::UnitPath;
use crate::http::{
    ApiError, Body, Caller, Changed, Cursors, FieldError, Found, IfMatch, MergePatch, Page, Params, Removed,
    Rows, Saved, Schemas, etag, patched,
};
use crate::tables::{Asked, Collection, Exportable, Lists};

/// List units
///
/// 预算单位列表：按编码、名称或更新时间排序，可按地区、主管部门、名称筛选。只列出调用者可见的单位。可按 format 或 Accept
/// 导出为文件，列与导入一致。
/// Units that the caller may see.
#[utoipa::path(tag = "units", operation_id = "listUnits", params(UnitParams), security(("oauth2" = ["units:read"])))]
#[get("/units")]
pub async fn list(
    caller: Caller<ReadUnits>,
    Params(params): Params<UnitParams>,
    lists: Lists,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Exportable<UnitList>, ApiError> {
    let UnitParams { region_code, parent_code, name_contains, format, sort, limit, cursor, with_total } =
        params;
    let (column, descending) = match sort.unwrap_or_default() {
        UnitSort::Code => (Column::Code, false),
        UnitSort::CodeDown => (Column::Code, true),
        UnitSort::Name => (Column::Name, false),
        UnitSort::NameDown => (Column::Name, true),
        UnitSort::UpdatedAt => (Column::UpdatedAt, false),
        UnitSort::UpdatedAtDown => (Column::UpdatedAt, true),
    };
    let filter = Filter { region: region_code, parent: parent_code, name_contains };
    let scope = caller.reading();
    let read = async move |page: &Page, with_total: bool| {
        let keyset = Keyset {
            columns: vec![SortColumn::of(column), SortColumn::of(Column::Id)],
            descending,
            after: page.after(),
            limit: page.limit,
        };
        let mut rows = store::list(db.reader(), &scope, &filter, keyset).await?;
        let next_cursor = cursors.close(page, &mut rows, |row: &Model| {
            let key = match column {
                Column::Name => json!(row.name),
                Column::UpdatedAt => moment(row.updated_at),
                _ => json!(row.code.0),
            };
            vec![key, json!(row.id)]
        });
        let total = if with_total { Some(store::count(db.reader(), &scope, &filter).await?) } else { None };
        Ok(Rows { items: rows.into_iter().map(UnitView::from).collect(), next_cursor, total })
    };
    let asked = Asked { format, limit, cursor, with_total };
    let list = |Rows { items, next_cursor, total }| UnitList { items, next_cursor, total };
    lists.answer(asked, Collection::Units.grid(), read, list).await
}

/// Get a unit
///
/// 读取一个预算单位。
#[utoipa::path(
    tag = "units",
    operation_id = "getUnit",
    params(UnitPath),
    security(("oauth2" = ["units:read"]))
)]
#[get("/units/{code}")]
pub async fn get(
    caller: Caller<ReadUnits>,
    path: web::Path<UnitPath>,
    db: web::Data<Db>,
) -> Result<Found<UnitView>, ApiError> {
    let row =
        store::find(db.reader(), &caller.reading(), &path.code).await?.ok_or_else(ApiError::not_found)?;
    Ok(found(row))
}

/// Create or replace a unit
///
/// 新建或整体替换一个预算单位。新建返回 201；替换须带 If-Match。
#[utoipa::path(
    tag = "units",
    operation_id = "putUnit",
    params(UnitPath),
    request_body = UnitInput, security(("oauth2" = ["units:write"]))
)]
#[put("/units/{code}")]
pub async fn put(
    caller: Caller<WriteUnits>,
    path: web::Path<UnitPath>,
    if_match: IfMatch,
    Body(unit): Body<UnitInput>,
    db: web::Data<Db>,
) -> Result<Saved<UnitView>, ApiError> {
    let code = &path.code;
    let mut work = db.begin(caller.principal()).await?;
    let current = store::hold(&work, &caller.writing(), code).await?;
    match &current {
        Some(current) => if_match.check(&etag(current.id, current.version))?,
        None => if_match.check_absent()?,
    }
    check(&work, code, &unit).await?;
    let row = match &current {
        Some(current) => store::update(&mut work, current, unit).await?,
        None => store::insert(&mut work, unit).await?,
    };
    work.commit().await?;
    let created_at = current.is_none().then(|| format!("/api/v1/units/{code}"));
    let Found { body, etag } = found(row);
    Ok(Saved { body, etag, created_at })
}

/// Change a unit
///
/// 修改预算单位的部分字段（合并补丁：缺省不动，null 清空）。
#[utoipa::path(
    tag = "units",
    operation_id = "patchUnit",
    params(UnitPath),
    request_body(content = ref("#/components/schemas/UnitPatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["units:write"]))
)]
#[patch("/units/{code}")]
pub async fn patch(
    caller: Caller<WriteUnits>,
    path: web::Path<UnitPath>,
    if_match: IfMatch,
    merge: MergePatch,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Changed<UnitView>, ApiError> {
    let code = &path.code;
    let mut work = db.begin(caller.principal()).await?;
    let current = store::hold(&work, &caller.writing(), code).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    let unit = patched(&schemas, &UnitInput::from(&current), merge)?;
    check(&work, code, &unit).await?;
    let row = store::update(&mut work, &current, unit).await?;
    work.commit().await?;
    Ok(found(row).into())
}

/// Remove a unit
///
/// 删除一个预算单位；仍有下属单位、用户或自评的不能删除（409 列明）。
#[utoipa::path(
    tag = "units",
    operation_id = "deleteUnit",
    params(UnitPath),
    security(("oauth2" = ["units:write"]))
)]
#[delete("/units/{code}")]
pub async fn delete(
    caller: Caller<WriteUnits>,
    path: web::Path<UnitPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<UnitView>, ApiError> {
    let code = &path.code;
    let mut work = db.begin(caller.principal()).await?;
    let current = store::hold(&work, &caller.writing(), code).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    let hanging = dependents(work.conn(), "units", code.as_str()).await?;
    if !hanging.is_empty() {
        return Err(ApiError::in_use(&hanging));
    }
    let removed = UnitView::from(current.clone());
    store::delete(&mut work, current).await?;
    work.commit().await?;
    Ok(Removed(removed))
}

fn found(row: Model) -> Found<UnitView> {
    let etag = etag(row.id, row.version);
    Found { body: row.into(), etag }
}

/// What only the database knows to be wrong with a unit.
async fn check(work: &Work<'_>, code: &UnitCode, unit: &UnitInput) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    if &unit.code != code {
        errors.push(FieldError::key_mismatch("/code", code));
    }
    if let Some(parent) = &unit.parent_code {
        let problem = store::check_parent(work.conn(), code, parent).await?;
        errors.extend(problem.map(|problem| parent_error("/parent_code", parent, problem)));
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

/// Says what is wrong with a unit's parent.
#[must_use]
pub fn parent_error(pointer: &str, parent: &UnitCode, problem: ParentProblem) -> FieldError {
    match problem {
        ParentProblem::Unknown => FieldError::new(
            pointer,
            "unknown_unit",
            format!("没有编码为 {parent} 的单位"),
            format!("There is no unit {parent}"),
        ),
        ParentProblem::Cycle => FieldError::new(
            pointer,
            "cycle",
            format!("主管部门 {parent} 是本单位自身或其下属"),
            format!("The supervising department {parent} is the unit itself or below it"),
        ),
    }
}
