//! Rule sets: made, tried out, used, and fixed once something was handed in under them.

use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

const AT: &str = "/api/v1/rule-sets/county@1";

/// The default's rules under another name, changed.
async fn county(world: &World, change: impl FnOnce(&mut Value)) -> Value {
    let shown = world.caller("admin").get("/api/v1/rule-sets/mof-2020@1").await.expect(200);
    let mut rules = shown.json["definition"].clone();
    rules["name"] = json!("county");
    change(&mut rules);
    rules
}

/// The blocks of Hubei: 20/40/40.
fn other_blocks(rules: &mut Value) {
    rules["blocks"] = json!([{ "of": ["execution"], "weight": "20" }, { "of": ["output"], "weight": "40" },
        { "of": ["benefit", "satisfaction"], "weight": "40" }]);
}

async fn flags(world: &World) -> Vec<String> {
    let scores = world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    let codes = scores["department"]["flags"].as_array().unwrap();
    codes.iter().map(|flag| flag["code"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_rule_set_is_made_used_and_changed_while_nothing_was_handed_in_under_it() {
    let world = world().await;
    let admin = world.caller("admin");
    let made = admin.put(AT, None, county(&world, |_| ()).await).await.expect(201);
    assert_eq!((&made.json["preset"], &made.json["fixed"]), (&json!(false), &json!(false)));
    assert_eq!(made.header("location"), AT);
    admin.patch("/api/v1/years/2023", Some("*"), json!({ "rule_set": "county@1" })).await.expect(200);
    assert_eq!(flags(&world).await, Vec::<String>::new());

    let tag = |reply: &crate::support::Reply| reply.etag();
    let before = world.caller("unit").get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200);
    let score = async || world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200);
    let scored_before = score().await;
    let changed = admin.put(AT, Some(&tag(&made)), county(&world, other_blocks).await).await.expect(200);
    assert_eq!(flags(&world).await.len(), 2, "the drafts under it are scored by what it says now");
    let scored_after = score().await;
    assert_ne!(scored_before.etag(), scored_after.etag(), "what a tag stands for has changed");
    assert_ne!(scored_before.json["department"], scored_after.json["department"]);
    admin.put(AT, Some(&tag(&made)), county(&world, |_| ()).await).await.expect(412);
    let after = world.caller("unit").get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200);
    assert_eq!(before.json["rule_set"], after.json["rule_set"]);

    let held = admin.delete(AT, Some("*")).await.expect(409);
    assert!(held.json["detail"].as_str().unwrap().contains("预算年度、绩效自评"), "{}", held.text);
    admin.patch("/api/v1/years/2023", Some("*"), json!({ "rule_set": "mof-2020@1" })).await.expect(200);
    assert_eq!(admin.delete(AT, Some(&tag(&changed))).await.expect(200).json["reference"], "county@1");
    admin.get(AT).await.expect(404);
}

#[actix_web::test]
async fn what_something_was_handed_in_under_never_changes() {
    let world = world().await;
    let admin = world.caller("admin");
    admin.put(AT, None, county(&world, |_| ()).await).await.expect(201);
    admin.patch("/api/v1/years/2023", Some("*"), json!({ "rule_set": "county@1" })).await.expect(200);
    world.sql("UPDATE evaluations SET stage = 'submitted', round = 1").await;
    assert_eq!(admin.get(AT).await.expect(200).json["fixed"], true);
    let held = admin.put(AT, Some("*"), county(&world, other_blocks).await).await.expect(409);
    assert_eq!(held.json["code"], "rule_set_fixed");
    assert!(held.json["detail"].as_str().unwrap().contains("county@2"), "{}", held.text);
    let next = county(&world, |rules| {
        rules["version"] = json!(2);
        other_blocks(rules);
    });
    admin.put("/api/v1/rule-sets/county@2", None, next.await).await.expect(201);

    let preset = county(&world, |rules| rules["name"] = json!("mof-2020")).await;
    let held = admin.put("/api/v1/rule-sets/mof-2020@1", Some("*"), preset).await.expect(409);
    assert!(held.json["detail"].as_str().unwrap().contains("mof-2020@2"), "{}", held.text);
    admin.delete("/api/v1/rule-sets/mof-2020@1", Some("*")).await.expect(409);
    admin.delete("/api/v1/rule-sets/mof-2020@1", None).await.expect(428);
    admin.delete("/api/v1/rule-sets/mof-2020@1", Some("\"1.1\"")).await.expect(412);
}

#[actix_web::test]
async fn everything_that_is_wrong_with_a_rule_set_is_told_at_once() {
    let world = world().await;
    let admin = world.caller("admin");
    let wrong = county(&world, |rules| {
        rules["version"] = json!(3);
        rules["blocks"][0]["weight"] = json!("20");
        rules["tiers"]["partly_from"] = json!("0.9");
        rules["grades"]["good"] = json!("95");
    });
    let refused = admin.put(AT, None, wrong.await).await.expect(422);
    refused.expect_errors(&[
        ("/blocks", "invalid_rule"),
        ("/grades", "invalid_rule"),
        ("/tiers", "invalid_rule"),
        ("/version", "key_mismatch"),
    ]);
    let wrong = county(&world, |rules| {
        rules["bonus"] = json!("1");
        rules["tolerance"] = json!(0.1);
        rules["late"] = json!("sometimes");
        rules.as_object_mut().unwrap().remove("caps");
    });
    let refused = admin.put(AT, None, wrong.await).await.expect(422);
    assert_eq!(refused.errors().len(), 4, "{}", refused.text);
    world.caller("bureau").put(AT, None, county(&world, |_| ()).await).await.expect(403);
}

#[actix_web::test]
async fn every_rule_set_of_the_program_can_be_taken_as_a_beginning() {
    let world = world().await;
    let admin = world.caller("admin");
    let presets = admin.get("/api/v1/rule-sets").await.expect(200).json;
    let presets = presets["items"].as_array().unwrap();
    assert!(presets.len() >= 7);
    for (version, preset) in (1..).zip(presets) {
        let at = format!("/api/v1/rule-sets/{}", preset["reference"].as_str().unwrap());
        let mut rules = admin.get(&at).await.expect(200).json["definition"].clone();
        rules["name"] = json!("county");
        rules["version"] = json!(version);
        let made = admin.put(&format!("/api/v1/rule-sets/county@{version}"), None, rules.clone()).await;
        assert_eq!(made.expect(201).json["definition"], rules, "{}", preset["reference"]);
    }
}

#[actix_web::test]
async fn rule_sets_are_listed_by_name_and_version() {
    let world = world().await;
    let admin = world.caller("admin");
    for version in [1, 2, 10] {
        let rules = county(&world, |rules| rules["version"] = json!(version)).await;
        admin.put(&format!("/api/v1/rule-sets/county@{version}"), None, rules).await.expect(201);
    }
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/v1/rule-sets?limit=2{cursor}")).await.expect(200).json;
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["reference"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else {
            assert_eq!(page["total"], found.len());
            break;
        };
        cursor = format!("&cursor={next}");
    }
    let counties: Vec<&str> =
        found.iter().map(String::as_str).filter(|name| name.starts_with("county")).collect();
    assert_eq!(counties, ["county@1", "county@2", "county@10"]);
}
