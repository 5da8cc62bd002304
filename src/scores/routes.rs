//! `/scores`.

use std::marker::PhantomData;

use actix_web::web::Bytes;
use actix_web::{get, web};
use serde_json::json;

use super::kept::{Kept, Key};
use super::read::{ScoredYear, scored, sees_settled_only, shows};
use super::step_wire::ExplainParams;
use super::store::{self, Filter, Row};
use super::table::SCORES;
use super::view;
use super::wire::{ScoreList, ScoreParams, ScoreRow, ScoreSort, Scores};
use crate::db::{Db, Keyset};
use crate::evaluations::store::{self as evaluations, Filter as EvaluationFilter};
use crate::http::envelope::Language;
use crate::http::permission::ReadScores;
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Caller, Cursors, FoundText, Page, Params, Rows};
use crate::tables::{Asked, Exportable, Lists};

/// List sheet totals
///
/// 总分列表：每张绩效表一行（部门一张、每个项目一张），供财政系统按项目取分。只读账号只能看到已通过的。可按 format 或
/// Accept 导出为文件。
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
    lists: Lists,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Exportable<ScoreList>, ApiError> {
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
    let read = async move |page: &Page, with_total: bool| {
        let keyset = Keyset {
            columns: store::order(by_total),
            descending: matches!(sort, ScoreSort::UnitDown | ScoreSort::FinalTotalDown),
            after: page.after(),
            limit: page.limit,
        };
        let mut rows = store::list(db.reader(), &scope, &filter, keyset).await?;
        let next_cursor = cursors.close(page, &mut rows, |row: &Row| {
            let mut position = Vec::new();
            if by_total {
                position.push(json!(row.final_total.as_ref().map_or(-1, |total| total.0.scaled())));
            }
            position.extend([json!(row.unit_code.0), json!(row.year.0), json!(row.project_id.unwrap_or(0))]);
            position
        });
        let total = if with_total { Some(store::count(db.reader(), &scope, &filter).await?) } else { None };
        Ok(Rows { items: rows.into_iter().map(ScoreRow::from).collect(), next_cursor, total })
    };
    let ScoreParams { format, limit, cursor, with_total, .. } = params;
    let asked = Asked { format, limit, cursor, with_total };
    let list = |Rows { items, next_cursor, total }| ScoreList { items, next_cursor, total };
    lists.answer(asked, SCORES, read, list).await
}

/// Get scores of a unit's year
///
/// 读取一个单位某年度的得分：部门与各项目，每一分都有规则、说明与提示，语言随 Accept-Language。
/// `explain=true` 另附推导过程：每一处失分对应规则、依据、算式与数字。
#[utoipa::path(
    tag = "scores",
    operation_id = "getScores",
    params(UnitYearPath, ExplainParams),
    security(("oauth2" = ["scores:read"]))
)]
#[get("/scores/{unit}/{year}")]
pub async fn get(
    caller: Caller<ReadScores>,
    path: web::Path<UnitYearPath>,
    Params(params): Params<ExplainParams>,
    Language(lang): Language,
    (db, kept): (web::Data<Db>, web::Data<Kept>),
) -> Result<FoundText<Scores>, ApiError> {
    let explain = params.explain.unwrap_or_default();
    let found = |key: Key, json| FoundText { json, etag: key.etag(), of: PhantomData };
    let seen = evaluations::find(db.reader(), &caller.reading(), &path.unit, path.year).await?;
    let seen = seen.filter(|seen| shows(&caller, seen.stage.0)).ok_or_else(ApiError::no_form)?;
    let key = Key { evaluation: seen.id, version: seen.version, lang, explain };
    if let Some(json) = kept.get(&key) {
        return Ok(found(key, json));
    }
    let ScoredYear { evaluation, unit, rules, sheets } = scored(&db, &caller, &path).await?;
    let derivations: Vec<_> =
        sheets.iter().filter(|_| explain).map(|sheet| view::derivation(sheet, &rules, lang)).collect();
    let mut body = view::scores(&evaluation, evaluation.stage.0, &unit, sheets, lang);
    for (sheet, steps) in body.department.iter_mut().chain(&mut body.projects).zip(derivations) {
        sheet.derivation = Some(steps);
    }
    let json = Bytes::from(serde_json::to_vec(&body).map_err(ApiError::internal)?);
    let key = Key { version: evaluation.version, ..key };
    kept.keep(key.clone(), json.clone());
    Ok(found(key, json))
}
