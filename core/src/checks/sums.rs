//! Sums within a table: an amount and the amounts it consists of. 万元.

use super::dossier::{Amounts, Column, Expense, ExpenseColumn, Item, SheetOf, sum};
use super::finding::Hit;
use super::registry::{Check, FORM, WITHIN, words};
use super::{Dossier, Place, Severity, Table};
use crate::kernel::{Lang, Money, Text};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "sources_sum",
        severity: Severity::Block,
        clause: WITHIN,
        title: words("资金来源合计", "sum of the sources"),
        compares: words("年度资金总额与各资金来源之和", "the total against the sum of its sources"),
        hint: words(
            "核对总额和“其中”各行，改正写错的一个",
            "check the total and its parts, and correct the one that is wrong",
        ),
        look: |dossier| dossier.now.sheets().flat_map(|sheet| sources(dossier, &sheet)).collect(),
    },
    Check {
        id: "natures_sum",
        severity: Severity::Block,
        clause: WITHIN,
        title: words("基本支出与项目支出合计", "basic plus project expenditure"),
        compares: words(
            "年度资金总额与基本支出、项目支出之和",
            "the department's total against basic plus project expenditure",
        ),
        hint: words("核对总额、基本支出和项目支出", "check the total, basic and project expenditure"),
        look: natures,
    },
    Check {
        id: "basic_sum",
        severity: Severity::Block,
        clause: WITHIN,
        title: words("人员经费与公用经费合计", "personnel plus public expenditure"),
        compares: words(
            "基本支出与人员经费、公用经费之和",
            "basic expenditure against personnel plus public expenditure",
        ),
        hint: words("核对基本支出、人员经费和公用经费", "check basic, personnel and public expenditure"),
        look: basic,
    },
    Check {
        id: "three_public_sum",
        severity: Severity::Block,
        clause: WITHIN,
        title: words("“三公”经费合计", "sum of the three public expenses"),
        compares: words(
            "三公经费与公务用车、出国、公务接待之和",
            "the three public expenses against vehicles, overseas travel and reception",
        ),
        hint: words("核对三公经费及其三项明细", "check the three public expenses and their parts"),
        look: |dossier| {
            let parts = [Item::OfficialVehicles, Item::OverseasTravel, Item::OfficialReception];
            expenses(dossier, Item::ThreePublic, &parts, Relation::Equal)
        },
    },
    Check {
        id: "vehicles_sum",
        severity: Severity::Block,
        clause: WITHIN,
        title: words("公务用车经费合计", "purchase plus operation of vehicles"),
        compares: words(
            "公务用车经费与购置、运行维护之和",
            "official vehicles against purchase plus operation",
        ),
        hint: words("核对公务用车经费及其两项明细", "check official vehicles and their parts"),
        look: |dossier| {
            let parts = [Item::VehiclePurchase, Item::VehicleOperation];
            expenses(dossier, Item::OfficialVehicles, &parts, Relation::Equal)
        },
    },
    Check {
        id: "public_parts",
        severity: Severity::Block,
        clause: WITHIN,
        title: words("公用经费明细", "parts of public expenditure"),
        compares: words(
            "办公、水电差旅、会议培训之和不大于公用经费",
            "office, utilities and meetings together against public expenditure",
        ),
        hint: words(
            "核对公用经费及其明细，明细之和不能大于合计",
            "check public expenditure and its parts, which cannot exceed it",
        ),
        look: |dossier| {
            let parts = [Item::Office, Item::UtilitiesAndTravel, Item::MeetingsAndTraining];
            expenses(dossier, Item::Public, &parts, Relation::AtMost)
        },
    },
    Check {
        id: "project_parts",
        severity: Severity::Block,
        clause: FORM,
        title: words("项目支出明细", "parts of project expenditure"),
        compares: words(
            "业务工作、运行维护、专项资金之和不大于项目支出",
            "business, maintenance and special funds together against project expenditure",
        ),
        hint: words(
            "核对项目支出及其明细，明细之和不能大于合计",
            "check project expenditure and its parts, which cannot exceed it",
        ),
        look: |dossier| {
            let parts = [Item::BusinessOperations, Item::OperationAndMaintenance, Item::SpecialFund];
            expenses(dossier, Item::Project, &parts, Relation::AtMost)
        },
    },
];

/// How an amount stands to its parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// It is their sum.
    Equal,
    /// They are some of it.
    AtMost,
}

/// Whether two amounts that should be one are, as far as the rule set looks.
pub(super) fn agree(one: Money, other: Money, tolerance: Money) -> bool {
    one.scaled().abs_diff(other.scaled()) <= tolerance.scaled().unsigned_abs()
}

