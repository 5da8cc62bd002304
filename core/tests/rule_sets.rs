//! Rule sets: what comes with the program, what may be wrong with one, and that every variant works.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its data has failed")]

mod support;

use jixiao_core::kernel::{Lang, Points, Text};
use jixiao_core::scoring::{Attainment, Grade, RuleSet, RuleSetProblem, Scorecard, Sheet, score};
use serde_json::{Value, json};

/// mof-2020 with one key replaced, by its path.
fn with(path: &str, value: Value) -> RuleSet {
    let mut set = serde_json::to_value(RuleSet::preset("mof-2020").unwrap()).unwrap();
    *set.pointer_mut(path).unwrap() = value;
    serde_json::from_value(set).unwrap()
}

fn points(text: &str) -> Option<Points> {
    text.parse().ok()
}

/// The department form, changed.
fn sheet(change: impl FnOnce(&mut Sheet)) -> Sheet {
    let mut sheet = support::named("junshan_department_2023");
    change(&mut sheet);
    sheet
}

fn totals(card: &Scorecard) -> [Option<Points>; 3] {
    [card.self_total, card.computed_total, card.final_total]
}

#[test]
fn presets_are_sound_and_found_by_name() {
    let names: Vec<&str> = RuleSet::presets().iter().map(|set| set.name.as_str()).collect();
    assert_eq!(
        names,
        ["mof-2020", "mof-2021-cost", "hubei", "sichuan", "huangshi", "platform-2022", "hunan-department"]
    );
    for set in RuleSet::presets() {
        assert_eq!(set.validate(), [], "{}", set.name);
        assert_eq!(RuleSet::preset(&set.name), Some(set));
        assert_eq!(RuleSet::preset(&set.reference()), Some(set));
        let json = serde_json::to_string(set).unwrap();
        assert_eq!(serde_json::from_str::<RuleSet>(&json).unwrap(), *set);
        assert!(!set.text(Lang::Zh).is_empty() && set.text(Lang::Zh) != set.text(Lang::En));
    }
    assert_eq!(RuleSet::preset("mof-2020@2"), None);
    assert_eq!(RuleSet::preset("mof-2020x"), None);
    assert_eq!(RuleSet::preset("mof"), None);
}

#[test]
fn nothing_in_a_rule_set_is_ignored() {
    let good = serde_json::to_value(RuleSet::preset("mof-2020").unwrap()).unwrap();
    for (path, key) in [
        ("", "bonus"),
        ("/title", "de"),
        ("/blocks/0", "note"),
        ("/tiers", "not_from"),
        ("/over_achievement", "note"),
        ("/grades", "poor"),
        ("/rounding", "unit"),
        ("/ratios/0", "note"),
        ("/ratios/0/loss/deduction", "from"),
        ("/ratios/7/loss/steps/0", "points"),
    ] {
        let mut set = good.clone();
        set.pointer_mut(path).unwrap().as_object_mut().unwrap().insert(key.to_owned(), json!("1"));
        assert!(serde_json::from_value::<RuleSet>(set).is_err(), "{path}/{key} was ignored");
    }
    for (path, value) in [
        ("/late", json!("sometimes")),
        ("/late", json!({"per_day": {"points": "1", "hours": "2"}})),
        ("/late", json!({"per_day": {"points": "1"}, "undecided": null})),
        ("/over_achievement/policy", json!({"reason_required": {"points": "2"}})),
    ] {
        let mut set = good.clone();
        *set.pointer_mut(path).unwrap() = value.clone();
        assert!(serde_json::from_value::<RuleSet>(set).is_err(), "{path} = {value} was taken");
    }
    for key in good.as_object().unwrap().keys() {
        let mut set = good.clone();
        set.as_object_mut().unwrap().remove(key);
        assert!(serde_json::from_value::<RuleSet>(set).is_err(), "{key} may be left out");
    }
}

