//! `/evaluations`: read-only here; parts are written in their own resources, stages by the workflow.

use actix_web::{HttpRequest, get, web};
use serde_json::json;

use super::entity::{Column, Entity};
use super::shown::shown;
use super::store::{self, Filter, Row};
use super::wire::{EvaluationList, EvaluationParams, EvaluationSort, EvaluationView};
use crate::db::{Db, Keyset, SortColumn};
use crate::http::paging::moment;
use crate::http::permission::ReadForms;
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Caller, Cursors, Fresh, Listed, Params, etag};

/// List evaluations
///
/// 绩效自评列表：阶段与部门整体支出得分。只列出调用者可见单位的自评。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "listEvaluations",
    params(EvaluationParams),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/evaluations")]
pub async fn list(
    caller: Caller<ReadForms>,
    Params(params): Params<EvaluationParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<EvaluationList>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let sort = params.sort.unwrap_or_default();
    let own = |column: Column| SortColumn::of((Entity, column));
    let by_key = [own(Column::UnitCode), own(Column::Year)];
    let mut columns = match sort {
        EvaluationSort::Unit | EvaluationSort::UnitDown => vec![],
        EvaluationSort::UpdatedAt | EvaluationSort::UpdatedAtDown => {
            vec![own(Column::UpdatedAt)]
        }
        EvaluationSort::FinalTotal | EvaluationSort::FinalTotalDown => {
            vec![SortColumn(store::sortable_final_total())]
        }
    };
    columns.extend(by_key);
    let descending = matches!(
        sort,
        EvaluationSort::UnitDown | EvaluationSort::UpdatedAtDown | EvaluationSort::FinalTotalDown
    );
    let position = |row: &Row| {
        let mut position = match sort {
            EvaluationSort::Unit | EvaluationSort::UnitDown => vec![],
            EvaluationSort::UpdatedAt | EvaluationSort::UpdatedAtDown => vec![moment(row.updated_at)],
            EvaluationSort::FinalTotal | EvaluationSort::FinalTotalDown => {
                vec![json!(row.final_total.as_ref().map_or(-1, |total| total.0.scaled()))]
            }
        };
        position.extend([json!(row.unit_code.0), json!(row.year.0)]);
        position
    };
    let filter =
        Filter { unit: params.unit, year: params.year, stage: params.stage, region: params.region_code };
    let scope = caller.reading();
    let keyset = Keyset { columns, descending, after: page.after(), limit: page.limit };
    let mut rows = store::list(db.reader(), &scope, &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, position);
    let total = match params.with_total {
        Some(true) => Some(store::count(db.reader(), &scope, &filter).await?),
        _ => None,
    };
    let items = shown(db.reader(), caller.principal(), db.clock().now(), rows).await?;
    Ok(Listed { body: EvaluationList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Get an evaluation
///
/// 读取一个单位某年度的自评：阶段与部门整体支出得分。ETag 是整表的版本。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "getEvaluation",
    params(UnitYearPath),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/evaluations/{unit}/{year}")]
pub async fn get(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Fresh<EvaluationView>, ApiError> {
    let row = store::find_row(db.reader(), &caller.reading(), &path.unit, path.year).await?;
    let row = row.ok_or_else(ApiError::no_form)?;
    let etag = etag(row.id, row.version);
    // What may be done changes with the deadline and the caller, whatever the row's version: no tag covers it.
    let one = shown(db.reader(), caller.principal(), db.clock().now(), vec![row]).await?;
    let body = one.into_iter().next().ok_or_else(ApiError::no_form)?;
    Ok(Fresh { body, etag })
}
