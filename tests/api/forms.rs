//! The whole form in one call.

use serde_json::{Value, json};

use crate::support::{UNIT, world};

fn path() -> String {
    format!("/api/v1/forms/{UNIT}/2023")
}

#[actix_web::test]
async fn a_form_read_and_saved_again_is_the_same() {
    let world = world().await;
    let unit = world.caller("unit");
    let form = unit.get(&path()).await.expect(200);
    assert_eq!(form.json["indicators"].as_array().unwrap().len(), 23);
    let saved = unit.put(&path(), Some(&form.etag()), form.json.clone()).await.expect(200);
    assert_eq!(saved.json, form.json);
    let scores = unit.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200);
    assert_eq!(scores.json["department"]["final_total"], "99");
    unit.put(&path(), Some(&form.etag()), form.json).await.expect(412);
}

#[actix_web::test]
async fn what_a_saved_form_leaves_out_is_gone() {
    let world = world().await;
    let unit = world.caller("unit");
    let mut form = unit.get(&path()).await.expect(200).json;
    form["project_expenditures"] = json!([]);
    form["narratives"] = json!([]);
    let refused = unit.put(&path(), Some("*"), form.clone()).await.expect(422);
    assert_eq!(refused.errors().len(), 11, "indicators whose project is no longer there: {}", refused.text);
    form["indicators"].as_array_mut().unwrap().retain(|row| row["project"].is_null());
    unit.put(&path(), Some("*"), form).await.expect(200);
    unit.get(&format!("/api/v1/project-expenditures/{UNIT}/2023/P01")).await.expect(404);
    unit.get(&format!("/api/v1/narratives/{UNIT}/2023")).await.expect(404);
    let scores = unit.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200);
    assert_eq!(scores.json["projects"], json!([]));
}

#[actix_web::test]
async fn the_forms_tag_moves_with_every_part() {
    let world = world().await;
    let unit = world.caller("unit");
    let mut last = unit.get(&path()).await.expect(200).etag();
    let indicator =
        unit.get("/api/v1/indicators?limit=1").await.json["items"][0]["id"].as_str().unwrap().to_owned();
    for (part, change) in [
        (format!("/api/v1/budgets/{UNIT}/2023"), json!({ "reported_total": "98" })),
        (format!("/api/v1/base-data/{UNIT}/2023"), json!({ "staff_quota": 29 })),
        (format!("/api/v1/narratives/{UNIT}/2023"), json!({ "sections": { "other": "有" } })),
        (format!("/api/v1/project-expenditures/{UNIT}/2023/P01"), json!({ "name": "改名" })),
        (format!("/api/v1/indicators/{indicator}"), json!({ "self_score": "4" })),
    ] {
        unit.patch(&part, Some("*"), change).await.expect(200);
        let now = unit.get(&path()).await.expect(200).etag();
        assert_ne!(now, last, "{part}");
        assert_eq!(unit.get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.etag(), now);
        last = now;
    }
}

#[actix_web::test]
async fn a_new_year_starts_with_the_first_save_and_ends_with_its_removal() {
    let world = world().await;
    world.caller("admin").put("/api/v1/years/2024", None, json!({ "year": 2024 })).await.expect(201);
    let unit = world.caller("unit");
    let path = format!("/api/v1/forms/{UNIT}/2024");
    unit.get(&path).await.expect(404);
    unit.put(&path, Some("*"), json!({})).await.expect(412);
    let wrong = json!({ "budgets": [{ "unit": UNIT, "year": 2023 }], "indicators": [
        { "unit": UNIT, "year": 2024, "seq": 1, "level1": "产出", "level2": "数量", "name": "甲" },
        { "unit": UNIT, "year": 2024, "seq": 1, "level1": "产出", "level2": "数量", "name": "乙" }] });
    let refused = unit.put(&path, None, wrong).await.expect(422);
    refused.expect_errors(&[("/budgets/0/year", "key_mismatch"), ("/indicators/1", "repeated_key")]);
    let made =
        unit.put(&path, None, json!({ "budgets": [{ "unit": UNIT, "year": 2024 }] })).await.expect(201);
    let evaluation = unit.get(&format!("/api/v1/evaluations/{UNIT}/2024")).await.expect(200);
    assert_eq!(evaluation.etag(), made.etag());
    assert_eq!(evaluation.json["on_behalf_of"], Value::Null);
    unit.delete(&path, Some(&made.etag())).await.expect(200);
    unit.get(&path).await.expect(404);
    unit.put(&format!("/api/v1/forms/{UNIT}/2055"), None, json!({})).await.expect(404);
}
