//! Imports: all rows or none, every error named.

use serde_json::{Value, json};

use crate::support::{Reply, UNIT, empty, world};

const COMMIT: &str = "/api/v1/imports?mode=commit";
const VALIDATE: &str = "/api/v1/imports?mode=validate";

fn report() -> Value {
    serde_json::from_str(jixiao::demo::REPORT).unwrap()
}

fn counts(reply: &Reply) -> [u64; 5] {
    ["total", "created", "updated", "unchanged", "failed"]
        .map(|name| reply.json["counts"][name].as_u64().unwrap())
}

fn indicator(seq: u32, change: Value) -> Value {
    let mut row = json!({ "unit": UNIT, "year": 2023, "seq": seq, "level1": "产出指标", "level2": "数量指标", "name": "某指标" });
    row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    row
}

#[actix_web::test]
async fn validating_writes_nothing_and_repeating_changes_nothing() {
    let world = empty().await;
    let admin = world.caller("admin");
    let checked = admin.post(VALIDATE, report()).await.expect(200);
    assert_eq!((counts(&checked), &checked.json["import_id"]), ([29, 29, 0, 0, 0], &Value::Null));
    admin.get(&format!("/api/v1/units/{UNIT}")).await.expect(404);
    let written = admin.post(COMMIT, report()).await.expect(200);
    assert_eq!(counts(&written), [29, 29, 0, 0, 0]);
    assert!(written.json["import_id"].is_string());
    let before = admin.get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(200);
    let again = admin.post(COMMIT, report()).await.expect(200);
    assert_eq!(counts(&again), [29, 0, 0, 29, 0]);
    let after = admin.get(&format!("/api/v1/forms/{UNIT}/2023")).await;
    assert_eq!(
        (&after.json, after.etag()),
        (&before.json, before.etag()),
        "whoever has the form open may still save it"
    );
    let evaluation = admin.get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200);
    assert_eq!(evaluation.json["on_behalf_of"], "admin");
}

#[actix_web::test]
async fn every_bad_row_is_named_and_not_one_is_written() {
    let world = world().await;
    let bundle = json!({ "indicators": [
        indicator(31, json!({ "weight": "5" })),
        indicator(32, json!({ "weight": "五", "self_score": 5 })),
        indicator(33, json!({ "wieght": "5" })),
        indicator(34, json!({ "project": "P99" })),
        indicator(31, json!({})),
        indicator(35, json!({ "unit": "000000" })),
        indicator(36, json!({ "year": 2055 })),
        { "year": 2023, "seq": 37 },
    ]});
    let reply = world.caller("admin").post(COMMIT, bundle).await.expect(422);
    assert_eq!(reply.json["code"], "import_rejected");
    assert_eq!(counts(&reply), [8, 0, 0, 0, 7]);
    let rows: Vec<(u64, &str, &str)> = reply.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["row"].as_u64().unwrap(), e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
        .collect();
    for wanted in [
        (2, "/indicators/1/weight", "wrong_form"),
        (2, "/indicators/1/self_score", "wrong_type"),
        (3, "/indicators/2/wieght", "unknown_field"),
        (4, "/indicators/3/project", "unknown_project"),
        (5, "/indicators/4", "repeated_key"),
        (6, "/indicators/5/unit", "unknown_unit"),
        (7, "/indicators/6/year", "unknown_year"),
        (8, "/indicators/7/unit", "missing_field"),
        (8, "/indicators/7/name", "missing_field"),
    ] {
        assert!(rows.contains(&wanted), "{wanted:?} is not among {rows:?}");
    }
    let key = reply.json["errors"].as_array().unwrap().iter().find(|e| e["row"] == 2).unwrap();
    assert_eq!(key["key"], format!("{UNIT}/2023/32"));
    let list = world.caller("admin").get("/api/v1/indicators?with_total=true").await.expect(200);
    assert_eq!(list.json["total"], 23);
}

#[actix_web::test]
async fn a_file_that_is_none_is_told_so() {
    let world = world().await;
    let admin = world.caller("admin");
    admin.post(COMMIT, json!({})).await.expect(422).expect_errors(&[("", "no_rows")]);
    admin.post(COMMIT, json!([])).await.expect(422).expect_errors(&[("", "wrong_type")]);
    let wrong = json!({ "indicator": [], "amount_unit": "fen", "units": {} });
    let wanted =
        [("/amount_unit", "not_an_option"), ("/indicator", "unknown_field"), ("/units", "wrong_type")];
    admin.post(COMMIT, wrong).await.expect(422).expect_errors(&wanted);
    for odd in [json!(true), json!("试点"), json!([1]), json!(5)] {
        let wrong = json!({ "meta": odd, "years": [{ "year": 2030 }] });
        admin.post(COMMIT, wrong).await.expect(422).expect_errors(&[("/meta", "wrong_type")]);
    }
    let unsaid = json!({ "meta": null, "amount_unit": null,
        "budgets": [{ "unit": UNIT, "year": 2023, "total": { "annual": "1013.19" } }] });
    assert_eq!(counts(&admin.post(COMMIT, unsaid).await.expect(200)), [1, 0, 0, 1, 0]);
    admin.post("/api/v1/imports", json!({})).await.expect(400);
    admin.post("/api/v1/imports?mode=perhaps", json!({})).await.expect(400);
}

