//! What a preview costs beside the least that any service would do with the same bundle: read the JSON and write the
//! answer. What lies between is checking every row against the document, scoring, cross-checks and words.
#![expect(clippy::expect_used, reason = "a bench that cannot read its data has failed")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jixiao::http::Schemas;
use jixiao::imports::{bundle, offline};
use jixiao::previews::run::preview;
use jixiao::{app, demo};
use jixiao_core::kernel::Lang;
use jixiao_core::scoring::RuleSet;
use serde_json::Value;

fn read() -> bundle::Bundle {
    let value: Value = serde_json::from_str(black_box(demo::REPORT)).expect("the report is JSON");
    bundle::read(value).expect("the report is a bundle")
}

fn benches(criterion: &mut Criterion) {
    let schemas = Schemas::of_document(&app::openapi());
    let rules = RuleSet::preset("mof-2020").expect("the default rule set comes with the program");
    let answer = preview(&schemas, read(), rules, Lang::Zh).expect("the report has no row that is wrong");
    let mut group = criterion.benchmark_group("preview of the real report");
    group.bench_function("read and write JSON only", |bencher| {
        bencher.iter(|| {
            let bundle = read();
            (bundle.rows.len(), serde_json::to_vec(black_box(&answer)).expect("an answer is JSON").len())
        });
    });
    group.bench_function("read and check rows", |bencher| {
        bencher.iter(|| offline::forms(&schemas, read()).expect("it was right before"));
    });
    group.bench_function("whole", |bencher| {
        bencher.iter(|| {
            let answer = preview(&schemas, read(), rules, Lang::Zh).expect("it was right before");
            serde_json::to_vec(&answer).expect("an answer is JSON").len()
        });
    });
    group.finish();
}

criterion_group!(preview_benches, benches);
criterion_main!(preview_benches);
