//! `/rule-sets`.

use actix_web::{get, web};
use jixiao_core::scoring::RuleSet;

use super::wire::{RuleSetList, RuleSetPath, RuleSetView};
use crate::http::permission::ReadRuleSets;
use crate::http::{ApiError, Caller, Shown};

/// List rule sets
///
/// 全部评分规则集。The rule sets by which forms can be scored.
#[utoipa::path(tag = "rule-sets", operation_id = "listRuleSets", security(("oauth2" = ["rule-sets:read"])))]
#[get("/rule-sets")]
pub async fn list(_: Caller<ReadRuleSets>) -> Result<Shown<RuleSetList>, ApiError> {
    Ok(Shown(RuleSetList { items: RuleSet::presets().iter().map(RuleSetView::from).collect() }))
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
) -> Result<Shown<RuleSetView>, ApiError> {
    super::find(&path.reference).map(|rules| Shown(rules.into())).ok_or_else(ApiError::not_found)
}