#[actix_web::test]
async fn numbers_are_folded_and_yuan_become_wan_yuan_and_texts_stay() {
    let world = world().await;
    let unit = world.caller("unit");
    let bundle = json!({ "amount_unit": "yuan",
        "budgets": [{ "unit": UNIT, "year": 2023, "weight": "　１０ ", "total": { "annual": "387664.62" }, "goal_actual": "　１０ 次" }] });
    let reply = unit.post(COMMIT, bundle).await.expect(200);
    assert_eq!(counts(&reply), [1, 0, 1, 0, 0]);
    let budget = unit.get(&format!("/api/v1/budgets/{UNIT}/2023")).await.expect(200).json;
    assert_eq!((&budget["weight"], &budget["total"]["annual"]), (&json!("10"), &json!("38.766462")));
    assert_eq!(budget["goal_actual"], "　１０ 次");
    assert_eq!(budget["self_score"], "10", "what the file did not mention stays");
    let precise = json!({ "amount_unit": "yuan", "budgets": [{ "unit": UNIT, "year": 2023, "total": { "annual": "1.234" } }] });
    unit.post(COMMIT, precise).await.expect(422).expect_errors(&[("/budgets/0/total/annual", "wrong_form")]);
    let cleared =
        json!({ "budgets": [{ "unit": UNIT, "year": 2023, "goal_actual": null, "self_score": "" }] });
    unit.post(COMMIT, cleared).await.expect(200);
    let budget = unit.get(&format!("/api/v1/budgets/{UNIT}/2023")).await.expect(200).json;
    assert_eq!((&budget["goal_actual"], &budget["self_score"]), (&Value::Null, &Value::Null));
}

#[actix_web::test]
async fn a_unit_imports_its_own_and_refers_to_the_rest() {
    let world = world().await;
    let unit = world.caller("unit");
    assert_eq!(counts(&unit.post(COMMIT, report()).await.expect(200)), [29, 0, 0, 29, 0]);
    let mut renamed = report();
    renamed["units"][0]["name"] = json!("改名");
    renamed["years"] = json!([{ "year": 2030 }]);
    let refused = unit.post(COMMIT, renamed).await.expect(422);
    refused.expect_errors(&[("/units/0", "not_permitted"), ("/years/0", "not_permitted")]);
    let other = json!({ "code": "430611201", "name": "另一单位", "region_code": "430611" });
    world.caller("admin").put("/api/v1/units/430611201", None, other).await.expect(201);
    let foreign = json!({ "budgets": [{ "unit": "430611201", "year": 2023 }] });
    unit.post(COMMIT, foreign.clone())
        .await
        .expect(422)
        .expect_errors(&[("/budgets/0/unit", "unknown_unit")]);
    world.caller("bureau").post(COMMIT, foreign).await.expect(200);
    let evaluation = world.caller("bureau").get("/api/v1/evaluations/430611201/2023").await.expect(200);
    assert_eq!(evaluation.json["on_behalf_of"], "bureau");
    world.sql("UPDATE evaluations SET stage = 'submitted'").await;
    let locked = json!({ "budgets": [{ "unit": UNIT, "year": 2023, "weight": "9" }] });
    unit.post(COMMIT, locked).await.expect(422).expect_errors(&[("/budgets/0", "locked")]);
}

#[actix_web::test]
async fn a_form_that_contradicts_itself_is_stored_and_flagged() {
    let world = world().await;
    let unit = world.caller("unit");
    let bundle = json!({ "indicators": [indicator(1, json!({ "weight": "15", "self_score": "16", "actual": "" }))],
        "project_expenditures": [{ "unit": UNIT, "year": 2023, "code": "P01", "reported_total": "100" }] });
    unit.post(COMMIT, bundle).await.expect(200);
    let scores = unit.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    let flags = |sheet: &Value| sheet["flags"].to_string();
    assert!(flags(&scores["department"]).contains("weights_not_full"), "{}", scores["department"]["flags"]);
    assert!(flags(&scores["projects"][0]).contains("reported_total_differs"));
    assert_eq!(
        (&scores["department"]["complete"], &scores["department"]["grade"]),
        (&json!(false), &Value::Null)
    );
}

#[actix_web::test]
async fn superiors_may_stand_below_their_subordinates_in_a_file() {
    let world = empty().await;
    let admin = world.caller("admin");
    let units = json!({ "units": [
        { "code": "219001", "name": "下属", "parent_code": "219" }, { "code": "219", "name": "主管" } ] });
    admin.post(COMMIT, units).await.expect(200);
    let circle = json!({ "units": [{ "code": "1", "name": "甲", "parent_code": "2" }, { "code": "2", "name": "乙", "parent_code": "1" }] });
    let refused = admin.post(COMMIT, circle).await.expect(422);
    refused.expect_errors(&[("/units/0/parent_code", "cycle"), ("/units/1/parent_code", "cycle")]);
}
