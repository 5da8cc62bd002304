//! Exact numbers: fixed-scale integers that cross the wire as decimal strings.
//!
//! A bare decimal column is a float on SQLite and a JSON number is a float in most clients; an amount that
//! went through either is no longer the amount on the form. So each quantity counts its own smallest unit in
//! an `i64`, and its text is read and written here only.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not a number of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not digits with at most one decimal point (no exponent, no thousands separator, no sign `+`).
    #[error("not a plain decimal number")]
    Malformed,
    /// More decimals than the quantity can hold exactly.
    #[error("more than {max} decimals")]
    TooPrecise {
        /// The number of decimals that fit.
        max: u32,
    },
    /// Beyond the range that is stored.
    #[error("out of range")]
    OutOfRange,
}

/// Reads plain decimal text as a count of `10^-scale`, exactly or not at all.
fn parse_scaled(text: &str, scale: u32, max_integer_digits: usize) -> Result<i64, NumberError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (integer, fraction) = match digits.split_once('.') {
        Some((_, "")) => return Err(NumberError::Malformed),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if integer.is_empty() || !all_digits(integer) || !all_digits(fraction) {
        return Err(NumberError::Malformed);
    }
    let integer = integer.trim_start_matches('0');
    if integer.len() > max_integer_digits {
        return Err(NumberError::OutOfRange);
    }
    let significant = fraction.trim_end_matches('0');
    let width = usize::try_from(scale).unwrap_or(usize::MAX);
    if significant.len() > width {
        return Err(NumberError::TooPrecise { max: scale });
    }
    let scaled = format!("{integer}{significant:0<width$}");
    let count = if scaled.is_empty() { 0 } else { scaled.parse().map_err(|_| NumberError::OutOfRange)? };
    Ok(if negative { -count } else { count })
}

/// Writes a count of `10^-scale` with at least `min_decimals` decimals and no further trailing zeros.
fn format_scaled(count: i64, scale: u32, min_decimals: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if count < 0 { "-" } else { "" };
    let width = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0>1$}", count.unsigned_abs(), width + 1);
    let (integer, fraction) = digits.split_at(digits.len() - width);
    let significant = fraction.trim_end_matches('0').len().max(min_decimals.min(width));
    match fraction.get(..significant) {
        Some(kept) if !kept.is_empty() => write!(f, "{sign}{integer}.{kept}"),
        _ => write!(f, "{sign}{integer}"),
    }
}

/// Everything the three quantities share; they differ in unit, scale and printed form.
macro_rules! fixed_scale {
    ($name:ident, scale: $scale:literal, min_decimals: $min:literal, integer_digits: $digits:literal) => {
        impl $name {
            /// Decimals that are kept exactly.
            pub const SCALE: u32 = $scale;
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// From a count of the smallest unit, as a database column holds it.
            #[must_use]
            pub const fn from_scaled(count: i64) -> Self {
                Self(count)
            }

            /// The count of the smallest unit.
            #[must_use]
            pub const fn scaled(self) -> i64 {
                self.0
            }

            /// The exact value as a decimal.
            #[must_use]
            pub fn decimal(self) -> Decimal {
                Decimal::new(self.0, Self::SCALE)
            }

            /// The value of `decimal` if it is in range and needs no more than [`Self::SCALE`] decimals.
            #[must_use]
            pub fn from_decimal(decimal: Decimal) -> Option<Self> {
                decimal.normalize().to_string().parse().ok()
            }

            /// The sum, or `None` beyond the range.
            #[must_use]
            pub const fn checked_add(self, other: Self) -> Option<Self> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// The difference, or `None` beyond the range.
            #[must_use]
            pub const fn checked_sub(self, other: Self) -> Option<Self> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Some(Self(difference)),
                    None => None,
                }
            }
        }

        impl FromStr for $name {
            type Err = NumberError;
            fn from_str(text: &str) -> Result<Self, NumberError> {
                parse_scaled(text, $scale, $digits).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                format_scaled(self.0, $scale, $min, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// An amount of money, exact to 0.01 元 (a hundredth of a yuan, 分).
///
/// Written in 万元 (ten thousand yuan) with two to six decimals: `1013.19`, `207.4538`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);
fixed_scale!(Money, scale: 6, min_decimals: 2, integer_digits: 12);

impl Money {
    /// Reads an amount stated in 元 with at most two decimals: `387664.62` is 38.766462 万元.
    pub fn parse_yuan(text: &str) -> Result<Self, NumberError> {
        parse_scaled(text, 2, 16).map(Self)
    }
}

/// Points: a weight (分值) or a score (得分), exact to 0.0001.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i64);
fixed_scale!(Points, scale: 4, min_decimals: 0, integer_digits: 6);

impl Points {
    /// A whole number of points.
    #[must_use]
    pub const fn whole(points: i32) -> Self {
        // Lossless: i32 always fits i64, and `From` is not const.
        #[expect(clippy::as_conversions, reason = "widening in a const fn")]
        Self(points as i64 * 10_000)
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        Self(points.map(|p| p.0).sum())
    }
}

/// An area in ㎡, exact to 0.01 (规模 of a building).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area(i64);
fixed_scale!(Area, scale: 2, min_decimals: 0, integer_digits: 10);

/// A ratio such as the execution rate (预算执行率), exact to a millionth: `1` is 100 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(i64);
fixed_scale!(Ratio, scale: 6, min_decimals: 0, integer_digits: 12);

impl Ratio {
    /// `part ÷ whole` rounded half up to a millionth, or `None` when the whole is zero or the result does
    /// not fit.
    #[must_use]
    pub fn of(part: Decimal, whole: Decimal) -> Option<Self> {
        let ratio = part.checked_div(whole)?;
        Self::from_decimal(super::round(ratio, Self::SCALE, super::Rounding::HalfUp))
    }

    /// As a percentage with at most two decimals: `95.10%` is written `95.1%`.
    #[must_use]
    pub fn percent(self) -> String {
        let percent = self.decimal().checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default();
        format!("{}%", super::round(percent, 2, super::Rounding::HalfUp).normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_every_digit() {
        for (text, printed) in [
            ("0", "0.00"),
            ("373", "373.00"),
            ("1013.19", "1013.19"),
            ("207.4538", "207.4538"),
            ("38.766462", "38.766462"),
            ("-0.000001", "-0.000001"),
            ("999999999999.999999", "999999999999.999999"),
            ("00012.50", "12.50"),
        ] {
            assert_eq!(text.parse::<Money>().unwrap().to_string(), printed);
        }
        assert_eq!(Money::parse_yuan("387664.62").unwrap().to_string(), "38.766462");
    }

    #[test]
    fn what_is_no_number_is_refused_not_guessed() {
        for text in ["", "-", ".5", "5.", "1e3", "+1", "1,250", " 1", "１２", "0x10", "1.2.3", "NaN"] {
            assert_eq!(text.parse::<Money>(), Err(NumberError::Malformed), "{text:?}");
        }
        assert_eq!("0.0000001".parse::<Money>(), Err(NumberError::TooPrecise { max: 6 }));
        assert_eq!("1000000000000".parse::<Money>(), Err(NumberError::OutOfRange));
        assert_eq!("9.12345".parse::<Points>(), Err(NumberError::TooPrecise { max: 4 }));
    }

    #[test]
    fn points_print_without_padding() {
        assert_eq!(Points::whole(99).to_string(), "99");
        assert_eq!("9.5000".parse::<Points>().unwrap().to_string(), "9.5");
        assert_eq!(Ratio::of(Decimal::from(136), Decimal::from(143)).unwrap().percent(), "95.1%");
    }
}
