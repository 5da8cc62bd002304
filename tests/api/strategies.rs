//! What rows of an import are for, and what becomes of the good ones where others are wrong.

use serde_json::{Value, json};

use crate::support::{Caller, Reply, UNIT, World, world};

const OF: [&str; 7] = ["total", "created", "updated", "unchanged", "failed", "not_in_file", "removed"];

fn counts(reply: &Reply) -> [u64; 7] {
    OF.map(|name| reply.json["counts"][name].as_u64().unwrap())
}

fn report() -> Value {
    serde_json::from_str(jixiao::demo::REPORT).unwrap()
}

/// An indicator of the demo's unit that scores 1 of 1.
fn indicator(project: Option<&str>, seq: u32) -> Value {
    json!({ "unit": UNIT, "year": 2023, "project": project, "seq": seq, "level1": "产出指标", "level2": "数量指标",
        "name": "培训次数", "target": "≥2次", "actual": "2次", "weight": "1", "self_score": "1" })
}

fn project(code: &str, change: &Value) -> Value {
    let mut row = json!({ "unit": UNIT, "year": 2023, "code": code, "name": "试点项目" });
    row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    row
}

async fn import(caller: &Caller<'_>, how: &str, bundle: Value) -> Reply {
    caller.post(&format!("/api/v1/imports?mode=commit&{how}"), bundle).await
}

async fn form(world: &World) -> Value {
    world.caller("admin").get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(200).json
}

/// Project and number of each stored indicator.
async fn stored(world: &World) -> Vec<(Option<String>, i64)> {
    let form = form(world).await;
    let rows = form["indicators"].as_array().unwrap();
    rows.iter()
        .map(|row| (row["project"].as_str().map(str::to_owned), row["seq"].as_i64().unwrap()))
        .collect()
}

#[actix_web::test]
async fn creating_refuses_what_is_there_and_updating_what_is_not() {
    let world = world().await;
    let admin = world.caller("admin");
    let refused = import(&admin, "strategy=create", report()).await.expect(422);
    assert_eq!(counts(&refused), [29, 0, 0, 0, 29, 0, 0]);
    assert!(refused.errors().iter().all(|(_, code)| code == "exists"), "{}", refused.text);
    let fresh = json!({ "indicators": [indicator(None, 101)] });
    assert_eq!(
        counts(&import(&admin, "strategy=create", fresh.clone()).await.expect(200)),
        [1, 1, 0, 0, 0, 12, 0]
    );
    let absent =
        json!({ "indicators": [indicator(None, 102)], "units": [{ "code": "430611777", "name": "新单位" }] });
    let refused = import(&admin, "strategy=update", absent).await.expect(422);
    refused.expect_errors(&[("/indicators/0", "not_there"), ("/units/0", "not_there")]);
    let mut changed = fresh;
    changed["indicators"][0]["actual"] = json!("3次");
    let reply = import(&admin, "strategy=update", changed).await.expect(200);
    assert_eq!((counts(&reply), &reply.json["strategy"]), ([1, 0, 1, 0, 0, 12, 0], &json!("update")));
    admin.post("/api/v1/imports?mode=commit&strategy=merge", json!({})).await.expect(400);
    admin.post("/api/v1/imports?mode=commit&atomic=perhaps", json!({})).await.expect(400);
}

#[actix_web::test]
async fn a_unit_that_creates_its_rows_may_still_name_itself_and_the_year() {
    let world = world().await;
    let mut bundle = report();
    bundle["indicators"] = json!([indicator(None, 101)]);
    for other in ["budgets", "base_data", "project_expenditures", "narratives"] {
        bundle[other] = json!([]);
    }
    let reply = import(&world.caller("unit"), "strategy=create", bundle).await.expect(200);
    assert_eq!(counts(&reply), [3, 1, 0, 2, 0, 12, 0], "a year and a unit are references here");
}

#[actix_web::test]
async fn an_upsert_counts_what_the_touched_sheets_have_and_the_file_does_not() {
    let world = world().await;
    let unit = world.caller("unit");
    let first = json!({ "project_expenditures": [project("P11", &json!({})), project("P12", &json!({}))],
        "indicators": [indicator(Some("P11"), 1), indicator(Some("P11"), 2), indicator(Some("P12"), 1)] });
    assert_eq!(counts(&import(&unit, "", first).await.expect(200)), [5, 5, 0, 0, 0, 0, 0]);
    // Of P11's sheet the file has one indicator of two, and nothing to say of the department's 12 or of P12.
    let part = json!({ "indicators": [indicator(Some("P11"), 1)] });
    assert_eq!(counts(&import(&unit, "", part).await.expect(200)), [1, 0, 0, 1, 0, 1, 0]);
    assert_eq!(stored(&world).await.len(), 26);
}

