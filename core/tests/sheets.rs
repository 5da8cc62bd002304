//! Real forms, whole: totals, grades, flags, and the words that go with them.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its data has failed")]

mod support;

use jixiao_core::kernel::{Lang, Points, Text};
use jixiao_core::scoring::{BlockName, Flag, RuleSet, Scorecard, score};

fn rules() -> &'static RuleSet {
    RuleSet::preset("mof-2020").unwrap()
}

fn card(name: &str) -> Scorecard {
    score(&support::named(name), rules())
}

fn codes(flags: &[Flag]) -> String {
    let codes: Vec<&str> = flags.iter().map(Flag::code).collect();
    if codes.is_empty() { "-".to_owned() } else { codes.join(",") }
}

/// The flags of the indicator with this seq.
fn flags_of(card: &Scorecard, seq: i32) -> String {
    codes(&card.indicators.iter().find(|row| row.seq == seq).unwrap().flags)
}

#[test]
fn every_form_is_what_a_reviewer_would_find() {
    let points = |points: Option<Points>| points.map_or_else(|| "-".to_owned(), |points| points.to_string());
    let expected: Vec<&str> =
        include_str!("sheets/expected.tsv").lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(expected.len(), support::SHEETS.len());
    for line in expected {
        let name = line.split('\t').next().unwrap();
        let card = card(name);
        let found = [
            name.to_owned(),
            points(card.reported_total),
            points(card.self_total),
            points(card.computed_total),
            points(card.final_total),
            card.grade.map_or("-", |grade| grade.as_str()).to_owned(),
            card.complete.to_string(),
            codes(&card.flags),
            codes(&card.execution.flags),
        ];
        assert_eq!(found.join("\t"), line);
        assert_eq!(card.reviewed_total, None, "{name}: nothing was reviewed");
    }
}

#[test]
fn the_department_form_is_explained() {
    let card = card("junshan_department_2023");
    let blocks: Vec<String> = card
        .blocks
        .iter()
        .map(|block| format!("{} {} {}", block.block, block.weight.unwrap(), block.final_score.unwrap()))
        .collect();
    assert_eq!(blocks, ["execution 10 10", "output 50 50", "benefit 30 29", "satisfaction 10 10"]);
    assert_eq!(flags_of(&card, 1), "direction_assumed,over_achieved,over_achievement_unexplained");
    assert_eq!(flags_of(&card, 8), "attainment_inferred,reason_missing");
    assert_eq!(flags_of(&card, 12), "-");

    let satisfaction = &card.indicators[11];
    assert_eq!(satisfaction.explanation.text(Lang::Zh), "实际 98% ≥ 目标 95%，得满分 10");
    assert_eq!(satisfaction.explanation.text(Lang::En), "actual 98% ≥ target 95%: full score 10");
    let over = &card.indicators[0].flags[1];
    assert_eq!(over.text(Lang::Zh), "超出目标 66.67%");
    assert_eq!(over.text(Lang::En), "66.67% above target");
    assert_eq!(
        card.execution.explanation.text(Lang::Zh),
        "执行 1013.19 万元 ÷ 全年预算 1013.19 万元 = 100%，分值 10，得 10 分"
    );
    assert_eq!(
        card.execution.flags[0].text(Lang::Zh),
        "年初预算 1105.56 万元，全年预算 1013.19 万元，须说明原因"
    );
}

#[test]
fn the_project_form_shows_what_a_reviewer_looks_for() {
    let card = card("junshan_project_2023");
    assert_eq!(flags_of(&card, 2), "over_achieved,over_achievement_unexplained");
    assert_eq!(card.indicators[1].flags[0].text(Lang::Zh), "超出目标 50%");
    assert_eq!(flags_of(&card, 3), "actual_copies_condition");
    assert_eq!(flags_of(&card, 6), "actual_copies_condition");
    assert_eq!(flags_of(&card, 7), "attainment_inferred,reason_missing");
    assert_eq!(card.indicators[6].flags[1].text(Lang::En), "2 points lost without a deviation reason");
}

#[test]
fn the_health_form_is_scored_in_proportion() {
    let card = card("jishan_health_2021");
    let computed: Vec<String> =
        card.indicators.iter().map(|row| row.computed_score.unwrap().to_string()).collect();
    // Each by hand: weight × actual ÷ target, half up to two decimals.
    assert_eq!(
        computed,
        [
            "2.92", "1", "2", "1.95", "2", "2", "2", "1.9", "1.9", "1.15", "1.43", "1.69", "1.69", "1.61",
            "1.58", "1.97", "2", "1.43", "1.25", "2", "1.83"
        ]
    );
    assert_eq!(
        card.indicators[9].explanation.text(Lang::Zh),
        "实际 69人 < 目标 120人，得分 = 2 × 69 ÷ 120 = 1.15"
    );
    let overclaims: Vec<i32> = card
        .indicators
        .iter()
        .filter(|row| row.flags.iter().any(|flag| flag.code() == "overclaim"))
        .map(|row| row.seq)
        .collect();
    assert_eq!(overclaims, [12, 13, 14, 15, 19]);
}

#[test]
fn sub_rows_are_neither_scored_nor_missed() {
    let card = card("xiaoxian_hexi_2023_livestock");
    let sub_rows: Vec<i32> =
        card.indicators.iter().filter(|row| row.rule.code() == "not_scored").map(|row| row.seq).collect();
    assert_eq!(sub_rows, [2, 3, 4, 5, 7, 9, 10]);
    assert_eq!(flags_of(&card, 2), "sub_row");
    assert_eq!(card.flags[0].text(Lang::Zh), "分值合计 90，应为 100");
}

#[test]
fn a_claim_that_was_never_made_is_not_granted() {
    let card = card("lijiang_gucheng_2020_satellite");
    let unclaimed = &card.indicators[4];
    assert_eq!(unclaimed.computed_score, Some(Points::whole(10)));
    assert_eq!(unclaimed.final_score, None);
    assert_eq!(flags_of(&card, 5), "self_score_missing");
    assert_eq!(flags_of(&card, 1), "underclaim,reason_missing");
}

#[test]
fn a_form_with_its_own_block_weights_is_told_so() {
    let card = card("yongde_minglang_school_2022_nutrition");
    let words: Vec<String> = card.flags.iter().map(|flag| flag.text(Lang::Zh)).collect();
    assert_eq!(words, ["产出指标分值 40，评分规则为 50", "满意度指标分值 20，评分规则为 10"]);
    assert_eq!(flags_of(&card, 6), "underclaim,reason_missing");
}

#[test]
fn copied_conditions_and_a_date_with_a_percentage() {
    let potato = card("yuanzhou_potato_2022");
    for seq in [4, 7, 8, 9] {
        assert_eq!(flags_of(&potato, seq), "actual_copies_condition");
    }
    let paid = &potato.indicators[4];
    assert_eq!((paid.rule.code(), paid.computed_score), ("at_least", Some(Points::whole(8))));
    assert_eq!(
        flags_of(&potato, 11),
        "-",
        "基本达到 is not taken as achieved, and a reason stands beside it"
    );
    let execution = potato.blocks.iter().find(|block| block.block == BlockName::EXECUTION).unwrap();
    assert_eq!((execution.weight, execution.final_score), (None, None));
    let gauge = card("zhongjiang_water_gauge_2022");
    assert_eq!(gauge.flags.last().unwrap().text(Lang::Zh), "表中总分 100，自评得分合计 110");
    assert_eq!(
        gauge.indicators[0].explanation.text(Lang::En),
        "the actual copies the condition “≥266米” and is no measurement; taken as met: full score 10"
    );
}
