//! Numbers with their units.

use std::fmt;

use rust_decimal::Decimal;

use super::unit::{self, Unit};

/// A rise or a fall that a number measures: 提升5%, 下降5%.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// 提升, 增长.
    Up,
    /// 下降, 减少.
    Down,
}

/// A number with its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The number as written: 25 in `25万人次`.
    pub number: Decimal,
    /// What one of it is in the base of its unit: 10000 in `25万人次`.
    pub factor: Decimal,
    /// The unit's base.
    pub unit: Unit,
    /// 每…, /…: what it is counted for.
    pub per: Option<Box<str>>,
    /// A rise or a fall.
    pub change: Option<Change>,
    /// Number and unit as written, for people.
    pub text: String,
    /// number × factor: what is compared.
    pub(super) value: Decimal,
}

impl Quantity {
    /// The number in the base of its unit.
    #[must_use]
    pub const fn value(&self) -> Decimal {
        self.value
    }
}

impl fmt::Display for Quantity {
    /// The canonical form: value and base unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value.normalize())?;
        match self.unit {
            Unit::Bare => {}
            Unit::Base(_) | Unit::Named(_) => write!(f, " {}", self.unit.name())?,
        }
        if let Some(per) = &self.per {
            write!(f, "/{per}")?;
        }
        match self.change {
            Some(Change::Up) => f.write_str(" up"),
            Some(Change::Down) => f.write_str(" down"),
            None => Ok(()),
        }
    }
}

/// Reads the digits at `from`: thousands separators and one decimal point, which may stand in front. More digits than
/// an exact number holds are no number.
pub(super) fn digits_at(chars: &[char], from: usize) -> Option<(Decimal, usize)> {
    let mut mantissa: i64 = 0;
    let mut decimals: Option<u32> = None;
    let mut place = from;
    loop {
        let c = chars.get(place).copied();
        match c.and_then(|c| c.to_digit(10)) {
            Some(digit) => {
                mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(digit))?;
                if let Some(count) = &mut decimals {
                    *count += 1;
                }
            }
            None if c == Some('.') && decimals.is_none() && (place > from || is_digit(chars, place + 1)) => {
                decimals = Some(0);
            }
            None if c == Some(',') && decimals.is_none() && groups_of_three(chars, from, place) => {}
            None => break,
        }
        place += 1;
    }
    let decimals = decimals.unwrap_or(0);
    (place > from && decimals <= 18).then(|| (Decimal::new(mantissa, decimals), place))
}

/// Whether a digit stands at `place`.
pub(super) fn is_digit(chars: &[char], place: usize) -> bool {
    chars.get(place).is_some_and(char::is_ascii_digit)
}

/// Whether the comma at `place` separates thousands: one to three digits before the first one, and exactly
/// three behind it.
fn groups_of_three(chars: &[char], from: usize, place: usize) -> bool {
    let count = |digits: &[char]| digits.iter().take_while(|c| c.is_ascii_digit()).count();
    let first = count(chars.get(from..place).unwrap_or_default());
    let behind = count(chars.get(place + 1..).unwrap_or_default());
    (1..=3).contains(&first) && behind == 3
}

/// 百分之九十八: the part behind 百分之, in Chinese numerals up to a hundred.
pub(super) fn chinese_numeral_at(chars: &[char], from: usize) -> Option<(Decimal, usize)> {
    let mut place = from;
    let mut total = 0;
    let mut pending: Option<i64> = None;
    while let Some(c) = chars.get(place) {
        match "零一二三四五六七八九".chars().position(|digit| digit == *c) {
            Some(digit) => pending = i64::try_from(digit).ok(),
            None if *c == '两' => pending = Some(2),
            None if *c == '十' => total += pending.take().unwrap_or(1) * 10,
            None if *c == '百' => total += pending.take().unwrap_or(1) * 100,
            None => break,
        }
        place += 1;
        if place - from > 5 {
            return None;
        }
    }
    (place > from).then(|| (Decimal::from(total + pending.unwrap_or(0)), place))
}

/// Puts a quantity together, unless the product leaves the exact range.
pub(super) fn assemble(
    number: Decimal,
    hit: unit::UnitHit,
    per: Option<Box<str>>,
    change: Option<Change>,
    text: String,
) -> Option<Quantity> {
    let value = number.checked_mul(hit.factor)?;
    Some(Quantity { number, factor: hit.factor, unit: hit.unit, per, change, text, value })
}
