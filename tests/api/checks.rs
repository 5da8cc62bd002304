//! Cross-checks over HTTP: their registry, what a rule set makes of them, the year before, and an import that is only
//! validated.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, world};

const AT: &str = "/api/v1/evaluations/430611101/2023";
const NEXT: &str = "/api/v1/evaluations/430611101/2024";

async fn of(world: &World, at: &str, check: &str) -> Vec<Value> {
    let found = world.caller("unit").get(&format!("{at}/findings")).await.expect(200).json;
    let items = found["items"].as_array().unwrap().iter();
    items.filter(|item| item["check"] == check).cloned().collect()
}

#[actix_web::test]
async fn the_registry_documents_every_check_in_both_languages() {
    let world = world().await;
    let reader = world.caller("reader");
    let zh = reader.get("/api/v1/checks").await.expect(200);
    let en = reader.send(TestRequest::get().uri("/api/v1/checks").insert_header(("accept-language", "en")));
    let en = en.await.expect(200);
    let (zh, en) =
        (zh.json["items"].as_array().unwrap().clone(), en.json["items"].as_array().unwrap().clone());
    assert_eq!(zh.len(), jixiao_core::checks::checks().count());
    for (zh, en) in zh.iter().zip(&en) {
        assert_eq!((&zh["id"], &zh["severity"]), (&en["id"], &en["severity"]));
        for words in ["clause", "title", "compares", "hint"] {
            assert_ne!(zh[words], en[words], "{}: {words}", zh["id"]);
        }
    }
    world.caller("anon").get("/api/v1/checks").await.expect(401);
    // A finding says what to do in the words of its check.
    let found = of(&world, AT, "public_expenditure").await;
    let check = zh.iter().find(|check| check["id"] == "public_expenditure").unwrap();
    assert_eq!(found[0]["hint"], check["hint"]);
    assert_eq!((&found[0]["expected"], &found[0]["found"]), (&json!("254.77"), &json!("273.10")));
}

/// The default's rules as `county@1`, with these checks.
async fn county(world: &World, checks: Value) -> Reply {
    let admin = world.caller("admin");
    let shown = admin.get("/api/v1/rule-sets/mof-2020@1").await.expect(200);
    let mut rules = shown.json["definition"].clone();
    (rules["name"], rules["checks"]) = (json!("county"), checks);
    admin.put("/api/v1/rule-sets/county@1", None, rules).await
}

#[actix_web::test]
async fn a_rule_set_says_how_severe_a_check_is() {
    let world = world().await;
    let misspelt =
        json!({ "severities": { "budget_change": "note" }, "jump": "0.3", "amount_tolerance": "0" });
    county(&world, misspelt)
        .await
        .expect(422)
        .expect_errors(&[("/checks/severities/budget_change", "unknown_check")]);
    let softer = json!({
        "severities": { "budget_changed": "note", "indicator_twice": "block", "unsigned": "off" },
        "jump": "0.5",
        "amount_tolerance": "20"
    });
    county(&world, softer).await.expect(201);
    assert_eq!(of(&world, AT, "unsigned").await.len(), 3);
    assert_eq!(of(&world, AT, "expense_jump").await.len(), 5);
    let admin = world.caller("admin");
    admin.patch("/api/v1/years/2023", Some("*"), json!({ "rule_set": "county@1" })).await.expect(200);
    let severity =
        |found: Vec<Value>| found.first().map(|one| (one["severity"].clone(), one["open"].clone()));
    assert_eq!(severity(of(&world, AT, "budget_changed").await), Some((json!("note"), json!(false))));
    assert_eq!(severity(of(&world, AT, "indicator_twice").await), Some((json!("block"), json!(true))));
    assert_eq!(of(&world, AT, "unsigned").await.len(), 0);
    assert_eq!(of(&world, AT, "expense_jump").await.len(), 3);
    assert_eq!(of(&world, AT, "public_expenditure").await.len(), 0, "273.10 is within 20 of 254.77");
    assert_eq!(of(&world, AT, "projects_sum").await[0]["tolerance"], "20.00");
}

