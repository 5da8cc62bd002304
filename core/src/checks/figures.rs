//! The text of the report against the tables: figures that can be read without a doubt, and no others.
//!
//! A figure counts where its label stands at the beginning of a phrase, the number follows it at once, and no other
//! year and no comparison is spoken of. It agrees with a table to the decimals in which it was written; and where a
//! label comes several times, for the unit and its parts, one that agrees is enough.

use rust_decimal::Decimal;

use super::dossier::{Amounts, Facts, Item};
use super::finding::Hit;
use super::registry::{BETWEEN, Check, words};
use super::text::{plain, years};
use super::{Dossier, Place, Severity, Table};
use crate::kernel::{Money, Points};

pub(super) const CHECKS: &[Check] = &[Check {
    id: "narrative_figure",
    severity: Severity::Explain,
    clause: BETWEEN,
    title: words("正文数字与附表", "figures of the text against the tables"),
    compares: words(
        "自评报告正文中的基本支出、项目支出、人员经费、公用经费、三公经费、在职和离退休人数、自评得分与附表",
        "basic, project, personnel, public and three public expenses, staff and score in the text against the tables",
    ),
    hint: words(
        "核对正文与附表，改正写错的一处；口径不同的说明差异",
        "check text and tables; correct one, or say how they differ",
    ),
    look,
}];

/// What a figure of the text is counted in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    /// 万元.
    Money,
    /// 人.
    Persons,
    /// 分.
    Points,
}

/// A figure that is looked for.
struct Figure {
    section: &'static str,
    /// What stands before the number.
    label: &'static str,
    /// The word for its place.
    word: &'static str,
    en: &'static str,
    counted: Counted,
    /// What the tables say; the first is what is expected.
    known: Vec<Decimal>,
}

fn look(dossier: &Dossier<'_>) -> Vec<Hit> {
    let figures = figures(dossier);
    figures.iter().filter_map(|figure| hit(&dossier.now, figure)).collect()
}

fn hit(facts: &Facts<'_>, figure: &Figure) -> Option<Hit> {
    let expected = figure.known.first()?;
    let (_, text) = facts.sections.iter().find(|(section, _)| *section == figure.section)?;
    let written = numbers(text, figure, facts.year.get());
    let agrees = |number: &Number| figure.known.iter().any(|known| number.says(*known));
    if written.iter().any(agrees) {
        return None;
    }
    let first = written.first()?;
    let (unit_zh, unit_en) = match figure.counted {
        Counted::Money => ("万元", "万元"),
        Counted::Persons => ("人", "persons"),
        Counted::Points => ("分", "points"),
    };
    let place = Place::new(Table::Narratives, "", format!("sections.{}.{}", figure.section, figure.word));
    let (expected, found) = (expected.normalize(), first.value.normalize());
    let hit = Hit::at(
        place,
        format!("正文“{}”为 {found} {unit_zh}，附表为 {expected} {unit_zh}", figure.label),
        format!("the text says {} of {found} {unit_en}, the tables say {expected} {unit_en}", figure.en),
    );
    Some(hit.numbers(&expected, &found))
}

