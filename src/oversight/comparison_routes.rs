//! `/indicator-comparison`.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, get, web};
use jixiao_core::scoring::IndicatorScore;
use serde_json::json;

use super::comparison_store::{self as store, Row, Wanted};
use super::comparison_wire::{ComparedIndicator, ComparisonParams, IndicatorComparison};
use crate::db::{Db, Int, Keyset};
use crate::evaluations::wire::UnitName;
use crate::forms::store as forms;
use crate::http::permission::ReadForms;
use crate::http::{ApiError, Caller, Cursors, Listed, Params};
use crate::scores::assemble::{ScoredSheet, score_form};
use crate::scores::store::rules;

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
    // The forms as a whole: an indicator of annex 1 is judged by what stands elsewhere in its form.
    let mut sheets: BTreeMap<i64, Vec<ScoredSheet>> = BTreeMap::new();
    let evaluations = store::evaluations_of(&snapshot, &rows).await?;
    let forms = forms::load_scored(&snapshot, &evaluations.iter().collect::<Vec<_>>()).await?;
    for (evaluation, (form, reviewed, _)) in evaluations.iter().zip(forms) {
        let rules = rules(&snapshot, evaluation).await?;
        sheets.insert(evaluation.id, score_form(&form, &reviewed, year, &rules));
    }
    let items = rows.into_iter().map(|row| {
        let sheets = sheets.get(&row.evaluation_id);
        let scored = sheets.and_then(|sheets| scored(&row, sheets));
        compared(&row, scored)
    });
    let items = items.collect();
    Ok(Listed { body: IndicatorComparison { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// The indicator's score in its sheet.
fn scored<'a>(row: &Row, sheets: &'a [ScoredSheet]) -> Option<&'a IndicatorScore> {
    let project = row.project.as_ref().map(|code| &code.0);
    let sheet = sheets.iter().find(|sheet| sheet.project.as_ref() == project)?;
    sheet.card.indicators.iter().find(|score| score.seq == row.seq)
}

fn compared(row: &Row, scored: Option<&IndicatorScore>) -> ComparedIndicator {
    ComparedIndicator {
        unit: UnitName { code: row.unit_code.0.clone(), name: row.unit_name.clone() },
        stage: row.stage.0,
        project: row.project.as_ref().map(|code| code.0.clone()),
        seq: row.seq,
        target: row.target.clone(),
        actual: row.actual.clone(),
        weight: row.weight.map(|Int(points)| points),
        self_score: row.self_score.map(|Int(points)| points),
        computed_score: scored.and_then(|score| score.computed_score),
        final_score: scored.and_then(|score| score.final_score),
    }
}
