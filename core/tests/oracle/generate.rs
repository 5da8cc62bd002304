//! Sheets that are meant before they are written: what each cell means is decided first, then it is written as
//! untidily as people write it.

use chrono::{Datelike, Days, NaiveDate};
use jixiao_core::kernel::{Area, FiscalYear, Money, Points};
use jixiao_core::scoring::ratios::{BaseData, Building, Expense};
use jixiao_core::scoring::{Attainment, ExecutionRow, IndicatorRow, Sheet, SheetKind};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Numbers that are the same on every machine (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of `low..=high`.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap();
        low + i64::try_from(self.next() % span).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        let last = i64::try_from(all.len()).unwrap() - 1;
        all[usize::try_from(self.within(0, last)).unwrap()]
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.within(1, 100) <= percent
    }
}

/// Units of a family, each with what one of it is in the family's base.
const FAMILIES: &[&[(&str, i64)]] = &[
    &[("次", 1)],
    &[("篇、条", 1)],
    &[("元", 1), ("万元", 10_000)],
    &[("米", 1), ("公里", 1_000)],
    &[("人", 1), ("万人", 10_000)],
    &[("亩", 1), ("公顷", 15)],
    &[("%", 1), ("％", 1), ("百分比", 1)],
];
const MONEY: usize = 2;
const PERCENT: usize = 6;

/// A number as it is meant, in the base of its family, and as it is written.
struct Written {
    value: Decimal,
    text: String,
}

fn full_width(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_digit() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c };
    text.chars().map(wide).collect()
}

/// With a comma before each group of three digits.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    for (index, c) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    rest.map_or(out.clone(), |rest| format!("{out}.{rest}"))
}

fn written(dice: &mut Dice, value: Decimal, family: usize) -> Written {
    let fitting: Vec<(&str, i64)> = FAMILIES[family]
        .iter()
        .copied()
        .filter(|(_, factor)| (value / Decimal::from(*factor)).scale() <= 6)
        .collect();
    let (unit, factor) =
        fitting[usize::try_from(dice.within(0, i64::try_from(fitting.len()).unwrap() - 1)).unwrap()];
    let mut digits = (value / Decimal::from(factor)).normalize().to_string();
    if digits.len() > 3 && dice.chance(15) {
        digits = grouped(&digits);
    }
    if dice.chance(15) {
        digits = full_width(&digits);
    }
    let gap = if dice.chance(10) { " " } else { "" };
    Written { value, text: format!("{digits}{gap}{unit}") }
}

/// A number of a family that is plausible for it.
fn value(dice: &mut Dice, family: usize) -> Decimal {
    match family {
        PERCENT => Decimal::new(dice.within(200, 20_000), 2),
        MONEY => Decimal::from(dice.within(1, 9_000)) * Decimal::from(dice.within(1, 500)),
        _ if dice.chance(20) => Decimal::new(dice.within(11, 9_999), 1),
        _ => Decimal::from(dice.within(1, 99_999)),
    }
}

/// An actual near, at, or far from its target; never so far that it would be taken for another unit.
fn near(dice: &mut Dice, target: Decimal) -> Decimal {
    let hundredths = match dice.within(0, 9) {
        0 | 1 => 100,
        2 => 130,
        3 => 129,
        4 => dice.within(101, 250),
        _ => dice.within(10, 130),
    };
    let actual = target * Decimal::new(hundredths, 2);
    let step = if target.scale() == 0 { 0 } else { 2 };
    let actual = if dice.chance(70) { trim(actual, step) } else { trim(actual, 2) };
    if actual.is_zero() { target } else { actual }
}

/// Cut off behind so many decimals, in integers.
fn trim(value: Decimal, decimals: u32) -> Decimal {
    let mut cut = value;
    cut.rescale(6);
    let power = 10_i128.pow(6 - decimals);
    Decimal::from_i128_with_scale(cut.mantissa() / power, decimals).normalize()
}

fn decorated(dice: &mut Dice, text: String) -> String {
    match dice.within(0, 19) {
        0 => format!("★{text}"),
        1 => format!("指标1:{text}"),
        2 => format!("　{text} "),
        _ => text,
    }
}

/// The cells of a row, and what they mean.
struct Cells {
    level2: &'static str,
    name: &'static str,
    target: Option<String>,
    actual: Option<String>,
    meant: Value,
}

const LEVEL2: &[&str] = &["数量指标", "质量指标", "成本指标", "社会效益 指标", "经济成本指标", ""];

