//! Sheets that are meant before they are written.

use jixiao_core::kernel::{Area, FiscalYear, Money, Points};
use jixiao_core::scoring::ratios::{BaseData, Building, Expense};
use jixiao_core::scoring::{Attainment, ExecutionRow, IndicatorRow, Sheet, SheetKind};
use serde_json::{Value, json};

use super::cells::{Dice, RATIO_ROWS, dated, quantity, range, ratio_row, words};

fn amount(dice: &mut Dice) -> Option<Money> {
    (!dice.chance(4)).then(|| Money::from_scaled(dice.within(0, 40_000) * 10_000))
}

fn close_to(dice: &mut Dice, amount: Option<Money>) -> Option<Money> {
    let scaled = amount?.scaled();
    (!dice.chance(4)).then(|| Money::from_scaled(scaled / 100 * dice.within(40, 125)))
}

fn base_data(dice: &mut Dice) -> (BaseData, Value) {
    let expense = |dice: &mut Dice| {
        let budget = amount(dice);
        let (prior_final, r#final) = (close_to(dice, budget), close_to(dice, budget));
        let meant = json!({ "prior": prior_final, "budget": budget, "final": r#final });
        (Expense { prior_budget: None, prior_final, budget, r#final }, meant)
    };
    let (three_public, three) = expense(dice);
    let (public, two) = expense(dice);
    let (procurement, one) = expense(dice);
    let mut meant = Vec::new();
    let buildings: Vec<Building> = (0..dice.within(0, 2))
        .map(|_| {
            let approved_area = (!dice.chance(5)).then(|| Area::from_scaled(dice.within(0, 900) * 1_000));
            let actual_area = Some(Area::from_scaled(dice.within(0, 900_000)));
            let budget_investment = amount(dice);
            let actual_investment = close_to(dice, budget_investment);
            let cells = [
                actual_area.map(|area| area.to_string()),
                approved_area.map(|area| area.to_string()),
                actual_investment.map(|money| money.to_string()),
                budget_investment.map(|money| money.to_string()),
            ];
            meant.push(json!(cells));
            Building { approved_area, actual_area, budget_investment, actual_investment }
        })
        .collect();
    let people = |number: i64| i32::try_from(number).unwrap();
    let staff_quota = (!dice.chance(5)).then(|| people(dice.within(0, 200)));
    let staff_on_duty = (!dice.chance(5)).then(|| people(dice.within(0, 220)));
    let text = |number: Option<i32>| number.map(|number| number.to_string());
    let said = json!({ "quota": text(staff_quota), "on_duty": text(staff_on_duty), "three_public": three,
        "public": two, "procurement": one, "buildings": meant });
    (BaseData { staff_quota, staff_on_duty, three_public, public, procurement, buildings }, said)
}

/// Weights in half points that sum to `whole`.
fn weights(dice: &mut Dice, whole: i64, rows: i64) -> Vec<Points> {
    let mut left = whole * 2;
    (0..rows)
        .map(|row| {
            let most = left - (rows - 1 - row);
            let part = if row == rows - 1 { left } else { dice.within(1, most.clamp(1, 40)) };
            left -= part;
            Points::from_scaled(part * 5_000)
        })
        .collect()
}

fn claim(dice: &mut Dice, weight: Points) -> Option<Points> {
    match dice.within(0, 19) {
        0 => None,
        1 => weight.checked_add(Points::whole(1)),
        2..=10 => Some(weight),
        _ => Some(Points::from_scaled(dice.within(0, weight.scaled() / 100) * 100)),
    }
}

const LEVEL1: &[&str] = &[
    "产出指标",
    "产出",
    "效益指标（30分）",
    "项目效果",
    "满意度\n指标",
    "成本指标",
    "投入",
    "过程",
    "年度目标1",
    "目标二",
    "其他",
];

/// A sheet as typed, and as meant.
pub fn sheet(dice: &mut Dice, number: u64) -> (Sheet, Value) {
    let kind = if dice.chance(40) { SheetKind::Department } else { SheetKind::Project };
    let execution_weight = [Some(10), Some(10), Some(20), None][usize::try_from(dice.within(0, 3)).unwrap()];
    let annual = amount(dice);
    let (initial, executed) = (if dice.chance(50) { annual } else { amount(dice) }, close_to(dice, annual));
    let reviewed = |dice: &mut Dice| dice.chance(5).then(|| Points::from_scaled(dice.within(0, 120) * 1_000));
    let e_weight = execution_weight.map(Points::whole);
    let execution = ExecutionRow {
        initial,
        annual,
        executed,
        weight: e_weight,
        self_score: e_weight.and_then(|weight| claim(dice, weight)),
        reviewed_score: reviewed(dice),
    };
    let rows = dice.within(2, 12);
    let whole = 100 - i64::from(execution_weight.unwrap_or(0)) - i64::from(dice.chance(10));
    let mut indicators = Vec::new();
    let mut meant = Vec::new();
    for (seq, weight) in (1..).zip(weights(dice, whole, rows)) {
        let weight = (!dice.chance(2)).then_some(weight);
        let cells = match dice.within(0, 19) {
            0 | 1 => range(dice),
            2..=4 => dated(dice),
            5..=8 => words(dice),
            9 | 10 => ratio_row(dice),
            _ => quantity(dice),
        };
        let row = IndicatorRow {
            seq,
            level1: dice.pick(LEVEL1).to_owned(),
            level2: cells.level2.to_owned(),
            name: cells.name.to_owned(),
            target: cells.target,
            actual: cells.actual,
            weight,
            self_score: weight.and_then(|weight| claim(dice, weight)),
            reviewed_score: reviewed(dice),
            attainment: [None, Some(Attainment::Achieved), Some(Attainment::Partly)]
                [usize::try_from(dice.within(0, 2)).unwrap()],
            deviation_reason: dice.chance(50).then(|| "受疫情影响".to_owned()),
        };
        let mut said = cells.meant;
        let compact: String = row.level1.chars().filter(|c| !c.is_whitespace()).collect();
        said["level1"] = json!(compact);
        said["level2"] = json!(row.level2);
        said["ratio_row"] = json!(RATIO_ROWS.contains(&cells.name).then_some(cells.name));
        said["weight"] = json!(row.weight);
        said["self"] = json!(row.self_score);
        said["reviewed"] = json!(row.reviewed_score);
        said["cells"] = json!([row.target, row.actual]);
        meant.push(said);
        indicators.push(row);
    }
    let (base_data, base) = if dice.chance(80) {
        let (base_data, said) = base_data(dice);
        (Some(base_data), said)
    } else {
        (None, Value::Null)
    };
    let reviewed_total = dice.chance(3).then(|| Points::from_scaled(dice.within(0, 10_000) * 100));
    let said = json!({
        "number": number, "kind": kind, "base": base, "rows": meant, "reviewed_total": reviewed_total,
        "execution": { "initial": initial, "annual": annual, "executed": executed, "weight": execution.weight,
            "self": execution.self_score, "reviewed": execution.reviewed_score },
    });
    let year = FiscalYear::try_from(2023).unwrap();
    (Sheet { year, kind, execution, base_data, indicators, reported_total: None, reviewed_total }, said)
}
