//! The steps of `/evaluations/{unit}/{year}`.

use actix_web::{post, web};
use jixiao_core::checks::{Finding, Place, Severity};
use jixiao_core::workflow::{Role, Step};

use super::cells::Cells;
use super::entity::{Line, opinion};
use super::step::{Asked, Held, check_due, check_open, mark, refused};
use super::store::{self, NewOpinion, Taken};
use super::wire::{CellOpinionInput, RemarkInput, ReopenInput, ReturnInput};
use crate::db::{Db, Json, Work};
use crate::evaluations::wire::EvaluationView;
use crate::findings::entity::Verdict;
use crate::findings::{Assessment, assess, store as findings};
use crate::http::permission::{Endorse, Return, Review, Submit};
use crate::http::wire::UnitYearPath;
use crate::http::{
    ApiError, Body, Caller, Changed, Decided, ErrorCode, FieldError, IfMatchHeader, Once, Repeatable,
};
use crate::rule_sets::store as rule_sets;

/// Submit an evaluation
///
/// 提交自评。先做勾稽审核：所有 `block` 问题须修改，`explain` 问题须说明，退回意见须逐项答复，一次全部列出（422）。
/// 提交后锁定；逾期不能提交，除非财政局延期。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "submitEvaluation",
    params(UnitYearPath, IfMatchHeader),
    request_body = RemarkInput,
    security(("oauth2" = ["forms:submit"]))
)]
#[post("/evaluations/{unit}/{year}/submit")]
pub async fn submit(
    caller: Caller<Submit>,
    path: web::Path<UnitYearPath>,
    Decided(if_match): Decided,
    once: Once,
    Body(RemarkInput { opinion }): Body<RemarkInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
    let asked = Asked { db: &db, caller: caller.principal(), path: &path, if_match: &if_match, once: &once };
    asked.take(Step::Submit, async |work, held| hand_in(work, held, opinion).await).await
}

/// Checks the form, keeps it as it is handed in, and says where it goes.
async fn hand_in(work: &mut Work<'_>, held: &Held, opinion: Option<String>) -> Result<Taken, ApiError> {
    check_open(work, held)?;
    let evaluation = &held.evaluation;
    // What is handed in is handed in under these rules: they stay as they are from here on.
    rule_sets::keep(work, &evaluation.rule_set).await?;
    let assessment = assess(work.conn(), evaluation).await?;
    let mut errors: Vec<FieldError> =
        assessment.findings.iter().filter_map(|found| stands(found, &assessment)).collect();
    let opinions = store::opinions(work.conn(), evaluation.id).await?;
    errors.extend(
        opinions.iter().filter(|opinion| waits_for_answer(opinion, evaluation.round)).map(unanswered),
    );
    if !errors.is_empty() {
        return Err(ApiError { errors, ..ApiError::new(ErrorCode::FindingsOpen) });
    }

    let mut details = Vec::new();
    if let Some(last) = store::submission(work.conn(), evaluation.id, evaluation.round).await? {
        let changes = Cells::of(&last.content.0).changes(&Cells::of(&assessment.form));
        let count = changes.len();
        details.push(Line::new(
            format!("与上次提交相比改动 {count} 处"),
            format!("{count} cells differ from the last submission"),
        ));
        details.extend(store::withdraw_reviews(work, evaluation, &changes).await?);
    }
    let round = evaluation.round + 1;
    let sha256 = store::submit(work, evaluation, round, assessment.form).await?;
    details.push(Line::new(format!("内容摘要 {sha256}"), format!("content sha256 {sha256}")));
    let to_department = held.terms.department_review && held.unit.parent_code.is_some();
    let state = evaluation.state.0.clone().submit(mark(work), to_department).map_err(refused)?;
    Ok(Taken { round, opinion, details, ..Taken::to(state, evaluation) })
}