#[test]
fn validation_lists_everything_that_is_wrong() {
    let fields =
        |set: &RuleSet| -> Vec<&'static str> { set.validate().iter().map(RuleSetProblem::field).collect() };
    for (path, value, field) in [
        ("/name", json!("Mof 2020"), "name"),
        ("/name", json!(""), "name"),
        ("/version", json!(0), "version"),
        ("/title/en", json!(" "), "title"),
        ("/blocks/0/weight", json!("20"), "blocks"),
        ("/blocks/3/of", json!(["other"]), "blocks"),
        ("/tiers/achieved_from", json!("1.1"), "tiers"),
        ("/tiers/partly_from", json!("0.9"), "tiers"),
        ("/tiers/partly_from", json!("-0.1"), "tiers"),
        ("/over_achievement/threshold", json!("1"), "over_achievement"),
        ("/over_achievement/policy", json!({"fixed_deduction": {"points": "0"}}), "points"),
        ("/late", json!({"per_day": {"points": "-1"}}), "points"),
        ("/caps", json!([{"rate_below": "1.1", "total_at_most": "89"}]), "caps"),
        (
            "/caps",
            json!([{"rate_below": "0.7", "total_at_most": "79"}, {"rate_below": "0.8", "total_at_most": "89"}]),
            "caps",
        ),
        ("/grades/good", json!("90"), "grades"),
        ("/grades/fair", json!("0"), "grades"),
        ("/grades/excellent", json!("101"), "grades"),
        ("/rounding/decimals", json!(5), "rounding"),
        ("/tolerance", json!("-0.1"), "tolerance"),
        ("/execution_reason_below", json!("1.5"), "execution_reason_below"),
        ("/blocks/3/of", json!(["decision"]), "blocks"),
        ("/ratios/0/weight", json!("0"), "ratios"),
        ("/ratios/0/full", json!("-0.1"), "ratios"),
        ("/ratios/0/rows", json!(["“ ”"]), "ratios"),
        ("/ratios/0/ratio", json!("budget_control"), "ratios"),
        ("/ratios/0/loss/deduction/every", json!("0"), "ratios"),
        ("/ratios/0/loss/deduction/points", json!("0"), "ratios"),
        ("/ratios/7/loss/steps", json!([]), "ratios"),
        ("/ratios/7/loss/steps/0/up_to", json!("0"), "ratios"),
        ("/ratios/7/loss/steps/0/share", json!("1"), "ratios"),
        ("/ratios/7/loss/steps/1/up_to", json!("0.1"), "ratios"),
        ("/ratios/7/loss/steps/1/share", json!("0.8"), "ratios"),
        ("/ratios/7/loss/steps/2/share", json!("-0.1"), "ratios"),
    ] {
        let set = with(path, value.clone());
        assert_eq!(fields(&set), [field], "{path} = {value}");
        for problem in set.validate() {
            assert_ne!(problem.text(Lang::Zh), problem.text(Lang::En));
        }
    }
    let own = |name: &str, zh: &str, words: Value| json!({"name": name, "title": {"zh": zh, "en": "own"}, "words": words});
    for (blocks, places) in [
        (json!([own("decision", "决策", json!(["决策"])), own("management", "管理", json!(["管理"]))]), 0),
        (json!([own("output", "产出", json!(["产出"]))]), 1),
        (json!([own("other", "其他", json!(["其他"]))]), 1),
        (json!([own("decision", "决策", json!(["决策"])), own("decision", "管理", json!(["管理"]))]), 1),
        (json!([own("decision", " ", json!(["决策"]))]), 1),
        (json!([own("decision", "决策", json!([]))]), 1),
        (json!([own("decision", "决策", json!([""]))]), 1),
        (json!([own("decision", "决策", json!(["决 策"]))]), 1),
        (
            json!([own("decision", "决策", json!(["决策"])), own("management", "管理", json!(["决策管理"]))]),
            1,
        ),
        (
            json!([own("decision", "决策", json!(["决策管理"])), own("management", "管理", json!(["决策"]))]),
            0,
        ),
    ] {
        let set = with("/own_blocks", blocks.clone());
        assert_eq!(fields(&set), vec!["own_blocks"; places], "{blocks}");
        assert!(set.validate().iter().all(|problem| problem.text(Lang::Zh) != problem.text(Lang::En)));
    }
    let same_row = with("/ratios/1/rows", json!(["在职人员控制率"]));
    assert_eq!(same_row.validate(), []);
    let mut both = serde_json::to_value(&same_row).unwrap();
    both["ratios"][0]["rows"] = json!(["指标1：“在职人员”控制率"]);
    assert_eq!(fields(&serde_json::from_value(both).unwrap()), ["ratios"]);
    let twice = json!([{"of": ["output", "output"], "weight": "90"}, {"of": [], "weight": "10"}]);
    assert_eq!(fields(&with("/blocks", twice)), ["blocks", "blocks"]);
    assert_eq!(
        with("/blocks/0/weight", json!("20")).validate()[0].text(Lang::Zh),
        "各部分权重合计 110，应为 100"
    );
}

