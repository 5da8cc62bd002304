//! A request that is sent again has its effect once, and gets the same answer.

use actix_web::test::TestRequest;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Caller, Reply, UNIT, world};

fn indicator(seq: u32) -> Value {
    json!({ "unit": UNIT, "year": 2023, "seq": seq, "level1": "产出指标", "level2": "数量指标", "name": "新" })
}

async fn post(caller: Caller<'_>, path: &str, key: &str, body: &Value) -> Reply {
    let request = TestRequest::post().uri(path).insert_header(("idempotency-key", key)).set_json(body);
    caller.send(request).await
}

#[actix_web::test]
async fn fifty_at_once_make_one_row_and_get_one_answer() {
    let world = world().await;
    let unit = world.caller("unit");
    unit.get("/api/v1/units").await;
    let body = indicator(77);
    let replies = join_all((0..50).map(|_| post(unit, "/api/v1/indicators", "k-1", &body))).await;
    let first = replies.iter().filter(|reply| reply.header("idempotent-replayed").is_empty()).count();
    assert_eq!(first, 1);
    for reply in &replies {
        assert_eq!((reply.status.as_u16(), &reply.text), (201, &replies[0].text));
        assert_eq!(
            (reply.etag(), reply.header("location")),
            (replies[0].etag(), replies[0].header("location"))
        );
    }
    let rows = unit.get("/api/v1/indicators?sheet=department&limit=500").await.expect(200);
    let made = rows.json["items"].as_array().unwrap().iter().filter(|row| row["seq"] == 77).count();
    assert_eq!(made, 1);
}

#[actix_web::test]
async fn a_key_is_its_owners_its_routes_and_its_bodys() {
    let world = world().await;
    let unit = world.caller("unit");
    post(unit, "/api/v1/indicators", "k-2", &indicator(78)).await.expect(201);
    let other = post(unit, "/api/v1/indicators", "k-2", &indicator(79)).await.expect(422);
    assert_eq!(other.json["code"], "idempotency_key_reused");
    // Another route and another caller have keys of their own.
    let bundle = json!({ "indicators": [indicator(80)] });
    post(unit, "/api/v1/imports?mode=commit", "k-2", &bundle).await.expect(200);
    let theirs = post(world.caller("admin"), "/api/v1/imports?mode=commit", "k-2", &bundle).await.expect(200);
    assert_eq!((theirs.header("idempotent-replayed"), &theirs.json["counts"]["unchanged"]), ("", &json!(1)));
    let again = post(unit, "/api/v1/imports?mode=commit", "k-2", &bundle).await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.json["counts"]["created"]), ("true", &json!(1)));
}

#[actix_web::test]
async fn a_key_of_the_day_before_yesterday_is_a_new_one() {
    let world = world().await;
    let unit = world.caller("unit");
    post(unit, "/api/v1/indicators", "k-3", &indicator(78)).await.expect(201);
    world.sql("UPDATE idempotency_keys SET created_at = '2020-01-01 00:00:00+00:00'").await;
    let other = post(unit, "/api/v1/indicators", "k-3", &indicator(79)).await.expect(201);
    assert_eq!((other.header("idempotent-replayed"), &other.json["seq"]), ("", &json!(79)));
    let again = post(unit, "/api/v1/indicators", "k-3", &indicator(79)).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
}

#[actix_web::test]
async fn what_failed_is_tried_again_with_the_same_key() {
    let world = world().await;
    let unit = world.caller("unit");
    let mut wrong = indicator(81);
    wrong["project"] = json!("P99");
    post(unit, "/api/v1/indicators", "k-3", &wrong).await.expect(422);
    post(unit, "/api/v1/indicators", "k-3", &indicator(81)).await.expect(201);
}

#[actix_web::test]
async fn a_step_that_is_sent_again_is_taken_once() {
    let world = world().await;
    let report: Value = serde_json::from_str(jixiao::demo::REPORT).unwrap();
    let mut other = report.clone();
    for unit in other["units"].as_array_mut().unwrap() {
        unit["code"] = json!("430611301");
    }
    let of_other = |name: &str| {
        let mut rows = report[name].clone();
        rows.as_array_mut().unwrap().iter_mut().for_each(|row| row["unit"] = json!("430611301"));
        rows
    };
    for name in ["budgets", "base_data", "project_expenditures", "indicators", "narratives"] {
        other[name] = of_other(name);
    }
    world.caller("admin").post("/api/v1/imports?mode=commit&stage=submitted", other).await.expect(200);
    let at = "/api/v1/evaluations/430611301/2023/approve";
    let send = || {
        TestRequest::post()
            .uri(at)
            .insert_header(("idempotency-key", "k-4"))
            .insert_header(("if-match", "*"))
            .set_json(json!({}))
    };
    let first = world.caller("bureau").send(send()).await.expect(200);
    let again = world.caller("bureau").send(send()).await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.text), ("true", &first.text));
    world.caller("bureau").step(at, "*", json!({})).await.expect(409);
}

#[actix_web::test]
async fn a_key_that_is_none_is_told_so() {
    let world = world().await;
    for key in ["", "mit leer", &"k".repeat(256)] {
        post(world.caller("unit"), "/api/v1/indicators", key, &indicator(82)).await.expect(400);
    }
}
