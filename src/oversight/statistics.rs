//! How scores are distributed: sheets put into groups, and each group counted.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{Points, Ratio};
use jixiao_core::scoring::Grade;

use super::store::Row;
use super::wire::{Band, By, GradeCount, StatisticsRow};

/// Lower bounds of the bands of scores, points.
const SCORES: [i32; 7] = [0, 60, 70, 80, 90, 95, 100];
/// Lower bounds of the bands of execution rates, per cent.
const RATES: [i32; 7] = [0, 50, 60, 70, 80, 90, 100];

/// All points of a sheet.
const FULL: Points = Points::whole(100);
/// Means and medians of points are shown with two decimals.
const POINTS_STEP: i64 = 100;
/// The whole.
const ONE: Ratio = Ratio::from_scaled(1_000_000);
/// A hundredth of it.
const PER_CENT: Ratio = Ratio::from_scaled(10_000);
/// Shares, and means and medians of rates, are shown with four decimals.
const RATE_STEP: i64 = 100;

/// What is counted of one sheet, or of one block of it.
#[derive(Clone, Copy, Debug)]
struct Fact {
    evaluation: i64,
    /// What counts, of 100.
    score: Option<Points>,
    /// What was lost, points.
    loss: Option<Points>,
    rate: Option<Ratio>,
    grade: Option<Grade>,
    /// Whether every point is claimed.
    claims_all: bool,
    unexplained: Option<u32>,
}

/// The sheets of a group.
#[derive(Debug, Default)]
pub struct Group(Vec<Fact>);

/// Puts sheets into groups: by region and supervising department each sheet once, by block each of its blocks.
#[must_use]
pub fn groups(rows: &[Row], by: By) -> BTreeMap<Option<String>, Group> {
    let mut groups: BTreeMap<Option<String>, Group> = BTreeMap::new();
    for row in rows {
        let key = match by {
            By::Region => row.region_code.as_ref().map(|region| region.0.to_string()),
            By::Department => Some(row.parent_code.as_ref().unwrap_or(&row.unit_code).0.to_string()),
            By::Block => {
                for (block, fact) in blocks(row) {
                    groups.entry(Some(block)).or_default().0.push(fact);
                }
                continue;
            }
        };
        groups.entry(key).or_default().0.push(sheet(row));
    }
    groups
}

/// All sheets as one group.
#[must_use]
pub fn whole(rows: &[Row]) -> Group {
    Group(rows.iter().map(sheet).collect())
}

fn sheet(row: &Row) -> Fact {
    let score = row.final_total.map(|total| total.0);
    Fact {
        evaluation: row.evaluation_id,
        score,
        loss: score.and_then(|score| FULL.checked_sub(score)),
        rate: row.execution_rate.map(|rate| rate.0),
        grade: row.grade.as_ref().map(|grade| grade.0),
        claims_all: row.self_total.is_some_and(|total| total.0 == FULL),
        unexplained: row.figures.as_ref().map(|figures| figures.0.unexplained),
    }
}

fn blocks(row: &Row) -> impl Iterator<Item = (String, Fact)> + '_ {
    let blocks = row.figures.iter().flat_map(|figures| &figures.0.blocks);
    blocks.map(|block| {
        let of_full = |score: Points| {
            let part = score.scaled().checked_mul(FULL.scaled())?;
            divided(part, block.weight.scaled(), 1).map(Points::from_scaled)
        };
        let fact = Fact {
            evaluation: row.evaluation_id,
            score: block.final_score.and_then(of_full),
            loss: block.final_score.and_then(|score| block.weight.checked_sub(score)),
            rate: None,
            grade: None,
            claims_all: block.self_score == Some(block.weight),
            unexplained: None,
        };
        (block.block.to_string(), fact)
    })
}

