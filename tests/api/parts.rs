//! Budgets, base data, narratives, projects, indicators: one life, told once for all.

use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, world};

/// A part: its address, a body, and a change with what it must read afterwards.
struct Case {
    path: &'static str,
    body: Value,
    change: Value,
    changed: (&'static str, Value),
}

fn cases() -> Vec<Case> {
    let owner = |mut body: Value| {
        body["unit"] = json!(UNIT);
        body["year"] = json!(2023);
        body
    };
    vec![
        Case {
            path: "/api/v1/budgets/430611101/2023",
            body: owner(
                json!({ "weight": "10", "total": { "annual": "1013.19", "executed": "1000" }, "goal_actual": "完成" }),
            ),
            change: json!({ "total": { "executed": "999.5" }, "goal_actual": null }),
            changed: ("/total", json!({ "initial": null, "annual": "1013.19", "executed": "999.50" })),
        },
        Case {
            path: "/api/v1/base-data/430611101/2023",
            body: owner(json!({ "staff_quota": 30, "expenses": [{ "item": "office", "budget": "38.35" }] })),
            change: json!({ "staff_quota": 31 }),
            changed: ("/staff_quota", json!(31)),
        },
        Case {
            path: "/api/v1/narratives/430611101/2023",
            body: owner(json!({ "sections": { "problems": "无", "other": "无" } })),
            change: json!({ "sections": { "problems": "有", "other": null } }),
            changed: ("/sections/problems", json!("有")),
        },
        Case {
            path: "/api/v1/project-expenditures/430611101/2023/P77",
            body: owner(json!({ "code": "P77", "name": "新项目", "total": { "annual": "5" } })),
            change: json!({ "name": "改名" }),
            changed: ("/name", json!("改名")),
        },
    ]
}

async fn fresh(world: &World, path: &str) {
    let there = world.caller("unit").get(path).await;
    if there.status == 200 {
        world.caller("unit").delete(path, Some("*")).await.expect(200);
    }
}

#[actix_web::test]
async fn a_part_is_made_read_replaced_changed_and_removed() {
    let world = world().await;
    let unit = world.caller("unit");
    for Case { path, body, change, changed } in cases() {
        fresh(&world, path).await;
        unit.get(path).await.expect(404);
        unit.put(path, Some("*"), body.clone()).await.expect(412);
        let made = unit.put(path, None, body.clone()).await.expect(201);
        assert_eq!(made.header("location"), path);
        let read = unit.get(path).await.expect(200);
        assert_eq!((read.etag(), &read.json), (made.etag(), &made.json));
        assert_eq!(read.json["etag"], json!(read.etag()));

        let known =
            actix_web::test::TestRequest::get().uri(path).insert_header(("if-none-match", read.etag()));
        unit.send(known).await.expect(304);
        let anew = actix_web::test::TestRequest::put().uri(path).insert_header(("if-none-match", "*"));
        unit.send(anew.set_json(&body)).await.expect(412);

        let refused = unit.put(path, None, body.clone()).await.expect(428);
        assert_eq!(refused.etag(), read.etag());
        let stale = unit.put(path, Some("\"1.999\""), body.clone()).await.expect(412);
        assert_eq!(stale.etag(), read.etag());
        let replaced = unit.put(path, Some(&read.etag()), body.clone()).await.expect(200);
        assert_ne!(replaced.etag(), read.etag());
        unit.patch(path, Some(&read.etag()), change.clone()).await.expect(412);
        unit.patch(path, None, change.clone()).await.expect(428);
        let patched = unit.patch(path, Some(&replaced.etag()), change).await.expect(200);
        assert_eq!(patched.json.pointer(changed.0), Some(&changed.1), "{}", patched.text);

        unit.delete(path, None).await.expect(428);
        unit.delete(path, Some(&replaced.etag())).await.expect(412);
        let removed = unit.delete(path, Some(&patched.etag())).await.expect(200);
        assert_eq!(removed.json, patched.json, "what was removed is answered as it stood");
        unit.get(path).await.expect(404);
        unit.delete(path, Some("*")).await.expect(404);
        let again = unit.put(path, None, body).await.expect(201);
        assert_ne!(again.etag(), made.etag(), "the tag of a row that is gone never comes back");
    }
}

#[actix_web::test]
async fn every_error_is_told_at_once() {
    let world = world().await;
    let wrong = json!({
        "unit": UNIT, "year": 2023, "weight": 10, "self_score": "ten", "total": { "anual": "1", "annual": "1,013.19" },
        "basic_detail": { "personnel": "1.1234567" }, "signature": { "filled_on": "昨天" }, "sources": [{ "source": "gold" }],
    });
    let path = format!("/api/v1/budgets/{UNIT}/2023");
    let wanted = [
        ("/basic_detail/personnel", "wrong_form"),
        ("/self_score", "wrong_form"),
        ("/signature/filled_on", "wrong_form"),
        ("/sources/0/source", "not_an_option"),
        ("/total/annual", "wrong_form"),
        ("/total/anual", "unknown_field"),
        ("/weight", "wrong_type"),
    ];
    let reply = world.caller("unit").put(&path, Some("*"), wrong).await.expect(422).expect_errors(&wanted);
    assert!(reply.text.contains("数字请加引号，写成 \\\"10\\\""), "{}", reply.text);
    let missing = world.caller("unit").put(&path, Some("*"), json!({ "year": 1980 })).await.expect(422);
    missing.expect_errors(&[("/unit", "missing_field"), ("/year", "out_of_range")]);
    let other = json!({ "unit": "430611102", "year": 2022 });
    let reply = world.caller("unit").put(&path, Some("*"), other).await.expect(422);
    reply.expect_errors(&[("/unit", "key_mismatch"), ("/year", "key_mismatch")]);
}

async fn indicators(world: &World) -> Reply {
    world.caller("unit").get("/api/v1/indicators?sheet=department&limit=3").await.expect(200)
}

#[actix_web::test]
async fn an_indicator_is_made_moved_and_removed() {
    let world = world().await;
    let unit = world.caller("unit");
    let body = json!({ "unit": UNIT, "year": 2023, "seq": 20, "level1": "产出指标", "level2": "数量指标", "name": "新指标",
        "target": "≥60次", "actual": "70次", "weight": "5", "self_score": "5" });
    let made = unit.post("/api/v1/indicators", body.clone()).await.expect(201);
    assert_eq!((&made.json["block"], &made.json["category"]), (&json!("output"), &json!("quantity")));
    let path = made.header("location").to_owned();
    unit.get(&path).await.expect(200);
    unit.post("/api/v1/indicators", body.clone()).await.expect(409);
    let taken = unit.patch(&path, Some(&made.etag()), json!({ "seq": 1 })).await.expect(409);
    assert_eq!(taken.json["code"], "already_exists");
    let moved = unit.patch(&path, Some(&made.etag()), json!({ "project": "P01" })).await.expect(200);
    assert_eq!((&moved.json["project"], &moved.json["id"]), (&json!("P01"), &made.json["id"]));
    let lost = unit.patch(&path, Some(&moved.etag()), json!({ "project": "P99" })).await.expect(422);
    lost.expect_errors(&[("/project", "unknown_project")]);
    unit.put(&path, Some(&moved.etag()), body.clone()).await.expect(200);
    unit.delete(&path, Some("*")).await.expect(200);
    unit.get(&path).await.expect(404);
    for (field, value, error) in
        [("unit", json!("999"), "unknown_unit"), ("year", json!(2050), "unknown_year")]
    {
        let mut body = body.clone();
        body[field] = value;
        unit.post("/api/v1/indicators", body)
            .await
            .expect(422)
            .expect_errors(&[(&format!("/{field}"), error)]);
    }
    unit.get("/api/v1/indicators/9223372036854775807").await.expect(404);
    unit.get("/api/v1/indicators/abc").await.expect(404);
}

#[actix_web::test]
async fn what_was_handed_in_is_locked() {
    let world = world().await;
    let unit = world.caller("unit");
    let indicator = indicators(&world).await.json["items"][0].clone();
    for stage in ["submitted", "approved", "published"] {
        world.sql(&format!("UPDATE evaluations SET stage = '{stage}'")).await;
        for Case { path, body, change, .. } in cases().into_iter().filter(|case| !case.path.contains("P77")) {
            for reply in [
                unit.put(path, Some("*"), body).await,
                unit.patch(path, Some("*"), change).await,
                unit.delete(path, Some("*")).await,
            ] {
                assert_eq!(reply.expect(409).json["code"], "locked");
            }
        }
        let path = format!("/api/v1/indicators/{}", indicator["id"].as_str().unwrap());
        unit.patch(&path, Some("*"), json!({ "self_score": "1" })).await.expect(409);
        unit.put(&format!("/api/v1/forms/{UNIT}/2023"), Some("*"), json!({})).await.expect(409);
        unit.delete(&format!("/api/v1/forms/{UNIT}/2023"), Some("*")).await.expect(409);
    }
    world.sql("UPDATE evaluations SET stage = 'returned'").await;
    let path = format!("/api/v1/narratives/{UNIT}/2023");
    unit.patch(&path, Some("*"), json!({ "sections": { "other": "补充" } })).await.expect(200);
}
