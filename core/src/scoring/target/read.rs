//! Step 3, read: what was found, as a target or as an actual.

use super::date::DateHit;
use super::fold::fold;
use super::scan::{Scan, scan};
use super::{
    Actual, Bound, Context, Direction, Due, Measure, Measured, Quantity, Sign, Target, Unit, direction,
};

/// What a cell says before anything is looked for in it.
enum Cell {
    Blank,
    Stroke,
    Text(Vec<char>),
}

fn cell(text: &str) -> Cell {
    let folded = fold(text);
    let is = |word: &str| folded.iter().copied().eq(word.chars());
    if folded.is_empty() {
        Cell::Blank
    } else if folded.iter().all(|c| matches!(c, '/' | '\\' | '-'))
        || ["不适用", "N/A", "NA", "n/a"].iter().any(|w| is(w))
    {
        Cell::Stroke
    } else {
        Cell::Text(folded)
    }
}

/// The date that a cell means, if one: the last of a range, or the only one.
fn one_date(dates: &[(DateHit, bool)]) -> Option<DateHit> {
    match dates {
        [(only, _)] | [_, (only, true)] => Some(*only),
        _ => None,
    }
}

impl Target {
    /// Reads a target. Every text is some target: what has no number and no date is qualitative.
    #[must_use]
    pub fn parse(text: &str, context: &Context<'_>) -> Self {
        let folded = match cell(text) {
            Cell::Blank => return Self::Empty,
            Cell::Stroke => return Self::NotApplicable,
            Cell::Text(folded) => folded,
        };
        let Scan { mut measures, dates, denied: _ } = scan(&folded, context).without_bare_years();
        match (measures.len(), dates.as_slice()) {
            (0, []) => Self::Qualitative { several: false },
            (0, dates) => match one_date(dates) {
                // Something that begins on a date has no deadline.
                Some(hit) if hit.after => Self::Qualitative { several: false },
                Some(hit) => Self::ByDate { due: due(hit), amount: None },
                None => Self::Qualitative { several: true },
            },
            (1, dates) => match (measures.pop(), one_date(dates)) {
                (Some(measure), None) if dates.is_empty() => bound(measure, context),
                (Some(Measure { sign, quantity, .. }), Some(hit)) => {
                    let direction = match sign {
                        Some(Sign::AtMost | Sign::Below) => Direction::AtMost,
                        Some(Sign::AtLeast | Sign::Above | Sign::Equal) => Direction::AtLeast,
                        None | Some(Sign::About) => direction::assume(context, &quantity),
                    };
                    Self::ByDate { due: due(hit), amount: Some((direction, Bound { sign, quantity })) }
                }
                _ => Self::Qualitative { several: true },
            },
            (2, []) => match (measures.pop(), measures.pop()) {
                (Some(high), Some(low)) => range(low, high).unwrap_or(Self::Qualitative { several: true }),
                _ => Self::Qualitative { several: true },
            },
            _ => Self::Qualitative { several: true },
        }
    }
}

const fn due(hit: DateHit) -> Due {
    Due { date: hit.date, year: hit.year }
}

fn bound(measure: Measure, context: &Context<'_>) -> Target {
    let Measure { sign, quantity, ranged: _ } = measure;
    let bound = Bound { sign, quantity };
    match sign {
        Some(Sign::AtLeast | Sign::Above) => Target::AtLeast(bound),
        Some(Sign::AtMost | Sign::Below) => Target::AtMost(bound),
        Some(Sign::Equal) => Target::Equal(bound),
        None | Some(Sign::About) => match direction::assume(context, &bound.quantity) {
            Direction::AtLeast => Target::AtLeast(bound),
            Direction::AtMost => Target::AtMost(bound),
        },
    }
}

/// Two numbers are a range if a range mark joins them, or a lower and an upper sign.
fn range(low: Measure, high: Measure) -> Option<Target> {
    let signed = matches!(low.sign, Some(Sign::AtLeast | Sign::Above))
        && matches!(high.sign, Some(Sign::AtMost | Sign::Below));
    if !(high.ranged || signed) {
        return None;
    }
    let (mut low, high) = (low.quantity, high.quantity);
    // In 5-10万元 the unit is written once.
    if low.unit == Unit::Bare {
        low.unit = high.unit.clone();
        if low.factor == rust_decimal::Decimal::ONE {
            low.factor = high.factor;
            low.value = low.number.checked_mul(high.factor)?;
        }
    }
    (low.unit.comparable(&high.unit) && low.value <= high.value).then_some(Target::Range { low, high })
}

impl Actual {
    /// Reads an actual.
    #[must_use]
    pub fn parse(text: &str, context: &Context<'_>) -> Self {
        let folded = match cell(text) {
            Cell::Blank | Cell::Stroke => return Self::Empty,
            Cell::Text(folded) => folded,
        };
        let Scan { measures, dates, denied } = scan(&folded, context).without_bare_years();
        let hit = one_date(&dates);
        if measures.is_empty() && dates.is_empty() {
            return Self::Words;
        }
        Self::Measured(Measured {
            measures,
            date: hit.map(|hit| hit.date),
            before: hit.is_some_and(|hit| hit.before),
            denied,
        })
    }
}

impl Quantity {
    /// Whether only this number stands here, without a unit.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.unit == Unit::Bare
    }
}
