//! Whether an actual can be held against a target, and as which value. Where it takes a guess, it cannot.

use rust_decimal::Decimal;

use super::direction::{change_in, names_rate};
use super::{Change, Quantity, Unit};

/// Why two quantities cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scoring) enum Incomparable {
    /// Different things are counted.
    Units,
    /// A bare number that may be a share or a percentage.
    Share,
}

/// A bare number this many times off its target is in another unit, more likely than not.
const IMPLAUSIBLE: Decimal = Decimal::ONE_THOUSAND;

/// The actual's value in the base of the target's unit.
pub(in crate::scoring) fn comparable_value(
    target: &Quantity,
    actual: &Quantity,
    name: &str,
) -> Result<Decimal, Incomparable> {
    match (&target.unit, &actual.unit) {
        (Unit::Bare, unit) if unit.is_percent() => {
            // 95 against 98% is meant as 95 % only where the name is that of a rate.
            if names_rate(name) && target.number > Decimal::ONE {
                Ok(actual.value)
            } else {
                Err(Incomparable::Units)
            }
        }
        (unit, Unit::Bare) if unit.is_percent() => bare_percentage(target, actual),
        (Unit::Bare, _) => Ok(actual.value),
        (_, Unit::Bare) => bare_number(target, actual),
        (one, other) if one.comparable(other) && same_per(target, actual) => Ok(actual.value),
        _ => Err(Incomparable::Units),
    }
}

/// `95` against `≥95%` is 95 %. `0.98` may be a share; so may `1.05` where the target is no small one.
fn bare_percentage(target: &Quantity, actual: &Quantity) -> Result<Decimal, Incomparable> {
    let number = actual.number;
    let maybe_share = number > Decimal::ZERO
        && (number <= Decimal::ONE || (number < Decimal::TWO && target.value >= Decimal::TEN));
    if maybe_share || actual.factor != Decimal::ONE {
        return Err(Incomparable::Share);
    }
    actual.number.checked_mul(target.factor).ok_or(Incomparable::Units)
}

/// A bare number takes the target's unit, unless it is far off: 199000 against 20万元 is 元, not 万元.
fn bare_number(target: &Quantity, actual: &Quantity) -> Result<Decimal, Incomparable> {
    if actual.factor != Decimal::ONE {
        return Ok(actual.value);
    }
    let value = actual.number.checked_mul(target.factor).ok_or(Incomparable::Units)?;
    let apart = |great: Decimal, small: Decimal| {
        !small.is_zero() && small.checked_mul(IMPLAUSIBLE).is_some_and(|bound| great.abs() >= bound.abs())
    };
    if apart(value, target.value) || apart(target.value, value) {
        Err(Incomparable::Units)
    } else {
        Ok(value)
    }
}

/// 元/生.年 and 元 are the same where one of them was cut short; 元/人 and 元/亩 are not.
fn same_per(target: &Quantity, actual: &Quantity) -> bool {
    match (&target.per, &actual.per) {
        (Some(one), Some(other)) => one.starts_with(&**other) || other.starts_with(&**one),
        (None, _) | (_, None) => true,
    }
}

/// Whether a rise was not held against a fall. What the target does not say, the indicator's name may.
pub(in crate::scoring) fn changes_agree(target: &Quantity, actual: &Quantity, name: &str) -> bool {
    match (target.change.or_else(|| change_in(name)), actual.change) {
        (_, None) | (None, Some(Change::Up)) => true,
        (Some(wanted), Some(measured)) => wanted == measured,
        (None, Some(Change::Down)) => false,
    }
}