#[actix_web::test]
async fn a_form_begins_from_the_year_before_without_what_was_done() {
    let world = world().await;
    let (admin, unit) = (world.caller("admin"), world.caller("unit"));
    let copy = format!("{NEXT}/copy-from/2023");
    unit.post(&copy, json!({})).await.expect(404); // the year was not set up
    admin.put("/api/v1/years/2024", None, json!({ "year": 2024 })).await.expect(201);
    unit.post(&format!("{NEXT}/copy-from/2022"), json!({})).await.expect(404);
    unit.post(&format!("{NEXT}/copy-from/2024"), json!({}))
        .await
        .expect(422)
        .expect_errors(&[("/prior", "not_before")]);
    let other = json!({ "code": "430611201", "name": "君山区水利局", "region_code": "430611" });
    admin.put("/api/v1/units/430611201", None, other).await.expect(201);
    world.add_user("neighbour", jixiao_core::workflow::Role::Unit, Some("430611201"), None).await;
    world.caller("neighbour").post(&copy, json!({})).await.expect(404);
    world.caller("reader").post(&copy, json!({})).await.expect(403);

    let request = || TestRequest::post().uri(&copy).insert_header(("idempotency-key", "carry-1"));
    let made = unit.send(request()).await.expect(201);
    assert_eq!(made.header("location"), "/api/v1/forms/430611101/2024");
    let again = unit.send(request()).await.expect(201);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &made.json));
    let form = unit.get("/api/v1/forms/430611101/2024").await.expect(200);
    assert_eq!(form.etag(), made.etag());
    assert_eq!(
        (&made.json["goals"], &made.json["projects"], &made.json["indicators"]),
        (&json!(1), &json!(1), &json!(23))
    );
    let before = unit.get("/api/v1/forms/430611101/2023").await.expect(200).json;

    let (budget, was) = (&form.json["budgets"][0], &before["budgets"][0]);
    assert_eq!((&budget["goal_expected"], &budget["weight"]), (&was["goal_expected"], &was["weight"]));
    for gone in ["self_score", "goal_actual", "deviation_reason", "reported_total"] {
        assert_eq!(budget[gone], Value::Null, "{gone}");
    }
    assert_eq!(budget["total"], json!({ "initial": null, "annual": null, "executed": null }));
    assert_eq!((&budget["natures"], &budget["basic_detail"]["public"]), (&json!([]), &Value::Null));
    let (project, was) = (&form.json["project_expenditures"][0], &before["project_expenditures"][0]);
    assert_eq!((&project["code"], &project["name"]), (&was["code"], &was["name"]));
    assert_eq!((&project["goal_actual"], &project["total"]["annual"]), (&Value::Null, &Value::Null));
    let rows = form.json["indicators"].as_array().unwrap();
    assert_eq!(rows.len(), 23);
    for (row, was) in rows.iter().zip(before["indicators"].as_array().unwrap()) {
        for kept in ["project", "seq", "level1", "level2", "name", "target", "weight"] {
            assert_eq!(row[kept], was[kept]);
        }
        for gone in ["actual", "self_score", "attainment", "deviation_reason"] {
            assert_eq!(row[gone], Value::Null);
        }
    }
    assert_eq!((&form.json["base_data"], &form.json["narratives"]), (&json!([]), &json!([])));

    // What is there is never overwritten, and the audit says who began it.
    let held = unit.post(&copy, json!({})).await.expect(409);
    assert_eq!(held.json["code"], "already_exists");
    assert!(held.json["detail"].as_str().unwrap().contains("不会被覆盖"), "{}", held.text);
    let entries = admin.get("/api/v1/audit/entries?limit=100").await.expect(200);
    assert!(entries.text.contains("430611101/2024"), "{}", entries.text);

    // Words of last year, and dates of it.
    let repeated = of(&world, NEXT, "text_repeated").await;
    let fields: Vec<&Value> = repeated.iter().map(|one| &one["table"]).collect();
    assert_eq!(fields, [&json!("budgets"), &json!("project_expenditures")]);
    assert_eq!(of(&world, NEXT, "other_year").await.len(), 2);
}

