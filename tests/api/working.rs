//! Jobs that are worked on here, as far as a test wants, and what may happen to others meanwhile.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use jixiao::app;
use jixiao::http::Schemas;
use jixiao::jobs::batches::Pace;
use jixiao::jobs::entity::Model;
use jixiao::jobs::wire::JobState;
use jixiao::jobs::{Runner, apply, stage, store};
use serde_json::{Value, json};

use crate::hostile::HEADER as SHORT_HEADER;
use crate::import_formats::send;
use crate::support::{Reply, UNIT, World, request, world};

const OTHER: &str = "430611102";
const NDJSON: &str = "application/x-ndjson";

fn runner(world: &World) -> Runner {
    let runner = Runner::new(world.db.clone(), Schemas::of_document(&app::openapi()));
    runner.asking(world.accounts.authenticator().into_inner())
}

fn as_job(query: &str, kind: &str, body: impl Into<actix_web::web::Bytes>) -> TestRequest {
    request(Method::POST, &format!("/api/v1/imports?{query}"))
        .insert_header(("content-type", kind))
        .insert_header(("prefer", "respond-async"))
        .set_payload(body)
}

fn id(job: &Reply) -> i64 {
    job.json["id"].as_str().unwrap().parse().unwrap()
}

/// Works on a job until it is in this state, and gives it back to whoever wants it.
async fn work_until(world: &World, runner: &Runner, id: i64, state: JobState) -> Model {
    assert_eq!(store::take(&world.db, &runner.name, Some(id)).await.unwrap(), Some(id));
    let mut pace = Pace::default();
    loop {
        let job = store::held(&world.db, id, &runner.name).await.unwrap().unwrap();
        match job.state.0 {
            now if now == state => {
                store::release(&world.db, &job).await.unwrap();
                return job;
            }
            JobState::Received => stage::stage(runner, &job).await.unwrap(),
            JobState::Validating => apply::validate(runner, &job, &mut pace).await.unwrap(),
            now => panic!("{now}"),
        }
    }
}

/// A good indicator of each of two units, as a job of the bureau that has been judged.
async fn judged(world: &World, runner: &Runner) -> Reply {
    let unit = json!({ "code": OTHER, "name": "区政府办", "region_code": "430611" });
    world.caller("admin").post("/api/v1/imports?mode=commit", json!({ "units": [unit] })).await.expect(200);
    let line = |unit: &str| {
        let mut row = indicator();
        row["collection"] = json!("indicators");
        row["unit"] = json!(unit);
        format!("{row}\n")
    };
    let rows = [UNIT, OTHER].map(line).concat();
    let sent =
        world.caller("bureau").send(as_job("mode=commit&strategy=create", NDJSON, rows)).await.expect(202);
    let job = work_until(world, runner, id(&sent), JobState::Applying).await;
    assert_eq!((job.progress.0.checked, job.progress.0.errors), (2, 0));
    sent
}

fn indicator() -> Value {
    json!({ "unit": UNIT, "year": 2023, "seq": 201, "level1": "产出指标", "level2": "数量指标", "name": "走访",
        "target": "≥10次", "actual": "12次", "weight": "5", "self_score": "5" })
}

async fn ended(world: &World, runner: &Runner, sent: &Reply) -> (Value, Value) {
    runner.complete(id(sent)).await.unwrap();
    let at = sent.header("location");
    let job = world.caller("admin").get(at).await.expect(200).json;
    let mut errors = world.caller("admin").get(&format!("{at}/errors")).await.expect(200).json;
    (job, errors["items"].take())
}

#[actix_web::test]
async fn a_form_that_changes_before_it_is_written_is_told_and_the_others_are_in() {
    let world = world().await;
    let runner = runner(&world);
    let sent = judged(&world, &runner).await;
    world.caller("unit").post("/api/v1/indicators", indicator()).await.expect(201);
    let (job, errors) = ended(&world, &runner, &sent).await;
    assert_eq!(
        (&job["state"], &job["error_count"], &job["import_id"]),
        (&json!("failed"), &json!(1), &json!(null))
    );
    assert_eq!((&job["counts"]["created"], &job["counts"]["failed"]), (&json!(1), &json!(1)), "{job}");
    // It and all before it are in, but for what the errors name.
    assert_eq!(job["units"], json!({ "of": 2, "done": 2, "last_unit": OTHER, "last_year": 2023 }));
    assert_eq!(
        (&errors[0]["code"], &errors[0]["key"]),
        (&json!("exists"), &json!(format!("{UNIT}/2023/201"))),
        "{errors}"
    );
    let list = world.caller("admin").get(&format!("/api/v1/indicators?unit={OTHER}&with_total=true")).await;
    assert_eq!(list.expect(200).json["total"], 1);
}

#[actix_web::test]
async fn an_account_that_may_no_longer_import_writes_nothing_by_a_job_it_sent() {
    for (change, may) in [
        (json!({ "disabled": true }), false),
        (json!({ "region_code": "4306" }), false),
        (json!({ "role": "reader" }), false),
        (json!({ "disabled": false }), true),
    ] {
        let world = world().await;
        let runner = runner(&world);
        let sent = judged(&world, &runner).await;
        world.caller("admin").patch("/api/v1/users/bureau", Some("*"), change.clone()).await.expect(200);
        let (job, errors) = ended(&world, &runner, &sent).await;
        if may {
            assert_eq!(
                (&job["state"], &job["counts"]["created"]),
                (&json!("done"), &json!(2)),
                "{job} {errors}"
            );
            continue;
        }
        assert_eq!((&job["state"], &job["units"]["done"]), (&json!("failed"), &json!(0)), "{change}: {job}");
        assert_eq!(errors[0]["code"], "forbidden", "{change}: {errors}");
        let told = errors[0]["detail"].as_str().unwrap();
        assert!(told.contains("账号 bureau") && told.contains("重新发送"), "{told}");
        let list = world.caller("admin").get("/api/v1/indicators?with_total=true&limit=1").await.expect(200);
        assert_eq!(list.json["total"], 23, "{change}: nothing was written");
    }
}

/// What a 413 advises is true: the same file is taken as a job.
#[actix_web::test]
async fn more_than_is_read_at_once_is_read_as_a_job() {
    let world = world().await;
    let rows = 1_000;
    let wide = format!("{SHORT_HEADER}{}", format!("1,1,1{}\n", ",1".repeat(250)).repeat(rows));
    let query = "mode=commit&collection=indicators";
    let refused = send(world.caller("unit"), query, "text/csv", wide.clone()).await.expect(413);
    let advice = refused.json["detail"].as_str().unwrap();
    assert!(advice.contains("Prefer: respond-async") && advice.contains("请拆分"), "{advice}");
    let sent = world.caller("unit").send(as_job(query, "text/csv", wide)).await.expect(202);
    let job = work_until(&world, &runner(&world), id(&sent), JobState::Validating).await;
    assert_eq!((job.progress.0.rows, job.progress.0.errors), (rows, 0), "all of it was read");
}
