//! `/rule-sets`.

use actix_web::{HttpRequest, delete, get, put, web};
use jixiao_core::kernel::{Lang, Text};
use jixiao_core::scoring::RuleSet;
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;

use super::wire::{
    OwnRuleSetPath, RuleSetInput, RuleSetList, RuleSetParams, RuleSetPath, RuleSetSummary, RuleSetView,
};
use super::{preset, store};
use crate::db::Db;
use crate::http::permission::{ReadRuleSets, WriteRuleSets};
use crate::http::{
    ApiError, Body, Caller, Cursors, ErrorCode, FieldError, Found, IfMatch, Listed, Params, Removed, Saved,
    etag,
};

/// List rule sets
///
/// 全部评分规则集：随程序提供的和管理员新建的，按名称和版本排列。内容见单个规则集。
#[utoipa::path(tag = "rule-sets", operation_id = "listRuleSets", params(RuleSetParams), security(("oauth2" = ["rule-sets:read"])))]
#[get("/rule-sets")]
pub async fn list(
    _: Caller<ReadRuleSets>,
    Params(params): Params<RuleSetParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<RuleSetList>, ApiError> {
    let page =
        cursors.open(request.path(), request.query_string(), params.limit, params.cursor.as_deref())?;
    let snapshot = db.snapshot().await?;
    let fixed = store::fixed(&snapshot).await?;
    // There are as many as a ministry has patience to write: few enough to order here.
    let presets = RuleSet::presets().iter().map(|rules| (rules.clone(), true, true));
    let mut rows: Vec<(RuleSet, bool, bool)> = presets.collect();
    rows.extend(store::all(&snapshot).await?.into_iter().map(|row| {
        let is_fixed = fixed.contains(&row.reference);
        (row.definition.0, false, is_fixed)
    }));
    let total = rows.len();
    rows.sort_by(|(a, ..), (b, ..)| (&a.name, a.version).cmp(&(&b.name, b.version)));
    if let Some([Value::String(Some(name)), Value::BigInt(Some(version))]) = page.after().as_deref() {
        let after = (name, u32::try_from(*version).unwrap_or_default());
        rows.retain(|(rules, ..)| (&rules.name, rules.version) > after);
    }
    let next_cursor =
        cursors.close(&page, &mut rows, |(rules, ..)| vec![json!(rules.name), json!(rules.version)]);
    let items = rows.iter().map(|(rules, preset, fixed)| RuleSetSummary::of(rules, *preset, *fixed));
    Ok(Listed {
        body: RuleSetList { items: items.collect(), next_cursor: next_cursor.clone(), total },
        next_cursor,
    })
}

/// Get a rule set
///
/// 读取一个评分规则集：分块权重、公式、档次、等级、取整，都是数据。
#[utoipa::path(
    tag = "rule-sets",
    operation_id = "getRuleSet",
    params(RuleSetPath),
    security(("oauth2" = ["rule-sets:read"]))
)]
#[get("/rule-sets/{reference}")]
pub async fn get(
    _: Caller<ReadRuleSets>,
    path: web::Path<RuleSetPath>,
    db: web::Data<Db>,
) -> Result<Found<RuleSetView>, ApiError> {
    if let Some(rules) = preset(&path.reference) {
        return Ok(found(RuleSetView::preset(rules)));
    }
    let snapshot = db.snapshot().await?;
    let row = store::find_row(&snapshot, &path.reference).await?.ok_or_else(ApiError::not_found)?;
    let fixed = store::fixed(&snapshot).await?.contains(&row.reference);
    Ok(found(RuleSetView::stored(row, fixed)))
}

/// Create or replace a rule set
///
/// 新建一个规则集（201），或替换一个尚未有人据以提交的（须带 If-Match，据其评分的草稿随之重算）。
/// 已有人据以提交的不再改变：请以新版本号另建。
#[utoipa::path(
    tag = "rule-sets",
    operation_id = "putRuleSet",
    params(OwnRuleSetPath),
    request_body = RuleSetInput,
    security(("oauth2" = ["rule-sets:write"]))
)]
#[put("/rule-sets/{reference}")]
pub async fn put(
    caller: Caller<WriteRuleSets>,
    path: web::Path<OwnRuleSetPath>,
    if_match: IfMatch,
    Body(RuleSetInput(rules)): Body<RuleSetInput>,
    db: web::Data<Db>,
) -> Result<Saved<RuleSetView>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    if let Some(rules) = preset(&path.reference) {
        if_match.check(&RuleSetView::preset(rules).etag)?;
        return Err(unchangeable(work.conn(), &path.reference).await?);
    }
    let current = store::hold(&work, &path.reference).await?;
    match &current {
        Some(current) => if_match.check(&etag(current.id, current.version))?,
        None => if_match.check_absent()?,
    }
    check(&path.reference, &rules)?;
    if store::fixed(work.conn()).await?.contains(&path.reference) {
        return Err(unchangeable(work.conn(), &path.reference).await?);
    }
    let created_at = current.is_none().then(|| format!("/api/v1/rule-sets/{}", path.reference));
    let row = match current {
        Some(current) => store::update(&mut work, current, rules).await?,
        None => store::insert(&mut work, rules).await?,
    };
    work.commit().await?;
    let Found { body, etag } = found(RuleSetView::stored(row, false));
    Ok(Saved { body, etag, created_at })
}

