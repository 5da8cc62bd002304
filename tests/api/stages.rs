//! What a form's stage forbids, and what its tag is told of.

use std::collections::BTreeSet;

use jixiao_core::workflow::Stage;
use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, world};

const FORM: &str = "/api/v1/forms/430611101/2023";

/// A part that is there, its address and a body to replace it with.
async fn there(world: &World) -> Vec<(String, Value)> {
    let unit = world.caller("unit");
    let form = unit.get(FORM).await.expect(200).json;
    let list = unit.get("/api/v1/indicators?sheet=department&limit=1").await.expect(200).json;
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let first = form["indicators"].as_array().unwrap().iter().find(|row| row["project"].is_null()).unwrap();
    vec![
        (format!("/api/v1/budgets/{UNIT}/2023"), form["budgets"][0].clone()),
        (format!("/api/v1/base-data/{UNIT}/2023"), form["base_data"][0].clone()),
        (format!("/api/v1/narratives/{UNIT}/2023"), form["narratives"][0].clone()),
        (format!("/api/v1/project-expenditures/{UNIT}/2023/P01"), form["project_expenditures"][0].clone()),
        (format!("/api/v1/indicators/{id}"), first.clone()),
    ]
}

fn indicator(seq: u32) -> Value {
    json!({ "unit": UNIT, "year": 2023, "seq": seq, "level1": "产出指标", "level2": "数量指标", "name": "新" })
}

/// Every way to change the form.
async fn writes(world: &World, parts: &[(String, Value)]) -> Vec<(String, Reply)> {
    let unit = world.caller("unit");
    let mut replies = Vec::new();
    for (path, body) in parts {
        replies.push((format!("PUT {path}"), unit.put(path, Some("*"), body.clone()).await));
        replies.push((format!("PATCH {path}"), unit.patch(path, Some("*"), json!({})).await));
        replies.push((format!("DELETE {path}"), unit.delete(path, Some("*")).await));
    }
    let project = json!({ "unit": UNIT, "year": 2023, "code": "P77", "name": "新项目" });
    let path = format!("/api/v1/project-expenditures/{UNIT}/2023/P77");
    replies.push((format!("PUT {path}"), unit.put(&path, None, project).await));
    replies.push(("POST indicators".into(), unit.post("/api/v1/indicators", indicator(77)).await));
    let form = unit.get(FORM).await.expect(200).json;
    replies.push((format!("PUT {FORM}"), unit.put(FORM, Some("*"), form).await));
    replies.push((format!("DELETE {FORM}"), unit.delete(FORM, Some("*")).await));
    replies
}

#[actix_web::test]
async fn what_is_handed_in_cannot_be_changed_by_any_way() {
    let world = world().await;
    let parts = there(&world).await;
    for stage in Stage::ALL.into_iter().filter(|stage| !stage.is_editable()) {
        world.sql(&format!("UPDATE evaluations SET stage = '{stage}'")).await;
        let before = world.caller("unit").get(FORM).await.expect(200);
        for (what, reply) in writes(&world, &parts).await {
            assert_eq!(
                (reply.status.as_u16(), &reply.json["code"]),
                (409, &json!("locked")),
                "{stage} {what}"
            );
        }
        for importer in ["unit", "bureau", "admin"] {
            let bundle = json!({ "indicators": [indicator(77)], "narratives": [{ "unit": UNIT, "year": 2023, "sections": { "other": "新" } }],
                "project_expenditures": [{ "unit": UNIT, "year": 2023, "code": "P77", "name": "新项目" }] });
            for mode in ["validate", "commit"] {
                let path = format!("/api/v1/imports?mode={mode}");
                let refused = world.caller(importer).post(&path, bundle.clone()).await.expect(422);
                refused.expect_errors(&[
                    ("/indicators/0", "locked"),
                    ("/narratives/0", "locked"),
                    ("/project_expenditures/0", "locked"),
                ]);
            }
        }
        let after = world.caller("unit").get(FORM).await.expect(200);
        assert_eq!((after.etag(), after.json), (before.etag(), before.json), "{stage}");
    }
}

#[actix_web::test]
async fn what_is_not_there_is_missing_before_it_is_locked() {
    let world = world().await;
    let unit = world.caller("unit");
    world.sql("UPDATE evaluations SET stage = 'submitted'").await;
    for path in [
        "/api/v1/project-expenditures/430611101/2023/P99",
        "/api/v1/budgets/430611101/2022",
        "/api/v1/indicators/9223372036854775807",
    ] {
        unit.patch(path, Some("*"), json!({})).await.expect(404);
        unit.delete(path, Some("*")).await.expect(404);
    }
}

#[actix_web::test]
async fn what_is_sent_back_can_be_changed_by_every_way() {
    let world = world().await;
    let parts = there(&world).await;
    world.sql("UPDATE evaluations SET stage = 'returned'").await;
    // A project takes its indicators along, so the indicator of the department is still there to change.
    for (what, reply) in writes(&world, &parts).await {
        assert!(reply.status.is_success(), "{what}: {}", reply.text);
    }
    world.caller("unit").get(FORM).await.expect(404);
}

#[actix_web::test]
async fn no_way_of_changing_a_part_leaves_the_forms_tag_where_it_was() {
    let world = world().await;
    let unit = world.caller("unit");
    let mut tags = BTreeSet::from([unit.get(FORM).await.expect(200).etag()]);
    let mut moved = async |what: String| {
        let tag = unit.get(FORM).await.expect(200).etag();
        let evaluation = unit.get("/api/v1/evaluations/430611101/2023").await.expect(200).etag();
        let scores = unit.get("/api/v1/scores/430611101/2023").await.expect(200).etag();
        // Scores are told in a language, which their tag names.
        let of_scores = format!("{}.zh-CN\"", tag.trim_end_matches('"'));
        assert_eq!((&evaluation, &scores), (&tag, &of_scores), "{what}");
        assert!(tags.insert(tag), "{what} brought an old tag back");
    };
    for (path, body) in there(&world).await {
        unit.put(&path, Some("*"), body.clone()).await.expect(200);
        moved(format!("replacing {path}")).await;
        unit.delete(&path, Some("*")).await.expect(200);
        moved(format!("removing {path}")).await;
        if path.contains("indicators") {
            unit.post("/api/v1/indicators", body).await.expect(201);
        } else {
            unit.put(&path, None, body).await.expect(201);
        }
        moved(format!("making {path}")).await;
    }
    let bundle = json!({ "narratives": [{ "unit": UNIT, "year": 2023, "sections": { "other": "新" } }] });
    unit.post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    moved("importing".into()).await;
}
