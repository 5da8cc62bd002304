//! `/scores/preview`.

use actix_web::{HttpRequest, post, web};

use super::run::preview;
use super::wire::{Preview, PreviewParams};
use crate::db::Db;
use crate::http::body::{expect_type, parse, read_json};
use crate::http::envelope::Language;
use crate::http::permission::ReadForms;
use crate::http::problem::Problem;
use crate::http::{ApiError, Caller, Params, Schemas, Shown};
use crate::imports::Counts;
use crate::imports::bundle;
use crate::imports::routes::rejected;
use crate::imports::wire::{Bundle, ImportProblem};
use crate::rule_sets::{self, store};

/// Score a bundle without storing it
///
/// 试算：边填边看得分与审核结果，不写入任何数据。请求体与导入包相同，可含多个单位、年度；错误一次列全。
#[utoipa::path(
    tag = "scores",
    operation_id = "previewScores",
    params(PreviewParams),
    request_body = Bundle,
    responses(
        (status = 404, description = "没有此规则集 There is no such rule set.",
            body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "有误 Every bad row is named.",
            body = ImportProblem, content_type = "application/problem+json"),
    ),
    security(("oauth2" = ["forms:read"]))
)]
#[post("/scores/preview")]
pub async fn post(
    _: Caller<ReadForms>,
    Params(params): Params<PreviewParams>,
    Language(lang): Language,
    request: HttpRequest,
    payload: web::Payload,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Shown<Preview>, ApiError> {
    expect_type(&request, &["application/json"])?;
    let bytes = read_json(&request, payload.into_inner()).await?;
    let reference = params.rule_set.as_deref().unwrap_or(rule_sets::DEFAULT);
    let rules = store::find(db.reader(), reference).await?.ok_or_else(|| unknown(reference))?;
    let bundle =
        bundle::read(parse(&bytes)?).map_err(|errors| rejected(lang, Counts::default(), errors.into()))?;
    let total = bundle.rows.len();
    let previewed = preview(&schemas, bundle, &rules, lang);
    previewed.map(Shown).map_err(|errors| {
        rejected(lang, Counts { total, failed: errors.rows(), ..Counts::default() }, errors)
    })
}

fn unknown(reference: &str) -> ApiError {
    ApiError::not_found().detail(
        format!("没有规则集 {reference}，可用的见 /api/v1/rule-sets"),
        format!("There is no rule set {reference}; see /api/v1/rule-sets"),
    )
}
