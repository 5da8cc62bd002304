//! Counts what a rule set would change.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jixiao_core::kernel::Points;
use jixiao_core::scoring::Grade;

use super::wire::{AffectedSheet, GradeChange, SimulatedBand, SimulatedGrade};

/// Where the bands of final totals begin, in points.
const BANDS: [i32; 7] = [0, 60, 70, 80, 90, 95, 100];

/// Sheets that are shown one by one.
const SHOWN: usize = 20;

/// A sheet's final total and grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// 最终总分.
    pub total: Option<Points>,
    /// 等级.
    pub grade: Option<Grade>,
}

/// The standings of many sheets.
#[derive(Debug, Default)]
struct Distribution {
    grades: BTreeMap<Option<Grade>, u64>,
    bands: [u64; BANDS.len()],
    /// Wide enough for any number of sheets.
    sum: i128,
    count: u64,
}

impl Distribution {
    fn add(&mut self, standing: Standing) {
        *self.grades.entry(standing.grade).or_default() += 1;
        let Some(total) = standing.total else { return };
        let place = BANDS.iter().rposition(|from| total >= Points::whole(*from)).unwrap_or_default();
        if let Some(band) = self.bands.get_mut(place) {
            *band += 1;
        }
        self.sum += i128::from(total.scaled());
        self.count += 1;
    }

    fn of(&self, grade: Option<Grade>) -> u64 {
        self.grades.get(&grade).copied().unwrap_or_default()
    }

    /// Half up, to two decimals.
    fn mean(&self) -> Option<Points> {
        const CENT: i128 = 100;
        let count = i128::from(self.count).checked_mul(CENT)?;
        let cents = self.sum.checked_mul(2)?.checked_add(count)?.checked_div(count.checked_mul(2)?)?;
        cents.checked_mul(CENT)?.try_into().ok().map(Points::from_scaled)
    }
}

/// Everything that is counted of a simulation.
#[derive(Debug, Default)]
pub struct Tally {
    evaluations: u64,
    sheets: u64,
    changed: u64,
    before: Distribution,
    after: Distribution,
    changes: BTreeMap<(Option<Grade>, Option<Grade>), u64>,
    affected: Vec<AffectedSheet>,
}

impl Tally {
    /// Counts an evaluation.
    pub fn evaluation(&mut self) {
        self.evaluations += 1;
    }

    /// Counts a sheet; `named` tells which one it is, should it be shown.
    pub fn sheet(
        &mut self,
        before: Standing,
        after: Standing,
        named: impl FnOnce(Points, Points) -> AffectedSheet,
    ) {
        self.sheets += 1;
        self.before.add(before);
        self.after.add(after);
        if before.grade != after.grade {
            *self.changes.entry((before.grade, after.grade)).or_default() += 1;
        }
        if before.total != after.total {
            self.changed += 1;
            if let (Some(from), Some(to)) = (before.total, after.total) {
                self.affected.push(named(from, to));
                if self.affected.len() >= 50 * SHOWN {
                    self.keep_the_most_affected();
                }
            }
        }
    }

    /// Takes in what another has counted.
    pub fn merge(&mut self, other: Self) {
        let Self { evaluations, sheets, changed, before, after, changes, affected } = other;
        self.evaluations += evaluations;
        self.sheets += sheets;
        self.changed += changed;
        for (own, more) in [(&mut self.before, before), (&mut self.after, after)] {
            for (grade, count) in more.grades {
                *own.grades.entry(grade).or_default() += count;
            }
            for (band, count) in own.bands.iter_mut().zip(more.bands) {
                *band += count;
            }
            own.sum += more.sum;
            own.count += more.count;
        }
        for (change, count) in changes {
            *self.changes.entry(change).or_default() += count;
        }
        self.affected.extend(affected);
        self.keep_the_most_affected();
    }

    /// By how much, then by name: the same sheets each time.
    fn keep_the_most_affected(&mut self) {
        self.affected.sort_by_cached_key(|one| {
            let difference = one.after.scaled().abs_diff(one.before.scaled());
            (Reverse(difference), one.unit_code.clone(), one.sheet, one.code.clone())
        });
        self.affected.truncate(SHOWN);
    }

    /// The parts of the answer.
    #[must_use]
    pub fn shown(mut self) -> Shown {
        self.keep_the_most_affected();
        Shown {
            evaluations: self.evaluations,
            sheets: self.sheets,
            changed: self.changed,
            mean_before: self.before.mean(),
            mean_after: self.after.mean(),
            bands: BANDS
                .iter()
                .zip(self.before.bands.into_iter().zip(self.after.bands))
                .map(|(from, (before, after))| SimulatedBand { from: Points::whole(*from), before, after })
                .collect(),
            grades: Grade::ALL
                .iter()
                .copied()
                .map(Some)
                .chain([None])
                .map(|grade| SimulatedGrade {
                    grade,
                    before: self.before.of(grade),
                    after: self.after.of(grade),
                })
                .collect(),
            grade_changes: self
                .changes
                .into_iter()
                .map(|((from, to), sheets)| GradeChange { from, to, sheets })
                .collect(),
            most_affected: self.affected,
        }
    }
}

/// What was counted, as it is shown.
#[derive(Debug)]
#[expect(missing_docs, reason = "the members of the answer, under their names")]
pub struct Shown {
    pub evaluations: u64,
    pub sheets: u64,
    pub changed: u64,
    pub mean_before: Option<Points>,
    pub mean_after: Option<Points>,
    pub bands: Vec<SimulatedBand>,
    pub grades: Vec<SimulatedGrade>,
    pub grade_changes: Vec<GradeChange>,
    pub most_affected: Vec<AffectedSheet>,
}
