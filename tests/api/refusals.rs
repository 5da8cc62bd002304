//! What cannot be stored is refused with every reason at once: where, as a stable code, in the caller's language.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

type Errors = &'static [(&'static str, &'static str)];

fn owned(mut body: Value) -> Value {
    body["unit"] = json!(UNIT);
    body["year"] = json!(2023);
    body
}

/// Who writes what where, and everything that is wrong with it, in the order of the pointers.
fn cases() -> Vec<(&'static str, &'static str, Value, Errors)> {
    vec![
        (
            "admin",
            "/api/v1/units/219",
            json!({ "code": 219, "name": "", "region_code": "43061", "parent_code": "a b", "colour": "red" }),
            &[
                ("/code", "wrong_type"),
                ("/colour", "unknown_field"),
                ("/name", "too_short"),
                ("/parent_code", "wrong_form"),
                ("/region_code", "wrong_form"),
            ],
        ),
        (
            "admin",
            "/api/v1/years/2030",
            json!({ "year": "2030", "rule_set": "mof 2020", "deadline": "2031-02-30", "note": 5 }),
            &[
                ("/deadline", "wrong_form"),
                ("/note", "wrong_type"),
                ("/rule_set", "wrong_form"),
                ("/year", "wrong_type"),
            ],
        ),
        (
            "bureau",
            "/api/v1/years/2023/rounds/430611",
            json!({ "year": 2101, "region_code": "4306111", "opens_on": "昨天", "assigned_units": ["a b", 5] }),
            &[
                ("/assigned_units/0", "wrong_form"),
                ("/assigned_units/1", "wrong_type"),
                ("/opens_on", "wrong_form"),
                ("/region_code", "too_long"),
                ("/region_code", "wrong_form"),
                ("/year", "out_of_range"),
            ],
        ),
        (
            "unit",
            "/api/v1/base-data/430611101/2023",
            owned(json!({ "staff_quota": -1, "staff_retired": "31", "staff_on_duty": 1.5,
                "expenses": [{ "item": "gold", "budget": 5.32 }, { "budget": "1.1234567" }],
                "buildings": [{ "actual_area": "1.123" }, { "actual_area": "-1", "floor": "2" }] })),
            &[
                ("/buildings/0/actual_area", "wrong_form"),
                ("/buildings/1/actual_area", "wrong_form"),
                ("/buildings/1/floor", "unknown_field"),
                ("/expenses/0/budget", "wrong_type"),
                ("/expenses/0/item", "not_an_option"),
                ("/expenses/1/budget", "wrong_form"),
                ("/expenses/1/item", "missing_field"),
                ("/staff_on_duty", "wrong_type"),
                ("/staff_quota", "out_of_range"),
                ("/staff_retired", "wrong_type"),
            ],
        ),
        (
            "unit",
            "/api/v1/project-expenditures/430611101/2023/P09",
            owned(json!({ "code": "P 9", "weight": "1.00001", "total": { "annual": 5 }, "sources": {} })),
            &[
                ("/code", "wrong_form"),
                ("/name", "missing_field"),
                ("/sources", "wrong_type"),
                ("/total/annual", "wrong_type"),
                ("/weight", "wrong_form"),
            ],
        ),
        (
            "unit",
            "/api/v1/narratives/430611101/2023",
            owned(json!({ "sections": { "problems": ["无"], "promises": "无" } })),
            &[("/sections/problems", "wrong_type"), ("/sections/promises", "unknown_field")],
        ),
        (
            "unit",
            "/api/v1/forms/430611101/2023",
            json!({ "budgets": [owned(json!({ "weight": 10 })), owned(json!({}))], "indicator": [],
                "indicators": [owned(json!({ "seq": 1, "level1": "产", "level2": "", "name": "甲" })), 7] }),
            &[
                ("/budgets", "too_many"),
                ("/budgets/0/weight", "wrong_type"),
                ("/indicator", "unknown_field"),
                ("/indicators/1", "wrong_type"),
            ],
        ),
    ]
}

#[actix_web::test]
async fn every_resource_names_everything_that_is_wrong() {
    let world = world().await;
    for (who, path, body, errors) in cases() {
        world.caller(who).put(path, Some("*"), body).await.expect(422).expect_errors(errors);
    }
}

#[actix_web::test]
async fn an_indicator_names_everything_that_is_wrong() {
    let world = world().await;
    let wrong = json!({ "unit": "", "year": 1989, "seq": 0, "level1": "长".repeat(101), "name": "", "target": 60,
        "weight": "-1", "self_score": "1e1", "attainment": "great", "actual": "a".repeat(1001) });
    world.caller("unit").post("/api/v1/indicators", wrong).await.expect(422).expect_errors(&[
        ("/actual", "too_long"),
        ("/attainment", "not_an_option"),
        ("/level1", "too_long"),
        ("/level2", "missing_field"),
        ("/name", "too_short"),
        ("/self_score", "wrong_form"),
        ("/seq", "out_of_range"),
        ("/target", "wrong_type"),
        ("/unit", "too_short"),
        ("/unit", "wrong_form"),
        ("/weight", "wrong_form"),
        ("/year", "out_of_range"),
    ]);
}

