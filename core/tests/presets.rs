//! Every rule set that ships, against a table of its own. The tables in `presets/` are worked by hand and never
//! taken from the program's output; `presets/README.md` says how to read them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot read its data has failed"
)]

use jixiao_core::kernel::{FiscalYear, Points};
use jixiao_core::scoring::ratios::{BaseData, Building, Expense};
use jixiao_core::scoring::{ExecutionRow, Flag, IndicatorRow, RuleSet, Scorecard, Sheet, SheetKind, score};

/// A sheet of a table, with the lines that say what is expected of it.
struct Case<'a> {
    title: &'a str,
    sheet: Sheet,
    expected: Vec<(usize, Vec<&'a str>)>,
}

fn cell<T: std::str::FromStr>(cell: &str) -> Option<T> {
    (cell != "-").then(|| cell.parse().ok().unwrap_or_else(|| panic!("cannot read {cell:?}")))
}

fn new_sheet(kind: &str) -> Sheet {
    Sheet {
        year: FiscalYear::try_from(2023).unwrap(),
        kind: kind.parse::<SheetKind>().unwrap(),
        execution: ExecutionRow::default(),
        base_data: None,
        indicators: Vec::new(),
        reported_total: None,
        reviewed_total: None,
    }
}

fn row(seq: i32, cells: &[&str]) -> IndicatorRow {
    let [level1, level2, name, target, actual, weight, self_score, tier, reason, ..] = *cells else {
        panic!("too few cells: {cells:?}")
    };
    let text = |cell: &str| (cell != "-").then(|| cell.to_owned());
    IndicatorRow {
        seq,
        level1: level1.to_owned(),
        level2: text(level2).unwrap_or_default(),
        name: name.to_owned(),
        target: text(target),
        actual: text(actual),
        weight: cell(weight),
        self_score: cell(self_score),
        reviewed_score: None,
        attainment: cell(tier),
        deviation_reason: (reason == "y").then(|| "受疫情影响，下年改进".to_owned()),
    }
}

