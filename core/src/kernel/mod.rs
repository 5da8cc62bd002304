//! Words of the domain that everything else is said in.

mod clock;
mod codes;
mod diff;
mod fixed;
mod lang;
mod rounding;
mod year;

pub use clock::{Clock, ManualClock, SystemClock};
pub use codes::{CodeError, ProjectCode, RegionCode, UnitCode};
pub use diff::{Difference, differences};
pub use fixed::{Area, Money, NumberError, Points, Ratio};
pub use lang::{Lang, Text};
pub use rounding::{Rounding, round};
pub use year::{FiscalYear, YearError};
