//! A form as the plain facts that the core checks: translated here, judged there.

use jixiao_core::checks::dossier::{
    Amounts, BaseData, Department, Expense, Facts, Indicator, Item, Project, SheetFacts, Signature, Source,
};
use jixiao_core::checks::{CheckedSheet, Dossier, Finding, check};
use jixiao_core::kernel::FiscalYear;
use jixiao_core::scoring::RuleSet;

use crate::base_data::wire::{BaseDataInput, ExpenseItem};
use crate::budgets::wire::{self as budgets, BudgetInput, BudgetSource, Nature};
use crate::forms::wire::UnitForm;
use crate::narratives::wire::Sections;
use crate::projects::wire::ProjectExpenditureInput;
use crate::scores::assemble::ScoredSheet;

/// A unit's year: the form of it, and which.
pub type FormOf<'a> = (FiscalYear, &'a UnitForm);

/// Every finding of a form whose sheets were scored under these rules. `prior` is the unit's form of the year
/// before, where it is stored.
#[must_use]
pub fn findings(
    form: FormOf<'_>,
    sheets: &[ScoredSheet],
    prior: Option<FormOf<'_>>,
    rules: &RuleSet,
) -> Vec<Finding> {
    check(&Dossier {
        now: facts(form),
        sheets: sheets
            .iter()
            .map(|sheet| CheckedSheet { project: sheet.project.as_ref(), card: &sheet.card })
            .collect(),
        prior: prior.map(facts),
        rules: &rules.checks,
    })
}

fn facts((year, form): FormOf<'_>) -> Facts<'_> {
    let mut indicators: Vec<Indicator<'_>> = form
        .indicators
        .iter()
        .map(|row| Indicator {
            project: row.project.as_ref(),
            seq: row.seq,
            level1: &row.level1,
            level2: &row.level2,
            name: &row.name,
            target: row.target.as_deref(),
            actual: row.actual.as_deref(),
            weight: row.weight,
            self_score: row.self_score,
        })
        .collect();
    indicators.sort_by_key(|row| row.seq);
    Facts {
        year,
        department: form.budgets.first().map(department),
        base_data: form.base_data.first().map(base_data),
        projects: form.project_expenditures.iter().map(project).collect(),
        indicators,
        sections: form.narratives.first().map(|report| sections(&report.sections)).unwrap_or_default(),
    }
}

fn signature(signature: &budgets::Signature) -> Signature<'_> {
    let budgets::Signature { filled_by, filled_on, telephone, head } = signature;
    Signature {
        filled_by: filled_by.as_deref(),
        filled_on: *filled_on,
        telephone: telephone.as_deref(),
        head: head.as_deref(),
    }
}

const fn amounts(total: &budgets::Amounts) -> Amounts {
    Amounts { initial: total.initial, annual: total.annual, executed: total.executed }
}

fn department(budget: &BudgetInput) -> Department<'_> {
    let of = |nature: Nature| {
        let row = budget.natures.iter().find(|row| row.nature == nature);
        row.map(|row| Amounts { initial: row.initial, annual: row.annual, executed: row.executed })
    };
    let sources = budget.sources.iter().map(|row| Source {
        general_public: row.source == BudgetSource::GeneralPublic,
        amounts: Amounts { initial: row.initial, annual: row.annual, executed: row.executed },
    });
    Department {
        sheet: SheetFacts {
            total: amounts(&budget.total),
            sources: sources.collect(),
            goal_expected: budget.goal_expected.as_deref(),
            goal_actual: budget.goal_actual.as_deref(),
            reason: budget.deviation_reason.as_deref(),
            reported_total: budget.reported_total,
            signature: signature(&budget.signature),
        },
        basic: of(Nature::Basic),
        project: of(Nature::Project),
        personnel: budget.basic_detail.personnel,
        public: budget.basic_detail.public,
    }
}

fn project(project: &ProjectExpenditureInput) -> Project<'_> {
    let sources = project.sources.iter().map(|row| Source {
        general_public: true,
        amounts: Amounts { initial: row.initial, annual: row.annual, executed: row.executed },
    });
    Project {
        code: &project.code,
        name: &project.name,
        sheet: SheetFacts {
            total: amounts(&project.total),
            sources: sources.collect(),
            goal_expected: project.goal_expected.as_deref(),
            goal_actual: project.goal_actual.as_deref(),
            reason: project.deviation_reason.as_deref(),
            reported_total: project.reported_total,
            signature: signature(&project.signature),
        },
    }
}

fn base_data(base_data: &BaseDataInput) -> BaseData<'_> {
    let expenses = base_data.expenses.iter().map(|row| Expense {
        item: item(row.item),
        name: row.name.as_deref(),
        prior_final: row.prior_final,
        budget: row.budget,
        r#final: row.r#final,
    });
    BaseData {
        staff_quota: base_data.staff_quota,
        staff_on_duty: base_data.staff_on_duty,
        staff_retired: base_data.staff_retired,
        expenses: expenses.collect(),
        signature: signature(&base_data.signature),
    }
}

const fn item(item: ExpenseItem) -> Item {
    match item {
        ExpenseItem::ThreePublic => Item::ThreePublic,
        ExpenseItem::OfficialVehicles => Item::OfficialVehicles,
        ExpenseItem::VehiclePurchase => Item::VehiclePurchase,
        ExpenseItem::VehicleOperation => Item::VehicleOperation,
        ExpenseItem::OverseasTravel => Item::OverseasTravel,
        ExpenseItem::OfficialReception => Item::OfficialReception,
        ExpenseItem::Project => Item::Project,
        ExpenseItem::BusinessOperations => Item::BusinessOperations,
        ExpenseItem::OperationAndMaintenance => Item::OperationAndMaintenance,
        ExpenseItem::SpecialFund => Item::SpecialFund,
        ExpenseItem::Public => Item::Public,
        ExpenseItem::Office => Item::Office,
        ExpenseItem::UtilitiesAndTravel => Item::UtilitiesAndTravel,
        ExpenseItem::MeetingsAndTraining => Item::MeetingsAndTraining,
        ExpenseItem::GovernmentProcurement => Item::GovernmentProcurement,
        ExpenseItem::BasicBudgetAdjustment => Item::BasicBudgetAdjustment,
    }
}

fn sections(sections: &Sections) -> Vec<(&'static str, &str)> {
    let Sections {
        unit_profile,
        general_public_budget,
        government_fund_budget,
        state_capital_budget,
        social_insurance_fund_budget,
        performance,
        problems,
        improvements,
        use_and_disclosure,
        other,
    } = sections;
    let all = [
        ("unit_profile", unit_profile),
        ("general_public_budget", general_public_budget),
        ("government_fund_budget", government_fund_budget),
        ("state_capital_budget", state_capital_budget),
        ("social_insurance_fund_budget", social_insurance_fund_budget),
        ("performance", performance),
        ("problems", problems),
        ("improvements", improvements),
        ("use_and_disclosure", use_and_disclosure),
        ("other", other),
    ];
    all.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?))).collect()
}
