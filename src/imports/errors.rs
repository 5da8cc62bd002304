//! The errors of an import: however many there are, their number is true, and memory is bounded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::report::RowError;
use crate::tables::Collection;

/// Errors that are kept: whoever has more of them has another file.
pub const MOST_KEPT: usize = 50_000;

/// A row: its collection, file, sheet and number.
type Place = (&'static str, Option<String>, Option<String>, usize);

/// What is wrong with the rows of an import: all of it is counted, the first 50,000 are kept.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    kept: Vec<RowError>,
    /// The last that was only counted.
    beyond: Option<Box<RowError>>,
    count: usize,
    /// How many each row has.
    rows: BTreeMap<Place, usize>,
    /// Where many are judged at once: how many all of them may still keep.
    allowance: Option<Allowance>,
}

/// How many errors may still be kept, by all who judge side by side.
#[derive(Clone, Debug)]
pub struct Allowance(Arc<AtomicUsize>);

impl Default for Allowance {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(MOST_KEPT)))
    }
}

impl Allowance {
    fn is_left(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

impl Errors {
    /// None yet, of one of many who judge side by side.
    #[must_use]
    pub fn sharing(allowance: &Allowance) -> Self {
        Self { allowance: Some(allowance.clone()), ..Self::default() }
    }

    /// Takes an error down. A cell that could not be read breaks several rules, and is told once.
    pub fn push(&mut self, error: RowError) {
        if self.beyond.as_deref().or(self.kept.last()) == Some(&error) {
            return;
        }
        let source = &error.source;
        let place = (error.collection, source.file.clone(), source.sheet.clone(), error.row);
        *self.rows.entry(place).or_default() += 1;
        self.count += 1;
        if self.kept.len() < MOST_KEPT && self.allowance.as_ref().is_none_or(Allowance::is_left) {
            self.kept.push(error);
        } else {
            self.beyond = Some(Box::new(error));
        }
    }

    /// Takes down what another has, which is about other rows.
    pub fn add(&mut self, other: &Self) {
        let room = MOST_KEPT.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.iter().take(room).cloned());
        self.count += other.count;
        for (place, count) in &other.rows {
            *self.rows.entry(place.clone()).or_default() += count;
        }
    }

    /// The first 50,000.
    #[must_use]
    pub fn kept(&self) -> &[RowError] {
        &self.kept
    }

    /// The same, to be added to.
    pub fn kept_mut(&mut self) -> &mut [RowError] {
        &mut self.kept
    }

    /// The first 50,000, without the rest.
    #[must_use]
    pub fn into_kept(self) -> Vec<RowError> {
        self.kept
    }

    /// How many there are in all.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// How many rows have one.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many are only counted.
    #[must_use]
    pub const fn more(&self) -> usize {
        self.count.saturating_sub(self.kept.len())
    }

    /// Forgets what is wrong with rows of these collections.
    pub fn leave_out(&mut self, collections: &[Collection]) {
        let stays = |name: &str| collections.iter().all(|left_out| left_out.as_str() != name);
        self.kept.retain(|error| stays(error.collection));
        self.rows.retain(|(collection, ..), _| stays(collection));
        self.count = self.rows.values().sum();
    }
}

impl Extend<RowError> for Errors {
    fn extend<I: IntoIterator<Item = RowError>>(&mut self, errors: I) {
        errors.into_iter().for_each(|error| self.push(error));
    }
}

impl FromIterator<RowError> for Errors {
    fn from_iter<I: IntoIterator<Item = RowError>>(errors: I) -> Self {
        let mut all = Self::default();
        all.extend(errors);
        all
    }
}

impl From<Vec<RowError>> for Errors {
    fn from(errors: Vec<RowError>) -> Self {
        errors.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::FieldError;
    use crate::imports::bundle::of_file;
    use crate::tables::read::Flaw;

    fn error(collection: &'static str, row: usize, code: &'static str) -> RowError {
        let flaw = Flaw::new(row, FieldError::new("", code, "错", "wrong"));
        RowError { collection, ..of_file(&std::sync::Arc::default(), flaw) }
    }

    #[test]
    fn all_are_counted_and_so_many_are_kept() {
        let mut errors: Errors = (0..MOST_KEPT + 7).map(|row| error("indicators", row, "one")).collect();
        errors.extend([error("indicators", MOST_KEPT + 6, "one"), error("indicators", 3, "two")]);
        assert_eq!((errors.count(), errors.more()), (MOST_KEPT + 8, 8), "the same is not told twice");
        assert_eq!((errors.rows(), errors.kept().len()), (MOST_KEPT + 7, MOST_KEPT));
        errors.extend((0..5).map(|row| error("units", row, "one")));
        errors.leave_out(&[Collection::Units, Collection::Years]);
        assert_eq!((errors.count(), errors.rows()), (MOST_KEPT + 8, MOST_KEPT + 7));
        errors.leave_out(&[Collection::Indicators]);
        assert!(errors.is_empty() && errors.kept().is_empty());
    }

    #[test]
    fn many_who_judge_side_by_side_keep_no_more_between_them() {
        let allowance = Allowance::default();
        let mut all = Errors::default();
        for form in 0..3 {
            let mut mine = Errors::sharing(&allowance);
            mine.extend((0..20_000).map(|row| error("indicators", form * 20_000 + row, "one")));
            assert_eq!((mine.count(), mine.kept().len()), (20_000, if form < 2 { 20_000 } else { 10_000 }));
            all.add(&mine);
        }
        assert_eq!((all.count(), all.rows(), all.kept().len()), (60_000, 60_000, MOST_KEPT));
    }
}
