//! Rows of a sheet among themselves: what was written without being measured, twice, or for another year.

use std::collections::BTreeMap;

use super::dossier::{Facts, Indicator, SheetOf, filled, short};
use super::finding::Hit;
use super::registry::{Check, REVIEW, words};
use super::text::{plain, years};
use super::{Dossier, Severity};
use crate::kernel::{Lang, Points};
use crate::scoring::target::same;

/// Fewer rows than this are alike by chance.
const MANY: usize = 3;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "identical_actuals",
        severity: Severity::Note,
        clause: REVIEW,
        title: words("实际与目标全部相同", "actuals all the same as their targets"),
        compares: words(
            "一张表全部指标的实际完成值与年度指标值",
            "every actual of a sheet against its target",
        ),
        hint: words(
            "实际完成值应填实测数据，不要照抄目标",
            "fill in what was measured rather than the targets",
        ),
        look: |dossier| dossier.now.sheets().filter_map(|sheet| identical(&dossier.now, &sheet)).collect(),
    },
    Check {
        id: "all_full_scores",
        severity: Severity::Note,
        clause: REVIEW,
        title: words("全部满分", "full scores throughout"),
        compares: words("一张表全部指标的自评得分与分值", "every self score of a sheet against its weight"),
        hint: words(
            "按实际完成情况计分；确属全部完成的，备好佐证材料",
            "score what was done; where all was done, keep the evidence",
        ),
        look: all_full,
    },
    Check {
        id: "indicator_twice",
        severity: Severity::Note,
        clause: REVIEW,
        title: words("指标重名", "an indicator twice"),
        compares: words("同一张表内各指标的名称", "the names of the indicators of one sheet"),
        hint: words("合并重复的指标，或把名称写得能区分", "merge them, or tell their names apart"),
        look: |dossier| dossier.now.sheets().flat_map(|sheet| twice(&dossier.now, &sheet)).collect(),
    },
    Check {
        id: "other_year",
        severity: Severity::Note,
        clause: REVIEW,
        title: words("其他年度", "another year"),
        compares: words(
            "指标名称、项目名称和目标日期中的年度与预算年度",
            "years in names of indicators and projects, and in target dates, against the fiscal year",
        ),
        hint: words(
            "核对是否照搬了往年的表；确属跨年度事项的不必修改",
            "check whether an old form was copied; what spans years may stand",
        ),
        look: other_year,
    },
];

pub(super) fn scored<'d, 'a>(facts: &'d Facts<'a>, sheet: &SheetOf<'_, '_>) -> Vec<&'d Indicator<'a>> {
    facts
        .indicators_of(sheet.project)
        .filter(|row| row.weight.is_some_and(|weight| weight > Points::ZERO))
        .collect()
}

fn identical(facts: &Facts<'_>, sheet: &SheetOf<'_, '_>) -> Option<Hit> {
    let rows = scored(facts, sheet);
    let all = rows.iter().all(|row| match (filled(row.target), filled(row.actual)) {
        (Some(target), Some(actual)) => same(target, actual),
        (None, _) | (_, None) => false,
    });
    let count = rows.len();
    (all && count >= MANY).then(|| {
        Hit::at(
            sheet.place("indicators.actual"),
            format!("{}{count} 项指标的实际完成值与目标全部相同", sheet.prefix(Lang::Zh)),
            format!("{}all {count} actuals are the same as their targets", sheet.prefix(Lang::En)),
        )
    })
}

fn all_full(dossier: &Dossier<'_>) -> Vec<Hit> {
    let of = |sheet: SheetOf<'_, '_>| {
        let rows = scored(&dossier.now, &sheet);
        let count = rows.len();
        (count >= MANY && rows.iter().all(|row| row.self_score == row.weight)).then(|| {
            Hit::at(
                sheet.place("indicators.self_score"),
                format!("{}{count} 项指标全部自评满分", sheet.prefix(Lang::Zh)),
                format!("{}all {count} indicators claim their full weight", sheet.prefix(Lang::En)),
            )
        })
    };
    dossier.now.sheets().filter_map(of).collect()
}

