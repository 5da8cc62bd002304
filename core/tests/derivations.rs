//! A derivation adds up: what the leaves lost is what the total lacks of 100, for real forms and for what can
//! happen to them, under every preset.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its data has failed")]

mod support;

use jixiao_core::kernel::{Lang, Points};
use jixiao_core::scoring::rule_set::{AtMostFormula, Cap};
use jixiao_core::scoring::{RuleSet, Sheet, Step, StepKind, derive, score};

fn mof() -> RuleSet {
    RuleSet::preset("mof-2020").unwrap().clone()
}

/// The step at this path.
fn at<'a>(steps: &'a [Step], path: &str) -> Option<&'a Step> {
    steps.iter().find(|step| step.path == path)
}

/// The department's form after a change, under these rules.
fn changed(rules: &RuleSet, change: impl FnOnce(&mut Sheet)) -> Vec<Step> {
    let mut sheet = support::named("junshan_department_2023");
    change(&mut sheet);
    adds_up(&sheet, rules, "the department's form")
}

fn parent(step: &Step) -> Option<&str> {
    step.path.rsplit_once('/').map(|(parent, _)| parent)
}

fn lost(steps: &[&Step]) -> i64 {
    steps.iter().filter_map(|step| step.lost).map(Points::scaled).sum()
}

/// Every step's loss is that of the steps below it, and no path stands twice.
fn adds_up(sheet: &Sheet, rules: &RuleSet, what: &str) -> Vec<Step> {
    let card = score(sheet, rules);
    let steps = derive(sheet, rules, &card, Lang::Zh);
    let mut paths: Vec<&str> = steps.iter().map(|step| step.path.as_str()).collect();
    for step in &steps {
        let below: Vec<&Step> = steps.iter().filter(|one| parent(one) == Some(&step.path)).collect();
        if below.iter().any(|step| step.lost.is_some()) {
            assert_eq!(step.lost.unwrap().scaled(), lost(&below), "{what}: {step:#?} of {below:#?}");
        }
        assert!(
            parent(step).is_none_or(|parent| paths.contains(&parent)),
            "{what}: {} hangs on nothing",
            step.path
        );
    }
    let leaves: Vec<&Step> = steps
        .iter()
        .filter(|step| !steps.iter().any(|one| parent(one) == Some(&step.path) && one.lost.is_some()))
        .collect();
    let missing = 1_000_000 - card.final_total.unwrap_or_default().scaled();
    assert_eq!(lost(&leaves), missing, "{what}");
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), steps.len(), "{what}: a path stands twice");
    assert_eq!(steps.len(), derive(sheet, rules, &card, Lang::En).len());
    steps
}

#[test]
fn what_the_leaves_lost_is_what_the_total_lacks() {
    for rules in RuleSet::presets() {
        for (name, json) in support::SHEETS {
            adds_up(&support::sheet(json), rules, &format!("{name} under {}", rules.reference()));
        }
    }
}

#[test]
fn it_adds_up_whatever_happens_to_a_form() {
    type Change = fn(&mut Sheet);
    let changes: [(&str, Change); 9] = [
        ("a row does not apply", |sheet| sheet.indicators.first_mut().unwrap().target = Some("/".to_owned())),
        ("an actual is missing", |sheet| sheet.indicators.first_mut().unwrap().actual = None),
        ("a claim is missing", |sheet| sheet.indicators.first_mut().unwrap().self_score = None),
        ("a claim is above its weight", |sheet| {
            sheet.indicators.first_mut().unwrap().self_score = Some(Points::whole(99));
        }),
        ("a row was reviewed", |sheet| {
            sheet.indicators.first_mut().unwrap().reviewed_score = Some(Points::whole(1));
        }),
        ("the whole was reviewed", |sheet| sheet.reviewed_total = Some(Points::whole(71))),
        ("the execution has no weight", |sheet| sheet.execution.weight = None),
        ("little was spent", |sheet| sheet.execution.executed = "0.01".parse().ok()),
        ("a weight is too much", |sheet| {
            sheet.indicators.first_mut().unwrap().weight = Some(Points::whole(17));
        }),
    ];
    for rules in RuleSet::presets() {
        for (name, json) in support::SHEETS {
            for (what, change) in changes {
                let mut sheet = support::sheet(json);
                change(&mut sheet);
                adds_up(&sheet, rules, &format!("{name} under {}, {what}", rules.reference()));
            }
        }
    }
}

