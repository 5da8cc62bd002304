//! Units, and which of them can be compared.

use rust_decimal::Decimal;

/// What a number counts, reduced to the base of its family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// No unit written.
    Bare,
    /// A unit of a known family, named by its base: 万元 and 元 are both `元`.
    Base(&'static str),
    /// A word as written, mostly a classifier: 次, 篇、条, 个村.
    Named(Box<str>),
}

/// The base of percentages.
pub(super) const PERCENT: &str = "%";
/// The base of money.
pub(super) const MONEY: &str = "元";

/// (as written, base, mantissa, decimals): one of it is mantissa × 10^-decimals of the base.
type Known = (&'static str, &'static str, i64, u32);

/// Bases are chosen so that every factor is exact: 公顷 is 15 亩, so 亩 is the base of areas.
const KNOWN: &[Known] = &[
    ("%", PERCENT, 1, 0),
    ("百分比", PERCENT, 1, 0),
    ("个百分点", PERCENT, 1, 0),
    ("百分点", PERCENT, 1, 0),
    ("‰", PERCENT, 1, 1),
    ("元", MONEY, 1, 0),
    ("千元", MONEY, 1_000, 0),
    ("万元", MONEY, 10_000, 0),
    ("百万元", MONEY, 1_000_000, 0),
    ("千万元", MONEY, 10_000_000, 0),
    ("亿元", MONEY, 100_000_000, 0),
    ("万美元", "美元", 10_000, 0),
    ("美元", "美元", 1, 0),
    ("人次", "人次", 1, 0),
    ("人天", "人天", 1, 0),
    ("人日", "人天", 1, 0),
    ("人份", "人份", 1, 0),
    ("人", "人", 1, 0),
    ("名", "人", 1, 0),
    ("位", "人", 1, 0),
    ("户次", "户次", 1, 0),
    ("场次", "场", 1, 0),
    ("场", "场", 1, 0),
    ("批次", "批", 1, 0),
    ("批", "批", 1, 0),
    ("车次", "车次", 1, 0),
    ("班次", "班次", 1, 0),
    ("课时", "课时", 1, 0),
    ("学时", "课时", 1, 0),
    ("毫米", "米", 1, 3),
    ("厘米", "米", 1, 2),
    ("公里", "米", 1_000, 0),
    ("千米", "米", 1_000, 0),
    ("米", "米", 1, 0),
    ("mm", "米", 1, 3),
    ("cm", "米", 1, 2),
    ("km", "米", 1_000, 0),
    ("m", "米", 1, 0),
    ("平方公里", "亩", 1_500, 0),
    ("平方千米", "亩", 1_500, 0),
    ("km²", "亩", 1_500, 0),
    ("km2", "亩", 1_500, 0),
    ("平方米", "亩", 15, 4),
    ("平米", "亩", 15, 4),
    ("㎡", "亩", 15, 4),
    ("m²", "亩", 15, 4),
    ("m2", "亩", 15, 4),
    ("公顷", "亩", 15, 0),
    ("亩", "亩", 1, 0),
    ("立方米", "升", 1_000, 0),
    ("m³", "升", 1_000, 0),
    ("m3", "升", 1_000, 0),
    ("毫升", "升", 1, 3),
    ("升", "升", 1, 0),
    ("毫克", "克", 1, 3),
    ("克", "克", 1, 0),
    ("千克", "克", 1_000, 0),
    ("公斤", "克", 1_000, 0),
    ("kg", "克", 1_000, 0),
    ("斤", "克", 500, 0),
    ("吨", "克", 1_000_000, 0),
    ("秒", "秒", 1, 0),
    ("分钟", "秒", 60, 0),
    ("小时", "秒", 3_600, 0),
    ("个小时", "秒", 3_600, 0),
    ("天", "秒", 86_400, 0),
    ("日", "秒", 86_400, 0),
    ("周", "秒", 604_800, 0),
    ("个工作日", "工作日", 1, 0),
    ("工作日", "工作日", 1, 0),
    ("个月", "月", 1, 0),
    ("月", "月", 1, 0),
    ("年", "月", 12, 0),
    ("KB", "KB", 1, 0),
    ("MB", "KB", 1_024, 0),
    ("GB", "KB", 1_048_576, 0),
    ("TB", "KB", 1_073_741_824, 0),
    ("千瓦时", "千瓦时", 1, 0),
    ("千瓦", "千瓦", 1, 0),
    ("兆瓦", "千瓦", 1_000, 0),
];

