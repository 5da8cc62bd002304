//! Scores: the real report, each point explained, and totals that follow every change.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

fn path() -> String {
    format!("/api/v1/scores/{UNIT}/2023")
}

#[actix_web::test]
async fn the_real_report_comes_out_at_99_and_98_with_every_point_explained() {
    let world = world().await;
    let scores = world.caller("unit").get(&path()).await.expect(200).json;
    assert_eq!(
        (&scores["department"]["final_total"], &scores["projects"][0]["final_total"]),
        (&json!("99"), &json!("98"))
    );
    for sheet in [&scores["department"], &scores["projects"][0]] {
        assert_eq!((&sheet["grade"], &sheet["complete"]), (&json!("excellent"), &json!(true)));
        for indicator in sheet["indicators"].as_array().unwrap() {
            assert!(indicator["explanation"].as_str().unwrap().contains("分"), "{indicator}");
            assert!(indicator["final_score"].is_string());
        }
    }
    assert_eq!(scores["department"]["indicators"][2]["explanation"], "实际 70次 ≥ 目标 60次，得满分 5");
    let english = TestRequest::get().uri(&path()).insert_header(("accept-language", "en-GB,en;q=0.9"));
    let english = world.caller("unit").send(english).await.expect(200);
    assert_eq!(
        english.json["department"]["indicators"][2]["explanation"],
        "actual 70次 ≥ target 60次: full score 5"
    );
    assert_eq!(english.header("content-language"), "en");
}

/// The list reads what was kept, the single view scores anew: they must agree.
async fn agree(world: &World) {
    let single = world.caller("unit").get(&path()).await.expect(200).json;
    let list =
        world.caller("unit").get(&format!("/api/v1/scores?unit={UNIT}&year=2023")).await.expect(200).json;
    let kept = list["items"].as_array().unwrap();
    let mut sheets = vec![single["department"].clone()];
    sheets.extend(single["projects"].as_array().unwrap().clone());
    sheets.retain(Value::is_object);
    assert_eq!(kept.len(), sheets.len());
    for (kept, sheet) in kept.iter().zip(&sheets) {
        for name in [
            "code",
            "name",
            "self_total",
            "computed_total",
            "reviewed_total",
            "final_total",
            "reported_total",
            "grade",
            "complete",
        ] {
            assert_eq!(kept[name], sheet[name], "{name} of {}", sheet["code"]);
        }
        assert_eq!(kept["execution_rate"], sheet["execution"]["rate"]);
    }
}

#[actix_web::test]
async fn totals_follow_every_change_of_what_they_come_from() {
    let world = world().await;
    let unit = world.caller("unit");
    agree(&world).await;
    let indicators = unit.get("/api/v1/indicators?sheet=department").await.expect(200).json["items"].clone();
    let at = |index: usize| format!("/api/v1/indicators/{}", indicators[index]["id"].as_str().unwrap());
    unit.patch(&at(2), Some("*"), json!({ "actual": "30次", "self_score": "5" })).await.expect(200);
    let scores = unit.get(&path()).await.expect(200).json;
    assert_eq!(scores["department"]["indicators"][2]["final_score"], "2.5", "30 of 60 for 5 points");
    assert_eq!(scores["department"]["final_total"], "96.5");
    agree(&world).await;
    unit.patch(&at(3), Some("*"), json!({ "actual": null })).await.expect(200);
    agree(&world).await;
    unit.delete(&at(4), Some("*")).await.expect(200);
    agree(&world).await;
    unit.patch(
        &format!("/api/v1/budgets/{UNIT}/2023"),
        Some("*"),
        json!({ "total": { "executed": "506.595" } }),
    )
    .await
    .expect(200);
    let scores = unit.get(&path()).await.expect(200).json;
    assert_eq!(scores["department"]["execution"]["computed_score"], "5", "half of the budget for 10 points");
    agree(&world).await;
    unit.delete(&format!("/api/v1/project-expenditures/{UNIT}/2023/P01"), Some("*")).await.expect(200);
    agree(&world).await;
    unit.delete(&format!("/api/v1/budgets/{UNIT}/2023"), Some("*")).await.expect(200);
    agree(&world).await;
}

#[actix_web::test]
async fn a_reviewed_score_stands_beside_and_counts() {
    let world = world().await;
    let reviewed = "INSERT INTO reviews (evaluation_id, kind, seq, score, reason, reviewed_by, reviewed_at) \
        SELECT id, 'indicator', 8, 70000, '佐证不足', 'bureau', updated_at FROM evaluations";
    world.sql(reviewed).await;
    let scores = world.caller("bureau").get(&path()).await.expect(200).json;
    let row = &scores["department"]["indicators"][7];
    assert_eq!(
        (&row["self_score"], &row["reviewed_score"], &row["final_score"]),
        (&json!("9"), &json!("7"), &json!("7"))
    );
    let sheet = &scores["department"];
    assert_eq!(
        (&sheet["self_total"], &sheet["reviewed_total"], &sheet["final_total"]),
        (&json!("99"), &json!("97"), &json!("97"))
    );
}

#[actix_web::test]
async fn what_was_read_is_read_again_when_the_units_name_changes() {
    let world = world().await;
    for path in [path(), format!("/api/v1/evaluations/{UNIT}/2023")] {
        let before = world.caller("unit").get(&path).await.expect(200);
        let rename = json!({ "name": format!("改名 {}", before.etag()) });
        world.caller("admin").patch(&format!("/api/v1/units/{UNIT}"), Some("*"), rename).await.expect(200);
        let again = TestRequest::get().uri(&path).insert_header(("if-none-match", before.etag()));
        let again = world.caller("unit").send(again).await.expect(200);
        assert_ne!(again.json["unit"]["name"], before.json["unit"]["name"]);
    }
}

#[actix_web::test]
async fn rule_sets_are_shown_as_data() {
    let world = world().await;
    let list = world.caller("reader").get("/api/v1/rule-sets").await.expect(200).json;
    let references: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["reference"].as_str().unwrap()).collect();
    assert_eq!(
        references,
        [
            "huangshi@1",
            "hubei@1",
            "hunan-department@1",
            "mof-2020@1",
            "mof-2021-cost@1",
            "platform-2022@1",
            "sichuan@1"
        ]
    );
    let rules = world.caller("unit").get("/api/v1/rule-sets/mof-2020@1").await.expect(200).json;
    assert!(rules["definition"]["blocks"].is_array());
    world.caller("unit").get("/api/v1/rule-sets/mof-2020@99").await.expect(404);
}