#[test]
fn block_weights_may_be_shared_free_or_without_execution() {
    let flags = |blocks: Value, sheet: &Sheet| -> Vec<String> {
        let rules = with("/blocks", blocks);
        assert_eq!(rules.validate(), []);
        score(sheet, &rules).flags.iter().map(|flag| flag.text(Lang::En)).collect()
    };
    let form = support::named("junshan_department_2023");
    let free = json!([{"of": ["execution"], "weight": "10"},
        {"of": ["output", "benefit", "satisfaction", "cost"], "weight": "90"}]);
    assert_eq!(flags(free, &form), Vec::<String>::new());
    let shared = json!([{"of": ["execution"], "weight": "20"}, {"of": ["output"], "weight": "40"},
        {"of": ["benefit", "satisfaction"], "weight": "40"}]);
    assert_eq!(
        flags(shared, &form),
        ["budget execution weighs 10, the rule set says 20", "output weighs 50, the rule set says 40"]
    );
    let without = json!([{"of": ["output"], "weight": "50"}, {"of": ["benefit"], "weight": "40"},
        {"of": ["satisfaction"], "weight": "10"}]);
    assert_eq!(
        flags(without.clone(), &form),
        ["benefit weighs 30, the rule set says 40", "budget execution weighs 10, the rule set says 0"]
    );
    // A form without an execution weight is whole where the rule set expects none.
    let no_execution = sheet(|sheet| {
        sheet.execution.weight = None;
        sheet.execution.self_score = None;
        sheet.indicators[7].weight = points("20");
        sheet.indicators[7].self_score = points("19");
    });
    let card = score(&no_execution, &with("/blocks", without));
    assert_eq!(card.flags, []);
    assert_eq!((card.complete, card.final_total), (true, points("99")));
    let with_cost = json!([{"of": ["execution"], "weight": "10"}, {"of": ["cost"], "weight": "20"},
        {"of": ["output"], "weight": "40"}, {"of": ["benefit"], "weight": "20"},
        {"of": ["satisfaction"], "weight": "10"}]);
    let cost_form = sheet(|sheet| {
        sheet.indicators[6].level1 = "成本指标".to_owned();
        sheet.indicators[6].level2 = "经济成本指标".to_owned();
        sheet.indicators[6].weight = points("20");
        sheet.indicators[6].self_score = points("20");
        sheet.indicators[7].weight = points("0");
        sheet.indicators[7].self_score = points("0");
        sheet.reported_total = points("100");
    });
    assert_eq!(flags(with_cost, &cost_form), Vec::<String>::new());
}

