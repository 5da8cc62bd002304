//! `/years/{year}/rounds/{region_code}/exceptions`: what a bureau arranged with single units.

use actix_web::{HttpRequest, delete, get, put, web};
use serde_json::json;

use super::exception_entity::{Column, Model};
use super::exception_store as store;
use super::round_entity as rounds;
use super::round_routes::may_write;
use super::round_store;
use super::wire::{
    RoundExceptionInput, RoundExceptionList, RoundExceptionParams, RoundExceptionPath, RoundExceptionSort,
    RoundExceptionView,
};
use crate::db::{Db, Keyset, SortColumn};
use crate::http::permission::WriteRounds;
use crate::http::wire::RoundPath;
use crate::http::{
    ApiError, Body, Caller, Cursors, FieldError, Found, IfMatch, Listed, Params, Removed, Saved, etag,
};
use crate::units::store as units;

/// List exceptions of a round
///
/// 一个轮次中个别单位的安排：延期或免报，按单位编码排列。
#[utoipa::path(
    tag = "years",
    operation_id = "listRoundExceptions",
    params(RoundPath, RoundExceptionParams), security(("oauth2" = ["rounds:write"]))
)]
#[get("/years/{year}/rounds/{region_code}/exceptions")]
pub async fn list(
    caller: Caller<WriteRounds>,
    path: web::Path<RoundPath>,
    Params(params): Params<RoundExceptionParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<RoundExceptionList>, ApiError> {
    may_write(&caller, &path.region_code)?;
    let page = params.page(&request, &cursors)?;
    let round = round_store::find(db.reader(), path.year, &path.region_code).await?;
    let round = round.ok_or_else(ApiError::not_found)?;
    let keyset = Keyset {
        columns: vec![SortColumn::of(Column::UnitCode)],
        descending: matches!(params.sort.unwrap_or_default(), RoundExceptionSort::UnitDown),
        after: page.after(),
        limit: page.limit,
    };
    let mut rows = store::list(db.reader(), &round, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![json!(row.unit_code.0)]);
    let total = match params.with_total {
        Some(true) => Some(store::count(db.reader(), &round).await?),
        _ => None,
    };
    let items = rows.into_iter().map(RoundExceptionView::from).collect();
    Ok(Listed { body: RoundExceptionList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Get an exception of a round
///
/// 读取一个单位在该轮次中的安排。
#[utoipa::path(tag = "years", operation_id = "getRoundException", params(RoundExceptionPath), security(("oauth2" = ["rounds:write"])))]
#[get("/years/{year}/rounds/{region_code}/exceptions/{unit}")]
pub async fn get(
    caller: Caller<WriteRounds>,
    path: web::Path<RoundExceptionPath>,
    db: web::Data<Db>,
) -> Result<Found<RoundExceptionView>, ApiError> {
    may_write(&caller, &path.region_code)?;
    let round = round_store::find(db.reader(), path.year, &path.region_code).await?;
    let round = round.ok_or_else(ApiError::not_found)?;
    let row = store::find(db.reader(), &round, &path.unit).await?;
    row.map(found).ok_or_else(ApiError::not_found)
}

/// Extend or excuse a unit
///
/// 给一个单位延期（`due`）或免报（`excused_reason`）。新建返回 201；替换须带 If-Match。
#[utoipa::path(
    tag = "years",
    operation_id = "putRoundException",
    params(RoundExceptionPath),
    request_body = RoundExceptionInput,
    security(("oauth2" = ["rounds:write"]))
)]
#[put("/years/{year}/rounds/{region_code}/exceptions/{unit}")]
pub async fn put(
    caller: Caller<WriteRounds>,
    path: web::Path<RoundExceptionPath>,
    if_match: IfMatch,
    Body(input): Body<RoundExceptionInput>,
    db: web::Data<Db>,
) -> Result<Saved<RoundExceptionView>, ApiError> {
    may_write(&caller, &path.region_code)?;
    let mut work = db.begin(caller.principal()).await?;
    let round = round_store::hold(&work, path.year, &path.region_code).await?;
    let round = round.ok_or_else(ApiError::not_found)?;
    let current = store::find(work.conn(), &round, &path.unit).await?;
    match &current {
        Some(current) => if_match.check(&etag(current.id, current.version))?,
        None => if_match.check_absent()?,
    }
    let unit = units::find(work.conn(), &caller.writing(), &path.unit).await?;
    check(
        &path,
        &round,
        &input,
        unit.is_some_and(|unit| unit.region_code.is_some_and(|region| path.region_code.contains(&region.0))),
    )?;
    let row = store::save(&mut work, &round, current.as_ref(), input).await?;
    work.commit().await?;
    let created_at = current
        .is_none()
        .then(|| format!("/api/v1/years/{}/rounds/{}/exceptions/{}", path.year, path.region_code, path.unit));
    let Found { body, etag } = found(row);
    Ok(Saved { body, etag, created_at })
}

/// Remove an exception of a round
///
/// 取消一个单位的延期或免报。
#[utoipa::path(
    tag = "years",
    operation_id = "deleteRoundException",
    params(RoundExceptionPath),
    security(("oauth2" = ["rounds:write"]))
)]
#[delete("/years/{year}/rounds/{region_code}/exceptions/{unit}")]
pub async fn delete(
    caller: Caller<WriteRounds>,
    path: web::Path<RoundExceptionPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<RoundExceptionView>, ApiError> {
    may_write(&caller, &path.region_code)?;
    let mut work = db.begin(caller.principal()).await?;
    let round = round_store::hold(&work, path.year, &path.region_code).await?;
    let round = round.ok_or_else(ApiError::not_found)?;
    let current = store::find(work.conn(), &round, &path.unit).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    store::delete(&mut work, &round, current.clone()).await?;
    work.commit().await?;
    Ok(Removed(current.into()))
}

fn found(row: Model) -> Found<RoundExceptionView> {
    let etag = etag(row.id, row.version);
    Found { body: row.into(), etag }
}

fn check(
    path: &RoundExceptionPath,
    round: &rounds::Model,
    input: &RoundExceptionInput,
    is_in_region: bool,
) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    if input.unit != path.unit {
        errors.push(FieldError::key_mismatch("/unit", &path.unit));
    }
    if !is_in_region {
        errors.push(FieldError::new(
            "/unit",
            "unknown_unit",
            format!("{} 地区内没有编码为 {} 的单位", round.region_code.0, path.unit),
            format!("There is no unit {} in region {}", path.unit, round.region_code.0),
        ));
    }
    if input.due.is_none() && input.excused_reason.is_none() {
        errors.push(FieldError::new(
            "",
            "missing_field",
            "请填写延期至的日期 due，或免报原因 excused_reason",
            "Give a new date `due`, or the reason `excused_reason`",
        ));
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}