fn cases(table: &'static str) -> Vec<Case<'static>> {
    let mut cases: Vec<Case<'static>> = Vec::new();
    for (number, line) in (1..).zip(table.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        if let ["sheet", kind, title] = cells[..] {
            cases.push(Case { title, sheet: new_sheet(kind), expected: Vec::new() });
            continue;
        }
        let Case { sheet, expected, .. } = cases.last_mut().unwrap();
        match cells[..] {
            ["base", quota, on_duty] => {
                let base = sheet.base_data.get_or_insert_default();
                (base.staff_quota, base.staff_on_duty) = (cell(quota), cell(on_duty));
            }
            ["expense", item, prior_budget, prior_final, budget, r#final] => {
                let base: &mut BaseData = sheet.base_data.get_or_insert_default();
                let place = match item {
                    "three_public" => &mut base.three_public,
                    "public" => &mut base.public,
                    "procurement" => &mut base.procurement,
                    other => panic!("no expense {other}"),
                };
                let (prior_budget, prior_final) = (cell(prior_budget), cell(prior_final));
                *place = Expense { prior_budget, prior_final, budget: cell(budget), r#final: cell(r#final) };
            }
            ["building", approved, actual, budget, invested] => {
                sheet.base_data.get_or_insert_default().buildings.push(Building {
                    approved_area: cell(approved),
                    actual_area: cell(actual),
                    budget_investment: cell(budget),
                    actual_investment: cell(invested),
                });
            }
            ["execution", initial, annual, executed, weight, self_score, ..] => {
                sheet.execution = ExecutionRow {
                    initial: cell(initial),
                    annual: cell(annual),
                    executed: cell(executed),
                    weight: cell(weight),
                    self_score: cell(self_score),
                    reviewed_score: None,
                };
                expected.push((number, cells));
            }
            ["row", ref rest @ ..] => {
                sheet.indicators.push(row(i32::try_from(sheet.indicators.len()).unwrap() + 1, rest));
                expected.push((number, cells));
            }
            ["total", reported, ..] => {
                sheet.reported_total = cell(reported);
                expected.push((number, cells));
            }
            ["block" | "ratio", ..] => expected.push((number, cells)),
            _ => panic!("line {number}: what is {line:?}?"),
        }
    }
    cases
}

fn points(points: Option<Points>) -> String {
    points.map_or_else(|| "-".to_owned(), |points| points.to_string())
}

fn codes(flags: &[Flag]) -> String {
    let codes: Vec<&str> = flags.iter().map(Flag::code).collect();
    if codes.is_empty() { "-".to_owned() } else { codes.join(",") }
}

/// What the card says in the cells that a line has behind those that went in.
fn found(card: &Scorecard, cells: &[&str], rows: &mut usize, blocks: &mut usize) -> (usize, Vec<String>) {
    match cells[0] {
        "execution" => {
            let row = &card.execution;
            (6, vec![points(row.computed_score), points(row.final_score), codes(&row.flags)])
        }
        "row" => {
            let row = &card.indicators[*rows];
            *rows += 1;
            let rule = row.rule.code().to_owned();
            (10, vec![rule, points(row.computed_score), points(row.final_score), codes(&row.flags)])
        }
        "block" => {
            let block = &card.blocks[*blocks];
            *blocks += 1;
            let sums = [block.weight, block.self_score, block.computed_score, block.final_score];
            (1, std::iter::once(block.block.to_string()).chain(sums.map(points)).collect())
        }
        "ratio" => {
            let ratio = card.ratios.iter().find(|ratio| ratio.ratio.as_str() == cells[1]).unwrap();
            let value = ratio.value.map_or_else(|gap| gap.code().to_owned(), |value| value.to_string());
            (2, vec![value, points(ratio.weight), points(ratio.score)])
        }
        "total" => {
            let sums = [card.self_total, card.computed_total, card.final_total].map(points);
            let grade = card.grade.map_or("-", |grade| grade.as_str()).to_owned();
            let tail = [grade, card.complete.to_string(), codes(&card.flags)];
            (2, sums.into_iter().chain(tail).collect())
        }
        other => panic!("nothing is expected of {other}"),
    }
}

fn holds(name: &str, table: &'static str, least_rows: usize) {
    let rules = RuleSet::preset(name).unwrap();
    let mut wrong = Vec::new();
    let (mut count, mut wholes) = (0, 0);
    for case in cases(table) {
        let card = score(&case.sheet, rules);
        let (mut rows, mut blocks) = (0, 0);
        for (number, cells) in &case.expected {
            let (from, found) = found(&card, cells, &mut rows, &mut blocks);
            if found != cells[from..] {
                wrong.push(format!(
                    "{name} line {number} ({}): {:?} gives {found:?}, the table says {:?}",
                    case.title,
                    &cells[1..from],
                    &cells[from..]
                ));
            }
            wholes += usize::from(cells[0] == "total");
        }
        assert!(blocks == 0 || blocks == card.blocks.len(), "{name} {}: a block is not told", case.title);
        count += rows;
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count >= least_rows && wholes > 0, "{name}: only {count} rows, {wholes} whole sheets");
}

macro_rules! tables {
    ($($test:ident: $name:literal,)+) => {
        const TABLES: &[&str] = &[$($name),+];
        $(
            #[test]
            fn $test() {
                holds($name, include_str!(concat!("presets/", $name, ".tsv")), 15);
            }
        )+
    };
}

tables! {
    mof_2020: "mof-2020",
    mof_2021_cost: "mof-2021-cost",
    hubei: "hubei",
    sichuan: "sichuan",
    huangshi: "huangshi",
    platform_2022: "platform-2022",
    hunan_department: "hunan-department",
}

#[test]
fn every_preset_has_a_table() {
    let names: Vec<&str> = RuleSet::presets().iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, TABLES);
}
