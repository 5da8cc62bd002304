//! `/indicator-library`, and taking an entry up.

use actix_web::{HttpRequest, get, post, web};
use serde_json::json;

use super::store::{self, Entry, Filter};
use super::wire::{AdoptInput, LibraryEntry, LibraryList, LibraryParams};
use crate::db::{Coded, Db, Int, Keyset};
use crate::evaluations::{Part, part, part_routes, store as evaluations};
use crate::http::permission::{ReadForms, WriteForms};
use crate::http::wire::UnitYearPath;
use crate::http::{
    ApiError, Body, Caller, Created, Cursors, ErrorCode, FieldError, Found, Listed, Once, Params, Repeatable,
};
use crate::indicators::entity::Model as Indicator;
use crate::indicators::wire::{IndicatorInput, IndicatorView};

/// The highest number of an indicator.
const LAST_SEQ: i32 = 9999;

/// Search the indicator library
///
/// 指标库：已公开自评用过的指标，带常用指标值、方向、计量单位、分值区间和使用次数。可按名称或二级指标、主管部门（代表行业）筛选。
#[utoipa::path(
    tag = "indicators",
    operation_id = "listLibraryIndicators",
    params(LibraryParams),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/indicator-library")]
pub async fn list(
    // What was published is everybody's, so no scope narrows it.
    _caller: Caller<ReadForms>,
    Params(params): Params<LibraryParams>,
    request: HttpRequest,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Listed<LibraryList>, ApiError> {
    let LibraryParams { q, department, limit, cursor } = params;
    let page = cursors.open(request.path(), request.query_string(), limit, cursor.as_deref())?;
    let filter = Filter { contains: q, department };
    let keyset =
        Keyset { columns: store::order(), descending: false, after: page.after(), limit: page.limit };
    let snapshot = db.snapshot().await?;
    let mut rows = store::list(&snapshot, &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![json!(row.name), json!(row.entry)]);
    let mut usual = store::usual_targets(&snapshot, rows.iter().map(|row| row.entry.as_str())).await?;
    let items = rows.into_iter().map(|row| {
        let usual_target = usual.remove(&row.entry);
        shown(row, usual_target)
    });
    let items = items.collect();
    Ok(Listed { body: LibraryList { items, next_cursor: next_cursor.clone() }, next_cursor })
}

fn shown(row: Entry, usual_target: Option<String>) -> LibraryEntry {
    LibraryEntry {
        entry: row.entry,
        level1: row.level1,
        level2: row.level2,
        category: row.category.map(|Coded(category)| category),
        name: row.name,
        usual_target,
        direction: row.direction,
        measure: row.measure,
        weight_min: row.weight_min.map(|Int(weight)| weight),
        weight_max: row.weight_max.map(|Int(weight)| weight),
        uses: row.uses,
        units: row.units,
        last_year: row.last_year.0,
    }
}

/// Adopt an indicator from the library
///
/// 选用指标：把指标库的一个条目加到自评表里，带名称、类别和常用指标值；实际完成值和得分留空，由单位填写。
#[utoipa::path(
    tag = "indicators",
    operation_id = "adoptIndicator",
    params(UnitYearPath),
    request_body = AdoptInput,
    security(("oauth2" = ["forms:write"]))
)]
#[post("/evaluations/{unit}/{year}/indicators/adopt")]
pub async fn adopt(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    once: Once,
    Body(AdoptInput { entry, project, seq, weight }): Body<AdoptInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Created<IndicatorView>>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    if let Some(reply) = once.replay(&work).await? {
        return Ok(reply);
    }
    let evaluation = evaluations::open(&mut work, caller.principal(), &path.unit, path.year).await??;
    let found = store::find(work.conn(), &entry).await?.ok_or_else(unknown)?;
    let target = store::usual_targets(work.conn(), [entry.as_str()]).await?.remove(&entry);
    let projects = Indicator::siblings(work.conn(), evaluation.id).await?;
    let there = part::all::<Indicator>(work.conn(), evaluation.id).await?;
    let there = there.iter().map(|row| row.key(&projects)).filter(|(of, _)| *of == project);
    let taken: Vec<i32> = there.map(|(_, seq)| seq).collect();
    let seq = seq.unwrap_or_else(|| taken.iter().max().map_or(1, |last| last + 1));
    if taken.contains(&seq) || seq > LAST_SEQ {
        return Err(ApiError::new(ErrorCode::AlreadyExists).detail(
            format!("这张表里已有序号为 {seq} 的指标，或序号已用完"),
            format!("The sheet has an indicator {seq} already, or its numbers are used up"),
        ));
    }
    let input = IndicatorInput {
        unit: path.unit.clone(),
        year: path.year,
        project,
        seq,
        level1: found.level1,
        level2: found.level2,
        name: found.name,
        target,
        actual: None,
        weight,
        self_score: None,
        attainment: None,
        deviation_reason: None,
    };
    let key = Indicator::key_of(&input);
    part_routes::check::<Indicator>((&path.unit, path.year), &key, &input, &projects)?;
    let made = part::insert::<Indicator>(&mut work, &evaluation, &projects, input).await?;
    let row = made.ok_or_else(|| ApiError::internal("an indicator that was not there a moment ago"))?;
    let location = format!("/api/v1/indicators/{}", row.id);
    let Found { body, etag } = part_routes::found(&row, &evaluation, &projects);
    once.commit(work, Created { body, etag, location }).await
}

fn unknown() -> ApiError {
    ApiError::invalid(vec![FieldError::new(
        "/entry",
        "unknown_entry",
        "指标库里没有这个条目，请用 GET /indicator-library 查找",
        "The library has no such entry; look for one with GET /indicator-library",
    )])
}
