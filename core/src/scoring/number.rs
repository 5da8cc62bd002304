//! From exact arithmetic to points.

use rust_decimal::Decimal;

use super::rule_set::ScoreRounding;
use crate::kernel::{Points, Rounding, round};

/// Rounds as the rule set says and keeps within 0..weight: a score lies there, whatever the arithmetic. The
/// full weight is given as it is, for a weight may have more decimals than a score.
pub(super) fn score_of(raw: Decimal, weight: Points, rounding: ScoreRounding) -> Points {
    if raw >= weight.decimal() { weight } else { to_points(raw.max(Decimal::ZERO), rounding).min(weight) }
}

/// Decimals up to which arithmetic on points is exact, whatever was divided on the way.
const EXACT: u32 = 18;

/// Rounds as the rule set says. A third of a point three times is a point: what division cut off far behind the last
/// digit is put right first, or a half would be lost now and then, and under truncation a whole unit.
pub(super) fn to_points(raw: Decimal, rounding: ScoreRounding) -> Points {
    let settled = round(raw, EXACT, Rounding::HalfUp);
    let mut rounded = round(settled, rounding.decimals.min(Points::SCALE), rounding.mode);
    rounded.rescale(Points::SCALE);
    // Beyond the range nothing sensible is left; the nearest bound keeps the sum from wrapping.
    let bound = if raw.is_sign_negative() { i64::MIN } else { i64::MAX };
    Points::from_scaled(i64::try_from(rounded.mantissa()).unwrap_or(bound))
}

/// weight × part ÷ whole, multiplied first so that 3 × 1 ÷ 3 is 1. `None` if `whole` is nothing.
pub(super) fn share(weight: Points, part: Decimal, whole: Decimal) -> Option<Decimal> {
    let weight = weight.decimal();
    weight
        .checked_mul(part)
        .and_then(|product| product.checked_div(whole))
        .or_else(|| part.checked_div(whole).and_then(|share| share.checked_mul(weight)))
}

/// The sum, held at the bound of the range.
pub(super) fn add(one: Points, other: Points) -> Points {
    Points::from_scaled(one.scaled().saturating_add(other.scaled()))
}

/// The difference, held at the bound of the range.
pub(super) fn subtract(one: Points, other: Points) -> Points {
    Points::from_scaled(one.scaled().saturating_sub(other.scaled()))
}