/// A hit where both sides were filled and do not fit. A whole without any part was not broken down.
fn part_sum(
    place: Place,
    relation: Relation,
    whole: Option<Money>,
    parts: impl Iterator<Item = Option<Money>>,
    tolerance: Money,
    (zh, en): (String, String),
) -> Option<Hit> {
    let (whole, parts) = (whole?, sum(parts.flatten())?);
    let fits = match relation {
        Relation::Equal => agree(whole, parts, tolerance),
        Relation::AtMost => parts <= whole || agree(whole, parts, tolerance),
    };
    if fits {
        return None;
    }
    let hit = match relation {
        Relation::Equal => Hit::at(
            place,
            format!("{zh}为 {whole} 万元，各项之和为 {parts} 万元"),
            format!("{en} is {whole} 万元, its parts sum to {parts} 万元"),
        )
        .numbers(&parts, &whole),
        Relation::AtMost => Hit::at(
            place,
            format!("{zh}为 {whole} 万元，其中各项之和已达 {parts} 万元"),
            format!("{en} is {whole} 万元, and its parts already sum to {parts} 万元"),
        )
        .numbers(&format!("≤{whole}"), &parts),
    };
    Some(hit.within(tolerance))
}

/// What a column of amounts is called.
pub(super) fn column_name(column: &str, lang: Lang) -> &'static str {
    match column {
        "initial" => lang.pick("年初预算数", "initial amount"),
        "annual" => lang.pick("全年预算数", "annual amount"),
        "executed" => lang.pick("全年执行数", "executed amount"),
        "prior_final" => lang.pick("上年决算数", "final account of the prior year"),
        "budget" => lang.pick("本年预算数", "budget"),
        _ => lang.pick("本年决算数", "final account"),
    }
}

fn sources(dossier: &Dossier<'_>, sheet: &SheetOf<'_, '_>) -> Vec<Hit> {
    let of = |(column, read): Column<Amounts>| {
        let parts = sheet.facts.sources.iter().map(|source| read(&source.amounts));
        let says = |lang: Lang| format!("{}{}", sheet.prefix(lang), column_name(column, lang));
        part_sum(
            sheet.place(&format!("total.{column}")),
            Relation::Equal,
            read(&sheet.facts.total),
            parts,
            dossier.rules.amount_tolerance,
            (format!("{}（资金来源）", says(Lang::Zh)), format!("{} (sources)", says(Lang::En))),
        )
    };
    Amounts::COLUMNS.into_iter().filter_map(of).collect()
}

fn natures(dossier: &Dossier<'_>) -> Vec<Hit> {
    let Some(department) = &dossier.now.department else { return Vec::new() };
    let (Some(basic), Some(project)) = (department.basic, department.project) else { return Vec::new() };
    let of = |(column, read): Column<Amounts>| {
        part_sum(
            Place::new(Table::Budgets, "", format!("total.{column}")),
            Relation::Equal,
            read(&department.sheet.total),
            [read(&basic), read(&project)].into_iter(),
            dossier.rules.amount_tolerance,
            (
                format!("{}（基本支出 + 项目支出）", column_name(column, Lang::Zh)),
                format!("{} (basic + project)", column_name(column, Lang::En)),
            ),
        )
    };
    Amounts::COLUMNS.into_iter().filter_map(of).collect()
}

/// The detail does not say whether it is of the budget or of what was executed: it may be either.
fn basic(dossier: &Dossier<'_>) -> Vec<Hit> {
    let Some(department) = &dossier.now.department else { return Vec::new() };
    let (Some(basic), Some(personnel), Some(public)) =
        (department.basic, department.personnel, department.public)
    else {
        return Vec::new();
    };
    let of = |whole: Option<Money>| {
        part_sum(
            Place::new(Table::Budgets, "", "basic_detail"),
            Relation::Equal,
            whole,
            [Some(personnel), Some(public)].into_iter(),
            dossier.rules.amount_tolerance,
            ("基本支出（人员经费 + 公用经费）".to_owned(), "basic (personnel + public)".to_owned()),
        )
    };
    let wholes = [basic.executed, basic.annual];
    let fits = wholes.iter().any(|whole| whole.is_some() && of(*whole).is_none());
    if fits { Vec::new() } else { of(basic.executed.or(basic.annual)).into_iter().collect() }
}

fn expenses(dossier: &Dossier<'_>, item: Item, parts: &[Item], relation: Relation) -> Vec<Hit> {
    let Some(base_data) = &dossier.now.base_data else { return Vec::new() };
    let Some(whole) = base_data.expense(item) else { return Vec::new() };
    let of = |(column, read): ExpenseColumn| {
        let parts = base_data.expenses.iter().filter(|expense| parts.contains(&expense.item));
        let says = |lang: Lang| {
            let (name, column) = (item.text(lang), column_name(column, lang));
            lang.pick(format!("{name}的{column}"), format!("{name}, {column}"))
        };
        part_sum(
            expense_place(item, column),
            relation,
            read(whole),
            parts.map(read),
            dossier.rules.amount_tolerance,
            (says(Lang::Zh), says(Lang::En)),
        )
    };
    Expense::COLUMNS.into_iter().filter_map(of).collect()
}

