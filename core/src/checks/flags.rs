//! What scoring has flagged, as findings: which check it belongs to, which cell it is about, with which numbers.

use std::collections::BTreeMap;

use super::dossier::{Indicator, SheetFacts, SheetOf, filled, short};
use super::finding::Hit;
use super::registry::named;
use super::{Check, CheckedSheet, Dossier};
use crate::kernel::{Lang, Text};
use crate::scoring::{Flag, NamedBlock};

/// Which part of a sheet a flag stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Sheet,
    Execution,
    Indicator,
}

/// Everything that scoring has flagged and that a check is made of.
pub(super) fn hits(dossier: &Dossier<'_>) -> Vec<(&'static Check, Hit)> {
    let mut hits = Vec::new();
    for CheckedSheet { project, card } in &dossier.sheets {
        let nothing = SheetFacts::default();
        let sheet = dossier.now.sheets().find(|sheet| sheet.project == *project);
        let sheet = sheet.unwrap_or(SheetOf { project: *project, name: None, facts: &nothing });
        let weights_are_wrong = card.flags.iter().any(|flag| matches!(flag, Flag::WeightsNotFull { .. }));
        for (part, flags) in [(Part::Sheet, &card.flags), (Part::Execution, &card.execution.flags)] {
            hits.extend(flags.iter().filter_map(|flag| of_sheet(flag, part, &sheet, weights_are_wrong)));
        }
        let rows: BTreeMap<i32, &Indicator<'_>> =
            dossier.now.indicators_of(*project).map(|row| (row.seq, row)).collect();
        for score in &card.indicators {
            let Some(row) = rows.get(&score.seq) else { continue };
            // What is said with a demand for a reason is not said a second time without it.
            let unexplained = score.flags.contains(&Flag::OverAchievementUnexplained);
            let said_twice = |flag: &&Flag| !(unexplained && matches!(flag, Flag::OverAchieved { .. }));
            let above = score.flags.iter().find(|flag| matches!(flag, Flag::OverAchieved { .. }));
            hits.extend(
                score.flags.iter().filter(said_twice).filter_map(|flag| of_indicator(flag, above, row)),
            );
        }
    }
    hits
}

fn of_sheet(
    flag: &Flag,
    part: Part,
    sheet: &SheetOf<'_, '_>,
    weights_are_wrong: bool,
) -> Option<(&'static Check, Hit)> {
    let (id, field) = belongs_to(flag, part)?;
    // A sheet may have several of these, each about other blocks.
    let field = match flag {
        Flag::BlockWeightDiffers { blocks, .. } => {
            let names: Vec<&str> = blocks.iter().map(NamedBlock::as_str).collect();
            format!("{field}.{}", names.join("+"))
        }
        Flag::BlockNotApplicable { block } => format!("{field}.{}", block.as_str()),
        _ => field.to_owned(),
    };
    let says = |lang: Lang| {
        let row = match (part, id) {
            (Part::Execution, "self_score_missing" | "self_score_out_of_range" | "execution_score") => {
                lang.pick("预算执行率：", "execution: ")
            }
            _ => "",
        };
        format!("{}{row}{}", sheet.prefix(lang), flag.text(lang))
    };
    let (expected, found) = numbers(flag);
    let softened = match flag {
        Flag::BudgetChanged { .. } | Flag::LowExecution { .. } | Flag::OverExecuted { .. } => {
            filled(sheet.facts.reason).is_some()
        }
        // Shows where the points are missing, and will be another one when they are not.
        Flag::BlockWeightDiffers { .. } => weights_are_wrong,
        _ => false,
    };
    let hit = Hit::at(sheet.place(&field), says(Lang::Zh), says(Lang::En));
    Some((named(id)?, Hit { expected, found, softened, ..hit }))
}

