//! Cells of indicator rows: what each means is decided first, then it is written as untidily as people write it.

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Numbers that are the same on every machine (`SplitMix64`).
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

    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
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
pub struct Cells {
    pub level2: &'static str,
    pub name: &'static str,
    pub target: Option<String>,
    pub actual: Option<String>,
    pub meant: Value,
}

const LEVEL2: &[&str] = &["数量指标", "质量指标", "成本指标", "社会效益 指标", "经济成本指标", ""];

pub fn quantity(dice: &mut Dice) -> Cells {
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

pub fn range(dice: &mut Dice) -> Cells {
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

pub fn dated(dice: &mut Dice) -> Cells {
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
pub fn words(dice: &mut Dice) -> Cells {
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

/// Names of ratios.
pub const RATIO_ROWS: &[&str] = &[
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
pub fn ratio_row(dice: &mut Dice) -> Cells {
    let target = Decimal::from(dice.within(50, 100));
    let actual = Decimal::new(dice.within(4_000, 13_000), 2);
    let meant = json!({ "kind": "at_most", "target": target.to_string(), "actual": actual.to_string() });
    let (target, actual) = (Some(format!("≤{target}%")), Some(format!("{actual}%")));
    Cells { level2: "预算管理", name: dice.pick(RATIO_ROWS), target, actual, meant }
}
