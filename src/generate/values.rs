//! Targets and actuals, written as people write them.

use jixiao_core::kernel::{FiscalYear, Money};

use super::dice::Dice;
use super::themes::Counted;

/// How an actual came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The target was met.
    Met,
    /// By far.
    Exceeded,
    /// It was missed.
    Missed,
    /// The condition was copied.
    Copied,
    /// Nothing was filled.
    Empty,
}

impl Outcome {
    /// As often as it happens, where so many of a thousand targets are missed.
    fn of(dice: &mut Dice, missed: i64) -> Self {
        if dice.permille(missed) {
            return Self::Missed;
        }
        match dice.between(0, 999) {
            0..=899 => Self::Met,
            900..=955 => Self::Exceeded,
            956..=994 => Self::Copied,
            _ => Self::Empty,
        }
    }
}

/// A target and its actual, and what part of the weight the actual earns.
#[derive(Clone, Debug)]
pub struct Written {
    /// 年度指标值.
    pub target: String,
    /// 实际完成值.
    pub actual: Option<String>,
    /// The share of the weight: part and whole.
    pub earned: (i64, i64),
    /// Far beyond the target.
    pub exceeded: bool,
}

impl Written {
    fn of(target: String, actual: String, earned: (i64, i64), outcome: Outcome) -> Self {
        let actual = match outcome {
            Outcome::Copied => Some(target.clone()),
            Outcome::Empty => None,
            Outcome::Met | Outcome::Exceeded | Outcome::Missed => Some(actual),
        };
        Self { target, actual, earned, exceeded: outcome == Outcome::Exceeded }
    }

    /// The same, decorated as on many forms.
    #[must_use]
    pub fn decorated(mut self, dice: &mut Dice) -> Self {
        match dice.between(0, 99) {
            0..=2 => self.target = format!("★{}", self.target),
            3..=8 => self.target = format!("　{}", self.target),
            9..=10 => self.target = format!("指标1:{}", self.target),
            11..=12 => self.target = full_width(&self.target),
            _ => {}
        }
        self
    }
}

fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '0'..='9' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars().map(wide).collect()
}

fn thousands(number: i64) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

/// Something counted: at least so many.
pub fn count(dice: &mut Dice, missed: i64, (_, unit, low, high): Counted) -> Written {
    let target = dice.between(low, high);
    let outcome = Outcome::of(dice, missed);
    let actual = match outcome {
        Outcome::Exceeded => target * dice.between(131, 180) / 100 + 1,
        Outcome::Missed => (target * dice.between((700 - missed) / 10, 98) / 100).min(target - 1).max(0),
        Outcome::Met | Outcome::Copied | Outcome::Empty => target + target * dice.between(0, 12) / 100,
    };
    let written = match dice.between(0, 11) {
        0 => format!("{target}{unit}"),
        1 => format!("{target}{unit}以上"),
        2 => format!("不少于{target}{unit}"),
        3 => format!("不低于{target}{unit}"),
        4 => format!("≧{target}{unit}"),
        5 => format!("≥{}{unit}", thousands(target)),
        6 => format!("≥ {target} {unit}"),
        _ => format!("≥{target}{unit}"),
    };
    let earned = if actual < target { (actual, target) } else { (1, 1) };
    let shown = match dice.between(0, 59) {
        0 => format!("≥{actual}{unit}"),
        1 => "按计划完成".to_owned(),
        2..=5 => format!("{}{unit}", thousands(actual)),
        _ => format!("{actual}{unit}"),
    };
    Written::of(written, shown, earned, outcome).decorated(dice)
}

