//! What if: a year under other rules, and nothing written.

use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

const AT: &str = "/api/v1/rule-sets/draft@1";

/// Draft rules that the default's are changed into.
async fn draft(world: &World, change: Value) {
    let admin = world.caller("admin");
    let mut rules = admin.get("/api/v1/rule-sets/mof-2020@1").await.expect(200).json["definition"].clone();
    rules["name"] = json!("draft");
    for (name, value) in change.as_object().unwrap() {
        rules[name] = value.clone();
    }
    admin.put(AT, None, rules).await.expect(201);
}

async fn simulated(world: &World, caller: &str, query: &str) -> Value {
    world.caller(caller).post(&format!("{AT}/simulate?{query}"), Value::Null).await.expect(200).json
}

#[actix_web::test]
async fn a_year_is_scored_under_a_draft_and_nothing_is_written() {
    let world = world().await;
    // 100 from a whole point up: 99 is only good, 98 too.
    draft(&world, json!({ "grades": { "excellent": "99.5", "good": "80", "fair": "60" } })).await;
    let before = world.caller("bureau").get("/api/v1/scores?year=2023").await.expect(200).text;
    let found = simulated(&world, "bureau", "year=2023").await;
    assert_eq!(
        (&found["evaluations"], &found["sheets"], &found["changed"]),
        (&json!(1), &json!(2), &json!(0))
    );
    let grades = found["grades"].as_array().unwrap();
    assert_eq!(grades[0], json!({ "grade": "excellent", "before": 2, "after": 0 }));
    assert_eq!(grades[1], json!({ "grade": "good", "before": 0, "after": 2 }));
    assert_eq!((&found["mean_before"], &found["mean_after"]), (&json!("98.5"), &json!("98.5")));
    assert_eq!(found["grade_changes"], json!([{ "from": "excellent", "to": "good", "sheets": 2 }]));
    let bands = found["bands"].as_array().unwrap();
    for when in ["before", "after"] {
        assert_eq!(bands.iter().map(|band| band[when].as_u64().unwrap()).sum::<u64>(), 2);
    }
    assert_eq!(world.caller("bureau").get("/api/v1/scores?year=2023").await.expect(200).text, before);
}

#[actix_web::test]
async fn who_would_lose_most_comes_first() {
    let world = world().await;
    // From 130 % of a target on, two points less: 20 of 12 in the department sheet, 6 of 4 in the project.
    draft(
        &world,
        json!({ "over_achievement":
        { "threshold": "1.3", "policy": { "fixed_deduction": { "points": "2" } } } }),
    )
    .await;
    let found = simulated(&world, "admin", "year=2023&region_code=4306").await;
    let first = &found["most_affected"][0];
    let before: Value =
        world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    assert_eq!(found["changed"], found["most_affected"].as_array().unwrap().len());
    assert_eq!(first["before"], before["department"]["final_total"]);
    assert_eq!((&first["difference"], &first["after"]), (&json!("-2"), &json!("97")), "{found}");
}

#[actix_web::test]
async fn a_region_and_a_year_that_are_not_there_are_told() {
    let world = world().await;
    draft(&world, json!({})).await;
    assert_eq!(simulated(&world, "admin", "year=2023&region_code=11").await["sheets"], 0);
    let bureau = world.caller("bureau");
    bureau.post(&format!("{AT}/simulate?year=2031"), Value::Null).await.expect(404);
    bureau.post("/api/v1/rule-sets/none@1/simulate?year=2023", Value::Null).await.expect(404);
    world.caller("unit").post(&format!("{AT}/simulate?year=2023"), Value::Null).await.expect(403);
}
