//! What belongs to others: every part, every method, every filter.

use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::support::{Caller, Reply, UNIT, World, world};

const NEIGHBOUR: &str = "430611201";
const BELOW: &str = "430611101-1";
const FAR_BELOW: &str = "430611101-1-1";
const ELSEWHERE: &str = "430102001";
const NOWHERE: &str = "900001";

/// The report's unit, two below it, a neighbour, one of another region and one of none; each with a whole form.
async fn neighbourhood() -> World {
    let world = world().await;
    let unit = |code: &str, region: Option<&str>, parent: Option<&str>| json!({ "code": code, "name": "某单位", "region_code": region, "parent_code": parent });
    let units = [
        unit(NEIGHBOUR, Some("430611"), None),
        unit(BELOW, Some("430611"), Some(UNIT)),
        unit(FAR_BELOW, Some("430611"), Some(BELOW)),
        unit(ELSEWHERE, Some("430102"), None),
        unit(NOWHERE, None, None),
    ];
    let of = |row: Value| -> Vec<Value> {
        let owned = |unit: &Value| {
            let mut row = row.clone();
            row["unit"] = unit["code"].clone();
            row["year"] = json!(2023);
            row
        };
        units.iter().map(owned).collect()
    };
    let bundle = json!({ "units": units, "budgets": of(json!({ "total": { "annual": "1" } })),
        "base_data": of(json!({})), "narratives": of(json!({})),
        "project_expenditures": of(json!({ "code": "P01", "name": "项目" })),
        "indicators": of(json!({ "seq": 1, "level1": "产出指标", "level2": "数量指标", "name": "某指标" })) });
    world.caller("admin").post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    world.add_user("neighbour", Role::Unit, Some(NEIGHBOUR), None).await;
    world.add_user("below", Role::Unit, Some(BELOW), None).await;
    world.add_user("capital", Role::Bureau, None, Some("430102")).await;
    world.add_user("province", Role::Bureau, None, Some("43")).await;
    world
}

/// The addresses of a unit's parts, each with a valid body, and whether it can be patched.
async fn parts_of(world: &World, unit: &str) -> Vec<(String, Value, bool)> {
    let owned = |mut body: Value| {
        body["unit"] = json!(unit);
        body["year"] = json!(2023);
        body
    };
    let list = format!("/api/v1/indicators?unit={unit}&limit=1");
    let indicator = world.caller("admin").get(&list).await.expect(200).json["items"][0].clone();
    let row = json!({ "seq": 1, "level1": "产出指标", "level2": "数量指标", "name": "改名" });
    vec![
        (format!("/api/v1/budgets/{unit}/2023"), owned(json!({})), true),
        (format!("/api/v1/base-data/{unit}/2023"), owned(json!({})), true),
        (format!("/api/v1/narratives/{unit}/2023"), owned(json!({ "sections": {} })), true),
        (
            format!("/api/v1/project-expenditures/{unit}/2023/P01"),
            owned(json!({ "code": "P01", "name": "项目" })),
            true,
        ),
        (format!("/api/v1/indicators/{}", indicator["id"].as_str().unwrap()), owned(row), true),
        (format!("/api/v1/forms/{unit}/2023"), json!({}), false),
    ]
}

/// Every write of every part of `unit`.
async fn writes(world: &World, caller: &Caller<'_>, unit: &str) -> Vec<(String, Reply)> {
    let mut replies = Vec::new();
    for (path, body, is_patched) in parts_of(world, unit).await {
        replies.push((format!("PUT {path}"), caller.put(&path, Some("*"), body).await));
        if is_patched {
            replies.push((format!("PATCH {path}"), caller.patch(&path, Some("*"), json!({})).await));
        }
        replies.push((format!("DELETE {path}"), caller.delete(&path, Some("*")).await));
    }
    let fresh = format!("/api/v1/project-expenditures/{unit}/2023/P99");
    let body = json!({ "unit": unit, "year": 2023, "code": "P99", "name": "新项目" });
    replies.push((format!("PUT {fresh}"), caller.put(&fresh, None, body).await));
    replies
}

/// Every reading of every part of `unit` has this status.
async fn reads(world: &World, caller: &Caller<'_>, unit: &str, status: u16) {
    let mut paths: Vec<String> = parts_of(world, unit).await.into_iter().map(|(path, _, _)| path).collect();
    paths.extend(["evaluations", "scores"].map(|noun| format!("/api/v1/{noun}/{unit}/2023")));
    paths.push(format!("/api/v1/units/{unit}"));
    for path in paths {
        let reply = caller.get(&path).await;
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text);
    }
}

async fn tag(world: &World, unit: &str) -> String {
    world.caller("admin").get(&format!("/api/v1/forms/{unit}/2023")).await.expect(200).etag()
}

