//! The desk at which new indicators are handed in: those that wait for the writer are written together. What is plain
//! is done here, for all in the same few statements; whatever needs a word (a refusal, a repetition, a form that is yet
//! to be made or is held by somebody) goes back to its request, which does it alone.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use sea_orm::DbErr;

use super::entity::Model;
use super::store::{self, Projects};
use super::wire::{IndicatorInput, IndicatorView};
use crate::db::{Db, Gather, RequestKey, Work};
use crate::evaluations::part::{self, New};
use crate::evaluations::store as evaluations;
use crate::evaluations::{Part, entity as root, part_routes};
use crate::http::once::Keep as _;
use crate::http::{ApiError, Created, ErrorCode, Found, Principal};

/// An indicator that is to be made.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Who wants it.
    pub caller: Principal,
    /// The request, if it may come twice.
    pub request: Option<RequestKey>,
    /// What it says.
    pub input: IndicatorInput,
}

/// What was made; none: it is to be tried alone.
type Answer = Result<Option<Created<IndicatorView>>, ApiError>;

/// Where wishes wait for one another.
#[derive(Debug)]
pub struct Desk(Gather<Wish, Answer>);

impl Desk {
    /// A desk of this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self(Gather::new(move |wishes| serve(db.clone(), wishes).boxed_local()))
    }

    /// Makes an indicator, if nothing stands in the way.
    pub async fn ask(&self, wish: Wish) -> Answer {
        self.0.ask(wish).await.unwrap_or_else(|| Err(ApiError::unavailable()))
    }
}

async fn serve(db: Db, wishes: Vec<Wish>) -> Vec<Answer> {
    let Some(first) = wishes.first() else { return Vec::new() };
    let work = match db.begin(&first.caller).await {
        Ok(work) => work,
        Err(why) => {
            let refused = |why: &DbErr| ApiError { cause: Some(why.to_string()), ..ApiError::unavailable() };
            return wishes.iter().map(|_| Err(refused(&why))).collect();
        }
    };
    // There is something about one of them, and nothing was written: which, shows when each is tried alone.
    let Ok((work, made)) = write(work, &wishes).await else {
        return wishes.iter().map(|_| Ok(None)).collect();
    };
    if made.iter().all(Option::is_none) {
        return made.into_iter().map(Ok).collect();
    }
    // Whether a commit that fails was one is not known: what it was about is not tried again.
    let failed = work.commit().await.err().map(|why| why.to_string());
    let answer = |made: Option<Created<IndicatorView>>| match &failed {
        Some(why) if made.is_some() => Err(ApiError { cause: Some(why.clone()), ..ApiError::unavailable() }),
        _ => Ok(made),
    };
    made.into_iter().map(answer).collect()
}

/// What was made of each wish.
type Made = Vec<Option<Created<IndicatorView>>>;

/// Writes what is plain among the wishes; it is yet to be committed.
async fn write<'db>(mut work: Work<'db>, wishes: &[Wish]) -> Result<(Work<'db>, Made), ApiError> {
    let wanted: Vec<_> =
        wishes.iter().map(|Wish { caller, input, .. }| (caller, (input.unit.clone(), input.year))).collect();
    let ready = evaluations::ready(&work, &wanted).await?;
    let mut named = BTreeSet::new();
    for (wish, evaluation) in wishes.iter().zip(&ready) {
        named.extend(evaluation.iter().zip(&wish.input.project).map(|(form, code)| (form.id, code)));
    }
    let projects = store::projects_of_codes(work.conn(), &named).await?;

    let (nothing, mut requests) = (Projects::default(), BTreeSet::new());
    let (mut plain, mut new) = (Vec::new(), Vec::new());
    for (place, (Wish { caller, request, input }, evaluation)) in wishes.iter().zip(&ready).enumerate() {
        let Some(evaluation) = evaluation else { continue };
        let siblings = projects.get(&evaluation.id).unwrap_or(&nothing);
        let key = Model::key_of(input);
        let is_right = part_routes::check::<Model>((&input.unit, input.year), &key, input, siblings).is_ok();
        let is_first = request.as_ref().is_none_or(|request| requests.insert(request.name()));
        if is_right && is_first {
            plain.push((place, request, evaluation, siblings));
            new.push(New { by: caller.into(), evaluation, siblings, input: input.clone() });
        }
    }
    let rows = part::insert_many::<Model>(&mut work, new).await?;

    let mut made: Made = wishes.iter().map(|_| None).collect();
    let mut answers = Vec::with_capacity(rows.len());
    for ((place, request, evaluation, siblings), row) in plain.into_iter().zip(rows) {
        let Some(row) = row else { continue };
        let reply = created(&row, evaluation, siblings);
        if let Some(request) = request {
            answers.push((request.clone(), reply.kept()?));
        }
        if let Some(made) = made.get_mut(place) {
            *made = Some(reply);
        }
    }
    if !work.answer(answers).await? {
        return Err(ApiError::new(ErrorCode::IdempotencyInProgress));
    }
    work.refresh().await?;
    Ok((work, made))
}

/// An indicator that was made, as it is answered.
pub fn created(row: &Model, evaluation: &root::Model, projects: &Projects) -> Created<IndicatorView> {
    let location = format!("/api/v1/indicators/{}", row.id);
    let Found { body, etag } = part_routes::found(row, evaluation, projects);
    Created { body, etag, location }
}
