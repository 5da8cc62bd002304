//! The library of indicators: what was published, and how a unit takes it up.

use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::support::{World, empty};

/// Two schools below a bureau of education, and a unit beside them.
async fn town() -> World {
    let world = empty().await;
    let indicator = |unit: &str, seq: i32, name: &str, target: &str, weight: &str| {
        json!({ "unit": unit, "year": 2023, "seq": seq, "level1": "产出指标", "level2": "数量指标", "name": name,
            "target": target, "actual": "61次", "weight": weight, "self_score": weight })
    };
    let bundle = json!({
        "years": [{ "year": 2023 }, { "year": 2024 }],
        "units": [
            { "code": "edu", "name": "教育局", "region_code": "430611" },
            { "code": "school1", "name": "一中", "region_code": "430611", "parent_code": "edu" },
            { "code": "school2", "name": "二中", "region_code": "430611", "parent_code": "edu" },
            { "code": "water", "name": "水利局", "region_code": "430611" },
        ],
        "indicators": [
            indicator("school1", 1, "培训教师", "≥60次", "40"), indicator("school1", 2, "巡查", "≥10次", "60"),
            indicator("school2", 1, "培训教师", "≥60次", "50"), indicator("school2", 2, "培训教师 ", "≥80次", "50"),
            indicator("water", 1, "巡查", "≤3次", "100"),
        ],
    });
    world.caller("admin").post("/api/v1/imports?mode=commit&stage=submitted", bundle).await.expect(200);
    world.add_user("bureau", Role::Bureau, None, Some("430611")).await;
    world.add_user("clerk", Role::Unit, Some("water"), None).await;
    world
}

async fn step(world: &World, unit: &str, step: &str, body: Value) {
    let at = format!("/api/v1/evaluations/{unit}/2023/{step}");
    world.caller("bureau").step(&at, "*", body).await.expect(200);
}

async fn publish(world: &World, unit: &str) {
    step(world, unit, "approve", json!({})).await;
    step(world, unit, "publish", json!({})).await;
}

/// What stands in the library, found this way.
async fn shelf(world: &World, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/indicator-library{query}");
    let items = world.caller("clerk").get(&path).await.expect(200).json["items"].clone();
    items.as_array().unwrap().clone()
}

fn told(items: &[Value]) -> Value {
    let members =
        ["name", "direction", "measure", "usual_target", "weight_min", "weight_max", "uses", "units"];
    items.iter().map(|item| members.iter().map(|member| item[*member].clone()).collect::<Value>()).collect()
}

#[actix_web::test]
async fn what_is_published_stands_in_the_library_once() {
    let world = town().await;
    assert_eq!(shelf(&world, "").await, Vec::<Value>::new(), "nothing was published yet");
    publish(&world, "school1").await;
    publish(&world, "school2").await;
    let training = json!(["培训教师", "at_least", "次", "≥60次", "40", "50", 3, 2]);
    let patrol = json!(["巡查", "at_least", "次", "≥10次", "60", "60", 1, 1]);
    assert_eq!(told(&shelf(&world, "?q=%E5%9F%B9%E8%AE%AD").await), json!([training]));
    publish(&world, "water").await;
    assert_eq!(shelf(&world, "").await.len(), 3, "fewer patrols are another aim than more");
    assert_eq!(told(&shelf(&world, "?department=edu&q=%E5%B7%A1%E6%9F%A5").await), json!([patrol]));
    assert_eq!(shelf(&world, "?department=water").await.len(), 1);
    assert_eq!(shelf(&world, "?q=%E8%B4%A8%E9%87%8F").await.len(), 0);
    assert_eq!(shelf(&world, "?q=%E6%95%B0%E9%87%8F").await.len(), 3);

    // What is published again takes its own place.
    step(&world, "school1", "reopen", json!({ "reason": "更正" })).await;
    assert_eq!(
        told(&shelf(&world, "?q=%E5%9F%B9%E8%AE%AD").await),
        json!([training]),
        "it is public all the same"
    );
    let page = world.caller("clerk").get("/api/v1/indicator-library?limit=2").await.expect(200).json;
    let next = format!("/api/v1/indicator-library?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    let rest = world.caller("clerk").get(&next).await.expect(200).json;
    let all: Vec<Value> =
        [&page, &rest].iter().flat_map(|page| page["items"].as_array().unwrap().clone()).collect();
    assert_eq!(all, shelf(&world, "").await);
}

#[actix_web::test]
async fn a_unit_takes_an_entry_up_as_a_draft() {
    let world = town().await;
    publish(&world, "school1").await;
    let entry = shelf(&world, "?q=%E5%9F%B9%E8%AE%AD").await[0]["entry"].clone();
    let clerk = world.caller("clerk");
    let at = "/api/v1/evaluations/water/2024/indicators/adopt";
    let made = clerk.post(at, json!({ "entry": entry, "weight": "20" })).await.expect(201);
    assert_eq!(made.header("location"), format!("/api/v1/indicators/{}", made.json["id"].as_str().unwrap()));
    let stored = clerk.get(made.header("location")).await.expect(200);
    assert_eq!((&stored.json, stored.etag()), (&made.json, made.etag()));
    for (member, value) in [
        ("seq", json!(1)),
        ("name", json!("培训教师")),
        ("level2", json!("数量指标")),
        ("target", json!("≥60次")),
        ("weight", json!("20")),
        ("actual", Value::Null),
        ("self_score", Value::Null),
    ] {
        assert_eq!(made.json[member], value, "{member}");
    }
    assert_eq!(clerk.post(at, json!({ "entry": entry })).await.expect(201).json["seq"], 2);
    clerk.post(at, json!({ "entry": entry, "seq": 2 })).await.expect(409);
    let unknown = json!({ "entry": "0".repeat(32) });
    clerk.post(at, unknown).await.expect(422).expect_errors(&[("/entry", "unknown_entry")]);
    let project = json!({ "entry": entry, "project": "P09" });
    clerk.post(at, project).await.expect(422).expect_errors(&[("/project", "unknown_project")]);
    // Not its own, not seen, handed in, not its business.
    let body = json!({ "entry": entry });
    clerk.post("/api/v1/evaluations/school1/2024/indicators/adopt", body.clone()).await.expect(404);
    clerk.post("/api/v1/evaluations/water/2023/indicators/adopt", body.clone()).await.expect(409);
    world.caller("bureau").post(at, body).await.expect(403);
}
