//! How a step of the workflow is taken: the evaluation is held, the table is asked, the tag is compared; then the
//! step itself; then the answer shows what became of it.

use jixiao_core::kernel::{Lang, Text as _};
use jixiao_core::workflow::{Mark, Refused, Stage, Step, has_passed, today};
use serde_json::json;

use super::store::{self, Taken};
use crate::db::{Db, Work};
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::shown::{deadline, shown};
use crate::evaluations::store as evaluations;
use crate::evaluations::wire::EvaluationView;
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Changed, ErrorCode, FieldError, IfMatch, Once, Principal, Repeatable, etag};
use crate::units::entity::Model as Unit;
use crate::units::store as units;
use crate::years::calendar::{Calendar, Terms};

/// An evaluation with which a step may be taken now.
#[derive(Debug)]
pub struct Held {
    /// The evaluation, held until the work is over.
    pub evaluation: Evaluation,
    /// Its unit.
    pub unit: Unit,
    /// What its year and round decide.
    pub terms: Terms,
}

/// A request for a step: whose, of which form, decided on which version, and whether it came before.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The database.
    pub db: &'a Db,
    /// Who asks.
    pub caller: &'a Principal,
    /// The form.
    pub path: &'a UnitYearPath,
    /// The version it was decided on.
    pub if_match: &'a IfMatch,
    /// The key by which a repetition is recognised.
    pub once: &'a Once,
}

impl Asked<'_> {
    /// Takes the step: holds the evaluation, lets `act` do what belongs to this step alone and say what became of it,
    /// writes that down, and answers with the evaluation as it is after everything that follows.
    pub async fn take(
        self,
        step: Step,
        act: impl AsyncFnOnce(&mut Work<'_>, &Held) -> Result<Taken, ApiError>,
    ) -> Result<Repeatable<Changed<EvaluationView>>, ApiError> {
        let mut work = self.db.begin(self.caller).await?;
        if let Some(reply) = self.once.replay(&work).await? {
            return Ok(reply);
        }
        let held = hold(&work, self.caller, self.path, self.if_match, step).await?;
        let taken = act(&mut work, &held).await?;
        store::take(&mut work, &held.evaluation, step.as_str(), taken).await?;
        let reply = outcome(&mut work, self.caller, self.path).await?;
        self.once.commit(work, reply).await
    }
}

