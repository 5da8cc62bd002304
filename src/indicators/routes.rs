//! `/indicators`.

use actix_web::{delete, get, patch, post, put, web};

use super::desk::{self, Desk, Wish};
use super::entity::Model;
use super::store::{self, Projects};
use super::wire::{IndicatorInput, IndicatorList, IndicatorParams, IndicatorPath, IndicatorView};
use crate::db::{Db, Work};
use crate::evaluations::part_routes::{self, PartQuery};
use crate::evaluations::store::{self as evaluations, Filter};
use crate::evaluations::{Part, entity as root, part};
use crate::http::permission::{ReadForms, WriteForms};
use crate::http::{
    ApiError, Body, Caller, Changed, Created, Cursors, ErrorCode, FieldError, Found, IfMatch, MergePatch,
    Once, Page, Params, Removed, Repeatable, Rows, Schemas, patched,
};
use crate::tables::{Asked, Collection, Exportable, Lists};

/// List indicators
///
/// 绩效指标列表，按单位、年度、项目、序号排列。只列出调用者可见单位的指标。可按 format 或 Accept 导出为文件，列与导入一致。
#[utoipa::path(
    tag = "indicators",
    operation_id = "listIndicators",
    params(IndicatorParams), security(("oauth2" = ["forms:read"]))
)]
#[get("/indicators")]
pub async fn list(
    caller: Caller<ReadForms>,
    Params(params): Params<IndicatorParams>,
    lists: Lists,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Exportable<IndicatorList>, ApiError> {
    let IndicatorParams { unit, year, sheet, project, format, sort, limit, cursor, with_total } = params;
    let scope = caller.reading();
    let read = async move |page: &Page, with_total: bool| {
        let query = PartQuery {
            scope: scope.clone(),
            filter: Filter { unit: unit.clone(), year, ..Filter::default() },
            sort: sort.unwrap_or_default(),
            page,
            with_total,
        };
        let narrow = |select| store::narrow(select, sheet, project.as_ref());
        part_routes::list::<Model>(db.reader(), &cursors, query, narrow).await
    };
    let asked = Asked { format, limit, cursor, with_total };
    let list = |Rows { items, next_cursor, total }| IndicatorList { items, next_cursor, total };
    lists.answer(asked, Collection::Indicators.grid(), read, list).await
}

/// Get an indicator
///
/// 读取一个绩效指标。
#[utoipa::path(
    tag = "indicators",
    operation_id = "getIndicator",
    params(IndicatorPath),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/indicators/{id}")]
pub async fn get(
    caller: Caller<ReadForms>,
    path: web::Path<IndicatorPath>,
    db: web::Data<Db>,
) -> Result<Found<IndicatorView>, ApiError> {
    let conn = db.reader();
    let row = store::find(conn, id(&path)?).await?.ok_or_else(ApiError::not_found)?;
    let owner = store::evaluation_of(conn, &row).await?.ok_or_else(ApiError::not_found)?;
    let seen = evaluations::find(conn, &caller.reading(), &owner.unit_code.0, owner.year.0).await?;
    seen.ok_or_else(ApiError::not_found)?;
    let projects = store::projects_of(conn, &row).await?;
    Ok(part_routes::found(&row, &owner, &projects))
}

/// Create an indicator
///
/// 在部门或项目的绩效表里新增一个指标；同一表内序号不能重复（409）。
#[utoipa::path(tag = "indicators", operation_id = "createIndicator", request_body = IndicatorInput, security(("oauth2" = ["forms:write"])))]
#[post("/indicators")]
pub async fn post(
    caller: Caller<WriteForms>,
    once: Once,
    Body(input): Body<IndicatorInput>,
    (db, desk): (web::Data<Db>, web::Data<Desk>),
) -> Result<Repeatable<Created<IndicatorView>>, ApiError> {
    let wish = Wish { caller: caller.principal().clone(), request: once.request_key(), input: input.clone() };
    if let Some(made) = desk.ask(wish).await? {
        return Ok(Repeatable::First(made));
    }
    let mut work = db.begin(caller.principal()).await?;
    if let Some(reply) = once.replay(&work).await? {
        return Ok(reply);
    }
    let (unit, year) = (input.unit.clone(), input.year);
    let evaluation = match evaluations::open(&mut work, caller.principal(), &unit, year).await? {
        // The unit stands in the body, so an unknown one is an error of the body.
        Err(evaluations::Refusal::NoUnit) => return Err(unknown("/unit", "unknown_unit", &unit)),
        Err(evaluations::Refusal::NoYear) => return Err(unknown("/year", "unknown_year", &year)),
        opened => opened?,
    };
    let wanted = input.project.iter().map(|code| (evaluation.id, code)).collect();
    let projects = store::projects_of_codes(work.conn(), &wanted).await?.remove(&evaluation.id);
    let projects = projects.unwrap_or_default();
    let key = Model::key_of(&input);
    part_routes::check::<Model>((&unit, year), &key, &input, &projects)?;
    let made = part::insert::<Model>(&mut work, &evaluation, &projects, input).await?;
    let row = made.ok_or_else(|| taken(key.1))?;
    once.commit(work, desk::created(&row, &evaluation, &projects)).await
}

/// Replace an indicator
///
/// 整体替换一个绩效指标；可以改序号或移到另一张表，但不能换单位或年度。
#[utoipa::path(
    tag = "indicators",
    operation_id = "putIndicator",
    params(IndicatorPath), request_body = IndicatorInput, security(("oauth2" = ["forms:write"]))
)]
#[put("/indicators/{id}")]
pub async fn put(
    caller: Caller<WriteForms>,
    path: web::Path<IndicatorPath>,
    if_match: IfMatch,
    Body(input): Body<IndicatorInput>,
    db: web::Data<Db>,
) -> Result<Changed<IndicatorView>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let opened = open(&mut work, &caller, &path, &if_match).await?;
    save(work, opened, input).await
}