/// Classifiers of one character: what follows them only says what is counted, `次会议` is `次`.
const CLASSIFIERS: &str =
    "次条篇套部台件份本座期册支只头匹株棵粒例起宗门辆架艘块面幅张盏根口眼栋幢间所层项处户家则卷枚封";

/// Running text behind a number is a unit up to so many characters.
const LONGEST: usize = 24;

/// A written unit: what it is, its factor, and where it ends.
pub(super) struct UnitHit {
    pub unit: Unit,
    pub factor: Decimal,
    pub end: usize,
}

/// The known unit at `at`, the longest that fits.
fn known_at(chars: &[char], at: usize) -> Option<(&'static str, Decimal, usize)> {
    let rest = chars.get(at..)?;
    let first = rest.first()?;
    let fitting = KNOWN.iter().filter_map(|known| {
        let mut name = known.0.chars();
        if !name.next().is_some_and(|c| c.eq_ignore_ascii_case(first)) {
            return None;
        }
        let mut length = 1;
        let fits = name.all(|c| {
            length += 1;
            rest.get(length - 1).is_some_and(|written| written.eq_ignore_ascii_case(&c))
        });
        // `m` is no metre in `mg`, and `M` is none at all.
        let whole = !known.0.ends_with(|c: char| c.is_ascii_alphabetic())
            || !rest.get(length).is_some_and(char::is_ascii_alphanumeric);
        let mega = known.0 == "m" && *first == 'M';
        (fits && whole && !mega).then_some((known, length))
    });
    let (known, length) = fitting.max_by_key(|(_, length)| *length)?;
    Some((known.1, Decimal::new(known.2, known.3), at + length))
}

fn multiplier(c: char) -> Option<i64> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        '万' => Some(10_000),
        '亿' => Some(100_000_000),
        _ => None,
    }
}

/// Reads the unit that begins at `at`; `ends` says where running text stops being a unit.
pub(super) fn unit_at(chars: &[char], mut at: usize, ends: impl Fn(usize) -> bool) -> Option<UnitHit> {
    let mut factor = Decimal::ONE;
    // Known units first at each step: 百分比 does not begin with a hundred.
    loop {
        if let Some((base, one, end)) = known_at(chars, at) {
            return Some(UnitHit { unit: Unit::Base(base), factor: factor.checked_mul(one)?, end });
        }
        match chars.get(at).copied().and_then(multiplier) {
            Some(by) => factor = factor.checked_mul(Decimal::from(by))?,
            None => break,
        }
        at += 1;
    }
    let end = at + (at..chars.len()).take(LONGEST).take_while(|place| !ends(*place)).count();
    let written = chars.get(at..end).unwrap_or_default();
    let unit = match written {
        [] => Unit::Bare,
        // 篇、条 counts both together; any other tail is only what is counted.
        [first, second, ..] if CLASSIFIERS.contains(*first) && !matches!(second, '、' | '/') => {
            Unit::Named(String::from(*first).into())
        }
        _ => Unit::Named(written.iter().collect::<String>().into()),
    };
    Some(UnitHit { unit, factor, end })
}

impl Unit {
    /// Whether both count the same thing. A bare number counts whatever the other does.
    #[must_use]
    pub fn comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bare, _) | (_, Self::Bare) => true,
            (Self::Base(one), Self::Base(other)) => one == other,
            (Self::Named(one), Self::Named(other)) => {
                one.split('、').any(|a| other.split('、').any(|b| same_word(a, b)))
            }
            (Self::Base(_), Self::Named(_)) | (Self::Named(_), Self::Base(_)) => false,
        }
    }

    /// Whether it is a percentage.
    #[must_use]
    pub fn is_percent(&self) -> bool {
        *self == Self::Base(PERCENT)
    }

    /// Whether it is money.
    #[must_use]
    pub fn is_money(&self) -> bool {
        *self == Self::Base(MONEY)
    }

    /// The base's name, or nothing.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Bare => "",
            Self::Base(base) => base,
            Self::Named(name) => name,
        }
    }
}

/// One word goes on where the other ends: 个 and 个村, 村 and 个村.
fn same_word(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_start_matches('个'), other.trim_start_matches('个'));
    one.starts_with(other) || other.starts_with(one)
}
