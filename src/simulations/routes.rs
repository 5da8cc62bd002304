//! `/rule-sets/{reference}/simulate`.

use std::sync::Arc;

use actix_web::{post, web};

use super::run::run;
use super::tally::Shown;
use super::wire::{Simulation, SimulationParams};
use crate::db::Db;
use crate::evaluations::store::Filter;
use crate::http::permission::Simulate;
use crate::http::{ApiError, Caller, Params, Shown as Reply};
use crate::rule_sets::store as rule_sets;
use crate::rule_sets::wire::RuleSetPath;
use crate::years::store as years;

/// Simulate a rule set
///
/// 模拟：用此规则集重新计算某年度的全部自评（可限定地区），与现有得分对比：分布、等级变化、影响最大的二十张表。不写入任何数据。
#[utoipa::path(
    tag = "rule-sets",
    operation_id = "simulateRuleSet",
    params(RuleSetPath, SimulationParams),
    security(("oauth2" = ["rule-sets:simulate"]))
)]
#[post("/rule-sets/{reference}/simulate")]
pub async fn simulate(
    caller: Caller<Simulate>,
    path: web::Path<RuleSetPath>,
    Params(params): Params<SimulationParams>,
    db: web::Data<Db>,
) -> Result<Reply<Simulation>, ApiError> {
    let snapshot = db.snapshot().await?;
    let rules = rule_sets::find(&snapshot, &path.reference).await?.ok_or_else(ApiError::not_found)?;
    if years::find(&snapshot, params.year).await?.is_none() {
        return Err(ApiError::not_found().detail(
            format!("{} 年度尚未设立", params.year),
            format!("The year {} was not set up", params.year),
        ));
    }
    let filter = Filter { year: Some(params.year), region: params.region_code.clone(), ..Filter::default() };
    let tally = run(&snapshot, &caller.reading(), &filter, Arc::new(rules.into_owned())).await?;
    let Shown {
        evaluations,
        sheets,
        changed,
        mean_before,
        mean_after,
        bands,
        grades,
        grade_changes,
        most_affected,
    } = tally.shown();
    Ok(Reply(Simulation {
        rule_set: path.into_inner().reference,
        year: params.year,
        region_code: params.region_code,
        evaluations,
        sheets,
        changed,
        mean_before,
        mean_after,
        bands,
        grades,
        grade_changes,
        most_affected,
    }))
}