/// A finding that stands in the way, as an error of the submission.
fn stands(finding: &Finding, assessment: &Assessment) -> Option<FieldError> {
    if !assessment.is_open(finding) {
        return None;
    }
    let (zh, en) = match finding.severity {
        Severity::Explain => {
            ("——请核对，属实的用 explanations 说明原因", " – check it; if it is true, explain it")
        }
        Severity::Block | Severity::Note => ("", ""),
    };
    let Place { table, row, field } = &finding.place;
    let pointer = format!("/{table}/{row}/{}", field.replace('.', "/"));
    let error = FieldError::new(
        pointer,
        finding.check.id,
        format!("{}{zh}", finding.zh),
        format!("{}{en}", finding.en),
    );
    Some(match &finding.found {
        Some(found) => error.found(found.clone().into()),
        None => error,
    })
}

fn waits_for_answer(opinion: &opinion::Model, round: i32) -> bool {
    opinion.round == round && opinion.place.is_some() && opinion.answer.is_none()
}

fn unanswered(opinion: &opinion::Model) -> FieldError {
    let place =
        opinion.place.as_ref().map(|Json(place)| format!("/{}/{}/{}", place.table, place.row, place.field));
    FieldError::new(
        place.unwrap_or_default(),
        "opinion_unanswered",
        format!("退回意见尚未答复：{}", opinion.opinion),
        format!("This opinion waits for an answer: {}", opinion.opinion),
    )
}

/// Endorse an evaluation
///
/// 主管部门审核通过，转财政局；仅当该年度要求主管部门审核。提交人不能审核自己提交的自评。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "endorseEvaluation",
    params(UnitYearPath, IfMatchHeader),
    request_body = RemarkInput,
    security(("oauth2" = ["forms:endorse"]))
)]
#[post("/evaluations/{unit}/{year}/endorse")]
pub async fn endorse(
    caller: Caller<Endorse>,
    path: web::Path<UnitYearPath>,
    Decided(if_match): Decided,
    once: Once,
    Body(RemarkInput { opinion }): Body<RemarkInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
    let asked = Asked { db: &db, caller: caller.principal(), path: &path, if_match: &if_match, once: &once };
    let act = async |work: &mut Work<'_>, held: &Held| {
        let state = held.evaluation.state.0.clone().endorse(mark(work)).map_err(refused)?;
        Ok(Taken { opinion, ..Taken::to(state, &held.evaluation) })
    };
    asked.take(Step::Endorse, act).await
}

/// Return an evaluation
///
/// 退回：总体意见，以及对单元格（表、行、字段）的逐项意见；指明 `finding` 的，其说明不予采纳，须重新说明。
/// 财政局退回已提交的自评，主管部门退回待其审核的自评。截止日期已过时须给出新的截止日期 `due`。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "returnEvaluation",
    params(UnitYearPath, IfMatchHeader),
    request_body = ReturnInput,
    security(("oauth2" = ["forms:return"]))
)]
#[post("/evaluations/{unit}/{year}/return")]
pub async fn send_back(
    caller: Caller<Return>,
    path: web::Path<UnitYearPath>,
    Decided(if_match): Decided,
    once: Once,
    Body(input): Body<ReturnInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
    let asked = Asked { db: &db, caller: caller.principal(), path: &path, if_match: &if_match, once: &once };
    let is_department = caller.principal().role == Role::Unit;
    asked.take(Step::Return, async |work, held| go_back(work, held, input, is_department).await).await
}

/// Keeps what is said of the form and its cells, takes back explanations that are not accepted, and sends it back.
async fn go_back(
    work: &mut Work<'_>,
    held: &Held,
    input: ReturnInput,
    is_department: bool,
) -> Result<Taken, ApiError> {
    let evaluation = &held.evaluation;
    let assessment = assess(work.conn(), evaluation).await?;
    let errors = check_cells(&input.cells, &assessment);
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let due = match (is_department, input.due) {
        (true, Some(_)) => return Err(not_the_departments()),
        (true, None) => evaluation.due,
        (false, due) => check_due(work, held, due)?,
    };
    let mut details = Vec::new();
    let mut not_accepted = Vec::new();
    let whole = NewOpinion { place: None, finding: None, opinion: input.opinion.clone() };
    store::give_opinion(work, evaluation, whole).await?;
    for CellOpinionInput { table, row, field, opinion, finding } in input.cells {
        let place = Place::new(table, row, field);
        details.push(Line::new(format!("{place}：{opinion}"), format!("{place}: {opinion}")));
        not_accepted.extend(finding.clone());
        store::give_opinion(work, evaluation, NewOpinion { place: Some(place), finding, opinion }).await?;
    }
    if !not_accepted.is_empty() {
        findings::judge(work, evaluation, Some(&not_accepted), Verdict::Returned).await?;
    }
    let state = evaluation.state.0.clone().send_back(mark(work)).map_err(refused)?;
    Ok(Taken { due, opinion: Some(input.opinion), details, ..Taken::to(state, evaluation) })
}