/// Change an indicator
///
/// 修改绩效指标的部分字段（合并补丁：缺省不动，null 清空）。
#[utoipa::path(
    tag = "indicators",
    operation_id = "patchIndicator",
    params(IndicatorPath),
    request_body(content = ref("#/components/schemas/IndicatorPatch"), content_type = "application/merge-patch+json"),
    security(("oauth2" = ["forms:write"]))
)]
#[patch("/indicators/{id}")]
pub async fn patch(
    caller: Caller<WriteForms>,
    path: web::Path<IndicatorPath>,
    if_match: IfMatch,
    merge: MergePatch,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Changed<IndicatorView>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let opened = open(&mut work, &caller, &path, &if_match).await?;
    let input = patched(&schemas, &opened.row.input(&opened.evaluation, &opened.projects), merge)?;
    save(work, opened, input).await
}

/// Remove an indicator
///
/// 删除一个绩效指标。
#[utoipa::path(
    tag = "indicators",
    operation_id = "deleteIndicator",
    params(IndicatorPath),
    security(("oauth2" = ["forms:write"]))
)]
#[delete("/indicators/{id}")]
pub async fn delete(
    caller: Caller<WriteForms>,
    path: web::Path<IndicatorPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<IndicatorView>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let opened = open(&mut work, &caller, &path, &if_match).await?;
    part::delete::<Model>(&mut work, &opened.evaluation, &opened.projects, [&opened.row]).await?;
    work.commit().await?;
    Ok(Removed(part_routes::found(&opened.row, &opened.evaluation, &opened.projects).body))
}

fn id(path: &IndicatorPath) -> Result<i64, ApiError> {
    // One address for each: `+7` and `07` parse as well, and are none that was given out.
    let id: i64 = path.id.parse().map_err(|_| ApiError::not_found())?;
    if id.to_string() == path.id { Ok(id) } else { Err(ApiError::not_found()) }
}

/// An indicator that may be changed, with what is needed to do so.
struct Opened {
    evaluation: root::Model,
    projects: Projects,
    row: Model,
}

async fn open(
    work: &mut Work<'_>,
    caller: &Caller<WriteForms>,
    path: &IndicatorPath,
    if_match: &IfMatch,
) -> Result<Opened, ApiError> {
    let row = store::find(work.conn(), id(path)?).await?.ok_or_else(ApiError::not_found)?;
    let owner = store::evaluation_of(work.conn(), &row).await?.ok_or_else(ApiError::not_found)?;
    let (unit, year) = (owner.unit_code.0, owner.year.0);
    if evaluations::find(work.conn(), &caller.reading(), &unit, year).await?.is_some() {
        if_match.demand(&row.stamp().etag)?;
    }
    let evaluation = evaluations::open(work, caller.principal(), &unit, year).await??;
    // Read again now that the form is locked: who held it may have changed the row.
    let row = store::find(work.conn(), row.id).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(&row.stamp().etag)?;
    let projects = Model::siblings(work.conn(), evaluation.id).await?;
    Ok(Opened { evaluation, projects, row })
}

async fn save(
    mut work: Work<'_>,
    opened: Opened,
    input: IndicatorInput,
) -> Result<Changed<IndicatorView>, ApiError> {
    let Opened { evaluation, projects, row } = opened;
    let key = Model::key_of(&input);
    part_routes::check::<Model>((&evaluation.unit_code.0, evaluation.year.0), &key, &input, &projects)?;
    if key != row.key(&projects) && store::is_taken(work.conn(), evaluation.id, &projects, &key).await? {
        return Err(taken(input.seq));
    }
    let row = part::update(&mut work, &evaluation, &row, &projects, input).await?;
    work.commit().await?;
    Ok(part_routes::found(&row, &evaluation, &projects).into())
}

fn taken(seq: i32) -> ApiError {
    ApiError::new(ErrorCode::AlreadyExists).detail(
        format!("该表已有序号为 {seq} 的指标"),
        format!("The sheet already has an indicator with number {seq}"),
    )
}

fn unknown(pointer: &str, code: &'static str, key: &impl std::fmt::Display) -> ApiError {
    ApiError::invalid(vec![FieldError::new(
        pointer,
        code,
        format!("{key} 不存在或不可见"),
        format!("There is no {key} that you may see"),
    )])
}