#[test]
fn a_form_with_blocks_of_its_own_needs_no_code() {
    let own =
        |name: &str, zh: &str, en: &str| json!({"name": name, "title": {"zh": zh, "en": en}, "words": [zh]});
    let mut rules = serde_json::to_value(RuleSet::preset("mof-2020").unwrap()).unwrap();
    rules["own_blocks"] =
        json!([own("decision", "决策", "decision"), own("management", "管理", "management")]);
    rules["blocks"] = json!([{"of": ["decision"], "weight": "15"}, {"of": ["management"], "weight": "25"},
        {"of": ["output"], "weight": "30"}, {"of": ["benefit"], "weight": "30"}]);
    let rules: RuleSet = serde_json::from_value(rules).unwrap();
    assert_eq!(rules.validate(), []);
    let form = |weights: [&str; 4]| {
        sheet(|sheet| {
            sheet.execution.weight = None;
            sheet.execution.self_score = None;
            sheet.indicators.truncate(4);
            let level1 = ["项目决策（15分）", "项目 管理", "项目产出", "项目效益"];
            for ((row, level1), weight) in sheet.indicators.iter_mut().zip(level1).zip(weights) {
                row.level1 = level1.to_owned();
                (row.weight, row.self_score) = (points(weight), points(weight));
            }
            sheet.reported_total = points("100");
        })
    };
    let card = score(&form(["15", "25", "30", "30"]), &rules);
    assert_eq!((card.complete, card.final_total, card.flags), (true, points("100"), vec![]));
    let blocks: Vec<(&str, Option<Points>)> =
        card.blocks.iter().map(|block| (block.block.as_str(), block.final_score)).collect();
    assert_eq!(
        blocks,
        [
            ("execution", None),
            ("decision", points("15")),
            ("management", points("25")),
            ("output", points("30")),
            ("benefit", points("30"))
        ]
    );
    let said: Vec<[String; 2]> = score(&form(["20", "20", "30", "30"]), &rules)
        .flags
        .iter()
        .map(|flag| [flag.text(Lang::Zh), flag.text(Lang::En)])
        .collect();
    assert_eq!(
        said,
        [
            ["决策分值 20，评分规则为 15", "decision weighs 20, the rule set says 15"],
            ["管理分值 20，评分规则为 25", "management weighs 20, the rule set says 25"]
        ]
    );
    // Where nothing is declared, such a form is what it was: unknown blocks.
    let unknown = score(&form(["15", "25", "30", "30"]), RuleSet::preset("mof-2020").unwrap());
    assert!(unknown.indicators[0].flags.iter().any(|flag| flag.code() == "block_unknown"));
}

#[test]
fn low_execution_caps_the_total() {
    let caps = json!([{"rate_below": "0.8", "total_at_most": "89"}, {"rate_below": "0.7", "total_at_most": "79"},
        {"rate_below": "0.6", "total_at_most": "69"}, {"rate_below": "0.5", "total_at_most": "59"}]);
    let rules = with("/caps", caps);
    assert_eq!(rules.validate(), []);
    let spent = |executed: &str, claim: &str| {
        sheet(|sheet| {
            sheet.execution.annual = "1000".parse().ok();
            sheet.execution.executed = executed.parse().ok();
            sheet.execution.self_score = points(claim);
        })
    };
    let card = score(&spent("750", "7.5"), &rules);
    assert_eq!(totals(&card), [points("96.5"), points("89"), points("89")]);
    assert_eq!(card.grade, Some(Grade::Good));
    let capped = card.flags.iter().find(|flag| flag.code() == "total_capped").unwrap();
    assert_eq!(capped.text(Lang::Zh), "预算执行率 75%，总分最高 89 分");
    assert_eq!(score(&spent("800", "8"), &rules).final_total, points("97"));
    assert_eq!(score(&spent("100", "1"), &rules).final_total, points("59"));
    // The bureau's review of the whole stands above any cap.
    let reviewed = Sheet { reviewed_total: points("91"), ..spent("750", "7.5") };
    assert_eq!(score(&reviewed, &rules).final_total, points("91"));
}