fn of_indicator(flag: &Flag, above: Option<&Flag>, row: &Indicator<'_>) -> Option<(&'static Check, Hit)> {
    let (id, field) = belongs_to(flag, Part::Indicator)?;
    let name = short(row.name);
    let cell = |cell: Option<&str>| filled(cell).map(str::to_owned);
    let (target, actual) = (cell(row.target), cell(row.actual));
    let says = |lang: Lang| {
        let words = match (flag, above) {
            (Flag::OverAchievementUnexplained, Some(above)) => {
                format!("{}{}", above.text(lang), lang.pick("，未说明原因", ", without a reason"))
            }
            _ => flag.text(lang),
        };
        match (field, &target, &actual) {
            ("actual", Some(target), Some(actual)) => lang.pick(
                format!("“{name}”：{words}（目标 {target}，实际 {actual}）"),
                format!("“{name}”: {words} (target {target}, actual {actual})"),
            ),
            _ => lang.pick(format!("“{name}”：{words}"), format!("“{name}”: {words}")),
        }
    };
    let (mut expected, mut found) = match flag {
        Flag::ReasonMissing { .. } => {
            (row.weight.map(|weight| weight.to_string()), row.self_score.map(|score| score.to_string()))
        }
        _ => numbers(flag),
    };
    if field == "actual" {
        (expected, found) = (expected.or(target.clone()), found.or(actual.clone()));
    }
    let hit = Hit::at(row.place(field), says(Lang::Zh), says(Lang::En));
    Some((named(id)?, Hit { expected, found, ..hit }))
}

/// The check that a flag belongs to, and the field it is about; nothing for what is only a remark on how a row was
/// read. The two agree in name but for the execution row, where weight × rate leaves nothing to judge: a rule's
/// number for an indicator may be argued with.
fn belongs_to(flag: &Flag, part: Part) -> Option<(&'static str, &'static str)> {
    let field = match flag {
        Flag::WeightsNotFull { .. }
        | Flag::ExecutionWeightMissing
        | Flag::BlockNotApplicable { .. }
        | Flag::BlockWeightDiffers { .. } => "weight",
        Flag::ReportedTotalDiffers { .. } => "reported_total",
        Flag::Overclaim { .. } | Flag::Underclaim { .. } if part == Part::Execution => {
            return Some(("execution_score", "self_score"));
        }
        Flag::SelfScoreOutOfRange { .. }
        | Flag::ScoreWithoutWeight
        | Flag::NotApplicableScored
        | Flag::LateFullScore
        | Flag::SelfScoreMissing
        | Flag::Overclaim { .. }
        | Flag::Underclaim { .. }
        | Flag::OutsideTier { .. } => "self_score",
        Flag::TargetMissing
        | Flag::NotApplicableForbidden
        | Flag::OtherYear { .. }
        | Flag::NegativeTarget
        | Flag::SeveralTargets => "target",
        Flag::AnnualMissing | Flag::AnnualZero | Flag::BudgetChanged { .. } => "total.annual",
        Flag::ExecutedMissing
        | Flag::LowExecution { .. }
        | Flag::OverExecuted { .. }
        | Flag::TotalCapped { .. } => "total.executed",
        Flag::ReasonMissing { .. } => "deviation_reason",
        Flag::ActualMissing
        | Flag::OverAchievementUnexplained
        | Flag::OverAchieved { .. }
        | Flag::RatioDiffers { .. }
        | Flag::RatioNotComputable { .. }
        | Flag::ActualCopiesCondition
        | Flag::SignedActual
        | Flag::WordsForNumber
        | Flag::NumberForDate
        | Flag::DateForNumber
        | Flag::SeveralActuals
        | Flag::UnitsIncomparable { .. }
        | Flag::PercentAmbiguous { .. }
        | Flag::OppositeChange
        | Flag::UnclearActual
        | Flag::Late { .. } => "actual",
        Flag::BlockUnknown => "level1",
        // How a row was read, and what the bureau found: nothing for the unit to mend.
        Flag::EqualsStrictBound
        | Flag::DirectionAssumed { .. }
        | Flag::SubRow
        | Flag::NoWeight
        | Flag::NotApplicable
        | Flag::AttainmentInferred
        | Flag::ReviewedScoreOutOfRange { .. } => return None,
    };
    Some((flag.code(), field))
}