#[actix_web::test]
async fn replacing_makes_the_touched_sheets_equal_to_the_file_and_leaves_the_rest() {
    let world = world().await;
    let unit = world.caller("unit");
    let first = json!({ "project_expenditures": [project("P11", &json!({ "goal_expected": "建成" }))],
        "indicators": [indicator(Some("P11"), 1), indicator(Some("P11"), 2)] });
    import(&unit, "", first).await.expect(200);
    let before = form(&world).await;

    let mut kept = indicator(None, 1);
    kept.as_object_mut().unwrap().remove("self_score");
    let file = json!({ "indicators": [kept, indicator(None, 2), indicator(None, 40)] });
    // 12 of the department were stored: two are said again, ten go, one is new; projects are other sheets.
    let reply = import(&unit, "strategy=replace", file.clone()).await.expect(200);
    assert_eq!(counts(&reply), [3, 1, 2, 0, 0, 0, 10]);
    let stored_rows = stored(&world).await;
    let of = |project: Option<&str>| {
        let rows = stored_rows.iter().filter(|(of, _)| of.as_deref() == project);
        rows.map(|(_, seq)| *seq).collect::<Vec<_>>()
    };
    assert_eq!((of(None), of(Some("P11"))), (vec![1, 2, 40], vec![1, 2]));
    assert_eq!(of(Some("P01")).len(), 11);
    let after = form(&world).await;
    assert_eq!(after["indicators"][0]["self_score"], Value::Null, "what the row leaves out is emptied");
    for other in ["budgets", "base_data", "narratives", "project_expenditures"] {
        assert_eq!(after[other], before[other], "the file has no {other}");
    }
    let again = import(&unit, "strategy=replace", file).await.expect(200);
    assert_eq!(counts(&again), [3, 0, 0, 3, 0, 0, 0]);

    // A project that the file has keeps its row; its indicators become those of the file: none.
    let file =
        json!({ "project_expenditures": [project("P11", &json!({}))], "indicators": [indicator(None, 2)] });
    let reply = import(&unit, "strategy=replace", file).await.expect(200);
    assert_eq!(counts(&reply), [2, 0, 1, 1, 0, 0, 4]);
    let rest = stored(&world).await;
    assert_eq!((rest.len(), &rest[0]), (12, &(None, 2)), "the other eleven are P01's");
    let after = form(&world).await;
    assert_eq!(after["project_expenditures"][1]["goal_expected"], Value::Null);
    let scores = unit.get(&format!("/api/v1/scores?unit={UNIT}&year=2023")).await.expect(200);
    let complete: Vec<&Value> =
        scores.json["items"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert_eq!(complete, ["430611101", "P01", "P11"]);
}

#[actix_web::test]
async fn the_good_rows_of_a_file_are_kept_where_that_is_asked_for() {
    let world = world().await;
    let admin = world.caller("admin");
    let tag = || async { admin.get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(200).etag() };
    let before = tag().await;
    let bundle = json!({
        "units": [{ "code": "430611201", "name": "" }, { "code": "430611202", "name": "下属", "parent_code": "430611201" }],
        "budgets": [{ "unit": "430611201", "year": 2023 }, { "unit": UNIT, "year": 2023, "weight": "一" }],
        "project_expenditures": [project("P11", &json!({})), project("P12", &json!({ "weight": 5 }))],
        "indicators": [
            indicator(None, 50),
            indicator(Some("P11"), 1),
            indicator(Some("P12"), 1),
            indicator(Some("P13"), 1),
        ],
    });
    let reply = import(&admin, "atomic=false", bundle.clone()).await.expect(207);
    assert_eq!(counts(&reply), [10, 3, 0, 0, 7, 12, 0]);
    reply.clone().expect_errors(&[
        ("/budgets/0/unit", "needs_failed_row"),
        ("/budgets/1/weight", "wrong_form"),
        ("/indicators/2/project", "needs_failed_row"),
        ("/indicators/3/project", "unknown_project"),
        ("/project_expenditures/1/weight", "wrong_type"),
        ("/units/0/name", "too_short"),
        ("/units/1/parent_code", "needs_failed_row"),
    ]);
    let told =
        reply.json["errors"].as_array().unwrap().iter().find(|e| e["pointer"] == "/indicators/2/project");
    let told = told.unwrap()["detail"].as_str().unwrap().to_owned();
    assert!(told.contains("项目 P12") && told.contains("改正"), "{told}");
    let stored = stored(&world).await;
    assert!(stored.contains(&(None, 50)) && stored.contains(&(Some("P11".into()), 1)), "{stored:?}");
    assert_eq!(stored.len(), 25);
    admin.get("/api/v1/units/430611202").await.expect(404);
    assert_ne!(tag().await, before);

    // All or nothing names only what is wrong with the rows themselves.
    let refused = import(&admin, "", bundle).await.expect(422);
    refused.expect_errors(&[
        ("/budgets/1/weight", "wrong_form"),
        ("/indicators/3/project", "unknown_project"),
        ("/project_expenditures/1/weight", "wrong_type"),
        ("/units/0/name", "too_short"),
    ]);
}

#[actix_web::test]
async fn what_needs_a_row_that_was_stored_before_does_not_fail_with_its_change() {
    let world = world().await;
    let admin = world.caller("admin");
    import(&admin, "", json!({ "project_expenditures": [project("P11", &json!({}))] })).await.expect(200);
    let bundle = json!({ "units": [{ "code": UNIT, "name": "" }],
        "project_expenditures": [project("P11", &json!({ "weight": 5 }))], "indicators": [indicator(Some("P11"), 1)] });
    let reply = import(&admin, "atomic=false", bundle).await.expect(207);
    assert_eq!(counts(&reply), [3, 1, 0, 0, 2, 0, 0]);
    assert!(stored(&world).await.contains(&(Some("P11".into()), 1)));
}

#[actix_web::test]
async fn an_import_that_takes_no_row_is_no_success() {
    let world = world().await;
    let unit = world.caller("unit");
    let bundle = json!({ "indicators": [{ "unit": UNIT, "year": 2023, "seq": 1, "weight": 5 }] });
    let refused = import(&unit, "atomic=false", bundle).await.expect(422);
    assert_eq!((counts(&refused), &refused.json["code"]), ([1, 0, 0, 0, 1, 0, 0], &json!("import_rejected")));
    let yuan = json!({ "amount_unit": "yuan", "budgets": [{ "unit": UNIT, "year": 2023, "total": { "annual": "1.234" } }],
        "indicators": [indicator(None, 60)] });
    let reply = import(&unit, "atomic=false", yuan).await.expect(207);
    assert_eq!(counts(&reply), [2, 1, 0, 0, 1, 12, 0]);
    let budget = unit.get(&format!("/api/v1/budgets/{UNIT}/2023")).await.expect(200).json;
    assert_eq!(
        budget["total"]["annual"], "1013.19",
        "an amount that could not be turned into 万元 is not written"
    );
}

#[actix_web::test]
async fn a_sheet_with_a_wrong_row_loses_nothing() {
    let world = world().await;
    let unit = world.caller("unit");
    let bundle = json!({ "indicators": [indicator(None, 1), { "unit": UNIT, "year": 2023, "seq": 2, "weight": "五" }] });
    let reply = import(&unit, "strategy=replace&atomic=false", bundle).await.expect(207);
    assert_eq!(counts(&reply), [2, 0, 1, 0, 1, 10, 0]);
    assert_eq!(stored(&world).await.len(), 23);
}

#[actix_web::test]
async fn validating_answers_as_committing_would_and_writes_nothing() {
    let world = world().await;
    let unit = world.caller("unit");
    let bundle = json!({ "indicators": [indicator(None, 1), indicator(None, 70), { "unit": UNIT, "year": 2023, "seq": 2, "weight": "五" }] });
    let before = form(&world).await;
    for how in [
        "",
        "strategy=create",
        "strategy=update",
        "strategy=replace",
        "atomic=false",
        "strategy=create&atomic=false",
        "strategy=update&atomic=false",
        "strategy=replace&atomic=false",
    ] {
        let checked = unit.post(&format!("/api/v1/imports?mode=validate&{how}"), bundle.clone()).await;
        assert_eq!(form(&world).await, before, "{how}");
        let fresh = crate::support::world().await;
        let written = import(&fresh.caller("unit"), how, bundle.clone()).await;
        assert_eq!(
            (checked.status, &checked.json["counts"]),
            (written.status, &written.json["counts"]),
            "{how}"
        );
        assert_eq!(checked.errors(), written.errors(), "{how}");
    }
}

#[actix_web::test]
async fn nothing_goes_from_a_form_that_was_handed_in() {
    let world = world().await;
    let unit = world.caller("unit");
    world.sql("UPDATE evaluations SET stage = 'submitted'").await;
    let whole = json!({ "indicators": report()["indicators"] });
    let reply = import(&unit, "strategy=replace", whole.clone()).await.expect(200);
    assert_eq!(counts(&reply), [23, 0, 0, 23, 0, 0, 0], "a file that says what is stored may come again");
    let mut less = whole;
    less["indicators"].as_array_mut().unwrap().pop();
    let refused = import(&unit, "strategy=replace", less.clone()).await.expect(422);
    assert!(refused.errors().iter().all(|(_, code)| code == "locked"), "{}", refused.text);
    let reply = import(&unit, "", less).await.expect(200);
    assert_eq!(counts(&reply), [22, 0, 0, 22, 0, 1, 0]);
    assert_eq!(stored(&world).await.len(), 23);
}

#[actix_web::test]
async fn a_part_that_went_in_is_told_the_same_when_it_is_sent_again() {
    use actix_web::http::Method;
    let world = world().await;
    let unit = world.caller("unit");
    let bundle = json!({ "indicators": [indicator(None, 80), { "unit": UNIT, "year": 2023, "seq": 81 }] });
    let send = || {
        let request = crate::support::request(Method::POST, "/api/v1/imports?mode=commit&atomic=false");
        unit.send(request.insert_header(("idempotency-key", "once")).set_json(&bundle))
    };
    let first = send().await.expect(207);
    let again = send().await.expect(207);
    assert_eq!((&again.json, again.header("idempotent-replayed")), (&first.json, "true"));
}