fn twice(facts: &Facts<'_>, sheet: &SheetOf<'_, '_>) -> Vec<Hit> {
    let mut seen: BTreeMap<String, i32> = BTreeMap::new();
    let mut hits = Vec::new();
    for row in scored(facts, sheet) {
        let Some(first) = seen.get(&plain(row.name)) else {
            seen.insert(plain(row.name), row.seq);
            continue;
        };
        let name = short(row.name);
        hits.push(Hit::at(
            row.place("name"),
            format!("“{name}”与第 {first} 项指标同名"),
            format!("“{name}” has the name of indicator {first}"),
        ));
    }
    hits
}

fn other_year(dossier: &Dossier<'_>) -> Vec<Hit> {
    let year = dossier.now.year.get();
    let other = |text: &str| {
        let named = years(text);
        let (first, last) = (*named.iter().min()?, *named.iter().max()?);
        (!(first..=last).contains(&year)).then_some(first)
    };
    let says = |place, name: &str, found: i32| {
        let name = short(name);
        Hit::at(
            place,
            format!("“{name}”写的是 {found} 年，预算年度为 {year} 年"),
            format!("“{name}” names {found}, the fiscal year is {year}"),
        )
        .numbers(&year, &found)
    };
    let sheets = dossier.now.sheets().filter_map(|sheet| {
        let name = sheet.name?;
        Some(says(sheet.place("name"), name, other(name)?))
    });
    let rows = dossier.now.indicators.iter();
    sheets.chain(rows.filter_map(|row| Some(says(row.place("name"), row.name, other(row.name)?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, found, money, row};

    fn form(rows: &[(&str, &str, &str)]) -> Form {
        let mut form = Form::new();
        form.total(["100", "100", "100"]);
        for (seq, (name, target, actual)) in (1..).zip(rows) {
            let mut row = row(seq, name, target, actual, "5", "5");
            if name.contains("其中") {
                (row.weight, row.self_score) = (None, None);
            }
            form.indicators.push(row);
        }
        form
    }

    #[test]
    fn what_was_copied_throughout_is_named_once() {
        let alike = form(&[("甲", "≥5次", "≥5次"), ("乙", "98％", "98%"), ("丙", "明显", "明显。")]);
        assert_eq!(found(&alike, "identical_actuals"), ["budgets::indicators.actual"]);
        let differs = form(&[("甲", "≥5次", "≥5次"), ("乙", "98%", "99%"), ("丙", "明显", "明显")]);
        assert_eq!(found(&differs, "identical_actuals"), [""; 0]);
        let few = form(&[("甲", "5次", "5次"), ("乙", "98%", "98%")]);
        assert_eq!(found(&few, "identical_actuals"), [""; 0]);
        assert_eq!(found(&few, "all_full_scores"), [""; 0]);
        let mut full = differs;
        assert_eq!(found(&full, "all_full_scores"), ["budgets::indicators.self_score"]);
        full.indicators[1].self_score = "4.9".parse().ok();
        assert_eq!(found(&full, "all_full_scores"), [""; 0]);
    }

    #[test]
    fn a_name_comes_once_on_a_sheet() {
        let form = form(&[("服务 发展", "1", "1"), ("其他", "1", "1"), ("服务发展", "1", "1")]);
        assert_eq!(found(&form, "indicator_twice"), ["indicators:.3:name"]);
        let mut form = form;
        form.indicators[2].weight = "0".parse().ok();
        assert_eq!(found(&form, "indicator_twice"), [""; 0], "it is not scored");
    }

    #[test]
    fn names_speak_of_the_fiscal_year() {
        let mut form = form(&[
            ("2023年12月前完成", "1", "1"),
            ("2022年11月30日前完成", "1", "1"),
            ("2021-2025年规划", "1", "1"),
            ("按时完成", "2022年12月", "2022年12月"),
        ]);
        assert_eq!(found(&form, "other_year"), ["indicators:.2:name 2023 2022", "indicators:.4:target"]);
        form.projects = vec![("P01", ["1", "1", "1"].map(money))];
        form.project_name = "2020年卫片执法".to_owned();
        assert_eq!(found(&form, "other_year")[0], "project_expenditures:P01:name 2023 2020");
    }
}
