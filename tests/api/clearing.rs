//! A merge patch, field by field: null clears the one it names, and what it does not name stays as it was.

use serde_json::{Value, json};

use crate::calls::{Body, Call, calls};
use crate::support::{UNIT, World, world};

/// What a caller wrote, without what the service adds.
fn written(call: &Call, row: &Value) -> Value {
    let Body { schema, .. } = call.body.as_ref().unwrap();
    let mut row = row.clone();
    row.as_object_mut().unwrap().retain(|name, _| schema["properties"].get(name).is_some());
    row
}

/// Whether nothing is said here.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        _ => false,
    }
}

/// What a whole row must and may say: a patch may leave out anything.
fn put_schema(call: &Call) -> Value {
    let schemas = jixiao::app::openapi()["components"]["schemas"].clone();
    let title = if call.address.contains("rounds") {
        "RoundInput"
    } else {
        let nouns = [
            ("/units/", "UnitInput"),
            ("/years/", "YearInput"),
            ("/budgets/", "BudgetInput"),
            ("/base-data/", "BaseDataInput"),
            ("/narratives/", "NarrativeInput"),
            ("/project-expenditures/", "ProjectExpenditureInput"),
            ("/indicators/", "IndicatorInput"),
        ];
        nouns.iter().find(|(noun, _)| call.address.contains(noun)).unwrap().1
    };
    schemas[title].clone()
}

async fn patches(world: &World) -> Vec<Call> {
    let mut calls = calls(world).await;
    // Accounts are no forms: what may be cleared in them hangs on the role, and tests/accounts says how.
    let is_account =
        |call: &Call| call.address.contains("/users/") || call.address.contains("/service-accounts/");
    calls.retain(|call| call.method == "PATCH" && !is_account(call));
    // A unit that has lost its region is in no round: it comes last.
    calls.sort_by_key(|call| call.address.contains("/units/"));
    assert_eq!(calls.len(), 8, "every resource but the form can be patched");
    calls
}

/// Fills what the report leaves empty, so that there is something to clear.
async fn fill(world: &World) {
    let amounts = json!({ "initial": "1", "annual": "2", "executed": "1" });
    let signature = json!({ "filled_by": "王芳", "filled_on": "2024-01-31" });
    let unit = world.caller("unit");
    for (part, change) in [
        (
            "budgets/430611101/2023",
            json!({ "reported_total": "98", "deviation_reason": "无", "signature": signature,
            "basic_detail": { "personnel": "1" }, "natures": [{ "nature": "basic", "annual": "1" }] }),
        ),
        (
            "base-data/430611101/2023",
            json!({ "signature": signature, "thrift_measures": "节约",
            "buildings": [{ "actual_area": "1" }] }),
        ),
        (
            "project-expenditures/430611101/2023/P01",
            json!({ "total": amounts, "reported_total": "98",
            "deviation_reason": "无", "signature": signature, "weight": "10", "self_score": "9" }),
        ),
    ] {
        unit.patch(&format!("/api/v1/{part}"), Some("*"), change).await.expect(200);
    }
    let below = json!({ "code": "219", "name": "主管" });
    let admin = world.caller("admin");
    admin.put("/api/v1/units/219", None, below).await.expect(201);
    admin
        .patch(&format!("/api/v1/units/{UNIT}"), Some("*"), json!({ "parent_code": "219" }))
        .await
        .expect(200);
    let note = json!({ "note": "备注", "deadline": "2024-03-31" });
    admin.patch("/api/v1/years/2023", Some("*"), note).await.expect(200);
    let round = json!({ "note": "备注", "opens_on": "2024-01-01", "deadline": "2024-03-31",
        "rule_set": "mof-2020@1", "assigned_units": [UNIT] });
    admin.patch("/api/v1/years/2023/rounds/430611", Some("*"), round).await.expect(200);
}

#[actix_web::test]
async fn null_clears_the_field_it_names_and_leaves_every_other() {
    let world = world().await;
    let patches = patches(&world).await;
    fill(&world).await;
    let (mut cleared, mut filled) = (0, 0);
    for call in &patches {
        let caller = world.caller(call.role().as_str());
        let put = put_schema(call);
        let wanted = put["required"].as_array().cloned().unwrap_or_default();
        for name in put["properties"].as_object().unwrap().keys() {
            let before = written(call, &caller.get(&call.address).await.expect(200).json);
            let reply = caller.patch(&call.address, Some("*"), json!({ name: null })).await;
            let what = format!("{} {name}: {}", call.name(), reply.text);
            if wanted.contains(&json!(name)) {
                reply.expect(422).expect_errors(&[(&format!("/{name}"), "missing_field")]);
                assert_eq!(written(call, &caller.get(&call.address).await.json), before, "{what}");
                continue;
            }
            let mut after = written(call, &reply.expect(200).json);
            filled += usize::from(!is_empty(&before[name]));
            // A year always has rules: without a choice, the usual ones, and no review by departments.
            let usual = [json!("mof-2020@1"), json!(false)];
            let is_usual = call.address.ends_with("years/2023") && usual.contains(&after[name]);
            assert!(is_empty(&after[name]) || is_usual, "{what}");
            after[name] = before[name].clone();
            assert_eq!(after, before, "{what}: another field changed");
            cleared += 1;
        }
    }
    assert!(cleared >= 45 && filled >= 30, "{cleared} fields were cleared, {filled} of which were not empty");
}

#[actix_web::test]
async fn a_patch_that_says_what_is_there_changes_nothing_but_the_tag() {
    let world = world().await;
    let patches = patches(&world).await;
    fill(&world).await;
    for call in &patches {
        let caller = world.caller(call.role().as_str());
        let read = caller.get(&call.address).await.expect(200);
        let before = written(call, &read.json);
        for change in [json!({}), before.clone()] {
            let reply = caller.patch(&call.address, Some("*"), change).await.expect(200);
            assert_eq!(written(call, &reply.json), before, "{}", call.name());
        }
    }
}
