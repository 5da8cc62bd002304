//! `/scores`.

use actix_web::{HttpRequest, get, web};
use jixiao_core::workflow::Role;
use serde_json::json;

use super::assemble::score_form;
use super::store::{self, Filter, Row};
use super::view;
use super::wire::{ScoreList, ScoreParams, ScoreRow, ScoreSort, Scores};
use crate::db::{Db, Keyset};
use crate::evaluations::store::{self as evaluations, Filter as EvaluationFilter};
use crate::evaluations::wire::UnitName;
use crate::forms::store as forms;
use crate::http::envelope::Language;
use crate::http::permission::ReadScores;
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Caller, Cursors, Found, Listed, Params};
use crate::units::store as units;

/// List sheet totals
///
/// 总分列表：每张绩效表一行（部门一张、每个项目一张），供财政系统按项目取分。只读账号只能看到已通过的。
#[utoipa::path(
    tag = "scores",
    operation_id = "listScores",
    params(ScoreParams),
    security(("oauth2" = ["scores:read"]))
)]
#[get("/scores")]
pub async fn list(
    caller: Caller<ReadScores>,
    Params(params): Params<ScoreParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<ScoreList>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let sort = params.sort.unwrap_or_default();
    let by_total = matches!(sort, ScoreSort::FinalTotal | ScoreSort::FinalTotalDown);
    let filter = Filter {
        evaluation: EvaluationFilter {
            unit: params.unit,
            year: params.year,
            stage: params.stage,
            region: params.region_code,
        },
        sheet: params.sheet,
        project: params.project,
        grade: params.grade,
        settled_only: sees_settled_only(&caller),
    };
    let scope = caller.reading();
    let keyset = Keyset {
        columns: store::order(by_total),
        descending: matches!(sort, ScoreSort::UnitDown | ScoreSort::FinalTotalDown),
        after: page.after(),
        limit: page.limit,
    };
    let mut rows = store::list(db.reader(), &scope, &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row: &Row| {
        let mut position = Vec::new();
        if by_total {
            position.push(json!(row.final_total.as_ref().map_or(-1, |total| total.0.scaled())));
        }
        position.extend([json!(row.unit_code.0), json!(row.year.0), json!(row.project_id.unwrap_or(0))]);
        position
    });
    let total = match params.with_total {
        Some(true) => Some(store::count(db.reader(), &scope, &filter).await?),
        _ => None,
    };
    let items = rows.into_iter().map(ScoreRow::from).collect();
    Ok(Listed { body: ScoreList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Get scores of a unit's year
///
/// 读取一个单位某年度的得分：部门与各项目，每一分都有规则、说明与提示，语言随 Accept-Language。
#[utoipa::path(
    tag = "scores",
    operation_id = "getScores",
    params(UnitYearPath),
    security(("oauth2" = ["scores:read"]))
)]
#[get("/scores/{unit}/{year}")]
pub async fn get(
    caller: Caller<ReadScores>,
    path: web::Path<UnitYearPath>,
    Language(lang): Language,
    db: web::Data<Db>,
) -> Result<Found<Scores>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let stage = evaluation.stage.0;
    if sees_settled_only(&caller) && !stage.is_settled() {
        return Err(ApiError::not_found());
    }
    let unit =
        units::find(&snapshot, &caller.reading(), &path.unit).await?.ok_or_else(ApiError::not_found)?;
    let (form, reviewed, _) = forms::load(&snapshot, &evaluation).await?;
    let unit = UnitName { code: unit.code.0, name: unit.name };
    let rules = store::rules(&snapshot, &evaluation).await?;
    let scored = score_form(&form, &reviewed, path.year, &rules);
    let body = view::scores(&evaluation, stage, &unit, scored, lang);
    // The words differ by language, so the tag does too.
    let etag = format!("\"{}.{}.{}\"", evaluation.id, evaluation.version, lang.tag());
    Ok(Found { body, etag })
}

/// The finance system's account reads what the bureau has approved, and nothing before.
fn sees_settled_only(caller: &Caller<ReadScores>) -> bool {
    caller.principal().role == Role::Reader
}