/// Holds an evaluation for a step: 404 where the caller does not see it, 403 where the step is not theirs, 409 where
/// it does not start from this stage, 412 and 428 by its tag.
async fn hold(
    work: &Work<'_>,
    caller: &Principal,
    path: &UnitYearPath,
    if_match: &IfMatch,
    step: Step,
) -> Result<Held, ApiError> {
    let reading = caller.reading();
    let evaluation = evaluations::hold(work, &reading, &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let unit = units::find(work.conn(), &reading, &path.unit).await?.ok_or_else(ApiError::not_found)?;
    let stage = evaluation.stage.0;
    let relation = evaluations::relation(caller, &path.unit);
    let is_open_at = |stage: Stage| {
        relation.is_some_and(|relation| step.is_open_to(stage, relation, |action| caller.may(action)))
    };
    if !Stage::ALL.into_iter().any(is_open_at) {
        return Err(ApiError::new(ErrorCode::Forbidden).detail(
            format!("“{}”不由您办理", step.text(Lang::Zh)),
            format!("“{step}” is not yours to do here"),
        ));
    }
    if !is_open_at(stage) {
        let open = Step::open(stage, relation, |action| caller.may(action));
        return Err(illegal(step, stage, &open));
    }
    if_match.check(&etag(evaluation.id, evaluation.version))?;
    let calendar = Calendar::of(work.conn(), path.year, &path.unit).await?;
    let terms = calendar.terms(path.year, unit.region_code.as_ref().map(|region| &region.0), &path.unit);
    Ok(Held { evaluation, unit, terms })
}

fn illegal(step: Step, stage: Stage, open: &[Step]) -> ApiError {
    let list = |lang, separator: &str| {
        let words: Vec<String> = open.iter().map(|step| step.text(lang)).collect();
        if words.is_empty() { lang.pick("无", "nothing").to_owned() } else { words.join(separator) }
    };
    let error = ApiError::new(ErrorCode::IllegalStep).detail(
        format!(
            "当前阶段为“{}”，不能“{}”；可进行：{}",
            stage.text(Lang::Zh),
            step.text(Lang::Zh),
            list(Lang::Zh, "、")
        ),
        format!("The stage is “{stage}”, which is no place for “{step}”; possible: {}", list(Lang::En, ", ")),
    );
    ApiError { extra: Some(json!({ "stage": stage, "allowed_actions": open })), ..error }
}

/// What the state refuses, told to the caller.
#[must_use]
pub fn refused(why: Refused) -> ApiError {
    match why {
        Refused::Illegal { step, stage } => illegal(step, stage, &[]),
        Refused::SamePerson => ApiError::new(ErrorCode::Forbidden).detail(
            "提交人不能审核自己提交的自评，请由另一人办理",
            "Who handed a form in does not approve it: four eyes; let somebody else do it",
        ),
    }
}

/// Who takes the step, and when.
#[must_use]
pub fn mark(work: &Work<'_>) -> Mark {
    Mark { by: work.actor().name.clone(), at: work.now() }
}

/// Lets a submission through if the round is open and its deadline has not passed.
pub fn check_open(work: &Work<'_>, held: &Held) -> Result<(), ApiError> {
    if let Some(day) = held.terms.opens_on.filter(|day| *day > today(work.now())) {
        return Err(ApiError::new(ErrorCode::IllegalStep)
            .detail(format!("{day} 起才可提交"), format!("Submitting begins on {day}")));
    }
    match deadline(held.terms, held.evaluation.due).filter(|day| has_passed(*day, work.now())) {
        None => Ok(()),
        Some(day) => Err(ApiError::new(ErrorCode::DeadlinePassed).detail(
            format!("已于 {day} 截止（北京时间 24:00），请联系财政局延期"),
            format!("The deadline was {day}, 24:00 in Beijing; ask the bureau for an extension"),
        )),
    }
}

/// Until when something that goes back may be handed in again: beyond the deadline the bureau has to say so.
pub fn check_due(
    work: &Work<'_>,
    held: &Held,
    due: Option<chrono::NaiveDate>,
) -> Result<Option<chrono::NaiveDate>, ApiError> {
    let error =
        |code, zh: String, en: String| Err(ApiError::invalid(vec![FieldError::new("/due", code, zh, en)]));
    match (due, deadline(held.terms, held.evaluation.due)) {
        (Some(due), _) if has_passed(due, work.now()) => {
            error("out_of_range", format!("{due} 已经过去"), format!("{due} has passed already"))
        }
        (Some(due), _) => Ok(Some(due)),
        (None, Some(day)) if has_passed(day, work.now()) => error(
            "missing_field",
            format!("截止日期 {day} 已过，请给出重新提交的截止日期"),
            format!("The deadline {day} has passed; say until when it may be handed in again"),
        ),
        (None, _) => Ok(held.evaluation.due),
    }
}

/// The evaluation as it is now, after everything that follows from the step.
async fn outcome(
    work: &mut Work<'_>,
    caller: &Principal,
    path: &UnitYearPath,
) -> Result<Changed<EvaluationView>, ApiError> {
    work.refresh().await?;
    let row = evaluations::find_row(work.conn(), &caller.reading(), &path.unit, path.year).await?;
    let row = row.ok_or_else(ApiError::no_form)?;
    let etag = etag(row.id, row.version);
    let one = shown(work.conn(), caller, work.now(), vec![row]).await?;
    Ok(Changed { body: one.into_iter().next().ok_or_else(ApiError::no_form)?, etag })
}
