//! This year against the year before: the prior year's column of annex 1, and the unit's stored form.

use std::collections::BTreeSet;

use super::dossier::{Amounts, BaseData, Expense, Facts, Item, filled, short};
use super::finding::Hit;
use super::registry::{BETWEEN, Check, REVIEW, words};
use super::sums::{agree, expense_place};
use super::text::plain;
use super::{Dossier, Place, Severity, Table};
use crate::kernel::{Lang, Money, Ratio, Text};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "expense_jump",
        severity: Severity::Note,
        clause: REVIEW,
        title: words("经费较上年变动大", "an expense jumps"),
        compares: words(
            "基础数据表的本年决算数与上年决算数，界限见评分规则",
            "final accounts of annex 1 against its prior year, within the rule set's bound",
        ),
        hint: words("核对两年的数；属实的备好原因", "check both years; if true, have the reason ready"),
        look: expense_jumps,
    },
    Check {
        id: "year_on_year",
        severity: Severity::Explain,
        clause: REVIEW,
        title: words("较上年自评变动大", "a jump against last year's form"),
        compares: words(
            "执行总额、基本支出、项目支出、各项目、三公经费、公用经费与上年自评表，界限见评分规则",
            "executed totals, basic and project expenditure, each project, three public and public expenses against last year's form",
        ),
        hint: words("核对两年的数；属实的说明增减原因", "check both years; if true, say why it rose or fell"),
        look: year_on_year,
    },
    Check {
        id: "prior_final_differs",
        severity: Severity::Explain,
        clause: BETWEEN,
        title: words("上年决算数与上年自评", "prior year's column against last year's form"),
        compares: words(
            "基础数据表的上年决算数与上年自评表的本年决算数",
            "the prior year's column of annex 1 against the final accounts of last year's form",
        ),
        hint: words(
            "照上年决算改正，或说明为什么不同",
            "correct it by last year's final accounts, or explain",
        ),
        look: prior_final_differs,
    },
    Check {
        id: "text_repeated",
        severity: Severity::Note,
        clause: REVIEW,
        title: words("文字照搬上年", "a text of last year"),
        compares: words(
            "绩效目标和报告各部分的文字与上年自评",
            "goals and sections of the report against last year's",
        ),
        hint: words("按本年情况改写", "write what was done this year"),
        look: text_repeated,
    },
];

/// The change, signed, if it is more than the rule set lets pass. What begins from nothing has no rate.
fn jump(prior: Option<Money>, now: Option<Money>, bound: Ratio) -> Option<(Money, Money, String)> {
    let (prior, now) = (prior?, now?);
    if prior <= Money::ZERO {
        return None;
    }
    let change = now.decimal().checked_sub(prior.decimal())?;
    // A rate rounded down to the bound would escape it, so amounts are compared.
    if change.abs() <= prior.decimal().checked_mul(bound.decimal())? {
        return None;
    }
    let sign = if change.is_sign_negative() { "" } else { "+" };
    Some((prior, now, format!("{sign}{}", Ratio::of(change, prior.decimal())?.percent())))
}

fn jump_hit(place: Place, [zh, en]: [String; 2], jump: Option<(Money, Money, String)>) -> Option<Hit> {
    let (prior, now, change) = jump?;
    let hit = Hit::at(
        place,
        format!("{zh}：上年 {prior} 万元，本年 {now} 万元，{change}"),
        format!("{en}: {prior} 万元 the year before, {now} 万元 now, {change}"),
    );
    Some(hit.numbers(&prior, &now))
}

fn both(text: &impl Text) -> [String; 2] {
    [Lang::Zh, Lang::En].map(|lang| text.text(lang))
}

/// The expenses that are held against last year's form, where it is stored.
const HEADLINES: [Item; 2] = [Item::ThreePublic, Item::Public];

fn stored_final(dossier: &Dossier<'_>, item: Item) -> Option<Money> {
    dossier.prior.as_ref()?.base_data.as_ref()?.expense(item)?.r#final
}

