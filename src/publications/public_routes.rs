//! `/public/publications`: what everyone may read, without signing in.

use actix_web::{HttpRequest, get, web};
use serde_json::json;

use super::entity::{Column, Model};
use super::store::{self, Filter};
use super::wire::{
    EditionPath, Publication, PublicationList, PublicationParams, PublicationRow, PublicationSort,
};
use crate::db::{Coded, Db, Int, Keyset, SortColumn};
use crate::evaluations::wire::UnitName;
use crate::http::paging::moment;
use crate::http::wire::{Timestamp, UnitYearPath};
use crate::http::{ApiError, Cursors, Found, Listed, Params};

/// List publications
///
/// 已公开的绩效自评，每个单位年度列出最新版，最近公开的在前。无需登录。
#[utoipa::path(tag = "public", operation_id = "listPublications", params(PublicationParams), security(()))]
#[get("/publications")]
pub async fn list(
    Params(params): Params<PublicationParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<PublicationList>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let keyset = Keyset {
        columns: vec![SortColumn::of(Column::PublishedAt), SortColumn::of(Column::Id)],
        descending: matches!(params.sort.unwrap_or_default(), PublicationSort::PublishedAtDown),
        after: page.after(),
        limit: page.limit,
    };
    let filter =
        Filter { year: params.year, region: params.region_code, name_contains: params.name_contains };
    let mut rows = store::list(db.reader(), &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![moment(row.published_at), json!(row.id)]);
    let total = match params.with_total {
        Some(true) => Some(store::count(db.reader(), &filter).await?),
        _ => None,
    };
    let items = rows.into_iter().map(|row| split(row).0).collect();
    Ok(Listed { body: PublicationList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Get a publication
///
/// 一个单位某年度最新的公开版本：表格内容、规则集、每一分的说明和复核理由。无需登录。
#[utoipa::path(tag = "public", operation_id = "getPublication", params(UnitYearPath), security(()))]
#[get("/publications/{unit}/{year}")]
pub async fn latest(
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Found<Publication>, ApiError> {
    let row = store::latest(db.reader(), &path.unit, path.year).await?;
    found(row.ok_or_else(ApiError::not_found)?)
}

/// Get an edition of a publication
///
/// 指定版次的公开版本；已公开的版本永不改变。无需登录。
#[utoipa::path(tag = "public", operation_id = "getPublicationEdition", params(EditionPath), security(()))]
#[get("/publications/{unit}/{year}/{edition}")]
pub async fn edition(
    path: web::Path<EditionPath>,
    db: web::Data<Db>,
) -> Result<Found<Publication>, ApiError> {
    let row = store::edition(db.reader(), &path.unit, path.year, path.edition).await?;
    found(row.ok_or_else(ApiError::not_found)?)
}

fn found(row: Model) -> Result<Found<Publication>, ApiError> {
    let etag = format!("\"{}\"", row.sha256);
    let (row, content) = split(row);
    let content = serde_json::from_str(&content).map_err(ApiError::internal)?;
    Ok(Found { body: Publication { row, content }, etag })
}

fn split(row: Model) -> (PublicationRow, String) {
    let shown = PublicationRow {
        unit: UnitName { code: row.unit_code.0, name: row.unit_name },
        region_code: row.region_code.map(|Coded(region)| region),
        year: row.year.0,
        edition: row.edition,
        self_total: row.self_total.map(|Int(points)| points),
        final_total: row.final_total.map(|Int(points)| points),
        grade: row.grade,
        sha256: row.sha256,
        published_at: Timestamp(row.published_at),
    };
    (shown, row.content)
}
