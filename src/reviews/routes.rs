//! `/evaluations/{unit}/{year}/rescore` and `/reviews`.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, get, post, web};
use jixiao_core::kernel::Points;
use jixiao_core::scoring::RuleSet;
use jixiao_core::workflow::Step;
use serde_json::json;

use super::store::{self, Subject};
use super::wire::{
    GapSort, RescoreInput, RescoreItem, ReviewGap, ReviewKind, ReviewParams, ReviewRanking, ReviewView,
    Reviews,
};
use crate::db::{Coded, Db, Int, Keyset, Work};
use crate::evaluations::review_entity::{Kind, Model};
use crate::evaluations::store::{self as evaluations, Filter};
use crate::evaluations::wire::{EvaluationView, UnitName};
use crate::findings::{Assessment, assess};
use crate::http::permission::{ReadForms, Review};
use crate::http::wire::{Timestamp, UnitYearPath};
use crate::http::{
    ApiError, Body, Caller, Changed, Cursors, Decided, FieldError, Fresh, IfMatchHeader, Listed, Once,
    Params, Repeatable, etag,
};
use crate::workflow::entity::Line;
use crate::workflow::step::{Asked, Held};
use crate::workflow::store::{Taken, told};

/// Re-score an evaluation
///
/// 复核：给指标、预算执行率或整张表一个复核得分并说明理由，在 0 与分值之间。自评得分和计算得分保留不变；
/// `score` 为 null 撤回复核。
#[utoipa::path(
    tag = "reviews",
    operation_id = "rescoreEvaluation",
    params(UnitYearPath, IfMatchHeader),
    request_body = RescoreInput,
    security(("oauth2" = ["reviews:write"]))
)]
#[post("/evaluations/{unit}/{year}/rescore")]
pub async fn rescore(
    caller: Caller<Review>,
    path: web::Path<UnitYearPath>,
    Decided(if_match): Decided,
    once: Once,
    Body(RescoreInput { scores }): Body<RescoreInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
    let asked = Asked { db: &db, caller: caller.principal(), path: &path, if_match: &if_match, once: &once };
    asked.take(Step::Rescore, async |work, held| give_scores(work, held, scores).await).await
}

/// Gives the scores, within their weights, and leaves the evaluation where it stands.
async fn give_scores(work: &mut Work<'_>, held: &Held, scores: Vec<RescoreItem>) -> Result<Taken, ApiError> {
    let evaluation = &held.evaluation;
    let assessment = assess(work.conn(), evaluation).await?;
    let errors = check(&scores, &assessment);
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let stored = store::all(work.conn(), evaluation.id).await?;
    let mut stored: BTreeMap<Subject, Model> =
        stored.into_iter().map(|row| (Subject::of(&row), row)).collect();
    let mut details = Vec::new();
    for RescoreItem { kind, project, seq, score, reason } in scores {
        let subject = Subject { kind: kind.into(), project, seq };
        let current = stored.remove(&subject);
        let claimed = told(scored(&subject, &assessment).and_then(|(_, claimed)| claimed));
        let given = told(score);
        details.push(Line::new(
            format!("{subject} 自评 {claimed}，复核 {given}：{reason}"),
            format!("{subject} self {claimed}, reviewed {given}: {reason}"),
        ));
        store::rescore(work, evaluation, &subject, current, score, reason).await?;
    }
    Ok(Taken { details, ..Taken::to(evaluation.state.0.clone(), evaluation) })
}

/// The weight of what gets a score, and what the unit claims for it; nothing if the form has no such thing.
fn scored(subject: &Subject, assessment: &Assessment) -> Option<(Points, Option<Points>)> {
    let sheet = assessment.sheets.iter().find(|sheet| sheet.project == subject.project)?;
    match (subject.kind, subject.seq) {
        (Kind::Indicator, Some(seq)) => {
            let row = sheet.card.indicators.iter().find(|row| row.seq == seq)?;
            Some((row.weight?, row.self_score))
        }
        (Kind::Execution, None) => Some((sheet.card.execution.weight?, sheet.card.execution.self_score)),
        (Kind::Sheet, None) => Some((RuleSet::FULL, sheet.card.self_total)),
        _ => None,
    }
}