#[actix_web::test]
async fn amounts_and_points_are_taken_to_their_last_digit_and_not_beyond() {
    let world = world().await;
    let unit = world.caller("unit");
    let path = format!("/api/v1/budgets/{UNIT}/2023");
    for (written, stored) in [
        ("0", "0.00"),
        ("999999999999.999999", "999999999999.999999"),
        ("-0.000001", "-0.000001"),
        ("38.766462", "38.766462"),
        ("1013.1", "1013.10"),
        ("-0", "0.00"),
        ("007", "7.00"),
    ] {
        let change = json!({ "total": { "annual": written } });
        let reply = unit.patch(&path, Some("*"), change).await.expect(200);
        assert_eq!(reply.json["total"]["annual"], stored, "{written}");
    }
    for (written, stored) in [("0.0001", "0.0001"), ("999999.9999", "999999.9999"), ("9.50", "9.5")] {
        let reply = unit.patch(&path, Some("*"), json!({ "weight": written })).await.expect(200);
        assert_eq!(reply.json["weight"], stored, "{written}");
    }
    let before = unit.get(&path).await.expect(200);
    for wrong in [
        "1000000000000",
        "0.0000001",
        "+1",
        ".5",
        "5.",
        "1e3",
        "1,013",
        "１０",
        " 1",
        "1 ",
        "",
        "0x10",
        "NaN",
        "Infinity",
    ] {
        let refused = unit.patch(&path, Some("*"), json!({ "total": { "annual": wrong } })).await.expect(422);
        refused.expect_errors(&[("/total/annual", "wrong_form")]);
    }
    for wrong in [json!(1013.19), json!(0), json!(true), json!(["1"])] {
        let refused = unit.patch(&path, Some("*"), json!({ "total": { "annual": wrong } })).await.expect(422);
        refused.expect_errors(&[("/total/annual", "wrong_type")]);
    }
    assert_eq!(unit.get(&path).await.expect(200).json, before.json, "nothing of it was written");
}

/// The address says which thing it is; a body that says another is mistaken.
#[actix_web::test]
async fn a_body_that_names_another_thing_than_its_address_is_refused() {
    let world = world().await;
    for (who, path, body, errors) in [
        (
            "admin",
            "/api/v1/units/219",
            json!({ "code": "220", "name": "某局" }),
            &[("/code", "key_mismatch")][..],
        ),
        ("admin", "/api/v1/years/2030", json!({ "year": 2031 }), &[("/year", "key_mismatch")]),
        (
            "bureau",
            "/api/v1/years/2023/rounds/430611",
            json!({ "year": 2022, "region_code": "430612" }),
            &[("/region_code", "key_mismatch"), ("/year", "key_mismatch")],
        ),
        (
            "unit",
            "/api/v1/project-expenditures/430611101/2023/P09",
            json!({ "unit": "430611102", "year": 2022, "code": "P08", "name": "项目" }),
            &[("", "key_mismatch"), ("/unit", "key_mismatch"), ("/year", "key_mismatch")],
        ),
    ] {
        world.caller(who).put(path, None, body).await.expect(422).expect_errors(errors);
        world.caller(who).get(path).await.expect(404);
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

async fn said(world: &World, language: &str) -> (String, Vec<String>) {
    let body = owned(json!({ "weight": 10, "sections": 5 }));
    let put = TestRequest::put()
        .uri("/api/v1/budgets/430611101/2023")
        .insert_header(("accept-language", language))
        .insert_header(("if-match", "*"))
        .set_json(body);
    let reply = world.caller("unit").send(put).await.expect(422);
    let details = reply.json["errors"].as_array().unwrap().iter();
    let details = details.map(|error| error["detail"].as_str().unwrap().to_owned()).collect();
    (reply.header("content-language").to_owned(), details)
}

#[actix_web::test]
async fn reasons_are_given_in_the_language_that_was_asked_for() {
    let world = world().await;
    let (language, english) = said(&world, "en").await;
    assert!(
        language == "en" && english.iter().all(|text| !text.chars().any(is_chinese)),
        "{language} {english:?}"
    );
    let (language, chinese) = said(&world, "zh-CN").await;
    assert!(
        language == "zh-CN" && chinese.iter().all(|text| text.chars().any(is_chinese)),
        "{language} {chinese:?}"
    );
    assert_eq!(english.len(), chinese.len());
}
