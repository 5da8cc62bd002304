//! The digits of an independent oracle: `oracle/oracle.py` works the scores of generated sheets out again with
//! Python's decimal, from what the sheets mean, and every digit must agree.
//!
//! In CI, and under `JIXIAO_PROVE=1`, these are 10,000 and a machine without `python3` fails; else 1,000, and without
//! `python3` the test says that it was passed over.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot do its work has failed, and one that was passed over says so"
)]

#[path = "oracle/cells.rs"]
mod cells;
#[path = "oracle/generate.rs"]
mod generate;

use std::io::{BufWriter, Write};
use std::process::{Child, Command, Stdio};

use cells::Dice;
use jixiao_core::scoring::{RuleSet, Scorecard, Sheet, score};
use serde_json::{Value, json};

/// Sheets under every preset, where the oracle is required; a tenth of them otherwise.
const SHEETS: u64 = 10_000;
/// Of these, under every variant too.
const UNDER_VARIANTS: u64 = 1_000;

/// Every policy that no preset has, laid over presets that have what it needs.
fn variants() -> Vec<RuleSet> {
    let with = |preset: &str, changes: Value| -> RuleSet {
        let mut document = serde_json::to_value(RuleSet::preset(preset).unwrap()).unwrap();
        for (key, value) in changes.as_object().unwrap() {
            document[key] = value.clone();
        }
        document["name"] = json!(format!("{preset}-variant"));
        let rules: RuleSet = serde_json::from_value(document).unwrap();
        assert_eq!(rules.validate(), []);
        rules
    };
    let mut ratios = serde_json::to_value(&RuleSet::preset("hunan-department").unwrap().ratios).unwrap();
    for standard in ratios.as_array_mut().unwrap() {
        if let Some(deduction) = standard["loss"].get_mut("deduction") {
            deduction["count"] = json!("proportional");
        }
    }
    vec![
        with("mof-2020", json!({ "at_most": "linear", "equal": "exactly", "not_applicable": "spread" })),
        with(
            "mof-2021-cost",
            json!({ "late": { "per_day": { "points": "0.35" } }, "not_applicable": "forbid" }),
        ),
        with(
            "platform-2022",
            json!({ "over_achievement": { "threshold": "1.2", "policy": "proportional" },
                "rounding": { "mode": "truncate", "decimals": 1 } }),
        ),
        with(
            "hubei",
            json!({ "rounding": { "mode": "half_up", "decimals": 0 }, "not_applicable": "spread" }),
        ),
        with("sichuan", json!({ "rounding": { "mode": "truncate", "decimals": 4 } })),
        with(
            "hunan-department",
            json!({ "ratios": ratios, "rounding": { "mode": "half_up", "decimals": 4 } }),
        ),
    ]
}

/// Everything that a card says in digits, in the order in which the oracle says it.
fn answers(card: &Scorecard) -> Vec<Value> {
    let mut said = vec![json!(card.execution.computed_score), json!(card.execution.final_score)];
    for row in &card.indicators {
        said.extend([json!(row.computed_score), json!(row.final_score)]);
    }
    for block in &card.blocks {
        said.push(json!(block.block));
        said.extend(
            [block.weight, block.self_score, block.computed_score, block.final_score].map(|n| json!(n)),
        );
    }
    said.extend([card.self_total, card.computed_total, card.final_total].map(|total| json!(total)));
    said.extend([json!(card.grade), json!(card.complete)]);
    said
}

/// Whether this run may not pass the oracle over: in CI, and under `JIXIAO_PROVE=1`.
fn required() -> bool {
    ["CI", "JIXIAO_PROVE"].iter().any(|name| std::env::var_os(name).is_some())
}

fn python() -> Option<Child> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/oracle.py");
    let mut command = Command::new("python3");
    command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    match command.spawn() {
        Ok(child) => Some(child),
        Err(why) => {
            assert!(!required(), "CI has python3, and it cannot be started: {why}");
            eprintln!(
                "SKIPPED: the oracle needs python3, which cannot be started ({why}). NOTHING WAS COMPARED."
            );
            None
        }
    }
}

/// Sends sheets with the program's answers to the oracle: whether all agree, and what it said.
fn compare(
    rule_sets: &[RuleSet],
    seed: u64,
    numbers: std::ops::Range<u64>,
    under: impl Fn(u64) -> usize,
    answer: impl Fn(&Sheet, &RuleSet) -> Vec<Value>,
) -> Option<(bool, String, u64)> {
    let mut child = python()?;
    let mut sent = 0;
    {
        let mut input = BufWriter::new(child.stdin.take().unwrap());
        writeln!(input, "{}", json!(rule_sets)).unwrap();
        for number in numbers {
            let (sheet, mut meant) = generate::sheet(&mut Dice(seed ^ (number << 20)), number);
            let mut all = Vec::new();
            for (index, rules) in rule_sets.iter().enumerate().take(under(number)) {
                let said = answer(&sheet, rules);
                sent += u64::try_from(said.len()).unwrap();
                all.push(json!([index, said]));
            }
            meant["answers"] = json!(all);
            writeln!(input, "{meant}").expect("the oracle hung up");
        }
    }
    let done = child.wait_with_output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    Some((done.status.success(), said, sent))
}

#[test]
fn every_digit_is_the_oracles() {
    let mut rule_sets = RuleSet::presets().to_vec();
    let presets = rule_sets.len();
    rule_sets.extend(variants());
    let all = rule_sets.len();
    let under = |number| if number < UNDER_VARIANTS { all } else { presets };
    let sheets = if required() { SHEETS } else { SHEETS / 10 };
    // Two at a time: a machine that has two cores uses both.
    let (rule_sets, under) = (&rule_sets, &under);
    std::thread::scope(|scope| {
        let half = |numbers| {
            scope.spawn(move || {
                compare(rule_sets, 2020, numbers, under, |sheet, rules| answers(&score(sheet, rules)))
            })
        };
        for half in [half(0..sheets / 2), half(sheets / 2..sheets)] {
            let Some((agree, said, sent)) = half.join().unwrap() else { return };
            assert!(agree, "{said}");
            assert_eq!(said.trim(), format!("{sent} compared, 0 sheets differ"));
        }
    });
}

#[test]
fn a_wrong_digit_is_seen() {
    let rule_sets = RuleSet::presets();
    for place in 0..4 {
        let wrong = |sheet: &Sheet, rules: &RuleSet| {
            let mut said = answers(&score(sheet, rules));
            if rules.name == "hubei" {
                let places = [0, 1, said.len() - 3, said.len() - 1];
                said[places[place]] = json!("3.1416");
            }
            said
        };
        let Some((agree, said, _)) = compare(rule_sets, 7, 0..1, |_| rule_sets.len(), wrong) else { return };
        assert!(!agree && said.contains("1 sheets differ") && said.contains("under hubei"), "{said}");
    }
}
