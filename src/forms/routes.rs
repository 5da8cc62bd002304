//! `/forms/{unit}/{year}`.

use std::collections::BTreeSet;

use actix_web::{delete, get, put, web};
use jixiao_core::kernel::{FiscalYear, ProjectCode, UnitCode};

use super::store;
use super::wire::UnitForm;
use crate::db::Db;
use crate::evaluations::{Part, store as evaluations};
use crate::http::permission::{ReadForms, WriteForms};
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Body, Caller, ErrorCode, FieldError, Found, IfMatch, Removed, Saved, etag};
use crate::{base_data, budgets, indicators, narratives, projects};

/// Get a whole form
///
/// 读取一个单位某年度的整套自评表（一次取全，一个 ETag）。格式与导入包相同，可以直接导入或离线评分。
#[utoipa::path(tag = "forms", operation_id = "getForm", params(UnitYearPath), security(("oauth2" = ["forms:read"])))]
#[get("/forms/{unit}/{year}")]
pub async fn get(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Found<UnitForm>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let (body, _, _) = store::load(&snapshot, &evaluation).await?;
    Ok(Found { body, etag: etag(evaluation.id, evaluation.version) })
}

/// Save a whole form
///
/// 保存一个单位某年度的整套自评表：保存后与所给内容完全一致，未给出的部分会被删除。新建返回 201；替换须带 If-Match。
#[utoipa::path(tag = "forms", operation_id = "putForm", params(UnitYearPath), request_body = UnitForm, security(("oauth2" = ["forms:write"])))]
#[put("/forms/{unit}/{year}")]
pub async fn put(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    Body(form): Body<UnitForm>,
    db: web::Data<Db>,
) -> Result<Saved<UnitForm>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let evaluation = evaluations::open(&mut work, caller.principal(), &path.unit, path.year).await??;
    // Asked of the locked row: what was there before the lock may have been made by another in between.
    let is_new = evaluation.is_new();
    if is_new {
        if_match.check_absent()?;
    } else {
        if_match.check(&etag(evaluation.id, evaluation.version))?;
    }
    let errors = check(&form, &path.unit, path.year);
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    // A save is a change even where nothing differs, so that its tag is a new one.
    work.touch_evaluation(evaluation.id);
    store::replace(&mut work, &evaluation, form).await?;
    let (body, _, _) = store::load(work.conn(), &evaluation).await?;
    work.commit().await?;
    let address = format!("/api/v1/forms/{}/{}", path.unit, path.year);
    let etag = etag(evaluation.id, evaluation.version + 1);
    Ok(Saved { body, etag, created_at: is_new.then_some(address) })
}

/// Remove a whole form
///
/// 删除一个单位某年度的整套自评表（仅限从未提交过的）。
#[utoipa::path(
    tag = "forms",
    operation_id = "deleteForm",
    params(UnitYearPath),
    security(("oauth2" = ["forms:write"]))
)]
#[delete("/forms/{unit}/{year}")]
pub async fn delete(
    caller: Caller<WriteForms>,
    path: web::Path<UnitYearPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<UnitForm>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let existing = evaluations::find(work.conn(), &caller.reading(), &path.unit, path.year).await?;
    let existing = existing.ok_or_else(ApiError::not_found)?;
    if_match.demand(&etag(existing.id, existing.version))?;
    let evaluation = evaluations::open(&mut work, caller.principal(), &path.unit, path.year).await??;
    if evaluation.is_new() {
        return Err(ApiError::not_found()); // it went while we waited for the lock
    }
    if evaluation.round > 0 {
        // What was handed in once has a history, and that is not the unit's to remove.
        return Err(ApiError::new(ErrorCode::Locked).detail(
            "已提交过的自评表不能删除，请修改后重新提交",
            "A form that was handed in once is not removed: correct it and submit it again",
        ));
    }
    if_match.check(&etag(evaluation.id, evaluation.version))?;
    let (removed, _, _) = store::load(work.conn(), &evaluation).await?;
    evaluations::delete(&mut work, evaluation).await?;
    work.commit().await?;
    Ok(Removed(removed))
}

/// What the schema cannot know of a whole form: every row is of this unit and year, no key comes twice, and
/// every indicator's project is in the form.
fn check(form: &UnitForm, unit: &UnitCode, year: FiscalYear) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check_rows::<budgets::entity::Model>(&form.budgets, unit, year, &mut errors);
    check_rows::<base_data::entity::Model>(&form.base_data, unit, year, &mut errors);
    check_rows::<projects::entity::Model>(&form.project_expenditures, unit, year, &mut errors);
    check_rows::<indicators::entity::Model>(&form.indicators, unit, year, &mut errors);
    check_rows::<narratives::entity::Model>(&form.narratives, unit, year, &mut errors);
    let codes: BTreeSet<&ProjectCode> =
        form.project_expenditures.iter().map(|project| &project.code).collect();
    for (index, indicator) in form.indicators.iter().enumerate() {
        if let Some(code) = indicator.project.as_ref().filter(|code| !codes.contains(code)) {
            errors.push(FieldError::new(
                format!("/indicators/{index}/project"),
                "unknown_project",
                format!("表中没有编码为 {code} 的项目支出"),
                format!("The form has no project {code}"),
            ));
        }
    }
    errors
}

fn check_rows<P: Part>(rows: &[P::Input], unit: &UnitCode, year: FiscalYear, errors: &mut Vec<FieldError>) {
    let mut seen = BTreeSet::new();
    for (index, row) in rows.iter().enumerate() {
        let at = format!("/{}/{index}", P::COLLECTION);
        let (named_unit, named_year) = P::owner(row);
        if named_unit != unit {
            errors.push(FieldError::key_mismatch(format!("{at}/unit"), unit));
        }
        if named_year != year {
            errors.push(FieldError::key_mismatch(format!("{at}/year"), year));
        }
        if !seen.insert(P::key_of(row)) {
            errors.push(FieldError::new(
                at,
                "repeated_key",
                "与前面某行的编码或序号重复",
                "Repeats the key of a row before",
            ));
        }
    }
}
