//! Who may, and over what, beside the matrix.

use serde_json::json;

use crate::support::{UNIT, world};

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
async fn a_bureau_decides_its_own_regions_round() {
    let world = world().await;
    let bureau = world.caller("bureau");
    let round = |region: &str| json!({ "year": 2023, "region_code": region, "deadline": "2024-03-31" });
    bureau.put("/api/v1/years/2023/rounds/430611", None, round("430611")).await.expect(201);
    bureau.put("/api/v1/years/2023/rounds/430612", None, round("430612")).await.expect(403);
    bureau.put("/api/v1/years/2023/rounds/4306", None, round("4306")).await.expect(403);
    world.caller("admin").put("/api/v1/years/2023/rounds/4306", None, round("4306")).await.expect(201);
}
