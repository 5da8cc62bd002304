//! One table against another: the department's sheet, annex 1 and the projects.

use super::dossier::{Amounts, Column, Item, short};
use super::finding::Hit;
use super::registry::{BETWEEN, Check, FORM, words};
use super::sums::{agree, column_name};
use super::{Dossier, Place, Severity, Table};
use crate::kernel::{Lang, Money};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "public_expenditure",
        severity: Severity::Explain,
        clause: BETWEEN,
        title: words("公用经费与基础数据表", "public expenditure against annex 1"),
        compares: words(
            "报告中的公用经费（基本支出明细）与基础数据表的公用经费",
            "public expenditure in the report (detail of basic) against annex 1",
        ),
        hint: words(
            "核对两处口径：附表填一般商品和服务支出，报告可能还含其他支出；属实的说明差在哪里",
            "check what each includes: annex 1 is goods and services only; if both are right, say what the difference is",
        ),
        look: public_expenditure,
    },
    Check {
        id: "project_expenditure",
        severity: Severity::Explain,
        clause: BETWEEN,
        title: words("项目支出与基础数据表", "project expenditure against annex 1"),
        compares: words(
            "部门整体支出表的项目支出与基础数据表的项目支出",
            "project expenditure of the department's sheet against annex 1",
        ),
        hint: words(
            "核对两表，改正写错的一个，或说明口径差异",
            "check both tables; correct one, or say how they differ",
        ),
        look: project_expenditure,
    },
    Check {
        id: "projects_sum",
        severity: Severity::Explain,
        clause: BETWEEN,
        title: words("各项目合计与项目支出", "the projects against project expenditure"),
        compares: words(
            "各项目支出自评表的金额之和与单位的项目支出",
            "the amounts of all project forms together against the unit's project expenditure",
        ),
        hint: words(
            "每个一级项目一张表，不重不漏；含上级专款或结转的，说明差额来自哪里",
            "one form for each first-level project, none twice; where other money is in it, say where the difference comes from",
        ),
        look: projects_sum,
    },
    Check {
        id: "project_form_missing",
        severity: Severity::Explain,
        clause: FORM,
        title: words("项目缺少自评表", "a project without its form"),
        compares: words(
            "有项目支出的单位是否填了项目支出自评表，张数是否不少于基础数据表列出的项目",
            "whether project expenditure has project forms, as many as annex 1 names projects",
        ),
        hint: words(
            "一个一级项目支出填一张自评表；确已合并的说明原因",
            "fill in a form for each first-level project, or explain",
        ),
        look: project_form_missing,
    },
];

