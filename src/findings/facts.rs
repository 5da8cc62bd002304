//! What the core checks of a form: its scored sheets, and the amounts that are sums of others.

use jixiao_core::checks::{CheckedSheet, Dossier, Finding, PartSum, Place, Table, check};
use jixiao_core::kernel::Money;

use crate::base_data::wire::{BaseDataInput, Expense, ExpenseItem};
use crate::budgets::wire::{Amounts, BudgetInput, Nature};
use crate::forms::wire::UnitForm;
use crate::projects::wire::ProjectExpenditureInput;
use crate::scores::assemble::ScoredSheet;

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
    (check, zh, en): (&'static str, &'static str, &'static str),
    whole: &Amounts,
    parts: &[Amounts],
    sums: &mut Vec<PartSum>,
) {
    for (name, column) in COLUMNS {
        let place = Place::new(table, row, format!("total.{name}"));
        sums.push(PartSum {
            check,
            place,
            zh,
            en,
            whole: column(whole),
            parts: parts.iter().map(column).collect(),
        });
    }
}

fn budget_sums(budget: &BudgetInput, found: &mut Vec<PartSum>) {
    let sources: Vec<Amounts> = budget
        .sources
        .iter()
        .map(|one| Amounts { initial: one.initial, annual: one.annual, executed: one.executed })
        .collect();
    let of_sources = ("sources_sum", "总额应等于各资金来源之和", "the total is the sum of its sources");
    sums(Table::Budgets, "", of_sources, &budget.total, &sources, found);
    let of = |nature: Nature| budget.natures.iter().find(|one| one.nature == nature);
    if let (Some(basic), Some(project)) = (of(Nature::Basic), of(Nature::Project)) {
        let amounts = [basic, project].map(|one| Amounts {
            initial: one.initial,
            annual: one.annual,
            executed: one.executed,
        });
        let of_natures = (
            "natures_sum",
            "总额应等于基本支出与项目支出之和",
            "the total is basic plus project expenditure",
        );
        sums(Table::Budgets, "", of_natures, &budget.total, &amounts, found);
    }
    let detail = &budget.basic_detail;
    if let (Some(basic), Some(personnel), Some(public)) = (of(Nature::Basic), detail.personnel, detail.public)
    {
        found.push(PartSum {
            check: "basic_sum",
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
    let of_sources =
        ("sources_sum", "项目总额应等于各资金来源之和", "the project's total is the sum of its sources");
    let row = project.code.to_string();
    sums(Table::ProjectExpenditures, &row, of_sources, &project.total, &sources, found);
}

type ExpenseColumn = (&'static str, fn(&Expense) -> Option<Money>);

const EXPENSE_COLUMNS: [ExpenseColumn; 3] = [
    ("prior_final", |expense| expense.prior_final),
    ("budget", |expense| expense.budget),
    ("final", |expense| expense.r#final),
];

/// An expense that is the sum of others.
struct ExpenseSum {
    check: &'static str,
    whole: ExpenseItem,
    word: &'static str,
    parts: &'static [ExpenseItem],
    zh: &'static str,
    en: &'static str,
}

const EXPENSE_SUMS: [ExpenseSum; 2] = [
    ExpenseSum {
        check: "three_public_sum",
        whole: ExpenseItem::ThreePublic,
        word: "three_public",
        parts: &[ExpenseItem::OfficialVehicles, ExpenseItem::OverseasTravel, ExpenseItem::OfficialReception],
        zh: "三公经费应等于公务用车、出国和公务接待之和",
        en: "the three public expenses are vehicles plus overseas travel plus reception",
    },
    ExpenseSum {
        check: "vehicles_sum",
        whole: ExpenseItem::OfficialVehicles,
        word: "official_vehicles",
        parts: &[ExpenseItem::VehiclePurchase, ExpenseItem::VehicleOperation],
        zh: "公务用车经费应等于购置与运行维护之和",
        en: "official vehicles are purchase plus operation",
    },
];

fn base_data_sums(base_data: &BaseDataInput, found: &mut Vec<PartSum>) {
    let of = |item: ExpenseItem| base_data.expenses.iter().find(|one| one.item == item);
    for ExpenseSum { check, whole, word, parts, zh, en } in EXPENSE_SUMS {
        let Some(whole) = of(whole) else { continue };
        for (name, column) in EXPENSE_COLUMNS {
            found.push(PartSum {
                check,
                place: Place::new(Table::BaseData, "", format!("expenses.{word}.{name}")),
                zh,
                en,
                whole: column(whole),
                parts: parts.iter().map(|item| of(*item).and_then(column)).collect(),
            });
        }
    }
}
