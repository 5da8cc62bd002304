//! The fiscal year (预算年度).

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// A fiscal year; it runs with the calendar year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct FiscalYear(i32);

/// A number that is no fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fiscal year lies in {}..{}", FiscalYear::MIN, FiscalYear::MAX)]
pub struct YearError;

impl FiscalYear {
    /// The first year that can be named.
    pub const MIN: i32 = 1990;
    /// The last year that can be named.
    pub const MAX: i32 = 2100;

    /// The number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// The end of a day in China, where a deadline that names the day runs out (24:00 Asia/Shanghai).
    #[must_use]
    pub fn end_of_day_in_china(day: NaiveDate) -> Option<DateTime<Utc>> {
        // China has had one zone without daylight saving since 1991, so a fixed offset is the zone.
        let china = FixedOffset::east_opt(8 * 3600)?;
        let midnight = day.succ_opt()?.and_hms_opt(0, 0, 0)?;
        Some(china.from_local_datetime(&midnight).single()?.to_utc())
    }
}

impl TryFrom<i32> for FiscalYear {
    type Error = YearError;
    fn try_from(year: i32) -> Result<Self, YearError> {
        if (Self::MIN..=Self::MAX).contains(&year) { Ok(Self(year)) } else { Err(YearError) }
    }
}

impl From<FiscalYear> for i32 {
    fn from(year: FiscalYear) -> i32 {
        year.0
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
