//! What was handed in, said and done, in the database.

use std::collections::BTreeSet;

use jixiao_core::checks::{Place, Table};
use jixiao_core::kernel::Points;
use jixiao_core::workflow::{Stage, State};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::cells::CellChange;
use super::entity::{Line, opinion, step, submission};
use crate::db::{Coded, Deed, Int, Json, Work, sha256};
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::review_entity as review;
use crate::evaluations::store::{self as evaluations, Advance};
use crate::forms::wire::UnitForm;

/// Keeps a form as it is handed in.
pub async fn submit(
    work: &Work<'_>,
    evaluation: &Evaluation,
    round: i32,
    form: UnitForm,
) -> Result<String, DbErr> {
    let text = serde_json::to_string(&json!(form)).map_err(|why| DbErr::Custom(why.to_string()))?;
    let sha256 = sha256(text.as_bytes());
    let row = submission::ActiveModel {
        id: ActiveValue::NotSet,
        evaluation_id: Set(evaluation.id),
        round: Set(round),
        submitted_by: Set(work.actor().name.clone()),
        submitted_at: Set(work.now()),
        content: Set(Json(form)),
        sha256: Set(sha256.clone()),
    };
    submission::Entity::insert(row).exec_without_returning(work.conn()).await?;
    Ok(sha256)
}

/// The form as it was handed in that time.
pub async fn submission(
    conn: &impl ConnectionTrait,
    evaluation_id: i64,
    round: i32,
) -> Result<Option<submission::Model>, DbErr> {
    let of_round = submission::Entity::find()
        .filter(submission::Column::EvaluationId.eq(evaluation_id))
        .filter(submission::Column::Round.eq(round));
    of_round.one(conn).await
}

/// Takes back re-scores of what the unit has changed since: they were about something else.
pub async fn withdraw_reviews(
    work: &Work<'_>,
    evaluation: &Evaluation,
    changes: &[CellChange],
) -> Result<Vec<Line>, DbErr> {
    let touched: BTreeSet<(Table, &str)> =
        changes.iter().map(|change| (change.place.table, change.place.row.as_str())).collect();
    let rows = review::Entity::find().filter(review::Column::EvaluationId.eq(evaluation.id));
    let mut withdrawn = Vec::new();
    for row in rows.all(work.conn()).await? {
        let project = row.project.as_ref().map_or(String::new(), |Coded(code)| code.to_string());
        let sheet = if project.is_empty() { Table::Budgets } else { Table::ProjectExpenditures };
        let is_changed = match (row.kind.0, row.seq) {
            (review::Kind::Indicator, Some(seq)) => {
                touched.contains(&(Table::Indicators, format!("{project}.{seq}").as_str()))
            }
            (review::Kind::Sheet, _) => touched.iter().any(|(table, place)| {
                (*table == sheet && *place == project)
                    || (*table == Table::Indicators
                        && place.rsplit_once('.').is_some_and(|(of, _)| of == project))
            }),
            _ => touched.contains(&(sheet, project.as_str())),
        };
        if is_changed {
            let (name, Int(score)) = (review_name(&row), row.score);
            withdrawn.push(Line::new(
                format!("{name}内容已修改，原复核得分 {score} 失效"),
                format!("{name}was changed: its reviewed score {score} no longer stands"),
            ));
            row.into_active_model().delete(work.conn()).await?;
        }
    }
    Ok(withdrawn)
}

fn review_name(row: &review::Model) -> String {
    let project = row.project.as_ref().map_or(String::new(), |Coded(code)| code.to_string());
    match (row.kind.0, row.seq) {
        (review::Kind::Indicator, Some(seq)) => format!("indicators {project}.{seq} "),
        (kind, _) => format!("{kind} {project} "),
    }
}

/// A step on its way into the books.
#[derive(Debug)]
pub struct Taken {
    /// The next state.
    pub state: State,
    /// How many times it was handed in, this time included.
    pub round: i32,
    /// Until when it may be handed in again, beyond the round's deadline.
    pub due: Option<chrono::NaiveDate>,
    /// What was said.
    pub opinion: Option<String>,
    /// What else is to be told.
    pub details: Vec<Line>,
}

impl Taken {
    /// To this state, with nothing else to tell.
    #[must_use]
    pub fn to(state: State, evaluation: &Evaluation) -> Self {
        let (round, due) = (evaluation.round, evaluation.due);
        Self { state, round, due, opinion: None, details: Vec::new() }
    }
}

