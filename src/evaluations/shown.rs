//! Evaluations as they are shown: with what the one who asks may do now.

use jixiao_core::kernel::Points;
use jixiao_core::workflow::{Step, has_passed, today};
use sea_orm::{ConnectionTrait, DbErr};

use super::store::{Row, relation};
use super::wire::{EvaluationView, UnitName};
use crate::db::Int;
use crate::http::Principal;
use crate::http::wire::{Stamp, Timestamp};
use crate::years::calendar::{Calendar, Terms};

/// Evaluations as they are shown to this caller now.
pub async fn shown(
    conn: &impl ConnectionTrait,
    caller: &Principal,
    now: chrono::DateTime<chrono::Utc>,
    rows: Vec<Row>,
) -> Result<Vec<EvaluationView>, DbErr> {
    let years = rows.iter().map(|row| row.year.0).collect();
    let units = rows.iter().map(|row| &row.unit_code.0).collect();
    let calendar = Calendar::load(conn, &years, &units).await?;
    Ok(rows.into_iter().map(|row| row.shown(caller, &calendar, now)).collect())
}

/// The last day on which something may be handed in: the one the bureau gave with its return, if that is later.
#[must_use]
pub fn deadline(terms: Terms, due: Option<chrono::NaiveDate>) -> Option<chrono::NaiveDate> {
    terms.deadline.map(|deadline| due.map_or(deadline, |due| Ord::max(due, deadline)))
}

impl Row {
    fn shown(
        self,
        caller: &Principal,
        calendar: &Calendar,
        now: chrono::DateTime<chrono::Utc>,
    ) -> EvaluationView {
        let row = self;
        let region = row.region_code.as_ref().map(|region| &region.0);
        let terms = calendar.terms(row.year.0, region, &row.unit_code.0);
        let deadline = deadline(terms, row.due);
        let is_open = terms.opens_on.is_none_or(|day| day <= today(now))
            && !deadline.is_some_and(|deadline| has_passed(deadline, now));
        let relation = relation(caller, &row.unit_code.0);
        let mut allowed_actions = Step::open(row.stage.0, relation, |action| caller.may(action));
        allowed_actions.retain(|step| *step != Step::Submit || is_open);
        let submitted = row.state.0.submitted();
        let (submitted_by, submitted_at) =
            (submitted.map(|mark| mark.by.clone()), submitted.map(|mark| Timestamp(mark.at)));
        let points = |total: Option<Int<Points>>| total.map(|Int(points)| points);
        EvaluationView {
            allowed_actions,
            round: row.round,
            submitted_by,
            submitted_at,
            deadline,
            unit: UnitName { code: row.unit_code.0, name: row.unit_name },
            year: row.year.0,
            stage: row.stage.0,
            rule_set: row.rule_set,
            on_behalf_of: row.on_behalf_of,
            self_total: points(row.self_total),
            computed_total: points(row.computed_total),
            final_total: points(row.final_total),
            grade: row.grade,
            stamp: Stamp::of(row.id, row.version, row.created_at, row.updated_at),
        }
    }
}
