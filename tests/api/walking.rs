//! Every list in every order, walked while others write: what was there is shown exactly once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::pages::{List, job, lists, settle, several};
use crate::support::World;

/// What tells a row of any list from another.
fn key(row: &Value) -> String {
    let names = [
        "id",
        "code",
        "unit",
        "year",
        "region_code",
        "sheet",
        "username",
        "client_id",
        "chain",
        "seq",
        "reference",
    ];
    let part = |name: &str| match &row[name] {
        unit @ Value::Object(_) => unit["code"].clone(),
        other => other.clone(),
    };
    json!(names.map(part)).to_string()
}

/// A row in every list, before or behind what is there in most orders, complete or not.
async fn another(world: &World, n: u32) {
    let code = if n.is_multiple_of(2) { format!("000{n:03}") } else { format!("999{n:03}") };
    let unit = json!({ "code": code, "name": format!("单位 {n}"), "region_code": "430611" });
    let score = if n.is_multiple_of(3) { Value::Null } else { json!((n % 10).to_string()) };
    let amounts = json!({ "annual": "10", "executed": "9" });
    let bundle = json!({ "years": [{ "year": if n.is_multiple_of(2) { 1990 + n } else { 2099 - n } }], "units": [unit],
        "budgets": [{ "unit": code, "year": 2023, "weight": "10", "self_score": score, "total": amounts }],
        "base_data": [{ "unit": code, "year": 2023 }], "narratives": [{ "unit": code, "year": 2023 }],
        "project_expenditures": [{ "unit": code, "year": 2023, "code": "P01", "name": "项目", "weight": "10", "self_score": score }],
        "indicators": [{ "unit": code, "year": 2023, "seq": 1, "level1": "产出", "level2": "数量", "name": "某",
            "weight": "90", "self_score": score }] });
    let admin = world.caller("admin");
    admin.post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    job(world).await;
    let region = if n.is_multiple_of(2) { format!("11{:02}", n % 100) } else { format!("99{:02}", n % 100) };
    let round = json!({ "year": 2023, "region_code": region });
    admin.put(&format!("/api/v1/years/2023/rounds/{region}"), None, round).await.expect(201);
    if n.is_multiple_of(4) {
        settle(world, &code).await;
    }
}

#[actix_web::test]
async fn every_row_is_shown_once_in_every_order_while_others_come() {
    let world = several().await;
    let admin = world.caller("admin");
    let mut newcomers = 0;
    for _ in 0..3 {
        another(&world, newcomers).await;
        newcomers += 1;
    }
    let mut walks = 0;
    for List { path, sorts } in lists() {
        for sort in sorts {
            let whole = admin.get(&format!("{path}?limit=500&sort={sort}")).await.expect(200).json;
            let there: Vec<String> = whole["items"].as_array().unwrap().iter().map(key).collect();
            let limit = there.len().div_ceil(3);
            let start = format!("{path}?limit={limit}&sort={sort}");
            let (mut seen, mut next) = (BTreeMap::<String, usize>::new(), Some(start.clone()));
            let mut order = Vec::new();
            for page in 0.. {
                let Some(at) = next else { break };
                let rows = admin.get(&at).await.expect(200).json;
                for row in rows["items"].as_array().unwrap() {
                    *seen.entry(key(row)).or_default() += 1;
                    order.push(key(row));
                }
                next = rows["next_cursor"].as_str().map(|cursor| format!("{start}&cursor={cursor}"));
                if page == 0 {
                    another(&world, newcomers).await;
                    newcomers += 1;
                }
            }
            let twice: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
            assert!(twice.is_empty(), "{start} showed twice: {twice:?}");
            let lost: Vec<_> = there.iter().filter(|row| !seen.contains_key(*row)).collect();
            assert!(lost.is_empty(), "{start} lost {lost:?}");
            order.retain(|row| there.contains(row));
            assert_eq!(order, there, "{start} is in another order than in one piece");
            walks += 1;
        }
    }
    assert!(walks >= 38, "only {walks} lists and orders were walked");
}