/// Takes an evaluation to its next state and writes down what brought it there, a step or an import, for people and
/// for the audit.
pub async fn take(
    work: &mut Work<'_>,
    evaluation: &Evaluation,
    deed: &'static str,
    taken: Taken,
) -> Result<(), DbErr> {
    let Taken { state, round, due, opinion, details } = taken;
    write_down(work, evaluation, (deed, state.stage(), round), opinion, details).await?;
    evaluations::advance(work, evaluation, Advance { state, round, due }).await
}

/// Writes down something that was done without leaving the stage.
pub async fn note(
    work: &mut Work<'_>,
    evaluation: &Evaluation,
    step: &'static str,
    details: Vec<Line>,
) -> Result<(), DbErr> {
    work.touch_evaluation(evaluation.id);
    write_down(work, evaluation, (step, evaluation.stage.0, evaluation.round), None, details).await
}

async fn write_down(
    work: &mut Work<'_>,
    evaluation: &Evaluation,
    (step, to, round): (&'static str, Stage, i32),
    opinion: Option<String>,
    details: Vec<Line>,
) -> Result<(), DbErr> {
    let said: Vec<&str> = details.iter().map(|line| line.zh.as_str()).collect();
    let said = json!({
        "from": evaluation.stage.0, "to": to, "round": round, "opinion": opinion, "details": said,
    });
    let key = format!("{}/{}", evaluation.unit_code.0, evaluation.year.0);
    work.record(evaluation.chain(), "evaluation", key, Deed::taken(step, &said));
    let row = step::ActiveModel {
        id: ActiveValue::NotSet,
        evaluation_id: Set(evaluation.id),
        round: Set(round),
        step: Set(step.to_owned()),
        from_stage: Set(evaluation.stage.clone()),
        to_stage: Set(Coded(to)),
        taken_by: Set(work.actor().name.clone()),
        role: Set(work.actor().role.map(Coded)),
        taken_at: Set(work.now()),
        opinion: Set(opinion),
        details: Set(Json(details)),
    };
    row.insert(work.conn()).await.map(|_| ())
}

/// Every step, in their order.
pub async fn steps(conn: &impl ConnectionTrait, evaluation_id: i64) -> Result<Vec<step::Model>, DbErr> {
    let of_this = step::Entity::find().filter(step::Column::EvaluationId.eq(evaluation_id));
    of_this.order_by_asc(step::Column::Id).all(conn).await
}

/// An opinion on its way into the books.
#[derive(Debug)]
pub struct NewOpinion {
    /// The cell; none: the form as a whole.
    pub place: Option<Place>,
    /// The finding whose explanation it is about.
    pub finding: Option<String>,
    /// What is said.
    pub opinion: String,
}

/// Keeps what a reviewer says of this round.
pub async fn give_opinion(work: &Work<'_>, evaluation: &Evaluation, new: NewOpinion) -> Result<(), DbErr> {
    let NewOpinion { place, finding, opinion } = new;
    let row = opinion::ActiveModel {
        id: ActiveValue::NotSet,
        evaluation_id: Set(evaluation.id),
        round: Set(evaluation.round),
        place: Set(place.map(Json)),
        finding: Set(finding),
        opinion: Set(opinion),
        given_by: Set(work.actor().name.clone()),
        given_at: Set(work.now()),
        answer: Set(None),
        answered_by: Set(None),
        answered_at: Set(None),
    };
    row.insert(work.conn()).await.map(|_| ())
}

/// Every opinion, in their order.
pub async fn opinions(conn: &impl ConnectionTrait, evaluation_id: i64) -> Result<Vec<opinion::Model>, DbErr> {
    let of_this = opinion::Entity::find().filter(opinion::Column::EvaluationId.eq(evaluation_id));
    of_this.order_by_asc(opinion::Column::Id).all(conn).await
}

/// Keeps what the unit answers.
pub async fn answer(work: &Work<'_>, opinion: &opinion::Model, answer: String) -> Result<(), DbErr> {
    let row = opinion::ActiveModel {
        id: ActiveValue::Unchanged(opinion.id),
        answer: Set(Some(answer)),
        answered_by: Set(Some(work.actor().name.clone())),
        answered_at: Set(Some(work.now())),
        ..Default::default()
    };
    row.update(work.conn()).await.map(|_| ())
}

/// Points as they are told.
#[must_use]
pub fn told(points: Option<Points>) -> String {
    points.map_or_else(|| "—".to_owned(), |points| points.to_string())
}
