//! `/statistics` and `/reviews/suggestions`.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, get, web};
use jixiao_core::kernel::{FiscalYear, Lang, Points};
use jixiao_core::scoring::BlockName;
use serde_json::{Value, json};

use super::risk::{Facts, is_picked, signals};
use super::statistics::{groups, whole};
use super::store::{self, Row};
use super::wire::{
    By, Reason, ReviewSuggestion, ReviewSuggestions, Statistics, StatisticsParams, StatisticsRow,
    SuggestionParams,
};
use crate::db::{Db, Int};
use crate::evaluations::figures::Figures;
use crate::evaluations::wire::UnitName;
use crate::http::envelope::Language;
use crate::http::permission::{ReadForms, Review};
use crate::http::{ApiError, Caller, Cursors, Listed, Params};

/// Per cent of sheets that chance picks when nothing is said.
const SHARE: u64 = 5;

/// Get statistics of a year
///
/// 统计：已提交的自评按地区、主管部门或一级指标分块汇总——得分与执行率的分布、等级、自评满分占比、未说明原因的扣分、平均扣分。
/// 只统计调用者可见的单位。
#[utoipa::path(
    tag = "scores",
    operation_id = "getStatistics",
    params(StatisticsParams),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/statistics")]
pub async fn statistics(
    caller: Caller<ReadForms>,
    Params(params): Params<StatisticsParams>,
    Language(lang): Language,
    request: HttpRequest,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Listed<Statistics>, ApiError> {
    let StatisticsParams { year, by, region_code, limit, cursor } = params;
    let page = cursors.open(request.path(), request.query_string(), limit, cursor.as_deref())?;
    let by = by.unwrap_or_default();
    let scope = caller.reading();
    let snapshot = db.snapshot().await?;
    let rows = store::handed_in(&snapshot, &scope, year, region_code).await?;
    let departments = match by {
        By::Department => store::departments(&snapshot, &scope).await?,
        By::Region | By::Block => BTreeMap::new(),
    };
    // A unit without a department stands for itself.
    let alone = |key: &str| rows.iter().find(|row| row.unit_code.0.as_str() == key).map(|row| &row.unit_name);
    let name = |key: &Option<String>| match (by, key) {
        (By::Block, Some(block)) => block_name(block, lang),
        (By::Department, Some(code)) => departments.get(code).or_else(|| alone(code)).cloned(),
        _ => None,
    };
    // What has no region comes first, as nothing does.
    let after = page.position().map(|position| position.first().and_then(Value::as_str).map(str::to_owned));
    let mut items: Vec<StatisticsRow> = groups(&rows, by)
        .into_iter()
        .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after))
        .take(usize::try_from(page.limit).unwrap_or(usize::MAX).saturating_add(1))
        .map(|(key, group)| {
            let name = name(&key);
            group.counted(key, name)
        })
        .collect();
    let next_cursor = cursors.close(&page, &mut items, |row| vec![json!(row.key)]);
    let overall = whole(&rows).counted(None, None);
    Ok(Listed { body: Statistics { year, overall, items, next_cursor: next_cursor.clone() }, next_cursor })
}

/// Suggest what to review
///
/// 复核建议：按风险从高到低列出值得复核的表及其理由（实际值与目标值全部相同、自评满分、执行率低而得分高、与上年相差大、自评高于规则、
/// 提示较多），另按固定算法随机抽取一定比例：`年度/地区/单位/项目` 的 SHA-256 前 32 位落在该比例之内者入选，同样的请求抽到同样的表。
#[utoipa::path(
    tag = "reviews",
    operation_id = "suggestReviews",
    params(SuggestionParams),
    security(("oauth2" = ["reviews:write"]))
)]
#[get("/reviews/suggestions")]
pub async fn suggest(
    caller: Caller<Review>,
    Params(params): Params<SuggestionParams>,
    Language(lang): Language,
    request: HttpRequest,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Listed<ReviewSuggestions>, ApiError> {
    let SuggestionParams { year, sample, region_code, limit, cursor } = params;
    let page = cursors.open(request.path(), request.query_string(), limit, cursor.as_deref())?;
    let scope = caller.reading();
    let snapshot = db.snapshot().await?;
    let rows = store::handed_in(&snapshot, &scope, year, region_code.clone()).await?;
    let before = match FiscalYear::try_from(year.get() - 1) {
        Ok(before) => store::handed_in(&snapshot, &scope, before, region_code).await?,
        Err(_) => Vec::new(),
    };
    let before: BTreeMap<_, Points> =
        before.iter().filter_map(|row| Some((row.likeness(), row.final_total.as_ref()?.0))).collect();

    let share = sample.unwrap_or(SHARE);
    let mut found: Vec<ReviewSuggestion> = rows
        .into_iter()
        .map(|row| {
            let last_year = before.get(&row.likeness()).copied();
            let by_chance = is_picked(year.get(), &row, share);
            suggestion(row, last_year, by_chance, lang)
        })
        .filter(|one| one.risk > 0 || one.by_chance)
        .collect();
    // Within a risk they stay in the order of the units.
    found.sort_by_key(|one| std::cmp::Reverse(one.risk));
    let total = found.len();
    let after = page.position().and_then(|position| position.first()?.as_u64()).unwrap_or(0);
    let skipped = usize::try_from(after).unwrap_or(usize::MAX);
    let mut items: Vec<(usize, ReviewSuggestion)> = found.into_iter().enumerate().skip(skipped).collect();
    let next_cursor = cursors.close(&page, &mut items, |(place, _)| vec![json!(place + 1)]);
    let items = items.into_iter().map(|(_, one)| one).collect();
    Ok(Listed { body: ReviewSuggestions { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// What people call a block. One that rule sets declare as their own may be called differently in each.
fn block_name(block: &str, lang: Lang) -> Option<String> {
    let (_, zh, en) = BlockName::KNOWN.iter().find(|(known, ..)| known.as_str() == block)?;
    Some(lang.pick(*zh, *en).to_owned())
}

fn suggestion(row: Row, last_year: Option<Points>, by_chance: bool, lang: Lang) -> ReviewSuggestion {
    let figures = row.figures.as_ref().map_or_else(Figures::default, |figures| figures.0.clone());
    let found = signals(&Facts { row: &row, figures: &figures, last_year });
    let risk = found.iter().map(|(signal, _)| signal.weight).sum();
    let reasons = found.into_iter().map(|(signal, (zh, en))| Reason {
        code: signal.code.to_owned(),
        text: if lang == Lang::Zh { zh } else { en },
    });
    ReviewSuggestion {
        stage: row.stage.0,
        project: row.project().and_then(|code| code.parse().ok()),
        name: if row.project_id.is_none() { row.unit_name.clone() } else { row.name },
        self_total: row.self_total.map(|Int(total)| total),
        final_total: row.final_total.map(|Int(total)| total),
        execution_rate: row.execution_rate.map(|Int(rate)| rate),
        risk,
        reasons: reasons.collect(),
        by_chance,
        unit: UnitName { code: row.unit_code.0, name: row.unit_name },
    }
}