/// A rate that shall be high.
pub fn rate(dice: &mut Dice, missed: i64) -> Written {
    let target = dice.pick(&[100, 100, 100, 98, 98, 95, 95, 95, 90, 90, 85, 80]);
    let outcome = match Outcome::of(dice, missed) {
        Outcome::Exceeded => Outcome::Met,
        other => other,
    };
    let actual = match outcome {
        Outcome::Missed => target - dice.between(1, 12),
        _ => dice.between(target, 100),
    };
    let written = match dice.between(0, 13) {
        0 => format!("{target}%"),
        1 => format!("{target}％"),
        2 => format!("{target}%以上"),
        3 => format!("以{target}%为标准"),
        4 => format!("={target}%"),
        5 => format!("＝{target}%"),
        6 => format!("≥{target}百分比"),
        7 => format!("≧{target}%"),
        _ => format!("≥{target}%"),
    };
    let shown = match dice.between(0, 59) {
        3 => format!("0.{actual:02}"),
        4 => "已完成".to_owned(),
        0 => format!("{actual}"),
        1 => format!("{actual}％"),
        2 => format!("{actual}.{}%", if actual < 100 && actual >= target { 5 } else { 0 }),
        _ => format!("{actual}%"),
    };
    let earned = if actual < target { (actual, target) } else { (1, 1) };
    Written::of(written, shown, earned, outcome).decorated(dice)
}

/// A rate that shall be low.
pub fn fault(dice: &mut Dice) -> Written {
    let target = dice.between(1, 5);
    let missed = dice.permille(80);
    let actual = if missed { target + dice.between(1, 2) } else { dice.between(0, target) };
    let written = dice.pick(&["≤", "≤", "＜", "不超过"]);
    let earned = if missed { (target, actual) } else { (1, 1) };
    let outcome = if missed { Outcome::Missed } else { Outcome::Met };
    Written::of(format!("{written}{target}%"), format!("{actual}%"), earned, outcome)
}

/// By the end of the year, or earlier. What is late earns what the unit finds fair.
pub fn date(dice: &mut Dice, year: FiscalYear) -> Written {
    let (written, due) = match dice.between(0, 8) {
        0 => (format!("{year}、12、31"), 12),
        1 => (format!("{year}-12-31"), 12),
        2 => (format!("{year}年12月"), 12),
        3 => (format!("{year}年12月31日前"), 12),
        4 => ("12月底之前完成".to_owned(), 12),
        5 => ("11月底".to_owned(), 11),
        6 => (format!("{year}年10月完成"), 10),
        7 => return days(dice),
        _ => (format!("{year}年12月底前"), 12),
    };
    if due < 12 && dice.permille(150) {
        let (part, whole) = (dice.between(80, 95), 100);
        return Written::of(
            written,
            format!("{year}年12月{}日", dice.between(1, 31)),
            (part, whole),
            Outcome::Missed,
        );
    }
    let outcome = if dice.permille(150) { Outcome::Copied } else { Outcome::Met };
    let month = dice.between(6, due - 1);
    let actual = match dice.between(0, 3) {
        0 => format!("{year}-{month:02}-{:02}", dice.between(1, 28)),
        1 => format!("{year}年{month}月"),
        _ => format!("{year}年{month}月{}日", dice.between(1, 28)),
    };
    Written::of(written, actual, (1, 1), outcome)
}

fn days(dice: &mut Dice) -> Written {
    let actual = dice.between(350, 365);
    let earned = if actual < 360 { (actual, 360) } else { (1, 1) };
    let outcome = if actual < 360 { Outcome::Missed } else { Outcome::Met };
    Written::of("≥360天".to_owned(), format!("{actual}天"), earned, outcome)
}

/// At most the annual amount, 万元.
pub fn cost(dice: &mut Dice, annual: Money, executed: Money) -> Written {
    let written = match dice.between(0, 5) {
        0 => format!("{annual}万元"),
        1 => format!("不超过{annual}万元"),
        2 => format!("{annual}万元以内"),
        3 => format!("≦{annual}万元"),
        _ => format!("≤{annual}万元"),
    };
    let outcome = if dice.permille(40) { Outcome::Copied } else { Outcome::Met };
    Written::of(written, format!("{executed}万元"), (1, 1), outcome)
}