#[actix_web::test]
async fn this_year_is_held_against_the_stored_form_of_the_year_before() {
    let world = world().await;
    world.caller("admin").put("/api/v1/years/2024", None, json!({ "year": 2024 })).await.expect(201);
    let unit = world.caller("unit");
    let mut form = unit.get("/api/v1/forms/430611101/2023").await.expect(200).json;
    let text = form.to_string().replace("\"year\":2023", "\"year\":2024");
    form = serde_json::from_str(&text).unwrap();
    form["budgets"][0]["total"]["executed"] = json!("700");
    form["base_data"][0]["expenses"][0] =
        json!({ "item": "three_public", "prior_final": "2.15", "budget": "5", "final": "4.28" });
    unit.put("/api/v1/forms/430611101/2024", None, form).await.expect(201);
    let jumps = of(&world, NEXT, "year_on_year").await;
    let told: Vec<(&Value, &Value, &Value)> =
        jumps.iter().map(|one| (&one["field"], &one["expected"], &one["found"])).collect();
    assert_eq!(
        told,
        [
            (&json!("total.executed"), &json!("1013.19"), &json!("700.00")),
            (&json!("expenses.three_public.final"), &json!("2.14"), &json!("4.28")),
        ]
    );
    assert!(jumps.iter().all(|one| one["severity"] == "explain" && one["open"] == json!(true)));
    assert!(jumps[1]["text"].as_str().unwrap().contains("+100%"), "{}", jumps[1]["text"]);
    let differs = of(&world, NEXT, "prior_final_differs").await;
    assert!(differs.iter().any(|one| one["field"] == "expenses.three_public.prior_final"
        && (&one["expected"], &one["found"]) == (&json!("2.14"), &json!("2.15"))));
    assert!(of(&world, NEXT, "text_repeated").await.len() >= 6);
    // The year before is not held against the year after.
    assert_eq!(of(&world, AT, "year_on_year").await.len(), 0);
}

#[actix_web::test]
async fn a_bundle_that_is_validated_is_told_what_its_forms_lack() {
    let world = world().await;
    let admin = world.caller("admin");
    let mut report: Value = serde_json::from_str(jixiao::demo::REPORT).unwrap();
    let checked = admin.post("/api/v1/imports?mode=validate", report.clone()).await.expect(200);
    let form = &checked.json["forms"][0];
    assert_eq!((&form["unit"], &form["year"]), (&json!(UNIT), &json!(2023)));
    let stored = world.caller("unit").get(&format!("{AT}/findings")).await.expect(200).json;
    let count = |severity: &str| {
        let items = stored["items"].as_array().unwrap().iter();
        items.filter(|item| item["severity"] == severity).count()
    };
    for severity in ["block", "explain", "note"] {
        assert_eq!(form[severity], count(severity), "{severity}");
    }
    let named = form["findings"].as_array().unwrap();
    assert_eq!(named.len(), count("block") + count("explain"));
    assert!(named.iter().all(|one| one["severity"] != "note" && !one["hint"].as_str().unwrap().is_empty()));

    // Of the form as it would be: nothing of it was written.
    report["budgets"][0]["basic_detail"]["public"] = json!("254.77");
    let checked = admin.post("/api/v1/imports?mode=validate", report.clone()).await.expect(200);
    let ids = checked.json["forms"][0]["findings"].to_string();
    assert!(!ids.contains("public_expenditure") && ids.contains("basic_sum"), "{ids}");
    assert_eq!(of(&world, AT, "public_expenditure").await.len(), 1);

    // Findings are no row errors: they stand in no import's way, and where a row is wrong there are none yet.
    assert_eq!(
        admin.post("/api/v1/imports?mode=commit", report.clone()).await.expect(200).json["forms"],
        json!([])
    );
    report["indicators"][0]["weight"] = json!("x");
    let refused = admin.post("/api/v1/imports?mode=validate", report).await.expect(422);
    assert_eq!(refused.json["forms"], Value::Null);
}