impl Group {
    /// What it comes to.
    #[must_use]
    pub fn counted(self, key: Option<String>, name: Option<String>) -> StatisticsRow {
        let Self(facts) = self;
        let evaluations: BTreeSet<i64> = facts.iter().map(|fact| fact.evaluation).collect();
        let scores = sorted(facts.iter().filter_map(|fact| Some(fact.score?.scaled())));
        let losses = sorted(facts.iter().filter_map(|fact| Some(fact.loss?.scaled())));
        let rates = sorted(facts.iter().filter_map(|fact| Some(fact.rate?.scaled())));
        let points = |value: Option<i64>| value.map(Points::from_scaled);
        let ratio = |value: Option<i64>| value.map(Ratio::from_scaled);
        let claims_all = facts.iter().filter(|fact| fact.claims_all).map(|_| Ratio::scaled(ONE));
        let claims_all = divided(claims_all.sum(), length(&facts), RATE_STEP);
        let explained: Vec<u32> = facts.iter().filter_map(|fact| fact.unexplained).collect();
        let grades = [Grade::Excellent, Grade::Good, Grade::Fair, Grade::Poor].map(|grade| GradeCount {
            grade,
            sheets: facts.iter().filter(|fact| fact.grade == Some(grade)).count(),
        });
        StatisticsRow {
            key,
            name,
            evaluations: evaluations.len(),
            sheets: facts.len(),
            mean_score: points(mean(&scores, POINTS_STEP)),
            median_score: points(median(&scores, POINTS_STEP)),
            mean_loss: points(mean(&losses, POINTS_STEP)),
            score_bands: bands(&scores, SCORES, Points::whole(1).scaled()),
            grades: grades.into(),
            mean_execution_rate: ratio(mean(&rates, RATE_STEP)),
            median_execution_rate: ratio(median(&rates, RATE_STEP)),
            execution_bands: bands(&rates, RATES, PER_CENT.scaled()),
            full_claims_share: ratio(claims_all),
            unexplained_deductions: (!explained.is_empty())
                .then(|| explained.iter().map(|count| u64::from(*count)).sum()),
        }
    }
}

fn sorted(values: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    values
}

fn length<T>(values: &[T]) -> i64 {
    i64::try_from(values.len()).unwrap_or(i64::MAX)
}

/// The quotient, rounded half up to a multiple of `step`; nothing by 0.
fn divided(part: i64, whole: i64, step: i64) -> Option<i64> {
    let whole = whole.checked_mul(step)?;
    let twice = part.checked_mul(2)?.checked_add(whole)?;
    twice.checked_div_euclid(whole.checked_mul(2)?)?.checked_mul(step)
}

fn mean(values: &[i64], step: i64) -> Option<i64> {
    divided(values.iter().sum(), length(values), step)
}

/// The middle one; of an even number the mean of the two in the middle.
fn median(sorted: &[i64], step: i64) -> Option<i64> {
    let last = sorted.len().checked_sub(1)?;
    mean(sorted.get(last / 2..=sorted.len() / 2)?, step)
}

/// How many values lie in each band; its bounds count in `unit`.
fn bands(values: &[i64], bounds: [i32; 7], unit: i64) -> Vec<Band> {
    let above = |bound: i32| values.iter().filter(|value| **value >= i64::from(bound) * unit).count();
    let next = bounds.iter().skip(1).map(|bound| above(*bound)).chain([0]);
    let bands = bounds.iter().zip(next);
    bands.map(|(from, next)| Band { from: *from, sheets: above(*from).saturating_sub(next) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_is_rounded_half_up_to_a_step() {
        assert_eq!(divided(1, 3, 1), Some(0));
        assert_eq!((divided(5, 2, 1), divided(-5, 2, 1)), (Some(3), Some(-2)));
        assert_eq!((divided(949_950, 1, 100), divided(949_949, 1, 100)), (Some(950_000), Some(949_900)));
        assert_eq!(divided(1, 0, 1), None);
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert_eq!(median(&[], 1), None);
        assert_eq!(median(&[90], 1), Some(90));
        assert_eq!(median(&[90, 95], 1), Some(93));
        assert_eq!(median(&[0, 90, 95], 1), Some(90));
    }

    #[test]
    fn a_bound_belongs_to_the_band_above_it() {
        let counted = bands(&[0, 599, 600, 899, 900, 1000, 1000], SCORES, 10);
        let counted: Vec<(i32, usize)> = counted.iter().map(|band| (band.from, band.sheets)).collect();
        assert_eq!(counted, [(0, 2), (60, 1), (70, 0), (80, 1), (90, 1), (95, 0), (100, 2)]);
    }
}
