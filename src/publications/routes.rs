//! `/evaluations/{unit}/{year}/publish`.

use actix_web::{post, web};
use jixiao_core::kernel::Lang;
use jixiao_core::workflow::{Stage, Step};
use serde_json::{Value, json};

use super::entity::Model;
use super::store;
use crate::db::{Coded, Db, Int, Work, sha256};
use crate::evaluations::wire::{EvaluationView, UnitName};
use crate::findings::assess;
use crate::http::permission::Publish;
use crate::http::wire::{Timestamp, UnitYearPath};
use crate::http::{ApiError, Body, Caller, Changed, Decided, IfMatchHeader, Once, Repeatable};
use crate::reviews::store as reviews;
use crate::reviews::wire::ReviewView;
use crate::scores::store::rules;
use crate::scores::view;
use crate::workflow::entity::Line;
use crate::workflow::step::{Asked, Held, mark, refused};
use crate::workflow::store::Taken;
use crate::workflow::wire::RemarkInput;

/// Publish an evaluation
///
/// 公开：冻结一个快照（内容、规则集、得分、复核及其 SHA-256 摘要），任何人无需登录可在 `/api/v1/public/…` 查阅。
/// 已公开的版本永不改变；更正后再次公开即为新版。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "publishEvaluation",
    params(UnitYearPath, IfMatchHeader),
    request_body = RemarkInput,
    security(("oauth2" = ["publications:write"]))
)]
#[post("/evaluations/{unit}/{year}/publish")]
pub async fn publish(
    caller: Caller<Publish>,
    path: web::Path<UnitYearPath>,
    Decided(if_match): Decided,
    once: Once,
    Body(RemarkInput { opinion }): Body<RemarkInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
    let asked = Asked { db: &db, caller: caller.principal(), path: &path, if_match: &if_match, once: &once };
    asked.take(Step::Publish, async |work, held| freeze(work, held, opinion).await).await
}

/// What everyone may read of a reviewed score: the finding and its reason. Names of accounts are nobody's business.
fn public(review: ReviewView) -> Value {
    let ReviewView { kind, project, seq, score, reason, reviewed_by: _, reviewed_at } = review;
    json!({
        "kind": kind, "project": project, "seq": seq, "score": score, "reason": reason, "reviewed_at": reviewed_at,
    })
}

/// Keeps the evaluation as it is now, as its next edition.
async fn freeze(work: &mut Work<'_>, held: &Held, opinion: Option<String>) -> Result<Taken, ApiError> {
    let evaluation = &held.evaluation;
    let year = evaluation.year.0;
    let last = store::latest(work.conn(), &held.evaluation.unit_code.0, year).await?;
    let edition = last.map_or(1, |last| last.edition + 1);

    let assessment = assess(work.conn(), evaluation).await?;
    let reviewed = reviews::all(work.conn(), evaluation.id).await?;
    let reviewed: Vec<Value> = reviewed.into_iter().map(ReviewView::from).map(public).collect();
    let unit = UnitName { code: held.unit.code.0.clone(), name: held.unit.name.clone() };
    let department = assessment.sheets.iter().find(|sheet| sheet.project.is_none()).map(|sheet| &sheet.card);
    let self_total = department.and_then(|card| card.self_total);
    let final_total = department.and_then(|card| card.final_total);
    let grade = department.and_then(|card| card.grade).map(|grade| grade.to_string());
    let rule_set = rules(work.conn(), evaluation).await?;
    let scores = view::scores(evaluation, Stage::Published, &unit, assessment.sheets, Lang::Zh);
    // A map of serde_json is ordered by its keys, so this text is the canonical one.
    let content = json!({
        "unit": unit,
        "region_code": held.unit.region_code.as_ref().map(|region| &region.0),
        "year": year,
        "edition": edition,
        "published_at": Timestamp(work.now()),
        "rule_set": { "reference": evaluation.rule_set, "rules": rule_set },
        "form": assessment.form,
        "scores": scores,
        "reviews": reviewed,
    })
    .to_string();
    let sha256 = sha256(content.as_bytes());
    let row = Model {
        id: 0,
        unit_code: Coded(unit.code),
        unit_name: unit.name,
        region_code: held.unit.region_code.clone(),
        year: Int(year),
        edition,
        content,
        sha256: sha256.clone(),
        self_total: self_total.map(Int),
        final_total: final_total.map(Int),
        grade,
        published_by: work.actor().name.clone(),
        published_at: work.now(),
    };
    store::insert(work, row).await?;
    let state = evaluation.state.0.clone().publish(mark(work), edition).map_err(refused)?;
    let details = vec![Line::new(
        format!("第 {edition} 版，内容摘要 {sha256}"),
        format!("edition {edition}, content sha256 {sha256}"),
    )];
    Ok(Taken { opinion, details, ..Taken::to(state, evaluation) })
}
