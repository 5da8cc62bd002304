//! What holds units and years in place, and what they may hang on.

use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

async fn unit(world: &World, code: &str, parent: Option<&str>) {
    let unit = json!({ "code": code, "name": "某局", "parent_code": parent });
    world.caller("admin").put(&format!("/api/v1/units/{code}"), None, unit).await.expect(201);
}

/// What is said to hold `path`, in both languages.
async fn held(world: &World, path: &str) -> [String; 2] {
    let mut said = [String::new(), String::new()];
    for (said, language) in said.iter_mut().zip(["zh", "en"]) {
        let delete = actix_web::test::TestRequest::delete()
            .uri(path)
            .insert_header(("if-match", "*"))
            .insert_header(("accept-language", language));
        let reply = world.caller("admin").send(delete).await.expect(409);
        assert_eq!(reply.json["code"], "in_use");
        reply.json["detail"].as_str().unwrap().clone_into(said);
    }
    said
}

#[track_caller]
fn names(said: &[String; 2], zh: &[&str], en: &[&str]) {
    for (said, parts) in said.iter().zip([zh, en]) {
        for part in parts {
            assert!(said.contains(part), "{part} is not named in {said}");
        }
    }
}

#[actix_web::test]
async fn a_unit_names_all_that_hangs_on_it() {
    let world = world().await;
    unit(&world, "219", None).await;
    world.add_user("clerk", Role::Unit, Some("219"), None).await;
    let said = held(&world, "/api/v1/units/219").await;
    names(&said, &["用户 1"], &["users 1"]);
    assert!(!said[0].contains("单位 "), "nothing else hangs on it: {}", said[0]);
    unit(&world, "219001", Some("219")).await;
    unit(&world, "219002", Some("219")).await;
    let bundle = json!({ "narratives": [{ "unit": "219", "year": 2023 }] });
    world.caller("admin").post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    let said = held(&world, "/api/v1/units/219").await;
    names(
        &said,
        &["下属单位 2", "用户 1", "绩效自评 1"],
        &["subordinate units 2", "users 1", "evaluations 1"],
    );
    world.caller("admin").get("/api/v1/units/219").await.expect(200);
}

#[actix_web::test]
async fn a_year_names_all_that_hangs_on_it() {
    let world = world().await;
    let round = json!({ "year": 2023, "region_code": "430611" });
    let path = "/api/v1/years/2023/rounds/430611";
    world.caller("bureau").put(path, None, round).await.expect(201);
    let said = held(&world, "/api/v1/years/2023").await;
    names(&said, &["地区轮次 1", "绩效自评 1"], &["rounds 1", "evaluations 1"]);
    world.caller("bureau").delete(path, Some("*")).await.expect(200);
    let said = held(&world, "/api/v1/years/2023").await;
    assert!(!said[0].contains("地区轮次"), "{}", said[0]);
    world.caller("unit").delete(&format!("/api/v1/forms/{UNIT}/2023"), Some("*")).await.expect(200);
    world.caller("admin").delete("/api/v1/years/2023", Some("*")).await.expect(200);
}

#[actix_web::test]
async fn no_way_of_moving_units_closes_a_circle() {
    let world = world().await;
    let admin = world.caller("admin");
    unit(&world, "1", None).await;
    unit(&world, "2", Some("1")).await;
    unit(&world, "3", Some("2")).await;
    unit(&world, "4", Some("3")).await;
    for below in ["1", "2", "3", "4"] {
        let change = json!({ "parent_code": below });
        admin
            .patch("/api/v1/units/1", Some("*"), change.clone())
            .await
            .expect(422)
            .expect_errors(&[("/parent_code", "cycle")]);
        let whole = json!({ "code": "1", "name": "某局", "parent_code": below });
        admin
            .put("/api/v1/units/1", Some("*"), whole.clone())
            .await
            .expect(422)
            .expect_errors(&[("/parent_code", "cycle")]);
        let bundle = json!({ "units": [whole] });
        let refused = admin.post("/api/v1/imports?mode=commit", bundle).await.expect(422);
        refused.expect_errors(&[("/units/0/parent_code", "cycle")]);
    }
    // Turned upside down in one file, it is no circle; a part of it moves with what is below.
    let turned = json!({ "units": [
        { "code": "1", "parent_code": "2" }, { "code": "2", "parent_code": null }] });
    admin.post("/api/v1/imports?mode=commit", turned).await.expect(200);
    admin.patch("/api/v1/units/3", Some("*"), json!({ "parent_code": "1" })).await.expect(200);
    let refused = admin.patch("/api/v1/units/2", Some("*"), json!({ "parent_code": "4" })).await.expect(422);
    refused.expect_errors(&[("/parent_code", "cycle")]);
    admin
        .patch("/api/v1/units/4", Some("*"), json!({ "parent_code": "nobody" }))
        .await
        .expect(422)
        .expect_errors(&[("/parent_code", "unknown_unit")]);
}

#[actix_web::test]
async fn rules_that_nobody_knows_are_refused_wherever_they_are_chosen() {
    let world = world().await;
    let (admin, bureau) = (world.caller("admin"), world.caller("bureau"));
    let round = json!({ "year": 2023, "region_code": "430611" });
    let path = "/api/v1/years/2023/rounds/430611";
    bureau.put(path, None, round).await.expect(201);
    for unknown in ["mof-2020@2", "mof-2021@1", "x@1"] {
        let change = json!({ "rule_set": unknown });
        let wanted = [("/rule_set", "unknown_rule_set")];
        bureau.patch(path, Some("*"), change.clone()).await.expect(422).expect_errors(&wanted);
        admin.patch("/api/v1/years/2023", Some("*"), change).await.expect(422).expect_errors(&wanted);
        let bundle = json!({ "years": [{ "year": 2030, "rule_set": unknown }] });
        let refused = admin.post("/api/v1/imports?mode=commit", bundle).await.expect(422);
        refused.expect_errors(&[("/years/0/rule_set", "unknown_rule_set")]);
    }
    assert_eq!(bureau.get(path).await.expect(200).json["rule_set"], Value::Null);
    admin.get("/api/v1/years/2030").await.expect(404);
    let known = json!({ "rule_set": "mof-2020@1" });
    assert_eq!(bureau.patch(path, Some("*"), known).await.expect(200).json["rule_set"], "mof-2020@1");
    let scores = world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    assert_eq!(
        (&scores["rule_set"], &scores["department"]["final_total"]),
        (&json!("mof-2020@1"), &json!("99"))
    );
}