#[test]
fn a_row_that_does_not_apply_leaves_its_weight_to_its_block() {
    // The satisfaction block stays; of the benefit block (10, 5, 5, 10) the first does not apply.
    let form = sheet(|sheet| {
        sheet.indicators[7].target = Some("/".to_owned());
        sheet.indicators[7].self_score = None;
        sheet.indicators[10].self_score = points("8");
    });
    let benefit = |policy: &str| {
        let card = score(&form, &with("/not_applicable", json!(policy)));
        let block = card.blocks.iter().find(|block| block.block.as_str() == "benefit").cloned().unwrap();
        (block.self_score, block.computed_score, block.final_score, card.complete)
    };
    // (5 + 5 + 8) × 30 ÷ 20
    assert_eq!(benefit("rescale"), (points("18"), points("27"), points("27"), true));
    // 5 and 5 count 8.3333 each, 8 of 10 counts 10.6667 of 13.3333
    assert_eq!(benefit("spread"), (points("18"), points("27.33"), points("27.33"), true));
    assert_eq!(benefit("forbid"), (points("18"), points("18"), points("18"), false));

    let rules = RuleSet::preset("mof-2020").unwrap();
    let nobody = sheet(|sheet| {
        sheet.indicators[11].target = Some("—".to_owned());
        sheet.indicators[11].self_score = None;
    });
    let card = score(&nobody, rules);
    assert_eq!((card.complete, card.grade, card.final_total), (false, None, points("89")));
    assert_eq!(
        card.flags[0].text(Lang::En),
        "satisfaction: nothing in a block applies, so its weight has nowhere to go"
    );

    let mut reviewed = nobody;
    reviewed.indicators[11].reviewed_score = points("7");
    let card = score(&reviewed, rules);
    assert_eq!((card.complete, card.final_total), (true, points("96")));
}

#[test]
fn tiers_rounding_tolerance_and_grades_are_data() {
    let half = sheet(|sheet| {
        sheet.indicators[7].attainment = Some(Attainment::Partly);
        sheet.indicators[7].self_score = points("5.5");
    });
    let outside = |rules: &RuleSet| {
        score(&half, rules).indicators[7].flags.iter().any(|flag| flag.code() == "outside_tier")
    };
    assert!(outside(RuleSet::preset("mof-2020").unwrap()));
    assert!(!outside(&with("/tiers/partly_from", json!("0.5"))));

    // 5 × 57 ÷ 60 = 4.75
    let missed = sheet(|sheet| {
        sheet.indicators[2].actual = Some("57次".to_owned());
        sheet.indicators[2].self_score = points("4.9");
    });
    let row = |rules: &RuleSet| score(&missed, rules).indicators[2].clone();
    for (mode, decimals, computed) in [
        ("half_up", 2, "4.75"),
        ("half_up", 1, "4.8"),
        ("half_up", 0, "5"),
        ("truncate", 1, "4.7"),
        ("truncate", 0, "4"),
    ] {
        let row = row(&with("/rounding", json!({"mode": mode, "decimals": decimals})));
        assert_eq!(row.computed_score, points(computed), "{mode} {decimals}");
    }
    let overclaims = |tolerance: &str| {
        row(&with("/tolerance", json!(tolerance))).flags.iter().any(|flag| flag.code() == "overclaim")
    };
    assert!(overclaims("0.1") && overclaims("0.1499") && !overclaims("0.15"));

    let grade = |good: &str, total: &str| {
        let graded = sheet(|sheet| sheet.reviewed_total = points(total));
        score(&graded, &with("/grades/good", json!(good))).grade
    };
    assert_eq!(grade("80", "75"), Some(Grade::Fair));
    assert_eq!(grade("70", "75"), Some(Grade::Good));
    for (total, expected) in [
        ("100", Grade::Excellent),
        ("90", Grade::Excellent),
        ("89.99", Grade::Good),
        ("80", Grade::Good),
        ("79.99", Grade::Fair),
        ("60", Grade::Fair),
        ("59.99", Grade::Poor),
        ("0", Grade::Poor),
    ] {
        assert_eq!(grade("80", total), Some(expected), "{total}");
    }
}

#[test]
fn the_execution_threshold_is_data() {
    let low = sheet(|sheet| sheet.execution.executed = "900".parse().ok());
    let flagged = |threshold: &str| {
        let card = score(&low, &with("/execution_reason_below", json!(threshold)));
        card.execution.flags.iter().any(|flag| flag.code() == "low_execution")
    };
    assert!(flagged("0.9") && !flagged("0.8")); // 900 ÷ 1013.19 is 88.83 %
}
