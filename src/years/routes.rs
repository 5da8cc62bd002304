//! `/years`.

use actix_web::{delete, get, patch, put, web};
use jixiao_core::kernel::FiscalYear;
use serde_json::json;

use super::entity::{Column, Model};
use super::store;
use super::wire::{YearInput, YearList, YearParams, YearSort, YearView};
use crate::db::{Db, Keyset, SortColumn, Work, dependents};
use crate::http::permission::{ReadYears, WriteYears};
use crate::http::wire::YearPath;
use crate::http::{
    ApiError, Body, Caller, Changed, Cursors, FieldError, Found, IfMatch, MergePatch, Page, Params, Removed,
    Rows, Saved, Schemas, etag, patched,
};
use crate::rule_sets::store as rule_sets;
use crate::tables::{Asked, Collection, Exportable, Lists};

/// List years
///
/// 预算年度列表，默认最近的在前。可按 format 或 Accept 导出为文件，列与导入一致。
#[utoipa::path(tag = "years", operation_id = "listYears", params(YearParams), security(("oauth2" = ["years:read"])))]
#[get("/years")]
pub async fn list(
    _: Caller<ReadYears>,
    Params(params): Params<YearParams>,
    lists: Lists,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Exportable<YearList>, ApiError> {
    let YearParams { format, sort, limit, cursor, with_total } = params;
    let descending = matches!(sort.unwrap_or_default(), YearSort::YearDown);
    let read = async move |page: &Page, with_total: bool| {
        let columns = vec![SortColumn::of(Column::Year)];
        let keyset = Keyset { columns, descending, after: page.after(), limit: page.limit };
        let mut rows = store::list(db.reader(), keyset).await?;
        let next_cursor = cursors.close(page, &mut rows, |row| vec![json!(row.year.0)]);
        let total = if with_total { Some(store::count(db.reader()).await?) } else { None };
        Ok(Rows { items: rows.into_iter().map(YearView::from).collect(), next_cursor, total })
    };
    let asked = Asked { format, limit, cursor, with_total };
    let list = |Rows { items, next_cursor, total }| YearList { items, next_cursor, total };
    lists.answer(asked, Collection::Years.grid(), read, list).await
}

/// Get a year
///
/// 读取一个预算年度及其默认值。
#[utoipa::path(tag = "years", operation_id = "getYear", params(YearPath), security(("oauth2" = ["years:read"])))]
#[get("/years/{year}")]
pub async fn get(
    _: Caller<ReadYears>,
    path: web::Path<YearPath>,
    db: web::Data<Db>,
) -> Result<Found<YearView>, ApiError> {
    store::find(db.reader(), path.year).await?.map(found).ok_or_else(ApiError::not_found)
}

/// Create or replace a year
///
/// 新建或整体替换一个预算年度。新建返回 201；替换须带 If-Match。
#[utoipa::path(tag = "years", operation_id = "putYear", params(YearPath), request_body = YearInput, security(("oauth2" = ["years:write"])))]
#[put("/years/{year}")]
pub async fn put(
    caller: Caller<WriteYears>,
    path: web::Path<YearPath>,
    if_match: IfMatch,
    Body(year): Body<YearInput>,
    db: web::Data<Db>,
) -> Result<Saved<YearView>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let current = store::hold(&work, path.year).await?;
    match &current {
        Some(current) => if_match.check(&etag(current.id, current.version))?,
        None => if_match.check_absent()?,
    }
    check(&work, path.year, &year).await?;
    let row = match &current {
        Some(current) => store::update(&mut work, current, year).await?,
        None => store::insert(&mut work, year).await?,
    };
    work.commit().await?;
    let created_at = current.is_none().then(|| format!("/api/v1/years/{}", path.year));
    let Found { body, etag } = found(row);
    Ok(Saved { body, etag, created_at })
}

/// Change a year
///
/// 修改预算年度的部分字段（合并补丁：缺省不动，null 清空）。
#[utoipa::path(
    tag = "years",
    operation_id = "patchYear",
    params(YearPath),
    request_body(content = ref("#/components/schemas/YearPatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["years:write"]))
)]
#[patch("/years/{year}")]
pub async fn patch(
    caller: Caller<WriteYears>,
    path: web::Path<YearPath>,
    if_match: IfMatch,
    merge: MergePatch,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Changed<YearView>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let current = store::hold(&work, path.year).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    let year = patched(&schemas, &YearInput::from(&current), merge)?;
    check(&work, path.year, &year).await?;
    let row = store::update(&mut work, &current, year).await?;
    work.commit().await?;
    Ok(found(row).into())
}

/// Remove a year
///
/// 删除一个预算年度；已有轮次或自评的不能删除（409 列明）。
#[utoipa::path(tag = "years", operation_id = "deleteYear", params(YearPath), security(("oauth2" = ["years:write"])))]
#[delete("/years/{year}")]
pub async fn delete(
    caller: Caller<WriteYears>,
    path: web::Path<YearPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<YearView>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let current = store::hold(&work, path.year).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    let hanging = dependents(work.conn(), "years", i64::from(path.year.get())).await?;
    if !hanging.is_empty() {
        return Err(ApiError::in_use(&hanging));
    }
    let removed = YearView::from(current.clone());
    store::delete(&mut work, current).await?;
    work.commit().await?;
    Ok(Removed(removed))
}

fn found(row: Model) -> Found<YearView> {
    let etag = etag(row.id, row.version);
    Found { body: row.into(), etag }
}

async fn check(work: &Work<'_>, year: FiscalYear, input: &YearInput) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    if input.year != year {
        errors.push(FieldError::key_mismatch("/year", year));
    }
    errors.extend(unknown_rule_set(work, "/rule_set", &input.rule_set).await?);
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

/// An error if there is no such rule set.
pub async fn unknown_rule_set(
    work: &Work<'_>,
    pointer: &str,
    reference: &str,
) -> Result<Option<FieldError>, ApiError> {
    if rule_sets::keep(work, reference).await? {
        return Ok(None);
    }
    Ok(Some(FieldError::new(
        pointer,
        "unknown_rule_set",
        format!("没有规则集 {reference}，可用的见 /api/v1/rule-sets"),
        format!("There is no rule set {reference}; see /api/v1/rule-sets"),
    )))
}
