//! From a form to the sheets that the core scores.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode};
use jixiao_core::scoring::ratios::{self, BaseData, BaseRatio, Building, Expense};
use jixiao_core::scoring::{ExecutionRow, IndicatorRow, RuleSet, Scorecard, Sheet, SheetKind, score};

use crate::base_data::wire::{BaseDataInput, ExpenseItem};
use crate::budgets::wire::Amounts;
use crate::forms::store::Reviewed;
use crate::forms::wire::UnitForm;
use crate::indicators::wire::IndicatorInput;

/// A sheet of a form, scored.
#[derive(Debug)]
pub struct ScoredSheet {
    /// The project; none: the department.
    pub project: Option<ProjectCode>,
    /// 项目名称; none: the department.
    pub name: Option<String>,
    /// What it came to.
    pub card: Scorecard,
    /// Its indicators as written, in the order of the card's.
    pub rows: Vec<IndicatorInput>,
    /// What was scored.
    pub sheet: Sheet,
}

/// A sheet of a form, scored, as far as it is no copy of what stands in the form.
#[derive(Debug)]
pub struct Scored<'f> {
    /// The project; none: the department.
    pub project: Option<&'f ProjectCode>,
    /// 项目名称; none: the department.
    pub name: Option<&'f str>,
    /// What it came to.
    pub card: Scorecard,
    /// What was scored.
    pub sheet: Sheet,
    rows: Vec<&'f IndicatorInput>,
}

/// Scores every sheet of a form: the department's, if there is one, then each project's.
#[must_use]
pub fn score_form(
    form: &UnitForm,
    reviewed: &Reviewed,
    year: FiscalYear,
    rules: &RuleSet,
) -> Vec<ScoredSheet> {
    let whole = |Scored { project, name, card, sheet, rows }: Scored<'_>| ScoredSheet {
        project: project.cloned(),
        name: name.map(str::to_owned),
        card,
        rows: rows.into_iter().cloned().collect(),
        sheet,
    };
    score_sheets(form, reviewed, year, rules, |_| true).into_iter().map(whole).collect()
}

/// Scores those sheets of a form that are wanted, by project; none: the department's.
#[must_use]
pub fn score_sheets<'f>(
    form: &'f UnitForm,
    reviewed: &Reviewed,
    year: FiscalYear,
    rules: &RuleSet,
    is_wanted: impl Fn(&Option<ProjectCode>) -> bool,
) -> Vec<Scored<'f>> {
    let mut sheets = Vec::new();
    let department = form.budgets.first();
    let department_rows = rows_of(form, None);
    if (department.is_some() || !department_rows.is_empty()) && is_wanted(&None) {
        let execution = department.map(|budget| execution(&budget.total, budget.weight, budget.self_score));
        sheets.push(scored(
            Head { kind: SheetKind::Department, project: None, name: None },
            execution.unwrap_or_default(),
            department.and_then(|budget| budget.reported_total),
            form.base_data.first().map(base_data),
            department_rows,
            (reviewed, year, rules),
        ));
    }
    for project in form.project_expenditures.iter().filter(|project| is_wanted(&Some(project.code.clone()))) {
        sheets.push(scored(
            Head { kind: SheetKind::Project, project: Some(&project.code), name: Some(&project.name) },
            execution(&project.total, project.weight, project.self_score),
            project.reported_total,
            None,
            rows_of(form, Some(&project.code)),
            (reviewed, year, rules),
        ));
    }
    sheets
}

struct Head<'f> {
    kind: SheetKind,
    project: Option<&'f ProjectCode>,
    name: Option<&'f str>,
}

fn rows_of<'f>(form: &'f UnitForm, project: Option<&ProjectCode>) -> Vec<&'f IndicatorInput> {
    let mut rows: Vec<&IndicatorInput> =
        form.indicators.iter().filter(|row| row.project.as_ref() == project).collect();
    rows.sort_by_key(|row| row.seq);
    rows
}

fn execution(total: &Amounts, weight: Option<Points>, self_score: Option<Points>) -> ExecutionRow {
    let Amounts { initial, annual, executed } = *total;
    ExecutionRow { initial, annual, executed, weight, self_score, reviewed_score: None }
}

/// The ratios of a form's year, under these rules.
#[must_use]
pub fn ratios_of(form: &UnitForm, year: FiscalYear, rules: &RuleSet) -> Vec<BaseRatio> {
    let total = form.budgets.first().map(|budget| execution(&budget.total, None, None));
    let sheet = Sheet {
        year,
        kind: SheetKind::Department,
        execution: total.unwrap_or_default(),
        base_data: form.base_data.first().map(base_data),
        indicators: indicator_rows(&rows_of(form, None), |_| None),
        reported_total: None,
        reviewed_total: None,
    };
    ratios::of_sheet(&sheet, rules)
}

/// The figures of annex 1 by which ratios are computed.
#[must_use]
pub fn base_data(input: &BaseDataInput) -> BaseData {
    let expense = |item| {
        let row = input.expenses.iter().find(|expense| expense.item == item);
        row.map_or_else(Expense::default, |row| Expense {
            prior_budget: None,
            prior_final: row.prior_final,
            budget: row.budget,
            r#final: row.r#final,
        })
    };
    let building = |building: &crate::base_data::wire::Building| Building {
        approved_area: building.approved_area,
        actual_area: building.actual_area,
        budget_investment: building.budget_investment,
        actual_investment: building.actual_investment,
    };
    BaseData {
        staff_quota: input.staff_quota,
        staff_on_duty: input.staff_on_duty,
        three_public: expense(ExpenseItem::ThreePublic),
        public: expense(ExpenseItem::Public),
        procurement: expense(ExpenseItem::GovernmentProcurement),
        buildings: input.buildings.iter().map(building).collect(),
    }
}

fn scored<'f>(
    Head { kind, project, name }: Head<'f>,
    mut execution: ExecutionRow,
    reported_total: Option<Points>,
    base_data: Option<BaseData>,
    rows: Vec<&'f IndicatorInput>,
    (reviewed, year, rules): (&Reviewed, FiscalYear, &RuleSet),
) -> Scored<'f> {
    let key = project.cloned();
    let indicators = indicator_rows(&rows, |seq| {
        // Nearly nothing is reviewed when it is written.
        let by_row = Some(&reviewed.indicators).filter(|by_row| !by_row.is_empty());
        by_row.and_then(|by_row| by_row.get(&(key.clone(), seq)).copied())
    });
    execution.reviewed_score = reviewed.executions.get(&key).copied();
    let reviewed_total = reviewed.sheets.get(&key).copied();
    let sheet = Sheet { year, kind, execution, base_data, indicators, reported_total, reviewed_total };
    Scored { card: score(&sheet, rules), project, name, rows, sheet }
}

fn indicator_rows(rows: &[&IndicatorInput], reviewed: impl Fn(i32) -> Option<Points>) -> Vec<IndicatorRow> {
    let row = |row: &&IndicatorInput| IndicatorRow {
        seq: row.seq,
        level1: row.level1.clone(),
        level2: row.level2.clone(),
        name: row.name.clone(),
        target: row.target.clone(),
        actual: row.actual.clone(),
        weight: row.weight,
        self_score: row.self_score,
        reviewed_score: reviewed(row.seq),
        attainment: row.attainment,
        deviation_reason: row.deviation_reason.clone(),
    };
    rows.iter().map(row).collect()
}
