//! `/years/{year}/rounds`.

use actix_web::{HttpRequest, delete, get, patch, put, web};
use jixiao_core::kernel::RegionCode;
use serde_json::json;

use super::round_entity::{Column, Model};
use super::wire::{RoundInput, RoundList, RoundParams, RoundSort, RoundView};
use super::{round_store, routes, store};
use crate::db::{Db, Keyset, Scope, SortColumn, Work};
use crate::http::permission::{ReadYears, WriteRounds};
use crate::http::wire::{RoundPath, YearPath};
use crate::http::{
    ApiError, Body, Caller, Changed, Cursors, ErrorCode, FieldError, Found, IfMatch, Listed, MergePatch,
    Params, Removed, Saved, Schemas, etag, patched,
};
use crate::units::store as unit_store;

/// List rounds of a year
///
/// 一个年度的地区轮次。Every round may be seen by everyone who signs in: deadlines are no secret.
#[utoipa::path(
    tag = "years",
    operation_id = "listRounds",
    params(YearPath, RoundParams), security(("oauth2" = ["years:read"]))
)]
#[get("/years/{year}/rounds")]
pub async fn list(
    _: Caller<ReadYears>,
    path: web::Path<YearPath>,
    Params(params): Params<RoundParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<RoundList>, ApiError> {
    let page = params.page(&request, &cursors)?;
    store::find(db.reader(), path.year).await?.ok_or_else(ApiError::not_found)?;
    let keyset = Keyset {
        columns: vec![SortColumn::of(Column::RegionCode)],
        descending: matches!(params.sort.unwrap_or_default(), RoundSort::RegionDown),
        after: page.after(),
        limit: page.limit,
    };
    let mut rows = round_store::list(db.reader(), path.year, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![json!(row.region_code.0)]);
    let total = match params.with_total {
        Some(true) => Some(round_store::count(db.reader(), path.year).await?),
        _ => None,
    };
    let items = rows.into_iter().map(RoundView::from).collect();
    Ok(Listed { body: RoundList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Get a round
///
/// 读取一个地区轮次：开始、截止、规则集、应填报单位。
#[utoipa::path(tag = "years", operation_id = "getRound", params(RoundPath), security(("oauth2" = ["years:read"])))]
#[get("/years/{year}/rounds/{region_code}")]
pub async fn get(
    _: Caller<ReadYears>,
    path: web::Path<RoundPath>,
    db: web::Data<Db>,
) -> Result<Found<RoundView>, ApiError> {
    let row = round_store::find(db.reader(), path.year, &path.region_code).await?;
    row.map(found).ok_or_else(ApiError::not_found)
}

/// Open or replace a round
///
/// 开启或整体替换一个地区轮次；财政局限本地区。新建返回 201；替换须带 If-Match。
#[utoipa::path(tag = "years", operation_id = "putRound", params(RoundPath), request_body = RoundInput, security(("oauth2" = ["rounds:write"])))]
#[put("/years/{year}/rounds/{region_code}")]
pub async fn put(
    caller: Caller<WriteRounds>,
    path: web::Path<RoundPath>,
    if_match: IfMatch,
    Body(round): Body<RoundInput>,
    db: web::Data<Db>,
) -> Result<Saved<RoundView>, ApiError> {
    may_write(&caller, &path.region_code)?;
    let mut work = db.begin(caller.principal()).await?;
    store::find(work.conn(), path.year).await?.ok_or_else(ApiError::not_found)?;
    let current = round_store::hold(&work, path.year, &path.region_code).await?;
    match &current {
        Some(current) => if_match.check(&etag(current.id, current.version))?,
        None => if_match.check_absent()?,
    }
    check(&work, &caller.reading(), &path, current.as_ref(), &round).await?;
    let row = match &current {
        Some(current) => round_store::update(&mut work, current, round).await?,
        None => round_store::insert(&mut work, round).await?,
    };
    work.commit().await?;
    let address = || format!("/api/v1/years/{}/rounds/{}", path.year, path.region_code);
    let Found { body, etag } = found(row);
    Ok(Saved { body, etag, created_at: current.is_none().then(address) })
}

/// Change a round
///
/// 修改地区轮次的部分字段，例如延长截止日期（合并补丁：缺省不动，null 清空）。
#[utoipa::path(
    tag = "years",
    operation_id = "patchRound",
    params(RoundPath),
    request_body(content = ref("#/components/schemas/RoundPatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["rounds:write"]))
)]
#[patch("/years/{year}/rounds/{region_code}")]
pub async fn patch(
    caller: Caller<WriteRounds>,
    path: web::Path<RoundPath>,
    if_match: IfMatch,
    merge: MergePatch,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Changed<RoundView>, ApiError> {
    may_write(&caller, &path.region_code)?;
    let mut work = db.begin(caller.principal()).await?;
    let current = round_store::hold(&work, path.year, &path.region_code).await?;
    let current = current.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    let round = patched(&schemas, &RoundInput::from(&current), merge)?;
    check(&work, &caller.reading(), &path, Some(&current), &round).await?;
    let row = round_store::update(&mut work, &current, round).await?;
    work.commit().await?;
    Ok(found(row).into())
}

/// Remove a round
///
/// 删除一个地区轮次；该地区改用年度默认值。
#[utoipa::path(tag = "years", operation_id = "deleteRound", params(RoundPath), security(("oauth2" = ["rounds:write"])))]
#[delete("/years/{year}/rounds/{region_code}")]
pub async fn delete(
    caller: Caller<WriteRounds>,
    path: web::Path<RoundPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<RoundView>, ApiError> {
    may_write(&caller, &path.region_code)?;
    let mut work = db.begin(caller.principal()).await?;
    let current = round_store::hold(&work, path.year, &path.region_code).await?;
    let current = current.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    let removed = RoundView::from(current.clone());
    round_store::delete(&mut work, current).await?;
    work.commit().await?;
    Ok(Removed(removed))
}

fn found(row: Model) -> Found<RoundView> {
    let etag = etag(row.id, row.version);
    Found { body: row.into(), etag }
}

/// A bureau decides its own region's round, which everyone may see: another region's is 403, not 404.
pub fn may_write(caller: &Caller<WriteRounds>, region: &RegionCode) -> Result<(), ApiError> {
    match caller.writing() {
        Scope::All => Ok(()),
        Scope::Region(own) if own.contains(region) => Ok(()),
        Scope::Region(_) | Scope::UnitAndBelow(_) | Scope::Unit(_) | Scope::Nothing => {
            Err(ApiError::new(ErrorCode::Forbidden)
                .detail(format!("{region} 不在您的管辖地区内"), format!("{region} is not in your region")))
        }
    }
}

async fn check(
    work: &Work<'_>,
    reading: &Scope,
    path: &RoundPath,
    current: Option<&Model>,
    round: &RoundInput,
) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    if round.year != path.year {
        errors.push(FieldError::key_mismatch("/year", path.year));
    }
    if round.region_code != path.region_code {
        errors.push(FieldError::key_mismatch("/region_code", &path.region_code));
    }
    if let Some(rules) = &round.rule_set {
        errors.extend(routes::unknown_rule_set(work, "/rule_set", rules).await?);
    }
    if let (Some(opens), Some(deadline)) = (round.opens_on, round.deadline)
        && deadline < opens
    {
        errors.push(FieldError::new(
            "/deadline",
            "out_of_range",
            "截止日期早于开始日期",
            "The deadline lies before the opening",
        ));
    }
    if let Some(above) = &round.assigned_under {
        if round.assigned_units.is_some() {
            errors.push(FieldError::new(
                "/assigned_under",
                "ambiguous",
                "应填报单位要么逐个列出，要么按主管部门确定，不能同时给出",
                "Either list the units, or name the department they are below, not both",
            ));
        }
        if unit_store::find(work.conn(), reading, above).await?.is_none() {
            errors.push(FieldError::new(
                "/assigned_under",
                "unknown_unit",
                format!("没有编码为 {above} 的单位"),
                format!("There is no unit {above}"),
            ));
        }
    }
    if let Some(assigned) = &round.assigned_units {
        let codes = assigned.iter().map(ToString::to_string).collect();
        let known = unit_store::find_many(work.conn(), codes).await?;
        // Who was listed already may have left the region meanwhile: that keeps nobody from extending a deadline.
        let listed = current.and_then(|current| current.assigned_units.as_ref()).map(|units| &units.0);
        for (index, code) in assigned.iter().enumerate() {
            if listed.is_some_and(|listed| listed.contains(code)) {
                continue;
            }
            let unit = known.iter().find(|unit| &unit.code.0 == code);
            let in_region = |unit: &crate::units::entity::Model| {
                unit.region_code.as_ref().is_some_and(|region| round.region_code.contains(&region.0))
            };
            if !unit.is_some_and(in_region) {
                errors.push(FieldError::new(
                    format!("/assigned_units/{index}"),
                    "unknown_unit",
                    format!("{} 地区内没有编码为 {code} 的单位", round.region_code),
                    format!("There is no unit {code} in region {}", round.region_code),
                ));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}