fn expense_jumps(dossier: &Dossier<'_>) -> Vec<Hit> {
    let Some(base_data) = &dossier.now.base_data else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let mut hits = Vec::new();
    for row in &base_data.expenses {
        let item = row.item;
        // Last year's form says it more strictly.
        let said = HEADLINES.contains(&item) && stored_final(dossier, item).is_some();
        if said || item == Item::BasicBudgetAdjustment || is_the_whole(base_data, row) {
            continue;
        }
        let (place, name) = match filled(row.name) {
            None => (expense_place(item, "final"), both(&item)),
            Some(name) => {
                let name = short(name);
                let place = format!("expenses.{}.{name}.final", item.as_str());
                (Place::new(Table::BaseData, "", place), [name.clone(), name])
            }
        };
        let found = jump(row.prior_final, row.r#final.or(row.budget), dossier.rules.jump);
        hits.extend(jump_hit(place, name, found).filter(|hit| seen.insert(hit.place.clone())));
    }
    hits
}

/// Whether an expense is all that its whole consists of, and said with it.
fn is_the_whole(base_data: &BaseData<'_>, row: &Expense<'_>) -> bool {
    let whole = match row.item {
        Item::OfficialVehicles | Item::OverseasTravel | Item::OfficialReception => Item::ThreePublic,
        Item::VehiclePurchase | Item::VehicleOperation => Item::OfficialVehicles,
        _ => return false,
    };
    let amounts = |row: &Expense<'_>| (row.prior_final, row.budget, row.r#final);
    base_data.expense(whole).is_some_and(|whole| amounts(whole) == amounts(row))
}

fn year_on_year(dossier: &Dossier<'_>) -> Vec<Hit> {
    let Some(prior) = &dossier.prior else { return Vec::new() };
    let now = &dossier.now;
    let bound = dossier.rules.jump;
    let mut hits = Vec::new();
    if let (Some(before), Some(now)) = (&prior.department, &now.department) {
        let mut add = |field: &str, zh: &str, en: &str, before: Option<Money>, now: Option<Money>| {
            let place = Place::new(Table::Budgets, "", field);
            hits.extend(jump_hit(place, [zh.to_owned(), en.to_owned()], jump(before, now, bound)));
        };
        let (total, natures) = ("total.executed", "natures");
        add(total, "全年执行数", "executed amount", before.sheet.total.executed, now.sheet.total.executed);
        let executed = |amounts: &Option<Amounts>| amounts.and_then(|amounts| amounts.executed);
        let basic = (executed(&before.basic), executed(&now.basic));
        add(&format!("{natures}.basic.executed"), "基本支出", "basic expenditure", basic.0, basic.1);
        let project = (executed(&before.project), executed(&now.project));
        add(&format!("{natures}.project.executed"), "项目支出", "project expenditure", project.0, project.1);
    }
    for project in &now.projects {
        let Some(before) = prior.projects.iter().find(|before| before.code == project.code) else { continue };
        let place = Place::new(Table::ProjectExpenditures, project.code.as_str(), "total.executed");
        let name = short(project.name);
        let name = [format!("项目“{name}”执行数"), format!("project “{name}”, executed")];
        let found = jump(before.sheet.total.executed, project.sheet.total.executed, bound);
        hits.extend(jump_hit(place, name, found));
    }
    for item in HEADLINES {
        let now = now.base_data.as_ref().and_then(|base_data| base_data.expense(item)?.r#final);
        let found = jump(stored_final(dossier, item), now, bound);
        hits.extend(jump_hit(expense_place(item, "final"), both(&item), found));
    }
    hits
}

fn prior_final_differs(dossier: &Dossier<'_>) -> Vec<Hit> {
    let Some(base_data) = &dossier.now.base_data else { return Vec::new() };
    let tolerance = dossier.rules.amount_tolerance;
    let of = |row: &Expense<'_>| {
        // Several rows of one kind cannot be told apart from one year to the next.
        if row.name.is_some() || row.item == Item::SpecialFund || row.item == Item::BasicBudgetAdjustment {
            return None;
        }
        let (written, stored) = (row.prior_final?, stored_final(dossier, row.item)?);
        if agree(written, stored, tolerance) {
            return None;
        }
        let [zh, en] = both(&row.item);
        let hit = Hit::at(
            expense_place(row.item, "prior_final"),
            format!("{zh}的上年决算数填 {written} 万元，上年自评表为 {stored} 万元"),
            format!(
                "{en}: {written} 万元 as the prior year's final account, {stored} 万元 on last year's form"
            ),
        );
        Some(hit.numbers(&stored, &written).within(tolerance))
    };
    base_data.expenses.iter().filter_map(of).collect()
}

/// A text shorter than this is alike by chance: 无。, 各项任务全面完成.
const LONG: usize = 20;

fn text_repeated(dossier: &Dossier<'_>) -> Vec<Hit> {
    let Some(prior) = &dossier.prior else { return Vec::new() };
    let last: BTreeSet<(Place, String)> =
        texts(prior).into_iter().map(|(place, _, text)| (place, text)).collect();
    let repeated = texts(&dossier.now).into_iter().filter(|(place, _, text)| {
        text.chars().count() >= LONG && last.contains(&(place.clone(), text.clone()))
    });
    let said = |(place, [zh, en], _): (Place, [String; 2], String)| {
        Hit::at(place, format!("{zh}与上年完全相同"), format!("{en} is word for word last year's"))
    };
    repeated.map(said).collect()
}

/// The sections that are new each year.
const SECTIONS: [(&str, &str, &str); 4] = [
    ("performance", "部门整体支出绩效情况", "the section on performance"),
    ("problems", "存在的问题及原因分析", "the section on problems"),
    ("improvements", "下一步改进措施", "the section on improvements"),
    ("general_public_budget", "一般公共预算支出情况", "the section on the general public budget"),
];

/// The texts that are new each year, in one spelling. What the unit is for stays the same, and may.
fn texts(facts: &Facts<'_>) -> Vec<(Place, [String; 2], String)> {
    let mut texts = Vec::new();
    for sheet in facts.sheets() {
        let goals = [
            ("goal_expected", sheet.facts.goal_expected, "年度预期目标", "the goal as expected"),
            ("goal_actual", sheet.facts.goal_actual, "年度目标实际完成情况", "the goal as achieved"),
        ];
        for (field, text, zh, en) in goals {
            let name = [format!("{}{zh}", sheet.prefix(Lang::Zh)), format!("{}{en}", sheet.prefix(Lang::En))];
            texts.extend(filled(text).map(|text| (sheet.place(field), name, plain(text))));
        }
    }
    for (section, zh, en) in SECTIONS {
        let text = facts.sections.iter().find(|(name, _)| *name == section);
        let place = Place::new(Table::Narratives, "", format!("sections.{section}"));
        texts.extend(text.map(|(_, text)| (place, [zh.to_owned(), en.to_owned()], plain(text))));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::dossier::Item;
    use super::super::testing::{Form, found, found_after, money};

    #[test]
    fn annex_1_is_held_against_its_own_prior_year() {
        let mut form = Form::new();
        form.expense(Item::Public, ["317.25", "254.77", "254.77"]);
        form.expense(Item::Office, ["58.76", "38.35", "38.35"]);
        form.expense(Item::OverseasTravel, ["0", "5", "5"]);
        form.expense(Item::OfficialReception, ["10", "13", ""]);
        form.expense(Item::MeetingsAndTraining, ["10", "14", "13.01"]);
        let at = [
            "base_data::expenses.office.final 58.76 38.35",
            "base_data::expenses.meetings_and_training.final 10.00 13.01",
        ];
        assert_eq!(found(&form, "expense_jump"), at);
        // Reception is all of the three public expenses: said once.
        form.expense(Item::ThreePublic, ["10", "13", ""]);
        form.expenses[3].1[1] = money("14");
        form.expenses[5].1[1] = money("14");
        assert_eq!(found(&form, "expense_jump").len(), 3);
        assert!(
            found(&form, "expense_jump")
                .contains(&"base_data::expenses.three_public.final 10.00 14.00".into())
        );
        // And so are vehicles that are only run.
        for item in [Item::OfficialVehicles, Item::VehicleOperation] {
            form.expense(item, ["2", "4", "4"]);
        }
        let at = "base_data::expenses.official_vehicles.final 2.00 4.00".to_owned();
        assert_eq!(found(&form, "expense_jump").len(), 4);
        assert!(found(&form, "expense_jump").contains(&at));
        form.expenses.truncate(6);
        form.rules.jump = "0.4".parse().unwrap();
        assert_eq!(found(&form, "expense_jump"), [""; 0]);
    }

    #[test]
    fn a_jump_is_told_with_its_rate() {
        let mut form = Form::new();
        form.expense(Item::Project, ["303.35", "151.95", "151.95"]);
        let found = super::super::testing::findings(&form);
        let jump = found.iter().find(|one| one.check.id == "expense_jump").unwrap();
        assert_eq!(jump.zh, "项目支出：上年 303.35 万元，本年 151.95 万元，-49.91%");
        assert_eq!(jump.en, "project expenditure: 303.35 万元 the year before, 151.95 万元 now, -49.91%");
        form.expenses.clear();
        form.expense(Item::Project, ["12", "20", "20"]);
        let found = super::super::testing::findings(&form);
        let jump = found.iter().find(|one| one.check.id == "expense_jump").unwrap();
        assert_eq!(jump.zh, "项目支出：上年 12.00 万元，本年 20.00 万元，+66.67%");
    }

    #[test]
    fn the_stored_form_is_the_stricter_measure() {
        let year = |executed: &str, project: &str, public: &str, prior: &str| {
            let mut form = Form::new();
            form.total([executed, executed, executed]);
            form.basic = Some([executed, executed, executed].map(money));
            form.project = Some(["0", "0", "0"].map(money));
            form.projects = vec![("P01", ["", "", project].map(money)), ("P02", ["", "", "5"].map(money))];
            form.expense(Item::Public, [prior, public, public]);
            form
        };
        let before = year("100", "10", "50", "");
        let now = year("131", "13", "20", "50");
        assert_eq!(
            found_after(&now, &before, "year_on_year"),
            [
                "budgets::total.executed 100.00 131.00",
                "budgets::natures.basic.executed 100.00 131.00",
                "base_data::expenses.public.final 50.00 20.00",
            ]
        );
        // Said once.
        assert_eq!(found_after(&now, &before, "expense_jump"), [""; 0]);
        assert_eq!(found(&now, "expense_jump").len(), 1);
        assert_eq!(found(&now, "year_on_year"), [""; 0]);
        assert_eq!(found_after(&now, &before, "prior_final_differs"), [""; 0]);
        let wrong = year("131", "14", "50", "49");
        assert_eq!(
            found_after(&wrong, &before, "prior_final_differs"),
            ["base_data::expenses.public.prior_final 50.00 49.00"]
        );
        assert_eq!(
            found_after(&wrong, &before, "year_on_year").last().unwrap(),
            "project_expenditures:P01:total.executed 10.00 14.00"
        );
    }

    #[test]
    fn last_years_words_are_recognised() {
        let long = "推行预算绩效管理，强化对资金使用情况的预算约束和监督。";
        let mut before = Form::new();
        before.total(["1", "1", "1"]);
        before.goals = [Some(long.to_owned()), Some("全面完成".to_owned())];
        before.sections = vec![("performance", format!("{long}\n{long}")), ("unit_profile", long.to_owned())];
        let mut now = before.clone();
        assert_eq!(
            found_after(&now, &before, "text_repeated"),
            ["budgets::goal_expected", "narratives::sections.performance"]
        );
        now.goals[0] = Some(format!("今年{long}"));
        now.sections[0].1 = format!("{long} \n{long}");
        assert_eq!(found_after(&now, &before, "text_repeated"), ["narratives::sections.performance"]);
        assert_eq!(found(&now, "text_repeated"), [""; 0]);
    }
    #[test]
    fn rows_of_one_kind_are_not_told_apart_across_years() {
        let year = |prior_final: &str, last: &str| {
            let mut form = Form::new();
            for item in [Item::Office, Item::SpecialFund, Item::BasicBudgetAdjustment] {
                form.expense(item, [prior_final, last, last]);
            }
            form
        };
        assert_eq!(
            found_after(&year("49", "50"), &year("", "50"), "prior_final_differs"),
            ["base_data::expenses.office.prior_final 50.00 49.00"]
        );
    }
}
