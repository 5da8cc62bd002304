//! What the worked examples of the rules are said in.

use super::{IndicatorRow, IndicatorScore, RuleSet, indicator};
use crate::kernel::{FiscalYear, Lang, Text};

/// A row of a quantity indicator of 2023 that claims its full weight.
pub(super) fn row(target: &str, actual: &str, weight: &str) -> IndicatorRow {
    IndicatorRow {
        seq: 1,
        level1: "产出指标".to_owned(),
        level2: "数量指标".to_owned(),
        name: "工作完成情况".to_owned(),
        target: Some(target.to_owned()),
        actual: Some(actual.to_owned()),
        weight: weight.parse().ok(),
        self_score: weight.parse().ok(),
        reviewed_score: None,
        attainment: None,
        deviation_reason: None,
    }
}

fn scored(row: &IndicatorRow, rules: &RuleSet) -> IndicatorScore {
    indicator::score(row, FiscalYear::try_from(2023).unwrap(), rules, &[]).score
}

pub(super) fn computed_under(rules: &RuleSet, target: &str, actual: &str, weight: &str) -> String {
    let score = scored(&row(target, actual, weight), rules).computed_score;
    score.map_or_else(|| "undecided".to_owned(), |score| score.to_string())
}

pub(super) fn computed(target: &str, actual: &str, weight: &str) -> String {
    computed_under(&RuleSet::presets()[0], target, actual, weight)
}

pub(super) fn flags(row: &IndicatorRow) -> Vec<&'static str> {
    scored(row, &RuleSet::presets()[0]).flags.iter().map(super::Flag::code).collect()
}

/// Why it has its score.
pub(super) fn explained(target: &str, actual: &str, weight: &str) -> String {
    scored(&row(target, actual, weight), &RuleSet::presets()[0]).explanation.text(Lang::Zh)
}
