//! `jixiao generate`: the same seed gives the same bytes, and what it writes is what the import takes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Folder, text};

const SMALL: [&str; 7] = ["generate", "--units", "5", "--projects", "2", "--seed", "7"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    SMALL.iter().chain(more).copied().collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let folder = Folder::new();
    let first = folder.run(&SMALL, "");
    assert_eq!(first.stdout, folder.run(&SMALL, "").stdout);
    let other = folder.run(&["generate", "--units", "5", "--projects", "2", "--seed", "8"], "");
    assert!(other.status.success() && first.stdout != other.stdout);
    assert!(folder.run(&with(&["--output", "out.json"]), "").stdout.is_empty());
    assert_eq!(std::fs::read(folder.0.join("out.json")).unwrap(), first.stdout);
}

#[test]
fn what_is_generated_is_imported_whole_and_reconciles() {
    let folder = Folder::new();
    let bundle = text(&folder.run(&SMALL, "").stdout);
    let value: Value = serde_json::from_str(&bundle).unwrap();
    let rows = |name: &str| value[name].as_array().unwrap().len();
    assert_eq!((rows("units"), rows("budgets")), (5, 5));
    let written = folder.run(&["import", "-", "--mode", "commit", "--stage", "approved"], &bundle);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let answered = folder.run(&["score", "-", "--json"], &bundle);
    let scores: Value = serde_json::from_slice(&answered.stdout).unwrap();
    let mut sheets = 0;
    for unit in scores.as_array().unwrap() {
        for sheet in [&unit["department"]].into_iter().chain(unit["projects"].as_array().unwrap()) {
            sheets += 1;
            let codes: Vec<&str> = sheet["flags"]
                .as_array()
                .unwrap()
                .iter()
                .map(|flag| flag["code"].as_str().unwrap())
                .collect();
            let structural = ["weights_not_full", "block_weight_differs", "execution_weight_missing"];
            assert!(!codes.iter().any(|code| structural.contains(code)), "{codes:?}");
        }
    }
    assert_eq!(sheets, 5 + rows("project_expenditures"));
}

#[test]
fn rows_that_are_wrong_on_request_are_exactly_those_that_an_import_refuses() {
    let folder = Folder::new();
    let generated = folder.run(&with(&["--errors", "10"]), "");
    let told = text(&generated.stderr);
    let wrong: usize = told.split(", ").last().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(wrong > 5, "{told}");
    let refused = folder.run(&["import", "-", "--mode", "validate"], &text(&generated.stdout));
    assert_eq!(refused.status.code(), Some(65));
    let told = text(&refused.stderr);
    let rows: BTreeSet<&str> =
        told.lines().filter_map(|line| line.split_once('（').map(|(row, _)| row)).collect();
    assert_eq!(rows.len(), wrong, "{told}");
}

#[test]
fn a_province_has_many_counties() {
    let folder = Folder::new();
    let province = ["generate", "--units", "200", "--projects", "0", "--region", "43"];
    let value: Value = serde_json::from_slice(&folder.run(&province, "").stdout).unwrap();
    let region = |unit: &Value| unit["region_code"].as_str().unwrap().to_owned();
    let units = value["units"].as_array().unwrap();
    let codes: BTreeSet<&str> = units.iter().map(|unit| unit["code"].as_str().unwrap()).collect();
    assert_eq!(codes.len(), 200);
    let counties: BTreeSet<String> = units.iter().map(region).collect();
    assert_eq!(counties.into_iter().collect::<Vec<_>>(), ["430101", "430201", "430301"]);
}
