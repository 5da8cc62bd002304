//! Chance that can be had again: splitmix64.

use jixiao_core::kernel::Points;

/// Numbers that look random and are the same for the same seed and place.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one place: what is made there does not depend on what was made before.
    #[must_use]
    pub fn at(seed: u64, place: &[u64]) -> Self {
        place
            .iter()
            .fold(Self(seed), |mut dice, step| Self(dice.next() ^ step.wrapping_mul(0xd1b5_4a32_d192_ed03)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let sides = u64::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(1).max(1);
        low.saturating_add(i64::try_from(self.next() % sides).unwrap_or_default())
    }

    /// True in so many of a thousand cases.
    pub fn permille(&mut self, cases: i64) -> bool {
        self.between(0, 999) < cases
    }

    /// One of these; nothing of none.
    pub fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let last = i64::try_from(from.len()).unwrap_or(1) - 1;
        let place = usize::try_from(self.between(0, last)).unwrap_or_default();
        from.get(place).copied().unwrap_or_default()
    }

    /// So many different ones of these, in their order, beginning anywhere.
    pub fn some<'a, T>(&mut self, from: &'a [T], count: usize) -> impl Iterator<Item = &'a T> {
        let skipped = usize::try_from(self.between(0, 1_000)).unwrap_or_default() % from.len().max(1);
        from.iter().cycle().skip(skipped).take(count.min(from.len()))
    }

    /// Whole points in so many shares of at least one.
    pub fn shares(&mut self, total: i32, count: usize) -> Vec<Points> {
        let count = i32::try_from(count).unwrap_or(1).max(1);
        let even = total / count;
        let mut shares: Vec<i32> = (0..count).map(|place| even + i32::from(place < total % count)).collect();
        for pair in shares.chunks_exact_mut(2) {
            if let [one, other] = pair {
                let moved = i32::try_from(self.between(0, i64::from(*one / 2))).unwrap_or_default();
                (*one, *other) = (*one - moved, *other + moved);
            }
        }
        shares.into_iter().map(Points::whole).collect()
    }
}