fn not_the_departments() -> ApiError {
    ApiError::invalid(vec![FieldError::new(
        "/due",
        "not_permitted",
        "只有财政局可以延期",
        "Only the bureau extends a deadline",
    )])
}

fn check_cells(given: &[CellOpinionInput], assessment: &Assessment) -> Vec<FieldError> {
    let cells = Cells::of(&assessment.form);
    let mut errors = Vec::new();
    for (index, one) in given.iter().enumerate() {
        let place = Place::new(one.table, one.row.as_str(), one.field.as_str());
        if !cells.has(&place) {
            errors.push(FieldError::new(
                format!("/cells/{index}"),
                "unknown_cell",
                format!("表中没有 {place} 这个位置"),
                format!("The form has no cell {place}"),
            ));
        }
        let is_known = |id: &String| assessment.explanations.contains_key(id);
        if one.finding.as_ref().is_some_and(|id| !is_known(id)) {
            errors.push(FieldError::new(
                format!("/cells/{index}/finding"),
                "unknown_finding",
                "没有对这一项的说明",
                "There is no explanation of this finding",
            ));
        }
    }
    errors
}

/// Approve an evaluation
///
/// 审核通过，得分确定；单位的说明即视为采纳。提交人不能审核自己提交的自评。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "approveEvaluation",
    params(UnitYearPath, IfMatchHeader),
    request_body = RemarkInput,
    security(("oauth2" = ["reviews:write"]))
)]
#[post("/evaluations/{unit}/{year}/approve")]
pub async fn approve(
    caller: Caller<Review>,
    path: web::Path<UnitYearPath>,
    Decided(if_match): Decided,
    once: Once,
    Body(RemarkInput { opinion }): Body<RemarkInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
    let asked = Asked { db: &db, caller: caller.principal(), path: &path, if_match: &if_match, once: &once };
    let act = async |work: &mut Work<'_>, held: &Held| {
        findings::judge(work, &held.evaluation, None, Verdict::Accepted).await?;
        let state = held.evaluation.state.0.clone().approve(mark(work)).map_err(refused)?;
        Ok(Taken { opinion, ..Taken::to(state, &held.evaluation) })
    };
    asked.take(Step::Approve, act).await
}

/// Reopen an evaluation
///
/// 重新开放已通过或已公开的自评，由单位更正后重新提交。已公开的版本不变，更正后另出新版。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "reopenEvaluation",
    params(UnitYearPath, IfMatchHeader),
    request_body = ReopenInput,
    security(("oauth2" = ["reviews:write"]))
)]
#[post("/evaluations/{unit}/{year}/reopen")]
pub async fn reopen(
    caller: Caller<Review>,
    path: web::Path<UnitYearPath>,
    Decided(if_match): Decided,
    once: Once,
    Body(ReopenInput { reason, due }): Body<ReopenInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
    let asked = Asked { db: &db, caller: caller.principal(), path: &path, if_match: &if_match, once: &once };
    let act = async |work: &mut Work<'_>, held: &Held| {
        let due = check_due(work, held, due)?;
        let state = held.evaluation.state.0.clone().reopen(mark(work)).map_err(refused)?;
        let whole = NewOpinion { place: None, finding: None, opinion: reason.clone() };
        store::give_opinion(work, &held.evaluation, whole).await?;
        Ok(Taken { due, opinion: Some(reason), ..Taken::to(state, &held.evaluation) })
    };
    asked.take(Step::Reopen, act).await
}
