//! A derivation adds up: what the leaves lost is what the total lacks of 100, for real forms and for what can
//! happen to them, under every preset.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its data has failed")]

mod support;

use jixiao_core::kernel::{Lang, Points};
use jixiao_core::scoring::{RuleSet, Sheet, Step, StepKind, derive, score};

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
    let mut sheet = support::named("junshan_department_2023");
    let row = sheet.indicators.get_mut(2).unwrap();
    row.actual = Some("50次".to_owned());
    let steps = adds_up(&sheet, RuleSet::preset("mof-2020").unwrap(), "fifty of sixty");
    let at = |path: &str| steps.iter().find(|step| step.path == path).unwrap();
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
