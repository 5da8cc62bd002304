//! `/indicator-comparison`.

use actix_web::{HttpRequest, get, web};
use jixiao_core::kernel::{FiscalYear, Points};
use jixiao_core::scoring::{ExecutionRow, IndicatorRow, IndicatorScore, RuleSet, Sheet, SheetKind, score};
use serde_json::json;

use super::comparison_store::{self as store, Row, Wanted};
use super::comparison_wire::{ComparedIndicator, ComparisonParams, IndicatorComparison};
use crate::db::{Coded, Db, Int, Keyset};
use crate::evaluations::wire::UnitName;
use crate::http::permission::ReadForms;
use crate::http::{ApiError, Caller, Cursors, Listed, Params};

/// Compare an indicator across units
///
/// 同名指标对比：各单位同名指标的年度指标值、实际完成值、分值，以及自评、计算、最终得分，按单位排列。只列出调用者可见的单位。
#[utoipa::path(
    tag = "indicators",
    operation_id = "compareIndicators",
    params(ComparisonParams),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/indicator-comparison")]
pub async fn compare(
    caller: Caller<ReadForms>,
    Params(params): Params<ComparisonParams>,
    request: HttpRequest,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Listed<IndicatorComparison>, ApiError> {
    let ComparisonParams { year, name, region_code, limit, cursor } = params;
    let page = cursors.open(request.path(), request.query_string(), limit, cursor.as_deref())?;
    let keyset =
        Keyset { columns: store::order(), descending: false, after: page.after(), limit: page.limit };
    let wanted = Wanted { year, region: region_code, name };
    let scope = caller.reading();
    let snapshot = db.snapshot().await?;
    let mut rows = store::list(&snapshot, &scope, &wanted, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![json!(row.unit_code.0), json!(row.id)]);
    let total = store::count(&snapshot, &scope, &wanted).await?;
    let reviewed = store::reviewed(&snapshot, &rows).await?;
    let rules = store::rules(&snapshot, &rows).await?;
    let mut by_ratio = store::by_ratio(&snapshot, &rows, &rules).await?;
    let items = rows.into_iter().map(|row| {
        if row.project.is_none()
            && let Some(score) = by_ratio.remove(&(row.evaluation_id, row.seq))
        {
            return compared(row, Some(score));
        }
        let project = row.project.as_ref().map(|code| code.0.to_string());
        let reviewed = reviewed.get(&(row.evaluation_id, project, row.seq)).copied();
        let scored = rules.get(&row.rule_set).and_then(|rules| scored(&row, reviewed, year, rules));
        compared(row, scored)
    });
    let items = items.collect();
    Ok(Listed { body: IndicatorComparison { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// The score of an indicator that stands for no ratio: it follows from the row alone, whatever stands beside it.
fn scored(
    row: &Row,
    reviewed_score: Option<Points>,
    year: FiscalYear,
    rules: &RuleSet,
) -> Option<IndicatorScore> {
    let indicator = IndicatorRow {
        seq: row.seq,
        level1: row.level1.clone(),
        level2: row.level2.clone(),
        name: row.name.clone(),
        target: row.target.clone(),
        actual: row.actual.clone(),
        weight: row.weight.map(|Int(points)| points),
        self_score: row.self_score.map(|Int(points)| points),
        reviewed_score,
        attainment: row.attainment.as_ref().map(|attainment| attainment.0),
        deviation_reason: row.deviation_reason.clone(),
    };
    let sheet = Sheet {
        year,
        kind: if row.project.is_some() { SheetKind::Project } else { SheetKind::Department },
        execution: ExecutionRow::default(),
        base_data: None,
        indicators: vec![indicator],
        reported_total: None,
        reviewed_total: None,
    };
    score(&sheet, rules).indicators.into_iter().next()
}

fn compared(row: Row, scored: Option<IndicatorScore>) -> ComparedIndicator {
    ComparedIndicator {
        unit: UnitName { code: row.unit_code.0, name: row.unit_name },
        stage: row.stage.0,
        project: row.project.map(|Coded(code)| code),
        seq: row.seq,
        target: row.target,
        actual: row.actual,
        weight: row.weight.map(|Int(points)| points),
        self_score: row.self_score.map(|Int(points)| points),
        computed_score: scored.as_ref().and_then(|score| score.computed_score),
        final_score: scored.and_then(|score| score.final_score),
    }
}