#[actix_web::test]
async fn what_a_stranger_asks_for_is_not_there_by_any_method() {
    let world = neighbourhood().await;
    let stranger = world.caller("neighbour");
    reads(&world, &stranger, NEIGHBOUR, 200).await;
    for foreign in [UNIT, BELOW, ELSEWHERE, NOWHERE] {
        let before = tag(&world, foreign).await;
        reads(&world, &stranger, foreign, 404).await;
        for (what, reply) in writes(&world, &stranger, foreign).await {
            assert_eq!(reply.status, 404, "{what}: {}", reply.text);
            assert!(reply.etag().is_empty(), "{what} tells a tag");
        }
        let indicator =
            json!({ "unit": foreign, "year": 2023, "seq": 9, "level1": "产", "level2": "", "name": "某" });
        let refused = stranger.post("/api/v1/indicators", indicator).await.expect(422);
        refused.expect_errors(&[("/unit", "unknown_unit")]);
        assert_eq!(tag(&world, foreign).await, before, "{foreign} was written to");
    }
}

#[actix_web::test]
async fn a_supervising_department_reads_all_below_it_and_writes_none_of_it() {
    let world = neighbourhood().await;
    let superior = world.caller("unit");
    for subordinate in [BELOW, FAR_BELOW] {
        let before = tag(&world, subordinate).await;
        reads(&world, &superior, subordinate, 200).await;
        for (what, reply) in writes(&world, &superior, subordinate).await {
            assert_eq!(reply.status, 403, "{what}: {}", reply.text);
        }
        let indicator = json!({ "unit": subordinate, "year": 2023, "seq": 9, "level1": "产", "level2": "", "name": "某" });
        superior.post("/api/v1/indicators", indicator).await.expect(403);
        let bundle = json!({ "narratives": [{ "unit": subordinate, "year": 2023 }] });
        let refused = superior.post("/api/v1/imports?mode=commit", bundle).await.expect(422);
        refused.expect_errors(&[("/narratives/0/unit", "not_permitted")]);
        assert_eq!(tag(&world, subordinate).await, before, "{subordinate} was written to");
    }
    reads(&world, &world.caller("below"), FAR_BELOW, 200).await;
    reads(&world, &world.caller("below"), UNIT, 404).await;
}

#[actix_web::test]
async fn a_bureau_sees_its_region_and_what_lies_in_it() {
    let world = neighbourhood().await;
    for (bureau, seen, hidden) in [
        ("bureau", &[UNIT, NEIGHBOUR, BELOW][..], &[ELSEWHERE, NOWHERE][..]),
        ("capital", &[ELSEWHERE], &[UNIT, NEIGHBOUR, BELOW, NOWHERE]),
        ("province", &[UNIT, NEIGHBOUR, ELSEWHERE], &[NOWHERE]),
    ] {
        let caller = world.caller(bureau);
        for unit in seen {
            reads(&world, &caller, unit, 200).await;
        }
        for unit in hidden {
            reads(&world, &caller, unit, 404).await;
            let bundle = json!({ "narratives": [{ "unit": unit, "year": 2023 }] });
            let refused = caller.post("/api/v1/imports?mode=commit", bundle).await.expect(422);
            refused.expect_errors(&[("/narratives/0/unit", "unknown_unit")]);
        }
        for (what, reply) in writes(&world, &caller, seen[0]).await {
            assert_eq!(reply.status, 403, "{bureau} {what}: the claim is the unit's");
        }
    }
}

fn owner(list: &str, item: &Value) -> String {
    let code = match list {
        "units" => &item["code"],
        _ if item["unit"].is_object() => &item["unit"]["code"],
        _ => &item["unit"],
    };
    code.as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_reader_is_confined_to_its_region_and_to_what_is_settled() {
    let world = neighbourhood().await;
    world.add_user("auditor", Role::Reader, None, Some("430102")).await;
    world.sql("UPDATE evaluations SET stage = 'approved' WHERE unit_code = '430611101'").await;
    world.sql("UPDATE evaluations SET stage = 'published' WHERE unit_code = '430102001'").await;
    for (reader, settled, other) in [("reader", UNIT, ELSEWHERE), ("auditor", ELSEWHERE, UNIT)] {
        let reader = world.caller(reader);
        reader.get(&format!("/api/v1/scores/{settled}/2023")).await.expect(200);
        reader.get(&format!("/api/v1/scores/{other}/2023")).await.expect(404);
        reader.get(&format!("/api/v1/scores/{NEIGHBOUR}/2023")).await.expect(404);
        for filter in ["", "&stage=draft", "&stage=approved", "&stage=published", "&region_code=43"] {
            let list = reader.get(&format!("/api/v1/scores?year=2023{filter}")).await.expect(200);
            let items = list.json["items"].as_array().unwrap();
            assert!(items.iter().all(|item| owner("scores", item) == settled), "{filter}: {}", list.text);
        }
    }
}
