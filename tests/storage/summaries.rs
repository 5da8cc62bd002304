//! What lists read is what scoring the stored form anew would say, whatever was written before.

use jixiao::base_data::entity::Model as BaseData;
use jixiao::budgets::entity::Model as Budget;
use jixiao::db::{Db, Int};
use jixiao::evaluations::entity::{Entity as Evaluations, Model as Evaluation};
use jixiao::evaluations::summary_entity::{Column, Entity as Summaries};
use jixiao::evaluations::{Part, part};
use jixiao::indicators::entity::Model as Indicator;
use jixiao::projects::entity::Model as Project;
use jixiao::scores::assemble::score_form;
use jixiao::scores::figures;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sea_orm::{ColumnTrait, ConnectionTrait as _, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::support::{database, open, seeded};

/// One write, or several in one unit of work.
#[derive(Clone, Debug)]
enum Step {
    Budget(u32, u32),
    BaseData(u32),
    Project(u8, u32),
    Indicator { of: Option<u8>, seq: u8, weight: u32, score: Option<u32>, actual: u32 },
    Remove(u8),
    Abandon(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let indicator =
        (proptest::option::of(0_u8..2), 1_u8..5, 0_u32..30, proptest::option::of(0_u32..30), 0_u32..200);
    prop_oneof![
        2 => (0_u32..11, 0_u32..2000).prop_map(|(weight, executed)| Step::Budget(weight, executed)),
        1 => (0_u32..9).prop_map(Step::BaseData),
        2 => (0_u8..2, 0_u32..11).prop_map(|(project, weight)| Step::Project(project, weight)),
        6 => indicator.prop_map(|(of, seq, weight, score, actual)| Step::Indicator { of, seq, weight, score, actual }),
        2 => (1_u8..5).prop_map(Step::Remove),
        1 => (0_u32..11).prop_map(Step::Abandon),
    ]
}

fn owned(more: &Value) -> Value {
    let mut value = json!({ "unit": "219001", "year": 2023 });
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

async fn put<P: Part>(work: &mut jixiao::db::Work<'_>, evaluation: &Evaluation, value: Value) {
    let input: P::Input = serde_json::from_value(value).unwrap();
    let siblings = P::siblings(work.conn(), evaluation.id).await.unwrap();
    if !P::check(&input, &siblings).is_empty() {
        return; // an indicator of a project that is not there
    }
    let key = P::key_of(&input);
    match part::find::<P>(work.conn(), evaluation.id, &siblings, &key).await.unwrap() {
        Some(row) => drop(part::update(work, evaluation, &row, &siblings, input).await.unwrap()),
        None => drop(part::insert::<P>(work, evaluation, &siblings, input).await.unwrap()),
    }
}

fn budget(weight: u32, executed: u32) -> Value {
    owned(&json!({ "weight": weight.to_string(), "self_score": weight.to_string(), "reported_total": "90",
        "total": { "initial": "1000.00", "annual": "1000.00", "executed": format!("{executed}.55") } }))
}

async fn write(db: &Db, steps: &[Step]) -> bool {
    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    let evaluation = open(&mut work).await;
    let mut is_kept = true;
    for step in steps {
        match step {
            Step::Budget(weight, executed) => {
                put::<Budget>(&mut work, &evaluation, budget(*weight, *executed)).await;
            }
            Step::BaseData(staff) => {
                put::<BaseData>(&mut work, &evaluation, owned(&json!({ "staff_quota": staff }))).await;
            }
            Step::Project(project, weight) => {
                let value = owned(
                    &json!({ "code": format!("P{project}"), "name": "项目", "weight": weight.to_string(),
                    "self_score": "1", "total": { "annual": "10.00", "executed": "9.99" } }),
                );
                put::<Project>(&mut work, &evaluation, value).await;
            }
            Step::Indicator { of, seq, weight, score, actual } => {
                let value = owned(
                    &json!({ "project": of.map(|of| format!("P{of}")), "seq": seq, "level1": "产出指标",
                    "level2": "数量指标", "name": "次数", "target": "≥60次", "actual": format!("{actual}次"),
                    "weight": weight.to_string(), "self_score": score.map(|score| score.to_string()) }),
                );
                put::<Indicator>(&mut work, &evaluation, value).await;
            }
            Step::Remove(seq) => {
                let rows = part::all::<Indicator>(work.conn(), evaluation.id).await.unwrap();
                let siblings = Indicator::siblings(work.conn(), evaluation.id).await.unwrap();
                let gone = rows.iter().filter(|row| row.seq == i32::from(*seq));
                part::delete::<Indicator>(&mut work, &evaluation, &siblings, gone).await.unwrap();
            }
            Step::Abandon(weight) => {
                put::<Budget>(&mut work, &evaluation, budget(*weight, 1)).await;
                is_kept = false;
            }
        }
    }
    if is_kept {
        work.commit().await.unwrap();
    }
    is_kept
}

async fn evaluation(db: &Db) -> Evaluation {
    Evaluations::find().one(db.reader()).await.unwrap().unwrap()
}

/// The summaries as stored, and as scoring the stored form anew has them.
async fn compare(db: &Db) {
    let evaluation = evaluation(db).await;
    let (form, reviewed, projects) = jixiao::forms::store::load(db.reader(), &evaluation).await.unwrap();
    let rules = jixiao::rule_sets::preset(&evaluation.rule_set).unwrap();
    let anew = score_form(&form, &reviewed, evaluation.year.0, rules);
    let stored = Summaries::find().filter(Column::EvaluationId.eq(evaluation.id)).order_by_asc(Column::Id);
    let stored = stored.all(db.reader()).await.unwrap();
    assert_eq!(stored.len(), anew.len());
    for (stored, anew) in stored.iter().zip(&anew) {
        let card = &anew.card;
        assert_eq!(
            stored.project_id,
            anew.project.as_ref().map(|code| projects[code]),
            "in the order of the sheets"
        );
        assert_eq!(stored.self_total, card.self_total.map(Int));
        assert_eq!(stored.computed_total, card.computed_total.map(Int));
        assert_eq!(stored.reviewed_total, card.reviewed_total.map(Int));
        assert_eq!(stored.final_total, card.final_total.map(Int));
        assert_eq!(stored.reported_total, card.reported_total.map(Int));
        assert_eq!(stored.execution_rate, card.execution.rate.map(Int));
        assert_eq!(stored.grade, card.grade.map(|grade| grade.to_string()));
        assert_eq!(stored.complete, card.complete);
        let counted = figures::count(&anew.sheet, &anew.card);
        assert_eq!(stored.figures.as_ref().map(|figures| &figures.0), Some(&counted));
    }
}

#[test]
fn summaries_and_versions_follow_every_commit_and_no_other() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_place, db) = runtime.block_on(database());
    runtime.block_on(seeded(&db));
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let outcome =
        TestRunner::new_with_rng(config, seed).run(&proptest::collection::vec(step(), 1..5), |steps| {
            runtime.block_on(async {
                let before = evaluation(&db).await.version;
                let is_kept = write(&db, &steps).await;
                // However many parts one unit of work wrote, it is one change.
                assert_eq!(evaluation(&db).await.version, before + i64::from(is_kept), "{steps:?}");
                compare(&db).await;
            });
            Ok(())
        });
    outcome.unwrap();
}

#[tokio::test]
async fn sheets_from_before_anybody_counted_are_counted_at_the_next_start() {
    let (_place, db) = database().await;
    seeded(&db).await;
    let indicator = Step::Indicator { of: None, seq: 1, weight: 20, score: Some(9), actual: 30 };
    assert!(write(&db, &[Step::Budget(10, 900), Step::Project(0, 5), indicator]).await);
    let version = evaluation(&db).await.version;
    let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    // As the migration leaves them, and with a total that nobody has reason to touch.
    work.conn()
        .execute_unprepared("UPDATE score_summaries SET figures = NULL, final_total = 1")
        .await
        .unwrap();
    work.commit().await.unwrap();
    db.prepare().await.unwrap();
    let stored = Summaries::find().all(db.reader()).await.unwrap();
    assert!(
        stored
            .iter()
            .all(|row| row.figures.is_some() && row.final_total.is_some_and(|total| total.0.scaled() == 1))
    );
    assert_eq!(stored[0].figures.as_ref().unwrap().0.compared, 1);
    assert_eq!(evaluation(&db).await.version, version, "nothing of the form was changed");
    assert!(write(&db, &[Step::Budget(10, 901)]).await);
    compare(&db).await;
}
