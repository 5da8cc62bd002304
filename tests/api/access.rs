//! Who may, and over what: the one role × action table, and the scope that comes with the caller.

use jixiao_core::workflow::Role;
use serde_json::json;

use crate::calls::calls;
use crate::support::{UNIT, world};

/// The parts of a form, and a body for each; `{}` stands for the unit.
const PARTS: [&str; 6] = [
    "/api/v1/budgets/{}/2023",
    "/api/v1/base-data/{}/2023",
    "/api/v1/narratives/{}/2023",
    "/api/v1/project-expenditures/{}/2023/P01",
    "/api/v1/forms/{}/2023",
    "/api/v1/evaluations/{}/2023",
];

#[actix_web::test]
async fn every_operation_lets_in_exactly_the_roles_of_the_table() {
    // No call fits a tag that is there, so none takes away what the next one asks for.
    let world = world().await;
    let mut called = 0;
    for call in calls(&world).await {
        let unsigned = world.caller("anon").send(call.harmless()).await.expect(401);
        assert_eq!(unsigned.json["code"], "unauthenticated", "{}", call.name());
        for role in Role::ALL {
            let reply = world.caller(role.as_str()).send(call.harmless()).await;
            let may = call.action.allows(role);
            assert_eq!(call.is_shut(&reply), !may, "{role} {}: {}", call.name(), reply.text);
            assert_ne!(reply.status, 401, "{role} {}", call.name());
            called += 1;
        }
    }
    assert!(called >= 4 * 50, "only {called} cells of the table were looked at");
}

#[actix_web::test]
async fn a_unit_reaches_its_own_and_sees_its_subordinates_and_nothing_else() {
    let world = world().await;
    let admin = world.caller("admin");
    for (code, region, parent) in
        [("430611201", "430611", None), ("430611101-1", "430611", Some(UNIT)), ("430102001", "430102", None)]
    {
        let unit = json!({ "code": code, "name": "某单位", "region_code": region, "parent_code": parent });
        admin.put(&format!("/api/v1/units/{code}"), None, unit).await.expect(201);
        let bundle = json!({ "budgets": [{ "unit": code, "year": 2023, "total": { "annual": "1" } }],
            "base_data": [{ "unit": code, "year": 2023 }], "narratives": [{ "unit": code, "year": 2023 }],
            "project_expenditures": [{ "unit": code, "year": 2023, "code": "P01", "name": "项目" }] });
        admin.post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    }
    let (unit, bureau) = (world.caller("unit"), world.caller("bureau"));
    for part in PARTS {
        let of = |code: &str| part.replace("{}", code);
        unit.get(&of(UNIT)).await.expect(200);
        unit.get(&of("430611101-1")).await.expect(200);
        unit.get(&of("430611201")).await.expect(404);
        bureau.get(&of("430611201")).await.expect(200);
        bureau.get(&of("430102001")).await.expect(404);
        admin.get(&of("430102001")).await.expect(200);
        if !part.contains("evaluations") {
            unit.delete(&of("430611201"), Some("*")).await.expect(404);
            unit.delete(&of("430611101-1"), Some("*")).await.expect(403);
        }
    }
    let narrative = |code: &str| json!({ "unit": code, "year": 2023, "sections": {} });
    unit.put("/api/v1/narratives/430611201/2023", Some("*"), narrative("430611201")).await.expect(404);
    unit.put("/api/v1/narratives/430611101-1/2023", Some("*"), narrative("430611101-1")).await.expect(403);
    unit.patch("/api/v1/narratives/430611201/2023", Some("*"), json!({})).await.expect(404);

    for list in [
        "units",
        "evaluations",
        "budgets",
        "base-data",
        "narratives",
        "project-expenditures",
        "indicators",
        "scores",
    ] {
        for filter in ["", "unit=430611201", "region_code=43", "parent_code=430611"] {
            let reply = unit.get(&format!("/api/v1/{list}?{filter}")).await;
            if reply.status == 400 {
                continue; // this list has no such filter
            }
            for foreign in ["430611201", "430102001"] {
                let is_there = reply.json["items"].to_string().contains(&format!("\"{foreign}\""));
                assert!(!is_there, "{list}?{filter} shows {foreign}");
            }
            let reply = bureau.get(&format!("/api/v1/{list}?{filter}")).await;
            assert!(!reply.text.contains("430102001"), "{list}?{filter} shows another region's");
        }
    }
}

#[actix_web::test]
async fn a_unit_without_a_region_is_the_administrators_alone() {
    let world = world().await;
    let unit = json!({ "code": "900001", "name": "无区划单位" });
    world.caller("admin").put("/api/v1/units/900001", None, unit).await.expect(201);
    world.caller("admin").get("/api/v1/units/900001").await.expect(200);
    for other in ["bureau", "unit", "reader"] {
        world.caller(other).get("/api/v1/units/900001").await.expect(404);
    }
}

#[actix_web::test]
async fn the_finance_system_reads_what_was_approved_and_nothing_before() {
    let world = world().await;
    let reader = world.caller("reader");
    let scores = format!("/api/v1/scores/{UNIT}/2023");
    for (stage, status, rows) in
        [("draft", 404, 0), ("submitted", 404, 0), ("approved", 200, 2), ("published", 200, 2)]
    {
        world.sql(&format!("UPDATE evaluations SET stage = '{stage}'")).await;
        let reply = reader.get(&scores).await.expect(status);
        assert!(status == 404 || reply.json["provisional"] == json!(false));
        let list = reader.get("/api/v1/scores?year=2023&with_total=true").await.expect(200);
        assert_eq!(list.json["total"], rows, "{stage}");
    }
    reader.get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(403);
}

#[actix_web::test]
async fn a_narrowed_token_does_what_it_was_narrowed_to() {
    let world = world().await;
    let caller = world.caller("unit").narrowed("scores:read");
    caller.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200);
    caller.get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(403);
    caller.get("/api/v1/units").await.expect(403);
}

#[actix_web::test]
async fn a_bureau_decides_its_own_regions_round() {
    let world = world().await;
    let bureau = world.caller("bureau");
    let round = |region: &str| json!({ "year": 2023, "region_code": region, "deadline": "2024-03-31" });
    bureau.put("/api/v1/years/2023/rounds/430611", None, round("430611")).await.expect(201);
    bureau.put("/api/v1/years/2023/rounds/430612", None, round("430612")).await.expect(403);
    bureau.put("/api/v1/years/2023/rounds/4306", None, round("4306")).await.expect(403);
    world.caller("admin").put("/api/v1/years/2023/rounds/4306", None, round("4306")).await.expect(201);
}