fn quantity(dice: &mut Dice) -> Cells {
    let mut family = usize::try_from(dice.within(0, i64::try_from(FAMILIES.len()).unwrap() - 1)).unwrap();
    let level2 = dice.pick(LEVEL2);
    let kind = dice.within(0, 9);
    if kind == 4 {
        family = [MONEY, 0][usize::try_from(dice.within(0, 1)).unwrap()];
    }
    let target = value(dice, family);
    let actual = near(dice, target);
    let (target, actual) = (written(dice, target, family), written(dice, actual, family));
    let (kind, text) = match kind {
        0..=2 => {
            let signs = ["≥", "≧", ">=", "＞＝", "不少于", "不低于", "大于等于"];
            let signed = format!("{}{}", dice.pick(&signs), target.text);
            ("at_least", if dice.chance(10) { format!("{}以上", target.text) } else { signed })
        }
        3 => {
            let signs = ["≤", "≦", "<=", "不超过", "不高于"];
            let signed = format!("{}{}", dice.pick(&signs), target.text);
            ("at_most", if dice.chance(10) { format!("{}以内", target.text) } else { signed })
        }
        4 | 5 => ("equal", format!("{}{}", dice.pick(&["=", "＝", "═", "﹦"]), target.text)),
        _ => ("unsigned", target.text.clone()),
    };
    let is_money = family == MONEY;
    let is_rate = kind == "unsigned" && family == PERCENT;
    let unwanted = kind == "unsigned" && dice.chance(15);
    let name = match (unwanted, is_rate) {
        (true, _) => "群众投诉",
        (false, true) => "目标达标率",
        (false, false) => "工作开展",
    };
    let meant = json!({ "kind": kind, "target": target.value.to_string(), "actual": actual.value.to_string(),
        "is_money": is_money, "is_rate": is_rate, "unwanted": unwanted });
    Cells { level2, name, target: Some(decorated(dice, text)), actual: Some(actual.text), meant }
}

fn range(dice: &mut Dice) -> Cells {
    let family = if dice.chance(50) { PERCENT } else { 0 };
    let low = Decimal::from(dice.within(2, 500));
    let high = low + Decimal::from(dice.within(1, 90));
    let by = if dice.chance(50) { low } else { high };
    let actual = near(dice, by);
    let unit = FAMILIES[family][0].0;
    let text = format!("{low}{unit}{}{high}{unit}", dice.pick(&["-", "~", "—", "～"]));
    let written = written(dice, actual, family);
    let meant = json!({ "kind": "range", "low": low.to_string(), "high": high.to_string(),
        "actual": actual.to_string() });
    Cells {
        level2: "质量指标", name: "工作开展", target: Some(text), actual: Some(written.text), meant
    }
}

fn dated(dice: &mut Dice) -> Cells {
    let first = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
    let mut due = first + Days::new(u64::try_from(dice.within(0, 364)).unwrap());
    let style = dice.within(0, 4);
    if style == 3 {
        // A month means its end.
        let next = (due + chrono::Months::new(1)).with_day(1).unwrap();
        due = next.pred_opt().unwrap();
    }
    let (y, m, d) = (due.year(), due.month(), due.day());
    let text = match style {
        0 => format!("{y}、{m}、{d}"),
        1 => format!("{y}-{m:02}-{d:02}"),
        2 => format!("{m}月{d}日前"),
        3 => dice.pick(&["{}月底", "{}月底之前完成", "2023年{}月"]).replace("{}", &m.to_string()),
        _ => format!("{y}年{m}月{d}日"),
    };
    let off = dice.within(-20, 20);
    let done =
        if off < 0 { due - Days::new(off.unsigned_abs()) } else { due + Days::new(off.unsigned_abs() / 2) };
    let actual = dice.pick(&["%Y年%-m月%-d日", "%Y-%m-%d", "%Y.%-m.%-d"]);
    let meant = json!({ "kind": "date", "due": due.to_string(), "done": done.to_string() });
    let actual = done.format(actual).to_string();
    Cells { level2: "时效指标", name: "完成时间", target: Some(text), actual: Some(actual), meant }
}

/// Rows that no arithmetic decides.
fn words(dice: &mut Dice) -> Cells {
    let (target, actual, kind) = match dice.within(0, 8) {
        0 => (Some("/"), None, "not_applicable"),
        1 => (Some("不适用"), Some("—"), "not_applicable"),
        2 => (Some("≥60次"), None, "missing"),
        3 => (Some("≥95%"), Some("0.98"), "undecided"),
        4 => (Some("≥12公里"), Some("30天"), "undecided"),
        5 => (Some("≥60次"), Some("≥60次"), "copied"),
        6 => (None, Some("70次"), "no_target"),
        7 => (Some("≥60次"), Some("已全面落实"), "qualitative"),
        _ => (Some("效果明显"), Some("有所改善"), "qualitative"),
    };
    let text = |text: Option<&str>| text.map(ToOwned::to_owned);
    let meant = json!({ "kind": kind });
    Cells {
        level2: "社会效益指标", name: "工作开展", target: text(target), actual: text(actual), meant
    }
}

const RATIO_ROWS: &[&str] = &[
    "在职人员控制率",
    "三公经费变动率",
    "三公经费控制率",
    "公用经费控制率",
    "预算完成率",
    "预算控制率",
    "政府采购执行率",
    "新建楼堂馆所面积控制率",
    "新建楼堂馆所投资概算控制率",
];

/// A row named like a ratio; where no rule set takes it from annex 1, it is read as any other.
fn ratio_row(dice: &mut Dice) -> Cells {
    let target = Decimal::from(dice.within(50, 100));
    let actual = Decimal::new(dice.within(4_000, 13_000), 2);
    let meant = json!({ "kind": "at_most", "target": target.to_string(), "actual": actual.to_string() });
    let (target, actual) = (Some(format!("≤{target}%")), Some(format!("{actual}%")));
    Cells { level2: "预算管理", name: dice.pick(RATIO_ROWS), target, actual, meant }
}

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
            let part = if row == rows - 1 { left } else { dice.within(1, most.min(40).max(1)) };
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