/// The report speaks of what was spent or of the budget: either may be meant.
fn public_expenditure(dossier: &Dossier<'_>) -> Vec<Hit> {
    let tolerance = dossier.rules.amount_tolerance;
    let said = dossier.now.department.as_ref().and_then(|department| department.public);
    let annex = dossier.now.base_data.as_ref().and_then(|base_data| base_data.expense(Item::Public));
    let (Some(said), Some(annex)) = (said, annex) else { return Vec::new() };
    let known: Vec<Money> = [annex.r#final, annex.budget].into_iter().flatten().collect();
    let Some(first) = known.first() else { return Vec::new() };
    if known.iter().any(|amount| agree(*amount, said, tolerance)) {
        return Vec::new();
    }
    let hit = Hit::at(
        Place::new(Table::Budgets, "", "basic_detail.public"),
        format!("公用经费：报告为 {said} 万元，基础数据表为 {first} 万元"),
        format!("public expenditure: {said} 万元 in the report, {first} 万元 in annex 1"),
    );
    vec![hit.numbers(&first, &said).within(tolerance)]
}

fn project_expenditure(dossier: &Dossier<'_>) -> Vec<Hit> {
    let tolerance = dossier.rules.amount_tolerance;
    let sheet = dossier.now.department.as_ref().and_then(|department| department.project);
    let annex = dossier.now.base_data.as_ref().and_then(|base_data| base_data.expense(Item::Project));
    let (Some(sheet), Some(annex)) = (sheet, annex) else { return Vec::new() };
    // Annex 1 has one budget column, and units write either the initial or the annual amount there.
    let budgets = [sheet.annual, sheet.initial];
    let pairs =
        [("executed", vec![sheet.executed], annex.r#final), ("annual", budgets.to_vec(), annex.budget)];
    let of = |(column, amounts, annex): (&str, Vec<Option<Money>>, Option<Money>)| {
        let amounts: Vec<Money> = amounts.into_iter().flatten().collect();
        let (first, annex) = (*amounts.first()?, annex?);
        if amounts.iter().any(|amount| agree(*amount, annex, tolerance)) {
            return None;
        }
        let hit = Hit::at(
            Place::new(Table::Budgets, "", format!("natures.project.{column}")),
            format!(
                "项目支出{}：部门整体支出表为 {first} 万元，基础数据表为 {annex} 万元",
                column_name(column, Lang::Zh)
            ),
            format!(
                "project expenditure, {}: {first} 万元 on the department's sheet, {annex} 万元 in annex 1",
                column_name(column, Lang::En)
            ),
        );
        Some(hit.numbers(&annex, &first).within(tolerance))
    };
    pairs.into_iter().filter_map(of).collect()
}

/// The unit's project expenditure: as the department's sheet has it, else annex 1.
fn of_the_unit(dossier: &Dossier<'_>) -> Option<Amounts> {
    let sheet = dossier.now.department.as_ref().and_then(|department| department.project);
    let sheet = sheet.filter(|amounts| amounts.annual.or(amounts.executed).is_some());
    sheet.or_else(|| {
        let annex = dossier.now.base_data.as_ref()?.expense(Item::Project)?;
        Some(Amounts { initial: None, annual: annex.budget, executed: annex.r#final })
    })
}

/// One finding for both columns: whoever explains the one has explained the other.
fn projects_sum(dossier: &Dossier<'_>) -> Vec<Hit> {
    let tolerance = dossier.rules.amount_tolerance;
    let Some(unit) = of_the_unit(dossier) else { return Vec::new() };
    let columns: [Column<Amounts>; 2] =
        [("executed", |amounts| amounts.executed), ("annual", |amounts| amounts.annual)];
    let of = |(name, column): Column<Amounts>| {
        let (projects, unit) = (dossier.now.projects_sum(column)?, column(&unit)?);
        if agree(projects, unit, tolerance) {
            return None;
        }
        let count = dossier.now.projects.len();
        let hit = Hit::at(
            Place::new(Table::ProjectExpenditures, "", format!("total.{name}")),
            format!(
                "{}：{count} 张项目表合计 {projects} 万元，单位项目支出 {unit} 万元",
                column_name(name, Lang::Zh)
            ),
            format!(
                "{}: {count} project forms sum to {projects} 万元, the unit's project expenditure is {unit} 万元",
                column_name(name, Lang::En)
            ),
        );
        Some(hit.numbers(&unit, &projects).within(tolerance))
    };
    columns.into_iter().find_map(of).into_iter().collect()
}

fn project_form_missing(dossier: &Dossier<'_>) -> Vec<Hit> {
    let forms = dossier.now.projects.len();
    let place = Place::new(Table::ProjectExpenditures, "", "");
    let is_some = |amount: Option<Money>| amount.is_some_and(|amount| amount > Money::ZERO);
    if forms == 0 {
        let spent = of_the_unit(dossier).and_then(|unit| unit.executed.or(unit.annual));
        let Some(spent) = spent.filter(|spent| *spent > Money::ZERO) else { return Vec::new() };
        let hit = Hit::at(
            place,
            format!("项目支出 {spent} 万元，没有项目支出自评表"),
            format!("project expenditure of {spent} 万元 and no project form"),
        );
        return vec![hit.numbers(&"≥1", &0)];
    }
    let Some(base_data) = &dossier.now.base_data else { return Vec::new() };
    let parts = [Item::BusinessOperations, Item::OperationAndMaintenance, Item::SpecialFund];
    let listed: Vec<String> = base_data
        .expenses
        .iter()
        .filter(|row| parts.contains(&row.item) && (is_some(row.budget) || is_some(row.r#final)))
        .map(|row| row.name.map_or_else(|| crate::kernel::Text::text(&row.item, Lang::Zh), short))
        .collect();
    if listed.len() <= forms {
        return Vec::new();
    }
    let (count, names) = (listed.len(), listed.join("、"));
    let hit = Hit::at(
        place,
        format!("基础数据表列出 {count} 项项目支出（{names}），只有 {forms} 张项目支出自评表"),
        format!("annex 1 names {count} projects ({names}) and there are {forms} project forms"),
    );
    vec![hit.numbers(&format!("≥{count}"), &forms)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, found, money};
    use super::*;

    #[test]
    fn the_text_says_another_public_expenditure_than_annex_1() {
        let mut form = Form::new();
        form.public = money("273.10");
        assert_eq!(found(&form, "public_expenditure"), [""; 0]);
        form.expense(Item::Public, ["317.25", "254.77", "254.77"]);
        assert_eq!(found(&form, "public_expenditure"), ["budgets::basic_detail.public 254.77 273.10"]);
        form.public = money("254.77");
        assert_eq!(found(&form, "public_expenditure"), [""; 0]);
        // The text may speak of the budget.
        form.expenses.clear();
        form.expense(Item::Public, ["", "254.77", "250"]);
        assert_eq!(found(&form, "public_expenditure"), [""; 0]);
    }

    #[test]
    fn projects_are_held_against_the_unit_and_the_unit_against_annex_1() {
        let mut form = Form::new();
        form.projects = vec![("P01", ["373", "373", "373"].map(money))];
        assert_eq!(found(&form, "projects_sum"), [""; 0]);
        form.project = Some(["", "151.95", "151.95"].map(money));
        assert_eq!(found(&form, "projects_sum"), ["project_expenditures::total.executed 151.95 373.00"]);
        // What was spent agrees, and the budget does not.
        form.project = Some(["", "400", "373"].map(money));
        assert_eq!(found(&form, "projects_sum"), ["project_expenditures::total.annual 400.00 373.00"]);
        form.project = None;
        form.expense(Item::Project, ["303.35", "151.95", "151.95"]);
        assert_eq!(found(&form, "projects_sum"), ["project_expenditures::total.executed 151.95 373.00"]);
        assert_eq!(found(&form, "project_expenditure"), [""; 0]);
        form.project = Some(["151.95", "160", "151.95"].map(money));
        assert_eq!(found(&form, "project_expenditure"), [""; 0], "annex 1 has the initial amount");
        form.project = Some(["", "160", "150"].map(money));
        assert_eq!(
            found(&form, "project_expenditure"),
            [
                "budgets::natures.project.executed 151.95 150.00",
                "budgets::natures.project.annual 151.95 160.00"
            ]
        );
    }

    #[test]
    fn each_project_has_its_form() {
        let mut form = Form::new();
        assert_eq!(found(&form, "project_form_missing"), [""; 0]);
        form.project = Some(["", "0", "0"].map(money));
        assert_eq!(found(&form, "project_form_missing"), [""; 0]);
        form.project = Some(["", "151.95", "151.95"].map(money));
        assert_eq!(found(&form, "project_form_missing"), ["project_expenditures:: ≥1 0"]);
        form.projects = vec![("P01", ["", "151.95", "151.95"].map(money))];
        assert_eq!(found(&form, "project_form_missing"), [""; 0]);
        form.expense(Item::BusinessOperations, ["", "50", "50"]);
        form.expense(Item::OperationAndMaintenance, ["10", "0", "0"]);
        assert_eq!(found(&form, "project_form_missing"), [""; 0], "nothing was spent on maintenance");
        form.expense(Item::SpecialFund, ["", "101.95", ""]);
        assert_eq!(found(&form, "project_form_missing"), ["project_expenditures:: ≥2 1"]);
    }
}
