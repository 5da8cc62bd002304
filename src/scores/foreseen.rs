//! Scores of forms whose rows are still on their way into the database: an import knows them whole, so they are scored
//! while the engine takes the rows.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr};

use super::hook::{Task, rules_of, scored};
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::summary_entity::ActiveModel;
use crate::forms::store::Scored;
use crate::units::entity as units;

/// What evaluations come to, by key, each with the rule set by which it was scored. What was scored must be what is
/// stored when the work is over.
#[derive(Debug, Default)]
pub struct Foreseen(BTreeMap<i64, (String, Vec<ActiveModel>)>);

impl Foreseen {
    /// The summaries of an evaluation, if they were foreseen by the rules that it has now.
    #[must_use]
    pub fn of(&self, evaluation: &Evaluation) -> Option<&[ActiveModel]> {
        let (rules, summaries) = self.0.get(&evaluation.id)?;
        (*rules == evaluation.rule_set).then_some(summaries)
    }
}

/// A form that is known whole.
#[derive(Debug)]
pub struct Whole {
    /// Its evaluation.
    pub evaluation: Evaluation,
    /// The unit.
    pub unit: units::Model,
    /// What is scored of it.
    pub form: Scored,
}

/// Reads the rules for these forms. What comes back scores them, and asks nothing of the connection.
pub async fn foresee<C: ConnectionTrait>(
    conn: &C,
    forms: Vec<Whole>,
) -> Result<impl Future<Output = Result<Foreseen, DbErr>> + use<C>, DbErr> {
    let (mut units, mut by_rules, mut tasks) = (BTreeMap::new(), Vec::new(), Vec::new());
    for Whole { evaluation, unit, form } in forms {
        units.insert(unit.code.0.clone(), unit);
        by_rules.push((evaluation.id, evaluation.rule_set.clone()));
        tasks.push(Task::of(evaluation, form));
    }
    let rules = rules_of(conn, &tasks).await?;
    Ok(async move {
        let all = by_rules.into_iter().zip(scored(tasks, units, rules).await?);
        Ok(Foreseen(all.map(|((id, rules), summaries)| (id, (rules, summaries))).collect()))
    })
}
