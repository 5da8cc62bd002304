//! `/scores/{unit}/{year}/proof`.

use actix_web::{get, web};

use super::wire::Proof;
use crate::db::{Db, sha256};
use crate::http::permission::ReadScores;
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Caller, Found};
use crate::scores::read::scored;

/// Get the proof of scores
///
/// 得分证明：计分所用的全部数据、规则全文和逐项结果，附内容摘要。存成文件后，`jixiao score --verify 文件` 不用数据库、不联网即可逐位重算核对。
#[utoipa::path(
    tag = "scores",
    operation_id = "getScoreProof",
    params(UnitYearPath),
    security(("oauth2" = ["scores:read"]))
)]
#[get("/scores/{unit}/{year}/proof")]
pub async fn get(
    caller: Caller<ReadScores>,
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Found<Proof>, ApiError> {
    let mut proof = Proof::of(scored(&db, &caller, &path).await?);
    let text = proof.canonical().map_err(ApiError::internal)?;
    proof.sha256 = sha256(text.as_bytes());
    let etag = format!("\"{}\"", proof.sha256);
    Ok(Found { body: proof, etag })
}
