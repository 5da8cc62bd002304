//! What the scoring engine promises in speed: a bundle of twelve indicators in well under 50 µs.
#![expect(clippy::expect_used, reason = "a bench that cannot read its data has failed")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jixiao_core::kernel::{Lang, Text};
use jixiao_core::scoring::{RuleSet, score};

#[path = "../core/tests/support/mod.rs"]
mod support;

fn benches(criterion: &mut Criterion) {
    let rules = RuleSet::preset("mof-2020").expect("the default rule set comes with the program");
    for name in ["junshan_department_2023", "jishan_health_2021"] {
        let sheet = support::named(name);
        let rows = sheet.indicators.len();
        criterion.bench_function(&format!("score {rows} indicators ({name})"), |bencher| {
            bencher.iter(|| score(black_box(&sheet), black_box(rules)));
        });
    }
    let card = score(&support::named("junshan_department_2023"), rules);
    criterion.bench_function("explain 12 indicators in Chinese", |bencher| {
        bencher.iter(|| {
            let words = |text: &dyn Text| text.text(Lang::Zh).len();
            black_box(&card).indicators.iter().map(|row| words(&row.explanation)).sum::<usize>()
        });
    });
}

criterion_group!(score_benches, benches);
criterion_main!(score_benches);
