//! Requests that come together are written together, and each is answered as if it had come alone.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jixiao::scores::verify::verify;
use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, world};

const OTHER: &str = "430611301";
const HANDED_IN: &str = "430611302";

/// The report's form as another unit's, handed in or not.
async fn copy(world: &World, code: &str, stage: &str) {
    let report: Value = serde_json::from_str(jixiao::demo::REPORT).unwrap();
    let mut other = json!({ "units": [{ "code": code, "name": code, "region_code": "430611" }] });
    for name in ["budgets", "base_data", "project_expenditures", "indicators", "narratives"] {
        other[name] = report[name].clone();
        other[name].as_array_mut().unwrap().iter_mut().for_each(|row| row["unit"] = json!(code));
    }
    let address = format!("/api/v1/imports?mode=commit{stage}");
    world.caller("admin").post(&address, other).await.expect(200);
}

fn row(unit: &str, year: i32, project: Option<&str>, seq: u32) -> Value {
    json!({ "unit": unit, "year": year, "project": project, "seq": seq, "level1": "产出指标", "level2": "数量指标",
        "name": format!("第 {seq} 项"), "target": "≥60次", "actual": "62次", "weight": "0.5", "self_score": "0.5" })
}

#[actix_web::test]
async fn of_those_that_come_together_each_gets_its_own_answer() {
    let world = world().await;
    copy(&world, OTHER, "").await;
    copy(&world, HANDED_IN, "&stage=submitted").await;
    world.add_user("other", Role::Unit, Some(OTHER), None).await;
    world.add_user("handed-in", Role::Unit, Some(HANDED_IN), None).await;
    world.caller("admin").put("/api/v1/years/2024", None, json!({ "year": 2024 })).await.expect(201);
    let callers = ["unit", "other", "handed-in", "admin"];
    for name in callers {
        world.caller(name).get("/api/v1/units").await.expect(200); // signed in
    }

    let mut asked = Vec::new();
    asked.extend((501..521).map(|seq| ("unit", row(UNIT, 2023, None, seq), 201)));
    asked.extend((501..507).map(|seq| ("other", row(OTHER, 2023, Some("P01"), seq), 201)));
    asked.extend([
        ("unit", row(UNIT, 2023, Some("P01"), 601), 201),
        ("unit", row(UNIT, 2023, None, 1), 409), // the number is taken
        ("unit", row(UNIT, 2023, Some("P99"), 1), 422), // no such project
        ("unit", row(OTHER, 2023, None, 700), 422), // a unit that is not seen
        ("unit", row("999999", 2023, None, 1), 422),
        ("unit", row(UNIT, 2024, None, 1), 201), // the form is yet to be made
        ("unit", row(UNIT, 2025, None, 1), 422), // no such year
        ("handed-in", row(HANDED_IN, 2023, None, 700), 409),
    ]);
    let send = |(name, body, _): &(&'static str, Value, u16)| {
        let (caller, body) = (world.caller(name), body.clone());
        async move { caller.post("/api/v1/indicators", body).await }
    };
    let replies = join_all(asked.iter().map(send)).await;
    let mut made: BTreeMap<String, (&str, String)> = BTreeMap::new();
    for ((name, body, status), reply) in asked.iter().zip(&replies) {
        assert_eq!(reply.status.as_u16(), *status, "{body}: {}", reply.text);
        if reply.status == 201 {
            assert_eq!((&reply.json["seq"], &reply.json["unit"]), (&body["seq"], &body["unit"]));
            let there = world.caller(name).get(reply.header("location")).await.expect(200);
            assert_eq!((there.etag(), &there.json), (reply.etag(), &reply.json));
            let sheet = body["project"].as_str().unwrap_or_default();
            made.insert(reply.header("x-request-id").to_owned(), (name, format!("{sheet}.{}", body["seq"])));
        }
    }
    assert_eq!(verify(&world.db).await.unwrap().differences, []);
    each_under_its_own_name(&world, made).await;
}

/// The audit tells of each request what it changed, and who sent it.
async fn each_under_its_own_name(world: &World, mut made: BTreeMap<String, (&str, String)>) {
    let admin = world.caller("admin");
    for chain in
        [(UNIT, 2023), (UNIT, 2024), (OTHER, 2023)].map(|(unit, year)| format!("evaluation:{unit}:{year}"))
    {
        let entries = admin.get(&format!("/api/v1/audit/entries?limit=500&chain={chain}")).await.expect(200);
        for entry in entries.json["items"].as_array().unwrap() {
            let Some((name, key)) = made.remove(entry["request_id"].as_str().unwrap_or_default()) else {
                assert_eq!(entry["actor"], "admin", "nothing else but the import: {entry}");
                continue;
            };
            assert_eq!((&entry["actor"], &entry["role"]), (&json!(name), &json!("unit")));
            let changes = entry["changes"].as_array().unwrap();
            let of_rows = |change: &&Value| change["entity"] == "indicators";
            let rows: Vec<&Value> = changes.iter().filter(of_rows).map(|change| &change["key"]).collect();
            assert_eq!(rows, [&json!(key)]);
        }
    }
    assert_eq!(made.len(), 0, "not told: {made:?}");
    let verdict = admin.get("/api/v1/audit/verification").await.expect(200).json;
    assert_eq!(verdict["intact"], true, "{verdict}");
}

#[actix_web::test]
async fn of_two_that_want_one_number_one_gets_it() {
    let world = world().await;
    let unit = world.caller("unit");
    unit.get("/api/v1/units").await.expect(200);
    let pairs = (801..811).flat_map(|seq| [seq, seq]);
    let replies: Vec<Reply> =
        join_all(pairs.map(|seq| unit.post("/api/v1/indicators", row(UNIT, 2023, None, seq)))).await;
    for pair in replies.chunks(2) {
        let mut statuses = [pair[0].status.as_u16(), pair[1].status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", pair[0].text, pair[1].text);
    }
    assert_eq!(verify(&world.db).await.unwrap().differences, []);
}
