//! What people write into 年度指标值 and 实际完成值, typed.
//!
//! Three steps: a cell is *folded* to one spelling, *scanned* for numbers, dates and signs, and what was
//! found is *read* as a target or an actual. The written text stays the truth; what is read from it can be
//! read again by a better reader.
//!
//! ```
//! use jixiao_core::kernel::FiscalYear;
//! use jixiao_core::scoring::target::{Context, Target};
//!
//! let context = Context { year: FiscalYear::try_from(2023)?, category: None, name: "" };
//! let read = |text| Target::parse(text, &context).to_string();
//! assert_eq!(read("≥60次"), "at_least 60 次");
//! assert_eq!(read("25万人次"), "at_least? 250000 人次");
//! assert_eq!(read("12月底之前完成"), "by 2023-12-31");
//! assert_eq!(read("效果明显"), "qualitative");
//! # Ok::<(), jixiao_core::kernel::YearError>(())
//! ```

mod compare;
mod date;
mod direction;
mod fold;
mod quantity;
mod read;
mod scan;
mod sign;
mod unit;

use std::fmt;

use chrono::NaiveDate;

use super::Category;
use crate::kernel::FiscalYear;
pub(super) use compare::{Incomparable, changes_agree, comparable_value};
pub(crate) use fold::same;
pub use quantity::{Change, Quantity};
pub use sign::Sign;
pub use unit::Unit;

/// What a cell is read against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The fiscal year: what a date without a year means.
    pub year: FiscalYear,
    /// The indicator's category: under cost, less is good; under timeliness, `2023.12` is a month.
    pub category: Option<Category>,
    /// The indicator's name: less is good of 投诉率.
    pub name: &'a str,
}

/// Which side of a target is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is good (≥).
    AtLeast,
    /// Less is good (≤).
    AtMost,
}

impl Direction {
    /// `≥` or `≤`.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => "≥",
            Self::AtMost => "≤",
        }
    }
}

/// A number that is to be reached or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The sign as written; none, or `About`, where the direction was assumed.
    pub sign: Option<Sign>,
    /// The number.
    pub quantity: Quantity,
}

impl Bound {
    /// Whether nobody wrote a direction.
    #[must_use]
    pub const fn is_assumed(&self) -> bool {
        match self.sign {
            None | Some(Sign::About) => true,
            Some(Sign::AtLeast | Sign::Above | Sign::AtMost | Sign::Below | Sign::Equal) => false,
        }
    }
}

/// A day on or before which something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub date: NaiveDate,
    /// The year, if one was written.
    pub year: Option<i32>,
}

/// A target (年度指标值), read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// ≥, >, or assumed to be so.
    AtLeast(Bound),
    /// ≤, <, or assumed to be so.
    AtMost(Bound),
    /// =
    Equal(Bound),
    /// Between two numbers, both included.
    Range {
        /// The lower one.
        low: Quantity,
        /// The upper one.
        high: Quantity,
    },
    /// On or before a date.
    ByDate {
        /// The date.
        due: Due,
        /// What is to be reached by then, if a number stands beside it.
        amount: Option<(Direction, Bound)>,
    },
    /// Words.
    Qualitative {
        /// Words with several numbers: 完成1部宣传片,2套方案.
        several: bool,
    },
    /// `/`, `-`, `不适用`.
    NotApplicable,
    /// Nothing.
    Empty,
}

/// One number of an actual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// A sign, which a measurement should not have.
    pub sign: Option<Sign>,
    /// The number.
    pub quantity: Quantity,
    /// Whether a range mark joins it to the number before.
    pub ranged: bool,
}

/// The numbers and the date of an actual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The numbers, in order.
    pub measures: Vec<Measure>,
    /// The date.
    pub date: Option<NaiveDate>,
    /// Whether the date is a limit (`12月底前`), which a day of completion should not be.
    pub before: bool,
    /// Words say that the number was not reached: 未完成.
    pub denied: bool,
}

/// An actual (实际完成值), read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actual {
    /// Numbers, or a date, or both.
    Measured(Measured),
    /// Words.
    Words,
    /// Nothing, or only `/` or `-`.
    Empty,
}

impl fmt::Display for Target {
    /// The canonical form, in which every way of writing the same target is the same. `?` marks an assumed
    /// direction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write_bound(f, "at_least", bound),
            Self::AtMost(bound) => write_bound(f, "at_most", bound),
            Self::Equal(bound) => write_bound(f, "equal", bound),
            Self::Range { low, high } => write!(f, "range {low} .. {high}"),
            Self::ByDate { due, amount: None } => write!(f, "by {}", due.date),
            Self::ByDate { due, amount: Some((direction, bound)) } => {
                write!(f, "by {} {} {}", due.date, direction.sign(), bound.quantity)
            }
            Self::Qualitative { several: false } => f.write_str("qualitative"),
            Self::Qualitative { several: true } => f.write_str("qualitative several"),
            Self::NotApplicable => f.write_str("not_applicable"),
            Self::Empty => f.write_str("empty"),
        }
    }
}

fn write_bound(f: &mut fmt::Formatter<'_>, word: &str, bound: &Bound) -> fmt::Result {
    let mark = match bound.sign {
        None | Some(Sign::About) => "?",
        Some(Sign::Above | Sign::Below) => " strictly",
        Some(Sign::AtLeast | Sign::AtMost | Sign::Equal) => "",
    };
    write!(f, "{word}{mark} {}", bound.quantity)
}

impl fmt::Display for Actual {
    /// The canonical form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Measured { measures, date, before, denied } = match self {
            Self::Measured(measured) => measured,
            Self::Words => return f.write_str("words"),
            Self::Empty => return f.write_str("empty"),
        };
        let mut gap = "";
        for Measure { sign, quantity, ranged } in measures {
            let sign = match sign {
                None => "",
                Some(Sign::AtLeast) => "≥",
                Some(Sign::Above) => ">",
                Some(Sign::AtMost) => "≤",
                Some(Sign::Below) => "<",
                Some(Sign::Equal) => "=",
                Some(Sign::About) => "≈",
            };
            write!(f, "{gap}{}{sign}{quantity}", if *ranged { ".. " } else { "" })?;
            gap = " ";
        }
        if let Some(date) = date {
            write!(f, "{gap}{}{date}", if *before { "before " } else { "" })?;
            gap = " ";
        }
        if *denied { write!(f, "{gap}denied") } else { Ok(()) }
    }
}