fn figures(dossier: &Dossier<'_>) -> Vec<Figure> {
    let facts = &dossier.now;
    let mut figures = Vec::new();
    let department = facts.department.as_ref();
    let money = |word, label, en, known: Vec<Option<Money>>| Figure {
        section: "general_public_budget",
        label,
        word,
        en,
        counted: Counted::Money,
        known: known.into_iter().flatten().map(Money::decimal).collect(),
    };
    // The section speaks of one of the four budgets; the tables of all.
    let is_all = department.is_none_or(|one| {
        let others = one.sheet.sources.iter().filter(|source| !source.general_public);
        others
            .flat_map(|source| amounts(Some(source.amounts)))
            .all(|amount| amount.is_none_or(|a| a == Money::ZERO))
    });
    if is_all {
        let expense = |item: Item| {
            let row = facts.base_data.as_ref().and_then(|base_data| base_data.expense(item).copied());
            row.map_or(vec![], |row| vec![row.r#final, row.budget, row.prior_final])
        };
        let nature = |amounts_of: Option<Amounts>| amounts(amounts_of);
        let basic = department.and_then(|one| one.basic);
        let project = department.and_then(|one| one.project);
        let personnel = department.map_or(vec![], |one| vec![one.personnel]);
        let public = department.map_or(vec![], |one| vec![one.public]);
        figures.push(money("basic", "基本支出", "basic expenditure", nature(basic)));
        figures.push(money(
            "project",
            "项目支出",
            "project expenditure",
            [nature(project), expense(Item::Project)].concat(),
        ));
        figures.push(money("personnel", "人员经费", "personnel expenditure", personnel));
        figures.push(money(
            "public",
            "公用经费",
            "public expenditure",
            [public, expense(Item::Public)].concat(),
        ));
        figures.push(money("three_public", "三公经费", "three public expenses", expense(Item::ThreePublic)));
    }
    if let Some(base_data) = &facts.base_data {
        let persons = |word, label, en, count: Option<i32>| Figure {
            section: "unit_profile",
            label,
            word,
            en,
            counted: Counted::Persons,
            known: count.into_iter().map(Decimal::from).collect(),
        };
        figures.push(persons("staff_on_duty", "在职", "staff on duty", base_data.staff_on_duty));
        figures.push(persons("staff_retired", "离退休", "retired staff", base_data.staff_retired));
    }
    let mut totals: Vec<Points> = facts.sheets().filter_map(|sheet| sheet.facts.reported_total).collect();
    totals.extend(dossier.sheets.iter().filter_map(|sheet| sheet.card.self_total));
    figures.push(Figure {
        section: "performance",
        label: "自评得分",
        word: "self_total",
        en: "a self score",
        counted: Counted::Points,
        known: totals.into_iter().map(Points::decimal).collect(),
    });
    figures
}

fn amounts(amounts: Option<Amounts>) -> Vec<Option<Money>> {
    let Some(Amounts { initial, annual, executed }) = amounts else { return Vec::new() };
    vec![executed, annual, initial]
}

/// A number of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    value: Decimal,
    /// Half of one in its last decimal.
    precision: Decimal,
}

impl Number {
    fn says(&self, known: Decimal) -> bool {
        self.value.checked_sub(known).is_some_and(|gap| gap.abs() <= self.precision)
    }
}

/// The numbers that follow a label.
fn numbers(text: &str, figure: &Figure, year: i32) -> Vec<Number> {
    let text = plain(text);
    let pieces: Vec<&str> = text.split(figure.label).collect();
    let pairs = pieces.windows(2).filter_map(|pair| match pair {
        [before, after] => Some((*before, *after)),
        _ => None,
    });
    // 绩效自评得分 stands behind other words, and is long enough to be told from them.
    let begins = |before: &str| figure.counted == Counted::Points || begins(before);
    let of_this_year = pairs.filter(|(before, _)| begins(before) && !speaks_of_another_year(before, year));
    of_this_year.filter_map(|(_, after)| number(after, figure.counted)).collect()
}

/// Whether a phrase begins here: behind anything else the label is a part of a longer word.
fn begins(before: &str) -> bool {
    before.chars().next_back().is_none_or(|last| "，。；、：,;:（(\n年度中".contains(last))
}

fn speaks_of_another_year(before: &str, year: i32) -> bool {
    let sentence = before.rsplit(['。', '；', '\n']).next().unwrap_or_default();
    let phrase = sentence.rsplit(['，', ',']).next().unwrap_or_default();
    years(sentence).last().is_some_and(|last| *last != year)
        || ["上年", "去年", "上一年", "较", "比"].iter().any(|word| phrase.contains(word))
}

fn number(after: &str, counted: Counted) -> Option<Number> {
    const MONEY: &[&str] = &[
        "支出", "总额", "决算", "预算", "资金", "合计", "共计", "总计", "金额", "数", "共", "为", "是", "计",
        "约", "达", "：", ":",
    ];
    const PERSONS: &[&str] = &["人员", "职工", "干部", "人数", "共", "有", "为", "：", ":"];
    const POINTS: &[&str] = &["为", "是", "：", ":"];
    let between = match counted {
        Counted::Money => MONEY,
        Counted::Persons => PERSONS,
        Counted::Points => POINTS,
    };
    let mut rest = after;
    while let Some(shorter) = between.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(rest.len());
    let (digits, unit) = rest.split_at_checked(end)?;
    let value: Decimal = digits.replace(',', "").parse().ok()?;
    let half = Decimal::new(5, value.scale().checked_add(1)?);
    let (factor, precision) = match counted {
        Counted::Money if unit.starts_with("万元") => (Decimal::ONE, half),
        Counted::Money if unit.starts_with("亿元") => (Decimal::from(10_000), half),
        Counted::Money if unit.starts_with('元') => (Decimal::new(1, 4), half),
        Counted::Persons if unit.starts_with(['人', '名']) => (Decimal::ONE, Decimal::ZERO),
        Counted::Points if unit.starts_with('分') => (Decimal::ONE, Decimal::ZERO),
        Counted::Money | Counted::Persons | Counted::Points => return None,
    };
    Some(Number { value: value.checked_mul(factor)?, precision: precision.checked_mul(factor)? })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, found, money};
    use super::*;

    fn form(text: &str) -> Form {
        let mut form = Form::new();
        form.basic = Some(["", "861.24", "861.24"].map(money));
        form.project = Some(["", "151.95", "151.95"].map(money));
        (form.personnel, form.public) = (money("588.14"), money("273.10"));
        form.expense(Item::Public, ["317.25", "254.77", "254.77"]);
        form.expense(Item::ThreePublic, ["5.42", "5.32", "2.14"]);
        form.sections.push(("general_public_budget", text.to_owned()));
        form
    }

    #[test]
    fn figures_that_reconcile_are_not_named() {
        for text in [
            "其中：基本支出861.24万元，项目支出151.95万元。",
            "区委办2023年全年基本支出861.24万元，其中人员经费588.14万元，公用经费273.10万元。",
            "“三公”经费支出2.14万元",
            "基本支出８６１．２４万元",
            "基本支出约861万元；项目支出合计1,519,500元",
            // Another year, a comparison, a part of the unit: not ours to judge.
            "2022年基本支出900万元，项目支出300万元。",
            "项目支出151.95万元，比上年项目支出303.35万元减少",
            "下属单位公用经费50万元",
            "机关本级：公用经费200万元；合计：公用经费254.77万元",
            "公用经费逐年下降",
            // Not counted in money.
            "项目支出3个，公用经费100美元",
        ] {
            assert_eq!(found(&form(text), "narrative_figure"), [""; 0], "{text}");
        }
    }

    #[test]
    fn figures_that_do_not_are_named_with_both_numbers() {
        for (text, expected) in [
            ("全年基本支出816.24万元。", "basic 861.24 816.24"),
            ("2022年公用经费280万元。2023年公用经费300万元", "public 273.1 300"),
            ("公用经费为300.5万元", "public 273.1 300.5"),
            ("其中人员经费0.6亿元", "personnel 588.14 6000"),
            ("三公经费决算数：3.14万元", "three_public 2.14 3.14"),
            ("项目支出151.96万元", "project 151.95 151.96"),
            ("项目支出1,519,600元", "project 151.95 151.96"),
        ] {
            let at = format!("narratives::sections.general_public_budget.{expected}");
            assert_eq!(found(&form(text), "narrative_figure"), [at], "{text}");
        }
    }

    #[test]
    fn the_general_public_budget_is_not_held_against_all_four() {
        let mut form = form("项目支出100万元");
        assert_eq!(found(&form, "narrative_figure").len(), 1);
        form.other_sources = vec![["", "51.95", "51.95"].map(money)];
        assert_eq!(found(&form, "narrative_figure"), [""; 0]);
    }

    #[test]
    fn staff_and_score_are_read_too() {
        let mut form = Form::new();
        form.staff = [Some(30), Some(30), Some(31)];
        form.reported_total = "99".parse().ok();
        form.sections.push(("unit_profile", "2023年末共有人数61人，其中：在职30人，离退休31人。".to_owned()));
        form.sections.push(("performance", "部门整体支出绩效自评得分99分。".to_owned()));
        assert_eq!(found(&form, "narrative_figure"), [""; 0]);
        let sections = std::mem::take(&mut form.sections);
        // A length of service and a rate are neither persons nor points.
        form.sections.push(("unit_profile", "其中：在职5年以上居多".to_owned()));
        form.sections.push(("performance", "自评得分为98%".to_owned()));
        assert_eq!(found(&form, "narrative_figure"), [""; 0]);
        form.sections = sections;
        form.staff = [Some(30), Some(29), None];
        form.reported_total = "98".parse().ok();
        assert_eq!(
            found(&form, "narrative_figure"),
            [
                "narratives::sections.unit_profile.staff_on_duty 29 30",
                "narratives::sections.performance.self_total 98 99"
            ]
        );
    }
}
