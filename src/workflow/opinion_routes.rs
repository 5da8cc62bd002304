//! `/evaluations/{unit}/{year}/opinions` and their answers.

use std::collections::BTreeMap;

use actix_web::{get, post, web};
use jixiao_core::checks::Place;

use super::entity::{Line, opinion};
use super::store;
use super::wire::{AnswersInput, OpinionView, Opinions};
use crate::db::{Db, Json};
use crate::evaluations::store as evaluations;
use crate::http::permission::{ReadForms, Submit};
use crate::http::wire::{Timestamp, UnitYearPath};
use crate::http::{ApiError, Body, Caller, Changed, FieldError, Fresh, Once, Repeatable, etag};

/// List opinions on a form
///
/// 审核意见及单位的答复，按时间先后；`table`、`row`、`field` 指明单元格，便于在表格旁显示。
#[utoipa::path(tag = "evaluations", operation_id = "listOpinions", params(UnitYearPath), security(("oauth2" = ["forms:read"])))]
#[get("/evaluations/{unit}/{year}/opinions")]
pub async fn list(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    db: web::Data<Db>,
) -> Result<Fresh<Opinions>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let rows = store::opinions(&snapshot, evaluation.id).await?;
    Ok(Fresh { body: view(rows, evaluation.round), etag: etag(evaluation.id, evaluation.version) })
}

/// Answer opinions
///
/// 填报单位逐项答复退回意见；最近一轮的单元格意见全部答复后才能重新提交。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "answerOpinions",
    params(UnitYearPath),
    request_body = AnswersInput,
    security(("oauth2" = ["forms:submit"]))
)]
#[post("/evaluations/{unit}/{year}/answers")]
pub async fn answer(
    caller: Caller<Submit>,
    path: web::Path<UnitYearPath>,
    once: Once,
    Body(AnswersInput { answers }): Body<AnswersInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<Opinions>>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    if let Some(reply) = once.replay(&work).await? {
        return Ok(reply);
    }
    let seen = evaluations::find(work.conn(), &caller.reading(), &path.unit, path.year).await?;
    seen.ok_or_else(ApiError::no_form)?;
    let evaluation = evaluations::open(&mut work, caller.principal(), &path.unit, path.year).await??;
    let rows = store::opinions(work.conn(), evaluation.id).await?;
    let known: BTreeMap<String, &opinion::Model> = rows
        .iter()
        .filter(|row| row.round == evaluation.round)
        .map(|row| (row.id.to_string(), row))
        .collect();
    let unknown = answers.iter().enumerate().filter(|(_, one)| !known.contains_key(&one.opinion));
    let errors: Vec<FieldError> = unknown
        .map(|(index, one)| {
            FieldError::new(
                format!("/answers/{index}/opinion"),
                "unknown_opinion",
                format!("最近一轮没有编号为 {} 的意见", one.opinion),
                format!("The last round has no opinion {}", one.opinion),
            )
        })
        .collect();
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let mut details = Vec::new();
    for one in answers {
        let Some(opinion) = known.get(&one.opinion) else { continue };
        let about = opinion.place.as_ref().map_or(String::new(), |Json(place)| format!("{place} "));
        let (asked, said) = (&opinion.opinion, &one.answer);
        details.push(Line::new(format!("{about}“{asked}”答复：{said}"), format!("{about}“{asked}”: {said}")));
        store::answer(&work, opinion, one.answer).await?;
    }
    store::note(&mut work, &evaluation, "answer", details).await?;
    let rows = store::opinions(work.conn(), evaluation.id).await?;
    let reply =
        Changed { body: view(rows, evaluation.round), etag: etag(evaluation.id, evaluation.version + 1) };
    once.commit(work, reply).await
}

fn view(rows: Vec<opinion::Model>, round: i32) -> Opinions {
    let waits = |row: &opinion::Model| row.round == round && row.place.is_some() && row.answer.is_none();
    Opinions {
        unanswered: rows.iter().filter(|row| waits(row)).count(),
        items: rows.into_iter().map(one).collect(),
    }
}

fn one(row: opinion::Model) -> OpinionView {
    let (table, place_row, field) = match row.place {
        Some(Json(Place { table, row, field })) => (Some(table), Some(row), Some(field)),
        None => (None, None, None),
    };
    OpinionView {
        id: row.id.to_string(),
        round: row.round,
        table,
        row: place_row,
        field,
        finding: row.finding,
        opinion: row.opinion,
        given_by: row.given_by,
        given_at: Timestamp(row.given_at),
        answer: row.answer,
        answered_by: row.answered_by,
        answered_at: row.answered_at.map(Timestamp),
    }
}
