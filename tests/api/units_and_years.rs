//! Units, years and rounds.

use serde_json::json;

use crate::support::{UNIT, world};

#[actix_web::test]
async fn a_unit_lives_and_what_hangs_on_it_holds_it() {
    let world = world().await;
    let admin = world.caller("admin");
    let unit =
        |code: &str, parent: Option<&str>| json!({ "code": code, "name": "某局", "parent_code": parent });
    let made = admin.put("/api/v1/units/219", None, unit("219", None)).await.expect(201);
    admin.put("/api/v1/units/219001", None, unit("219001", Some("219"))).await.expect(201);
    admin.put("/api/v1/units/219001", None, unit("219001", Some("219"))).await.expect(428);
    let cycle =
        admin.put("/api/v1/units/219", Some(&made.etag()), unit("219", Some("219001"))).await.expect(422);
    cycle.expect_errors(&[("/parent_code", "cycle")]);
    let own = admin.patch("/api/v1/units/219", Some("*"), json!({ "parent_code": "219" })).await.expect(422);
    own.expect_errors(&[("/parent_code", "cycle")]);
    let unknown = admin.put("/api/v1/units/219002", None, unit("219003", Some("nobody"))).await.expect(422);
    unknown.expect_errors(&[("/code", "key_mismatch"), ("/parent_code", "unknown_unit")]);
    let held = admin.delete("/api/v1/units/219", Some("*")).await.expect(409);
    assert_eq!(held.json["code"], "in_use");
    assert!(held.json["detail"].as_str().unwrap().contains("下属单位 1"), "{}", held.text);
    admin.delete("/api/v1/units/219001", Some("*")).await.expect(200);
    admin.delete("/api/v1/units/219", Some("*")).await.expect(200);
    admin.get("/api/v1/units/219").await.expect(404);
    let held = admin.delete(&format!("/api/v1/units/{UNIT}"), Some("*")).await.expect(409);
    assert!(held.json["detail"].as_str().unwrap().contains("绩效自评 1"), "{}", held.text);
    let cleared =
        admin.patch(&format!("/api/v1/units/{UNIT}"), Some("*"), json!({ "region_code": null })).await;
    assert_eq!(cleared.expect(200).json["region_code"], json!(null));
}

#[actix_web::test]
async fn a_year_and_its_rounds_decide_the_rules() {
    let world = world().await;
    let (admin, bureau) = (world.caller("admin"), world.caller("bureau"));
    let unknown =
        admin.put("/api/v1/years/2024", None, json!({ "year": 2024, "rule_set": "no-such@9" })).await;
    unknown.expect(422).expect_errors(&[("/rule_set", "unknown_rule_set")]);
    let year = admin
        .put("/api/v1/years/2024", None, json!({ "year": 2024, "deadline": "2025-03-31" }))
        .await
        .expect(201);
    assert_eq!(year.json["rule_set"], "mof-2020@1");
    let round = json!({ "year": 2024, "region_code": "430611", "opens_on": "2025-02-01", "deadline": "2025-01-01",
        "assigned_units": [UNIT, "000"] });
    let wrong = bureau.put("/api/v1/years/2024/rounds/430611", None, round).await.expect(422);
    wrong.expect_errors(&[("/assigned_units/1", "unknown_unit"), ("/deadline", "out_of_range")]);
    let round = json!({ "year": 2024, "region_code": "430611", "assigned_units": [UNIT] });
    let made = bureau.put("/api/v1/years/2024/rounds/430611", None, round).await.expect(201);
    let later = json!({ "deadline": "2025-04-30" });
    bureau.patch("/api/v1/years/2024/rounds/430611", Some(&made.etag()), later).await.expect(200);
    let held = admin.delete("/api/v1/years/2024", Some("*")).await.expect(409);
    assert!(held.json["detail"].as_str().unwrap().contains("地区轮次 1"));
    bureau.delete("/api/v1/years/2024/rounds/430611", Some("*")).await.expect(200);
    admin.delete("/api/v1/years/2024", Some("*")).await.expect(200);
    bureau.get("/api/v1/years/2024/rounds").await.expect(404);
    bureau
        .put("/api/v1/years/2024/rounds/430611", None, json!({ "year": 2024, "region_code": "430611" }))
        .await
        .expect(404);
}
