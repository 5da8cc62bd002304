//! Cells that were left empty, and what annex 1 says of staff.

use super::dossier::{SheetOf, Signature, filled};
use super::finding::Hit;
use super::registry::{Check, FORM, REVIEW, words};
use super::{Dossier, Place, Severity, Table};
use crate::kernel::Lang;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "form_empty",
        severity: Severity::Block,
        clause: FORM,
        title: words("空表", "empty form"),
        compares: words(
            "是否填了部门整体支出或任何项目支出",
            "whether the department's sheet or any project was filled in",
        ),
        hint: words(
            "填写部门整体支出自评表和各项目支出自评表",
            "fill in the department's sheet and the project forms",
        ),
        look: form_empty,
    },
    Check {
        id: "cell_empty",
        severity: Severity::Block,
        clause: FORM,
        title: words("必填项", "mandatory cells"),
        compares: words(
            "年度预期目标、实际完成情况、编制数、在职人数是否填写",
            "whether goals, as expected and as achieved, staff quota and staff on duty were filled in",
        ),
        hint: words("填写这一栏", "fill in the cell"),
        look: cell_empty,
    },
    Check {
        id: "part_missing",
        severity: Severity::Note,
        clause: FORM,
        title: words("缺少附表或报告", "an annex or the report is missing"),
        compares: words(
            "有部门整体支出的，是否有基础数据表和自评报告；只有项目支出的，是否应有部门整体支出",
            "whether base data and report stand beside the department's sheet, and that beside the projects",
        ),
        hint: words(
            "补填缺少的部分；财政局不要求的可以不填",
            "fill in what is missing, unless your bureau does not ask for it",
        ),
        look: part_missing,
    },
    Check {
        id: "unsigned",
        severity: Severity::Note,
        clause: FORM,
        title: words("签章", "signature"),
        compares: words(
            "填表人、填报日期、联系电话、单位负责人是否填写",
            "whether filler, date, telephone and head are given",
        ),
        hint: words("补填签章栏，公开和存档时要用", "fill in the signature: publication and files need it"),
        look: unsigned,
    },
    Check {
        id: "staff_over_quota",
        severity: Severity::Explain,
        clause: REVIEW,
        title: words("超编", "staff over quota"),
        compares: words("在职人数与编制数", "staff on duty against the quota"),
        hint: words("核对人数；属实的说明超编原因", "check the numbers; if true, say why"),
        look: staff_over_quota,
    },
];

fn form_empty(dossier: &Dossier<'_>) -> Vec<Hit> {
    if !dossier.sheets.is_empty() {
        return Vec::new();
    }
    vec![Hit::at(
        Place::new(Table::Budgets, "", ""),
        "尚未填报部门整体支出或任何项目支出",
        "neither the department sheet nor a project was filled in",
    )]
}

fn cell_empty(dossier: &Dossier<'_>) -> Vec<Hit> {
    let goals = |sheet: SheetOf<'_, '_>| {
        [
            ("goal_expected", sheet.facts.goal_expected, "年度预期目标", "the goal as expected"),
            ("goal_actual", sheet.facts.goal_actual, "年度目标实际完成情况", "the goal as achieved"),
        ]
        .into_iter()
        .filter(|(_, cell, _, _)| filled(*cell).is_none())
        .map(|(field, _, zh, en)| {
            Hit::at(
                sheet.place(field),
                format!("{}{zh}为空", sheet.prefix(Lang::Zh)),
                format!("{}{en} is empty", sheet.prefix(Lang::En)),
            )
        })
        .collect::<Vec<_>>()
    };
    let mut hits: Vec<Hit> = dossier.now.sheets().flat_map(goals).collect();
    if let Some(base_data) = &dossier.now.base_data {
        let cells = [
            ("staff_quota", base_data.staff_quota, "编制数", "the staff quota"),
            ("staff_on_duty", base_data.staff_on_duty, "在职人数", "the staff on duty"),
        ];
        hits.extend(cells.into_iter().filter(|(_, count, _, _)| count.is_none()).map(
            |(field, _, zh, en)| {
                Hit::at(Place::new(Table::BaseData, "", field), format!("{zh}为空"), format!("{en} is empty"))
            },
        ));
    }
    hits
}

fn part_missing(dossier: &Dossier<'_>) -> Vec<Hit> {
    let missing = |table, zh: &str, en: &str| Hit::at(Place::new(table, "", ""), zh, en);
    let facts = &dossier.now;
    if facts.department.is_none() {
        let none = missing(Table::Budgets, "没有部门整体支出自评表", "there is no department sheet");
        return if facts.projects.is_empty() { Vec::new() } else { vec![none] };
    }
    let base_data = facts
        .base_data
        .is_none()
        .then(|| missing(Table::BaseData, "没有基础数据表", "there is no base data (annex 1)"));
    let report = facts
        .sections
        .iter()
        .all(|(_, text)| text.trim().is_empty())
        .then(|| missing(Table::Narratives, "没有自评报告正文", "there is no written report"));
    base_data.into_iter().chain(report).collect()
}