/// Remove a rule set
///
/// 删除一个规则集；仍被年度、轮次或自评引用的、随程序提供的不能删除。
#[utoipa::path(tag = "rule-sets", operation_id = "deleteRuleSet", params(OwnRuleSetPath), security(("oauth2" = ["rule-sets:write"])))]
#[delete("/rule-sets/{reference}")]
pub async fn delete(
    caller: Caller<WriteRuleSets>,
    path: web::Path<OwnRuleSetPath>,
    if_match: IfMatch,
    db: web::Data<Db>,
) -> Result<Removed<RuleSetSummary>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    if let Some(rules) = preset(&path.reference) {
        if_match.check(&RuleSetView::preset(rules).etag)?;
        return Err(unchangeable(work.conn(), &path.reference).await?);
    }
    let current = store::hold(&work, &path.reference).await?.ok_or_else(ApiError::not_found)?;
    if_match.check(&etag(current.id, current.version))?;
    let referred_by = store::referred_by(work.conn(), &path.reference).await?;
    if !referred_by.is_empty() {
        let (zh, en): (Vec<&str>, Vec<&str>) = referred_by.into_iter().unzip();
        return Err(ApiError::new(ErrorCode::InUse).detail(
            format!("仍被引用，请先处理：{}", zh.join("、")),
            format!("Still in use by: {}", en.join(", ")),
        ));
    }
    let removed = RuleSetSummary::of(&current.definition.0, false, false);
    store::delete(&mut work, current).await?;
    work.commit().await?;
    Ok(Removed(removed))
}

fn found(body: RuleSetView) -> Found<RuleSetView> {
    Found { etag: body.etag.clone(), body }
}

/// Everything that is wrong with a rule set, at once.
fn check(reference: &str, rules: &RuleSet) -> Result<(), ApiError> {
    let mut errors: Vec<FieldError> = rules
        .validate()
        .iter()
        .map(|problem| {
            let at = format!("/{}", problem.field());
            FieldError::new(at, "invalid_rule", problem.text(Lang::Zh), problem.text(Lang::En))
        })
        .collect();
    errors.extend(unknown_checks(rules));
    let (name, version) = reference.split_once('@').unwrap_or((reference, ""));
    if rules.name != name {
        errors.push(FieldError::key_mismatch("/name", name));
    }
    if rules.version.to_string() != version {
        errors.push(FieldError::key_mismatch("/version", version));
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

/// A misspelt check would leave the real one as strict as it was.
fn unknown_checks(rules: &RuleSet) -> impl Iterator<Item = FieldError> {
    jixiao_core::checks::unknown(&rules.checks).into_iter().map(|name| {
        let at = format!("/checks/severities/{}", name.replace('~', "~0").replace('/', "~1"));
        FieldError::new(
            at,
            "unknown_check",
            format!("没有名为“{name}”的审核项，全部审核项见 GET /checks"),
            format!("There is no check called “{name}”; GET /checks lists them"),
        )
    })
}

/// What never changes, with the version under which a change may be made.
async fn unchangeable(conn: &impl ConnectionTrait, reference: &str) -> Result<ApiError, ApiError> {
    let name = reference.split_once('@').map_or(reference, |(name, _)| name);
    let stored = store::all(conn).await?;
    let versions = stored.iter().map(|row| &row.definition.0).chain(RuleSet::presets());
    let last = versions.filter(|rules| rules.name == name).map(|rules| rules.version).max();
    let next = format!("{name}@{}", last.unwrap_or_default() + 1);
    Ok(ApiError::new(ErrorCode::RuleSetFixed).detail(
        format!("{reference} 随程序提供，或已有人据以提交，不再改变；请以 {next} 另建新版本"),
        format!(
            "{reference} comes with the program, or something was handed in under it, so it never changes; \
             make a new version: {next}"
        ),
    ))
}
