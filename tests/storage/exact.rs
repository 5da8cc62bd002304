//! Not a digit is lost: every quantity goes into the database and comes out as the same text.

use jixiao::base_data::entity::Model as BaseData;
use jixiao::budgets::entity::Model as Budget;
use jixiao::evaluations::{Part, part};
use jixiao::indicators::entity::Model as Indicator;
use jixiao::narratives::entity::Model as Narrative;
use jixiao::projects::entity::Model as Project;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::support::{database, open, seeded};

/// Cases of one run; each goes through the real database.
const CASES: u32 = 48;

fn amount() -> impl Strategy<Value = Value> {
    let edges = [
        "0.00",
        "0.000001",
        "-0.000001",
        "999999999999.999999",
        "-999999999999.999999",
        "9007199254.740993",
        "0.30",
    ];
    let any = (any::<bool>(), 0_u64..1_000_000_000_000, 0_u32..1_000_000).prop_map(
        |(negative, whole, fraction)| {
            format!("{}{whole}.{fraction:06}", if negative { "-" } else { "" })
                .parse::<jixiao_core::kernel::Money>()
                .unwrap()
                .to_string()
        },
    );
    prop_oneof![1 => Just(Value::Null), 2 => proptest::sample::select(edges.to_vec()).prop_map(|text| json!(text)), 4 => any.prop_map(Value::from)]
}

fn points() -> impl Strategy<Value = Value> {
    let any = (0_u32..1_000_000, 0_u32..10_000).prop_map(|(whole, fraction)| {
        format!("{whole}.{fraction:04}").parse::<jixiao_core::kernel::Points>().unwrap().to_string()
    });
    prop_oneof![1 => Just(Value::Null), 4 => any.prop_map(Value::from)]
}

/// What people write: any characters but NUL, which PostgreSQL does not store.
fn words() -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(Value::Null), 4 => "[^\u{0}]{0,40}".prop_map(Value::from), 1 => Just(json!("≥60次　\u{202e}𠮷🏛️é"))]
}

fn amounts() -> impl Strategy<Value = Value> {
    (amount(), amount(), amount()).prop_map(
        |(initial, annual, executed)| json!({ "initial": initial, "annual": annual, "executed": executed }),
    )
}

fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn form() -> impl Strategy<Value = [Value; 5]> {
    let owner = || json!({ "unit": "219001", "year": 2023 });
    let budget = (points(), points(), amounts(), amounts(), amounts(), amount(), words()).prop_map(move |(w, s, total, source, nature, public, goal)| {
        with(owner(), json!({ "weight": w, "self_score": s, "total": total, "sources": [with(source, json!({ "source": "other" }))],
            "natures": [with(nature, json!({ "nature": "basic" }))], "basic_detail": { "public": public }, "goal_actual": goal, "reported_total": w }))
    });
    let base = (amount(), amount(), 0_u64..1_000_000_000_000).prop_map(move |(a, b, area)| {
        let area = format!("{}.{:02}", area / 100, area % 100)
            .parse::<jixiao_core::kernel::Area>()
            .unwrap()
            .to_string();
        with(
            owner(),
            json!({ "expenses": [{ "item": "public", "prior_final": a, "budget": b, "final": a }],
            "buildings": [{ "approved_area": area, "budget_investment": b }] }),
        )
    });
    let project = (points(), amounts(), words()).prop_map(move |(w, total, words)| {
        with(
            owner(),
            json!({ "code": "P01", "name": "项目", "weight": w, "total": total, "goal_expected": words }),
        )
    });
    let indicator = (points(), points(), words(), words()).prop_map(move |(w, s, target, actual)| {
        with(owner(), json!({ "seq": 1, "level1": "产出", "level2": "数量", "name": "指标", "weight": w, "self_score": s, "target": target, "actual": actual }))
    });
    let narrative =
        words().prop_map(move |words| with(owner(), json!({ "sections": { "problems": words } })));
    (budget, base, project, indicator, narrative).prop_map(|(a, b, c, d, e)| [a, b, c, d, e])
}

/// Writes an input as a new row or over the old one, reads it back, and compares the texts.
async fn round_trip<P: Part>(db: &jixiao::db::Db, value: &Value) {
    let input: P::Input = serde_json::from_value(value.clone()).unwrap();
    let text = serde_json::to_string(&input).unwrap();
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    let evaluation = open(&mut work).await;
    let siblings = P::siblings(work.conn(), evaluation.id).await.unwrap();
    let stored = part::all::<P>(work.conn(), evaluation.id).await.unwrap();
    match stored.first() {
        Some(row) => drop(part::update(&mut work, &evaluation, row, &siblings, input).await.unwrap()),
        None => drop(part::insert::<P>(&mut work, &evaluation, &siblings, input).await.unwrap()),
    }
    work.commit().await.unwrap();
    let rows = part::all::<P>(db.reader(), evaluation.id).await.unwrap();
    let read = serde_json::to_string(&rows[0].input(&evaluation, &siblings)).unwrap();
    assert_eq!(read, text);
    for member in value.as_object().unwrap() {
        let read: Value = serde_json::from_str(&read).unwrap();
        if member.1.is_string() || member.1.is_null() {
            assert_eq!(&read[member.0], member.1, "{}", member.0);
        }
    }
}

#[test]
fn every_quantity_and_every_text_comes_back_as_it_went_in() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_place, db) = runtime.block_on(database());
    runtime.block_on(seeded(&db));
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(
        Config { cases: CASES, failure_persistence: None, ..Config::default() },
        seed,
    );
    let outcome = runner.run(&form(), |[budget, base, project, indicator, narrative]| {
        runtime.block_on(async {
            round_trip::<Budget>(&db, &budget).await;
            round_trip::<BaseData>(&db, &base).await;
            round_trip::<Project>(&db, &project).await;
            round_trip::<Indicator>(&db, &indicator).await;
            round_trip::<Narrative>(&db, &narrative).await;
        });
        Ok(())
    });
    outcome.unwrap();
}