fn unsigned(dossier: &Dossier<'_>) -> Vec<Hit> {
    let sheets = dossier.now.sheets().map(|sheet| {
        (sheet.place("signature"), sheet.facts.signature, [Lang::Zh, Lang::En].map(|lang| sheet.prefix(lang)))
    });
    let annex = dossier.now.base_data.iter().map(|base_data| {
        let prefix = ["基础数据表：".to_owned(), "annex 1: ".to_owned()];
        (Place::new(Table::BaseData, "", "signature"), base_data.signature, prefix)
    });
    sheets
        .chain(annex)
        .filter_map(|(place, signature, prefix)| unsigned_table(place, signature, prefix))
        .collect()
}

fn unsigned_table(place: Place, signature: Signature<'_>, [zh, en]: [String; 2]) -> Option<Hit> {
    let Signature { filled_by, filled_on, telephone, head } = signature;
    let cells = [
        (filled(filled_by).is_some(), "填表人", "filler"),
        (filled_on.is_some(), "填报日期", "date"),
        (filled(telephone).is_some(), "联系电话", "telephone"),
        (filled(head).is_some(), "单位负责人", "head"),
    ];
    let missing: Vec<_> = cells.iter().filter(|(is_there, _, _)| !is_there).collect();
    if missing.is_empty() {
        return None;
    }
    let list = |of: fn(&(bool, &'static str, &'static str)) -> &'static str, between: &str| {
        missing.iter().map(|cell| of(cell)).collect::<Vec<_>>().join(between)
    };
    Some(Hit::at(
        place,
        format!("{zh}未填{}", list(|cell| cell.1, "、")),
        format!("{en}not signed: {} missing", list(|cell| cell.2, ", ")),
    ))
}

fn staff_over_quota(dossier: &Dossier<'_>) -> Vec<Hit> {
    let Some(base_data) = &dossier.now.base_data else { return Vec::new() };
    let (Some(quota), Some(on_duty)) = (base_data.staff_quota, base_data.staff_on_duty) else {
        return Vec::new();
    };
    if on_duty <= quota {
        return Vec::new();
    }
    let hit = Hit::at(
        Place::new(Table::BaseData, "", "staff_on_duty"),
        format!("在职 {on_duty} 人，编制 {quota} 人，超编 {} 人", on_duty.saturating_sub(quota)),
        format!("{on_duty} on duty for a quota of {quota}: {} over", on_duty.saturating_sub(quota)),
    );
    vec![hit.numbers(&format!("≤{quota}"), &on_duty)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, found, money};

    #[test]
    fn what_the_form_asks_for_is_filled_in() {
        let mut form = Form::new();
        assert_eq!(found(&form, "form_empty"), ["budgets::"]);
        assert_eq!(found(&form, "part_missing"), [""; 0]);
        form.total(["1", "1", "1"]);
        assert_eq!(found(&form, "form_empty"), [""; 0]);
        assert_eq!(found(&form, "cell_empty"), ["budgets::goal_expected", "budgets::goal_actual"]);
        assert_eq!(found(&form, "part_missing"), ["base_data::", "narratives::"]);
        form.goals = [Some("推动落实".to_owned()), Some(" ".to_owned())];
        form.sections.push(("performance", "完成".to_owned()));
        form.staff = [Some(30), None, None];
        assert_eq!(found(&form, "cell_empty"), ["budgets::goal_actual", "base_data::staff_on_duty"]);
        assert_eq!(found(&form, "part_missing"), [""; 0]);
    }

    #[test]
    fn a_unit_with_projects_alone_is_reminded_of_its_own_sheet() {
        let mut form = Form::new();
        form.projects = vec![("P01", ["1", "1", "1"].map(money))];
        assert_eq!(found(&form, "part_missing"), ["budgets::"]);
        let all = super::super::testing::findings(&form);
        let goal = all.iter().find(|one| one.check.id == "cell_empty").unwrap();
        assert_eq!(goal.zh, "项目“专项”：年度预期目标为空");
        assert_eq!(goal.en, "project “专项”: the goal as expected is empty");
    }

    #[test]
    fn each_table_is_signed() {
        let mut form = Form::new();
        form.total(["1", "1", "1"]);
        form.staff = [Some(1), Some(1), None];
        assert_eq!(found(&form, "unsigned"), ["budgets::signature", "base_data::signature"]);
        let all = super::super::testing::findings(&form);
        let first = all.iter().find(|one| one.check.id == "unsigned").unwrap();
        assert_eq!(first.zh, "未填填表人、填报日期、联系电话、单位负责人");
        form.signed = true;
        assert_eq!(found(&form, "unsigned"), [""; 0]);
    }

    #[test]
    fn staff_fits_the_quota() {
        let mut form = Form::new();
        for (quota, on_duty, expected) in
            [(30, 30, vec![]), (30, 29, vec![]), (30, 31, vec!["base_data::staff_on_duty ≤30 31"])]
        {
            form.staff = [Some(quota), Some(on_duty), None];
            assert_eq!(found(&form, "staff_over_quota"), expected);
        }
    }
}