fn check(scores: &[RescoreItem], assessment: &Assessment) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, one) in scores.iter().enumerate() {
        let subject = Subject { kind: one.kind.into(), project: one.project.clone(), seq: one.seq };
        let at = format!("/scores/{index}");
        match scored(&subject, assessment) {
            None => errors.push(FieldError::new(
                &at,
                "unknown_row",
                format!("没有 {subject}，或它没有分值"),
                format!("There is no {subject}, or it has no weight"),
            )),
            Some((weight, _)) if one.score.is_some_and(|score| score > weight) => {
                errors.push(FieldError::new(
                    format!("{at}/score"),
                    "out_of_range",
                    format!("复核得分应在 0 与 {weight} 之间"),
                    format!("A reviewed score is from 0 to {weight}"),
                ));
            }
            Some(_) => {}
        }
        if !seen.insert(subject) {
            errors.push(FieldError::new(at, "repeated_key", "同一项复核了两次", "Scored twice"));
        }
    }
    errors
}

/// List reviewed scores of an evaluation
///
/// 一个单位某年度的复核得分及理由。
#[utoipa::path(tag = "reviews", operation_id = "listReviewedScores", params(UnitYearPath), security(("oauth2" = ["forms:read"])))]
#[get("/evaluations/{unit}/{year}/reviews")]
pub async fn of_evaluation(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Fresh<Reviews>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let rows = store::all(&snapshot, evaluation.id).await?;
    let items = rows.into_iter().map(ReviewView::from).collect();
    Ok(Fresh { body: Reviews { items }, etag: etag(evaluation.id, evaluation.version) })
}

/// Rank reviews by their gap
///
/// 复核差距排名：自评与复核相差最大的在前。只列出调用者可见单位中复核过的表。
#[utoipa::path(tag = "reviews", operation_id = "rankReviews", params(ReviewParams), security(("oauth2" = ["forms:read"])))]
#[get("/reviews")]
pub async fn rank(
    caller: Caller<ReadForms>,
    Params(params): Params<ReviewParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<ReviewRanking>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let keyset = Keyset {
        columns: store::order(),
        descending: matches!(params.sort.unwrap_or_default(), GapSort::GapDown),
        after: page.after(),
        limit: page.limit,
    };
    let filter = Filter { year: params.year, region: params.region_code, ..Filter::default() };
    let scope = caller.reading();
    let mut rows = store::rank(db.reader(), &scope, &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![json!(row.gap().abs()), json!(row.id)]);
    let total = match params.with_total {
        Some(true) => Some(store::count(db.reader(), &scope, &filter).await?),
        _ => None,
    };
    let items = rows.into_iter().map(ReviewGap::from).collect();
    Ok(Listed { body: ReviewRanking { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

impl From<ReviewKind> for Kind {
    fn from(kind: ReviewKind) -> Self {
        match kind {
            ReviewKind::Indicator => Self::Indicator,
            ReviewKind::Execution => Self::Execution,
            ReviewKind::Sheet => Self::Sheet,
        }
    }
}

impl From<Model> for ReviewView {
    fn from(row: Model) -> Self {
        Self {
            kind: match row.kind.0 {
                Kind::Indicator => ReviewKind::Indicator,
                Kind::Execution => ReviewKind::Execution,
                Kind::Sheet => ReviewKind::Sheet,
            },
            project: row.project.map(|Coded(code)| code),
            seq: row.seq,
            score: row.score.0,
            reason: row.reason,
            reviewed_by: row.reviewed_by,
            reviewed_at: Timestamp(row.reviewed_at),
        }
    }
}

impl From<store::Row> for ReviewGap {
    fn from(row: store::Row) -> Self {
        let gap = row.gap();
        let size = Points::from_scaled(gap.abs());
        let (Int(self_total), Int(reviewed_total)) = (row.self_total, row.reviewed_total);
        Self {
            year: row.year.0,
            stage: row.stage.0,
            code: row.code,
            name: if row.project_id.is_none() { row.unit_name.clone() } else { row.name },
            self_total,
            reviewed_total,
            gap: if gap < 0 { format!("-{size}") } else { size.to_string() },
            unit: UnitName { code: row.unit_code.0, name: row.unit_name },
        }
    }
}
