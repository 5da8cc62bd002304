//! Statements on many rows.

use std::collections::BTreeSet;

use jixiao::db::one_of;

#[test]
fn conditions_on_many_have_few_lengths_and_the_same_values() {
    let mut lengths = BTreeSet::new();
    for count in 0..500 {
        let values = one_of(0..count);
        assert_eq!(values.iter().copied().collect::<BTreeSet<_>>(), (0..count).collect());
        lengths.insert(values.len());
    }
    assert_eq!(lengths, BTreeSet::from([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]));
}
