//! Findings of a stored form, and explanations in the database.

use std::collections::BTreeMap;

use jixiao_core::checks::{CheckedSheet, Dossier, Finding, PartSum, Place, Severity, Table, check};
use jixiao_core::kernel::Money;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, Set,
};

use super::entity::{ActiveModel, Column, Entity, Model, Verdict};
use crate::base_data::wire::{BaseDataInput, Expense, ExpenseItem};
use crate::budgets::wire::{Amounts, BudgetInput, Nature};
use crate::db::{Coded, Deed, Work};
use crate::evaluations::entity::Model as Evaluation;
use crate::forms::store as forms;
use crate::forms::wire::UnitForm;
use crate::projects::wire::ProjectExpenditureInput;
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
    let sheets = score_form(&form, &reviewed, evaluation.year.0, rules(evaluation)?);
    let findings = findings(&form, &sheets);
    let rows = Entity::find().filter(Column::EvaluationId.eq(evaluation.id)).all(conn).await?;
    let explanations = rows.into_iter().map(|row| (row.finding.clone(), row)).collect();
    Ok(Assessment { form, sheets, findings, explanations })
}

/// Every finding of a form.
#[must_use]
pub fn findings(form: &UnitForm, sheets: &[ScoredSheet]) -> Vec<Finding> {
    let mut dossier = Dossier::default();
    for sheet in sheets {
        dossier.sheets.push(CheckedSheet { project: sheet.project.as_ref(), card: &sheet.card });
    }
    for budget in &form.budgets {
        budget_sums(budget, &mut dossier.sums);
    }
    for project in &form.project_expenditures {
        project_sums(project, &mut dossier.sums);
    }
    for base_data in &form.base_data {
        base_data_sums(base_data, &mut dossier.sums);
    }
    check(&dossier)
}

type Column3 = (&'static str, fn(&Amounts) -> Option<Money>);

/// The three columns of an amounts table.
const COLUMNS: [Column3; 3] = [
    ("initial", |amounts| amounts.initial),
    ("annual", |amounts| amounts.annual),
    ("executed", |amounts| amounts.executed),
];

fn sums(
    table: Table,
    row: &str,
    (zh, en): (&'static str, &'static str),
    whole: &Amounts,
    parts: &[Amounts],
    sums: &mut Vec<PartSum>,
) {
    for (name, column) in COLUMNS {
        let place = Place::new(table, row, format!("total.{name}"));
        sums.push(PartSum { place, zh, en, whole: column(whole), parts: parts.iter().map(column).collect() });
    }
}

fn budget_sums(budget: &BudgetInput, found: &mut Vec<PartSum>) {
    let sources: Vec<Amounts> = budget
        .sources
        .iter()
        .map(|one| Amounts { initial: one.initial, annual: one.annual, executed: one.executed })
        .collect();
    let of_sources = ("总额应等于各资金来源之和", "the total is the sum of its sources");
    sums(Table::Budgets, "", of_sources, &budget.total, &sources, found);
    let of = |nature: Nature| budget.natures.iter().find(|one| one.nature == nature);
    if let (Some(basic), Some(project)) = (of(Nature::Basic), of(Nature::Project)) {
        let amounts = [basic, project].map(|one| Amounts {
            initial: one.initial,
            annual: one.annual,
            executed: one.executed,
        });
        let of_natures = ("总额应等于基本支出与项目支出之和", "the total is basic plus project expenditure");
        sums(Table::Budgets, "", of_natures, &budget.total, &amounts, found);
    }
    let detail = &budget.basic_detail;
    if let (Some(basic), Some(personnel), Some(public)) = (of(Nature::Basic), detail.personnel, detail.public)
    {
        found.push(PartSum {
            place: Place::new(Table::Budgets, "", "basic_detail"),
            zh: "基本支出应等于人员经费与公用经费之和",
            en: "basic is personnel plus public expenditure",
            whole: basic.executed.or(basic.annual),
            parts: vec![Some(personnel), Some(public)],
        });
    }
}

fn project_sums(project: &ProjectExpenditureInput, found: &mut Vec<PartSum>) {
    let sources: Vec<Amounts> = project
        .sources
        .iter()
        .map(|one| Amounts { initial: one.initial, annual: one.annual, executed: one.executed })
        .collect();
    let of_sources = ("项目总额应等于各资金来源之和", "the project's total is the sum of its sources");
    let row = project.code.to_string();
    sums(Table::ProjectExpenditures, &row, of_sources, &project.total, &sources, found);
}

type ExpenseColumn = (&'static str, fn(&Expense) -> Option<Money>);

const EXPENSE_COLUMNS: [ExpenseColumn; 3] = [
    ("prior_final", |expense| expense.prior_final),
    ("budget", |expense| expense.budget),
    ("final", |expense| expense.r#final),
];

fn base_data_sums(base_data: &BaseDataInput, found: &mut Vec<PartSum>) {
    let rules: [(ExpenseItem, &[ExpenseItem], &'static str, &'static str, &str); 2] = [
        (
            ExpenseItem::ThreePublic,
            &[ExpenseItem::OfficialVehicles, ExpenseItem::OverseasTravel, ExpenseItem::OfficialReception],
            "三公经费应等于公务用车、出国和公务接待之和",
            "the three public expenses are vehicles plus overseas travel plus reception",
            "three_public",
        ),
        (
            ExpenseItem::OfficialVehicles,
            &[ExpenseItem::VehiclePurchase, ExpenseItem::VehicleOperation],
            "公务用车经费应等于购置与运行维护之和",
            "official vehicles are purchase plus operation",
            "official_vehicles",
        ),
    ];
    for (whole, parts, zh, en, word) in rules {
        let of = |item: ExpenseItem| base_data.expenses.iter().find(|one| one.item == item);
        let Some(whole) = of(whole) else { continue };
        for (name, column) in EXPENSE_COLUMNS {
            found.push(PartSum {
                place: Place::new(Table::BaseData, "", format!("expenses.{word}.{name}")),
                zh,
                en,
                whole: column(whole),
                parts: parts.iter().map(|item| of(*item).and_then(column)).collect(),
            });
        }
    }
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
