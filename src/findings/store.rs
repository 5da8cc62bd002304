//! Findings of a stored form, and explanations in the database.

use std::collections::BTreeMap;

use jixiao_core::checks::{Finding, Severity};
use jixiao_core::kernel::FiscalYear;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model, Verdict};
use super::facts::findings;
use crate::db::{Coded, Deed, Scope, Work};
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::store as evaluations;
use crate::forms::store as forms;
use crate::forms::wire::UnitForm;
use crate::scores::assemble::{ScoredSheet, score_form};
use crate::scores::store::rules;

/// A form with everything that is to be said about it.
#[derive(Debug)]
pub struct Assessment {
    /// The form.
    pub form: UnitForm,
    /// Its sheets, scored.
    pub sheets: Vec<ScoredSheet>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What the unit says to it, by finding.
    pub explanations: BTreeMap<String, Model>,
}

impl Assessment {
    /// Whether a finding still stands in the way: it must be mended, or an explanation is owed.
    #[must_use]
    pub fn is_open(&self, finding: &Finding) -> bool {
        match finding.severity {
            Severity::Block => true,
            Severity::Note => false,
            Severity::Explain => {
                let given = self.explanations.get(&finding.id());
                !given.is_some_and(|given| given.verdict != Some(Coded(Verdict::Returned)))
            }
        }
    }
}

/// Assesses a stored form. To be read on one snapshot.
pub async fn assess(conn: &impl ConnectionTrait, evaluation: &Evaluation) -> Result<Assessment, DbErr> {
    let (form, reviewed, _) = forms::load(conn, evaluation).await?;
    let rules = rules(conn, evaluation).await?;
    let sheets = score_form(&form, &reviewed, evaluation.year.0, &rules);
    let prior = prior(conn, evaluation).await?;
    let prior = prior.as_ref().map(|(year, form)| (*year, form));
    let findings = findings((evaluation.year.0, &form), &sheets, prior, &rules);
    let rows = Entity::find().filter(Column::EvaluationId.eq(evaluation.id)).all(conn).await?;
    let explanations = rows.into_iter().map(|row| (row.finding.clone(), row)).collect();
    Ok(Assessment { form, sheets, findings, explanations })
}

/// The unit's form of the year before, if it is stored.
pub async fn prior(
    conn: &impl ConnectionTrait,
    evaluation: &Evaluation,
) -> Result<Option<(FiscalYear, UnitForm)>, DbErr> {
    let Ok(year) = FiscalYear::try_from(evaluation.year.0.get() - 1) else { return Ok(None) };
    // Whoever sees a unit's year sees its other years.
    let prior = evaluations::find(conn, &Scope::All, &evaluation.unit_code.0, year).await?;
    let Some(prior) = prior else { return Ok(None) };
    let (form, _, _) = forms::load(conn, &prior).await?;
    Ok(Some((year, form)))
}

/// Keeps what a unit says to a finding, or takes it back.
pub async fn explain(
    work: &mut Work<'_>,
    evaluation: &Evaluation,
    current: Option<&Model>,
    finding: &str,
    explanation: Option<String>,
) -> Result<(), DbErr> {
    work.touch_evaluation(evaluation.id);
    let before = current.map(|current| &current.explanation);
    work.record(
        evaluation.chain(),
        "explanation",
        finding.to_owned(),
        Deed::changed(
            &serde_json::json!({ "explanation": before }),
            &serde_json::json!({ "explanation": explanation }),
        ),
    );
    if let Some(current) = current {
        current.clone().into_active_model().delete(work.conn()).await?;
    }
    let Some(explanation) = explanation else { return Ok(()) };
    let row = ActiveModel {
        id: ActiveValue::NotSet,
        evaluation_id: Set(evaluation.id),
        finding: Set(finding.to_owned()),
        explanation: Set(explanation),
        given_by: Set(work.actor().name.clone()),
        given_at: Set(work.now()),
        verdict: Set(None),
    };
    row.insert(work.conn()).await.map(|_| ())
}

/// Says what the reviewer makes of explanations: those of these findings, or all.
pub async fn judge(
    work: &mut Work<'_>,
    evaluation: &Evaluation,
    findings: Option<&[String]>,
    verdict: Verdict,
) -> Result<(), DbErr> {
    let mut these = Entity::update_many()
        .set(ActiveModel { verdict: Set(Some(Coded(verdict))), ..Default::default() })
        .filter(Column::EvaluationId.eq(evaluation.id));
    if let Some(findings) = findings {
        these = these.filter(Column::Finding.is_in(findings.iter().map(String::as_str)));
    }
    these.exec(work.conn()).await.map(|_| ())
}