#[test]
fn a_lost_point_is_traced_to_rule_and_numbers() {
    let steps = changed(&mof(), |sheet| {
        sheet.indicators.get_mut(2).unwrap().actual = Some("50次".to_owned());
    });
    let at = |path: &str| at(&steps, path).unwrap();
    assert_eq!(at("total/output/3/target").formula, "“≥60次” → ≥ 60 次");
    let rule = at("total/output/3/rule");
    assert_eq!((rule.kind, rule.rule.unwrap().code()), (StepKind::Rule, "at_least"));
    assert_eq!(rule.formula, "实际 50次 < 目标 60次，得分 = 5 × 50 ÷ 60 = 4.17");
    assert_eq!(rule.lost.unwrap().to_string(), "0.83");
    assert!(rule.clause.unwrap().contains("定量指标"));
    assert_eq!(at("total/output/3/rounding").formula, "4.16666666 → 4.17（四舍五入，2 位小数）");
    assert_eq!(at("total/output/3/claim").formula, "自评 5，规则计算 4.17，取较低者 4.17");
    assert_eq!(
        at("total/benefit/8/rule").lost.unwrap(),
        Points::whole(1),
        "the unit took a point off itself"
    );
}

#[test]
fn only_what_was_rounded_has_a_step_for_it() {
    let formula = |steps: &[Step], path: &str| at(steps, path).map(|step| step.formula.clone());
    // 10 × 1000 ÷ 1013.19 = 9.869817…
    let spent = |executed: &str| changed(&mof(), |sheet| sheet.execution.executed = executed.parse().ok());
    let rounded = formula(&spent("1000"), "total/execution/rounding");
    assert_eq!(rounded.as_deref(), Some("9.86981711 → 9.87（四舍五入，2 位小数）"));
    // What is beyond the weight is cut off.
    assert_eq!(formula(&spent("1100"), "total/execution/rounding"), None);
    assert_eq!(formula(&spent("1013.19"), "total/execution/rounding"), None);
    // 10 × (1 − (1200 − 1013.19) ÷ 1013.19) = 8.156219…
    let linear = RuleSet { at_most: AtMostFormula::Linear, ..mof() };
    let steps = changed(&linear, |sheet| {
        sheet.indicators.get_mut(6).unwrap().actual = Some("1200万元".to_owned());
    });
    let rounded = formula(&steps, "total/output/7/rounding");
    assert_eq!(rounded.as_deref(), Some("8.15621946 → 8.16（四舍五入，2 位小数）"));
}

#[test]
fn a_cap_that_takes_nothing_is_no_step() {
    // What the rule gives is 96.5 and is capped; what was claimed is 89 and was not.
    let cap = Cap { rate_below: "0.8".parse().unwrap(), total_at_most: Points::whole(89) };
    let rules = RuleSet { caps: vec![cap], ..mof() };
    let low = |claim: &'static str| {
        move |sheet: &mut Sheet| {
            sheet.execution.annual = "1000".parse().ok();
            sheet.execution.executed = "750".parse().ok();
            sheet.execution.self_score = claim.parse().ok();
        }
    };
    assert_eq!(at(&changed(&rules, low("0")), "total/cap"), None);
    assert_eq!(at(&changed(&rules, low("7.5")), "total/cap").unwrap().lost, "7.5".parse().ok());
    let mut sheet = support::named("junshan_department_2023");
    low("0")(&mut sheet);
    assert!(score(&sheet, &rules).flags.iter().any(|flag| flag.code() == "total_capped"));
}

#[test]
fn a_row_is_a_step_if_it_weighs_and_is_lost_unless_it_was_dropped() {
    for weight in [None, Some(Points::ZERO)] {
        let steps = changed(&mof(), |sheet| sheet.indicators.first_mut().unwrap().weight = weight);
        assert_eq!(at(&steps, "total/output/1"), None);
        assert!(at(&steps, "total/output/2").is_some());
    }
    let steps = changed(&mof(), |sheet| sheet.indicators.first_mut().unwrap().actual = None);
    assert_eq!(at(&steps, "total/output/1").unwrap().lost, Some(Points::whole(5)));
    assert_eq!(at(&steps, "total/output/1/missing").unwrap().formula, "实际完成值为空，无法计分");
    assert_eq!(at(&steps, "total/output/redistribution"), None);
    let steps = changed(&mof(), |sheet| {
        let row = sheet.indicators.first_mut().unwrap();
        (row.target, row.reviewed_score) = (Some("/".to_owned()), Some(Points::whole(4)));
    });
    assert_eq!(at(&steps, "total/output/1").unwrap().lost, Some(Points::whole(1)));
    assert_eq!(at(&steps, "total/output/redistribution"), None);
}

#[test]
fn an_actual_is_told_as_it_was_read() {
    let steps = changed(&mof(), |sheet| sheet.indicators.first_mut().unwrap().actual = None);
    for (path, formula) in [
        ("total/output/1/actual", "“” → 空"),
        ("total/output/3/actual", "“70次” → 70 次"),
        ("total/benefit/8/actual", "“效果明显” → 文字"),
    ] {
        assert_eq!(at(&steps, path).unwrap().formula, formula);
    }
}