/// What a flag says was expected, and found.
fn numbers(flag: &Flag) -> (Option<String>, Option<String>) {
    let both =
        |expected: &dyn ToString, found: &dyn ToString| (Some(expected.to_string()), Some(found.to_string()));
    match flag {
        Flag::WeightsNotFull { sum } => both(&100, sum),
        Flag::ReportedTotalDiffers { reported, self_total } => both(self_total, reported),
        Flag::SelfScoreOutOfRange { score, weight } => (Some(format!("0–{weight}")), Some(score.to_string())),
        Flag::Overclaim { self_score, computed } | Flag::Underclaim { self_score, computed } => {
            both(computed, self_score)
        }
        Flag::RatioDiffers { written, computed } => both(&computed.percent(), written),
        Flag::BudgetChanged { initial, annual } => both(initial, annual),
        Flag::BlockWeightDiffers { expected, found, .. } => both(expected, found),
        Flag::OutsideTier { from, to, .. } => (Some(format!("{from}–{to}")), None),
        Flag::LowExecution { rate } | Flag::OverExecuted { rate } => (None, Some(rate.percent())),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, findings, row};
    use super::*;
    use crate::kernel::{Money, Points, Ratio};
    use crate::scoring::Attainment;
    use crate::scoring::rule_set::Title;

    #[test]
    fn every_flag_is_a_check_or_a_remark_on_how_a_row_was_read() {
        let remarks = [
            "equals_strict_bound",
            "direction_assumed",
            "sub_row",
            "no_weight",
            "not_applicable",
            "attainment_inferred",
            "reviewed_score_out_of_range",
        ];
        for kind in Flag::ALL_CODES {
            let is_remark = remarks.contains(&kind.code);
            assert_ne!(named(kind.code).is_some(), is_remark, "{} is both or neither", kind.code);
        }
    }

    #[test]
    fn what_is_far_above_its_target_is_said_once_with_its_numbers() {
        let mut form = Form::new();
        form.indicators.push(row(1, "培训", "12次", "20次", "5", "5"));
        let found = findings(&form);
        let over: Vec<_> = found.iter().filter(|one| one.check.id.starts_with("over_achieve")).collect();
        assert_eq!(over.len(), 1);
        assert_eq!(over[0].id(), "over_achievement_unexplained:indicators:.1:actual");
        assert_eq!(over[0].zh, "“培训”：超出目标 66.67%，未说明原因（目标 12次，实际 20次）");
        assert_eq!(over[0].en, "“培训”: 66.67% above target, without a reason (target 12次, actual 20次)");
        assert_eq!((over[0].expected.as_deref(), over[0].found.as_deref()), (Some("12次"), Some("20次")));
        // With a reason nothing is asked, and the distance is still shown.
        form.indicators[0].deviation_reason = Some("增加两期".to_owned());
        let found = findings(&form);
        let over: Vec<_> = found.iter().filter(|one| one.check.id.starts_with("over_achieve")).collect();
        assert_eq!(over.len(), 1);
        assert_eq!(over[0].id(), "over_achieved:indicators:.1:actual");
    }

    #[test]
    fn a_lost_point_shows_weight_and_claim() {
        let mut form = Form::new();
        form.indicators.push(row(8, "服务", "效果明显", "效果明显", "10", "9"));
        let found = findings(&form);
        let lost = found.iter().find(|one| one.check.id == "reason_missing").unwrap();
        assert_eq!((lost.expected.as_deref(), lost.found.as_deref()), (Some("10"), Some("9")));
        assert_eq!(lost.zh, "“服务”：扣 1 分未说明偏差原因");
    }

    #[test]
    fn weights_of_blocks_are_asked_about_when_they_sum_to_100() {
        let of = |weights: [&str; 2]| {
            let mut form = Form::new();
            for (seq, weight) in (1..).zip(weights) {
                form.indicators.push(row(seq, "培训", "12次", "12次", weight, weight));
            }
            let found = findings(&form);
            found.into_iter().find(|one| one.check.id == "block_weight_differs").map(|one| one.severity)
        };
        assert_eq!(of(["60", "40"]), Some(super::super::Severity::Explain));
        assert_eq!(of(["50", "40"]), Some(super::super::Severity::Note));
    }

    #[test]
    fn a_reason_on_the_sheet_is_not_asked_for_again() {
        let mut form = Form::new();
        form.total(["120", "100", "80"]);
        let of = |form: &Form, id: &str| {
            let found = findings(form);
            found.into_iter().find(|one| one.check.id == id).map(|one| one.severity)
        };
        assert_eq!(of(&form, "budget_changed"), Some(super::super::Severity::Explain));
        assert_eq!(of(&form, "low_execution"), Some(super::super::Severity::Explain));
        form.reason = Some("年中追减".to_owned());
        assert_eq!(of(&form, "budget_changed"), Some(super::super::Severity::Note));
        assert_eq!(of(&form, "low_execution"), Some(super::super::Severity::Note));
    }
    #[test]
    fn a_flag_tells_its_numbers() {
        let points = Points::whole;
        let money = |text: &str| text.parse::<Money>().unwrap();
        let rate: Ratio = "0.85".parse().unwrap();
        let (self_score, computed) = (points(10), points(9));
        for (flag, expected, found) in [
            (Flag::WeightsNotFull { sum: points(90) }, Some("100"), Some("90")),
            (
                Flag::ReportedTotalDiffers { reported: points(98), self_total: points(99) },
                Some("99"),
                Some("98"),
            ),
            (Flag::SelfScoreOutOfRange { score: points(11), weight: points(10) }, Some("0–10"), Some("11")),
            (Flag::Overclaim { self_score, computed }, Some("9"), Some("10")),
            (Flag::Underclaim { self_score: computed, computed: self_score }, Some("10"), Some("9")),
            (Flag::RatioDiffers { written: "90%".to_owned(), computed: rate }, Some("85%"), Some("90%")),
            (
                Flag::BudgetChanged { initial: money("120"), annual: money("100") },
                Some("120.00"),
                Some("100.00"),
            ),
            (
                Flag::BlockWeightDiffers { blocks: vec![], expected: points(50), found: points(40) },
                Some("50"),
                Some("40"),
            ),
            (
                Flag::OutsideTier { attainment: Attainment::Partly, from: points(6), to: points(8) },
                Some("6–8"),
                None,
            ),
            (Flag::LowExecution { rate }, None, Some("85%")),
            (Flag::OverExecuted { rate }, None, Some("85%")),
            (Flag::SubRow, None, None),
        ] {
            let (is_expected, is_found) = numbers(&flag);
            assert_eq!((is_expected.as_deref(), is_found.as_deref()), (expected, found), "{flag:?}");
        }
    }

    #[test]
    fn the_execution_row_is_named_and_a_block_is_told_from_others() {
        let facts = SheetFacts::default();
        let sheet = SheetOf { project: None, name: None, facts: &facts };
        let of = |flag: &Flag, part: Part| {
            let (check, hit) = of_sheet(flag, part, &sheet, false).unwrap();
            (check.id, hit.place.field, hit.zh)
        };
        let (self_score, computed) = (Points::whole(10), Points::whole(9));
        let overclaim = Flag::Overclaim { self_score, computed };
        assert_eq!(belongs_to(&overclaim, Part::Indicator), Some(("overclaim", "self_score")));
        let said = "预算执行率：自评得分高于规则计算得分：自评 10，计算 9";
        let expected = ("execution_score", "self_score".to_owned(), said.to_owned());
        assert_eq!(of(&overclaim, Part::Execution), expected);
        let said = "预算执行率：自评得分为空";
        let expected = ("self_score_missing", "self_score".to_owned(), said.to_owned());
        assert_eq!(of(&Flag::SelfScoreMissing, Part::Execution), expected);
        let said = "全年执行数为空，无法计算执行率";
        let expected = ("executed_missing", "total.executed".to_owned(), said.to_owned());
        assert_eq!(of(&Flag::ExecutedMissing, Part::Execution), expected);
        let title = Title { zh: "效益指标".to_owned(), en: "benefit".to_owned() };
        let block = NamedBlock { name: "benefit".parse().unwrap(), title };
        let said = "效益指标：该部分指标全部不适用，分值无法分配";
        let expected = ("block_not_applicable", "weight.benefit".to_owned(), said.to_owned());
        assert_eq!(of(&Flag::BlockNotApplicable { block }, Part::Sheet), expected);
    }
}
