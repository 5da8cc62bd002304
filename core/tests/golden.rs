//! Golden rows: what people write, and what a person says it means and gives for it. The data files are
//! written by hand and never from the program's output.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot read its data has failed"
)]

use jixiao_core::kernel::{FiscalYear, Points};
use jixiao_core::scoring::target::{Actual, Context, Target};
use jixiao_core::scoring::{
    Category, ExecutionRow, Flag, IndicatorRow, IndicatorScore, RuleSet, Sheet, SheetKind, score,
};

/// The rows of a data file, as tab-separated cells with their line numbers.
fn rows(data: &'static str) -> impl Iterator<Item = (usize, Vec<&'static str>)> {
    data.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| (number, line.split('\t').collect()))
}

fn category(cell: &str) -> Option<Category> {
    (cell != "-").then(|| cell.parse().unwrap())
}

fn year() -> FiscalYear {
    FiscalYear::try_from(2023).unwrap()
}

/// Every row that is wrong is told at once.
fn all_right(wrong: &[String], count: usize, least: usize) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count >= least, "only {count} rows");
}

fn read_all(data: &'static str, least: usize, read: impl Fn(&str, &Context<'_>) -> String) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (line, cells) in rows(data) {
        let [category_cell, name, written, meant] = cells[..] else { panic!("line {line}: not four cells") };
        let name = if name == "-" { "" } else { name };
        let found = read(written, &Context { year: year(), category: category(category_cell), name });
        if found != meant {
            wrong.push(format!("line {line}: {written:?} means {meant:?}, read as {found:?}"));
        }
        count += 1;
    }
    all_right(&wrong, count, least);
}

#[test]
fn targets_are_read_as_they_are_meant() {
    read_all(include_str!("golden/targets.tsv"), 150, |text, context| {
        Target::parse(text, context).to_string()
    });
}

#[test]
fn actuals_are_read_as_they_are_meant() {
    read_all(include_str!("golden/actuals.tsv"), 30, |text, context| {
        Actual::parse(text, context).to_string()
    });
}

#[test]
fn a_number_is_quoted_as_it_was_written() {
    let context = Context { year: year(), category: None, name: "" };
    for (written, quoted) in [
        ("-5%", "-5%"),
        ("累计25万人次左右", "25万人次"),
        ("共5万余人", "5万余人"),
        ("每人1000元/生.年", "1000元/生.年"),
    ] {
        let Actual::Measured(measured) = Actual::parse(written, &context) else { panic!("{written}") };
        assert_eq!(measured.measures[0].quantity.text, quoted, "{written}");
    }
}

fn score_row(cells: &[&str]) -> IndicatorScore {
    let [category_cell, name, target, actual, weight, self_score, reason, ..] = cells[..] else {
        panic!("too few cells: {cells:?}")
    };
    let level2 = match category(category_cell).unwrap() {
        Category::Quantity => "数量指标",
        Category::Quality => "质量指标",
        Category::Timeliness => "时效指标",
        Category::Cost => "成本指标",
        Category::Economic => "经济效益指标",
        Category::Social => "社会效益指标",
        Category::Ecological => "生态效益指标",
        Category::Sustainability => "可持续影响指标",
        Category::ServiceSatisfaction => "服务对象满意度指标",
    };
    let row = IndicatorRow {
        seq: 1,
        level1: "产出指标".to_owned(),
        level2: level2.to_owned(),
        name: name.to_owned(),
        target: Some(target.to_owned()),
        actual: Some(actual.to_owned()),
        weight: weight.parse().ok(),
        self_score: self_score.parse().ok(),
        reviewed_score: None,
        attainment: None,
        deviation_reason: (reason == "y").then(|| "受疫情影响，下年改进".to_owned()),
    };
    let sheet = Sheet {
        year: year(),
        kind: SheetKind::Project,
        execution: ExecutionRow::default(),
        base_data: None,
        indicators: vec![row],
        reported_total: None,
        reviewed_total: None,
    };
    score(&sheet, &RuleSet::presets()[0]).indicators.remove(0)
}

#[test]
fn rows_score_what_a_person_gives_them() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (line, cells) in rows(include_str!("golden/scores.tsv")) {
        let scored = score_row(&cells);
        let points =
            |points: Option<Points>| points.map_or_else(|| "-".to_owned(), |points| points.to_string());
        let codes: Vec<&str> = scored.flags.iter().map(Flag::code).collect();
        let flags = if codes.is_empty() { "-".to_owned() } else { codes.join(",") };
        let found =
            [scored.rule.code().to_owned(), points(scored.computed_score), points(scored.final_score), flags];
        if found != cells[7..] {
            wrong.push(format!(
                "line {line}: {:?} against {:?}: {:?}, found {found:?}",
                cells[3],
                cells[2],
                &cells[7..]
            ));
        }
        count += 1;
    }
    all_right(&wrong, count, 100);
}
