//! The one place that rounds.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// How a rule set rounds a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 四舍五入: half away from zero, as finance bureaus round by hand.
    HalfUp,
    /// 截尾: what does not fit is cut off.
    Truncate,
}

/// Rounds `value` to `decimals`.
#[must_use]
pub fn round(value: Decimal, decimals: u32, rounding: Rounding) -> Decimal {
    let strategy = match rounding {
        Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        Rounding::Truncate => RoundingStrategy::ToZero,
    };
    #[expect(clippy::disallowed_methods, reason = "this is the one place that rounds")]
    value.round_dp_with_strategy(decimals, strategy)
}