/// A cell of annex 1.
pub(super) fn expense_place(item: Item, column: &str) -> Place {
    Place::new(Table::BaseData, "", format!("expenses.{}.{column}", item.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, found, money};
    use super::*;

    #[test]
    fn a_whole_is_the_sum_of_its_parts_to_the_fen() {
        let mut form = Form::new();
        form.total(["1013.19", "1013.19", "1013.19"]);
        form.basic = Some(["", "861.24", "861.24"].map(money));
        form.project = Some(["", "151.95", "151.95"].map(money));
        (form.personnel, form.public) = (money("588.14"), money("273.10"));
        assert_eq!(found(&form, "natures_sum"), [""; 0]);
        assert_eq!(found(&form, "basic_sum"), [""; 0]);
        form.project = Some(["", "151.95", "151.94"].map(money));
        assert_eq!(found(&form, "natures_sum"), ["budgets::total.executed 1013.18 1013.19"]);
        form.public = money("273.11");
        assert_eq!(found(&form, "basic_sum"), ["budgets::basic_detail 861.25 861.24"]);
        // The rule set may look less closely.
        form.rules.amount_tolerance = money("0.01").unwrap();
        assert_eq!(found(&form, "natures_sum"), [""; 0]);
        form.public = money("273.12");
        assert_eq!(found(&form, "basic_sum"), ["budgets::basic_detail 861.26 861.24"]);
    }

    #[test]
    fn the_detail_of_basic_expenditure_may_be_of_the_budget() {
        let mut form = Form::new();
        form.basic = Some(["", "100", "90"].map(money));
        (form.personnel, form.public) = (money("60"), money("40"));
        assert_eq!(found(&form, "basic_sum"), [""; 0]);
        form.public = money("30");
        assert_eq!(found(&form, "basic_sum"), [""; 0]);
        form.public = money("35");
        assert_eq!(found(&form, "basic_sum"), ["budgets::basic_detail 95.00 90.00"]);
    }

    #[test]
    fn what_was_not_filled_is_not_compared() {
        let mut form = Form::new();
        form.total(["", "1", "1"]);
        form.sources = vec![["5", "", ""].map(money), ["", "", ""].map(money)];
        assert_eq!(found(&form, "sources_sum"), [""; 0]);
        form.sources[0][1] = money("2");
        assert_eq!(found(&form, "sources_sum"), ["budgets::total.annual 2.00 1.00"]);
    }

    #[test]
    fn a_column_has_its_name() {
        for (column, zh, en) in [
            ("initial", "年初预算数", "initial amount"),
            ("annual", "全年预算数", "annual amount"),
            ("executed", "全年执行数", "executed amount"),
            ("prior_final", "上年决算数", "final account of the prior year"),
            ("budget", "本年预算数", "budget"),
            ("final", "本年决算数", "final account"),
        ] {
            assert_eq!([Lang::Zh, Lang::En].map(|lang| column_name(column, lang)), [zh, en]);
        }
    }

    #[test]
    fn expenses_are_their_parts_or_hold_them() {
        let mut form = Form::new();
        form.expense(Item::ThreePublic, ["5.42", "5.32", "2.14"]);
        form.expense(Item::OfficialVehicles, ["0", "0", "0"]);
        form.expense(Item::OfficialReception, ["5.42", "5.32", "2.15"]);
        assert_eq!(found(&form, "three_public_sum"), ["base_data::expenses.three_public.final 2.15 2.14"]);
        form.expense(Item::VehicleOperation, ["0", "0", "1"]);
        assert_eq!(found(&form, "vehicles_sum"), ["base_data::expenses.official_vehicles.final 1.00 0.00"]);
        form.expense(Item::Public, ["10", "10", "10"]);
        form.expense(Item::Office, ["4", "10", "6"]);
        form.expense(Item::MeetingsAndTraining, ["4", "0", "5"]);
        assert_eq!(found(&form, "public_parts"), ["base_data::expenses.public.final ≤10.00 11.00"]);
        // Special funds have a row each.
        form.expense(Item::Project, ["", "", "10"]);
        form.expense(Item::SpecialFund, ["", "", "6"]);
        form.expense(Item::SpecialFund, ["", "", "5"]);
        assert_eq!(found(&form, "project_parts"), ["base_data::expenses.project.final ≤10.00 11.00"]);
    }
}
