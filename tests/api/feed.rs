//! The finance system's feed: every settled score once and in order, what is reopened taken back, and nothing of what
//! is not settled or not the caller's.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join, select};
use jixiao::http::overload::AtOnce;
use jixiao_core::kernel::SystemClock;
use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::support::{Caller, UNIT, World, empty, empty_with, world};

const FEED: &str = "/api/v1/scores/changes?year=2023";

/// Units of two regions with a department sheet and a project each, handed in.
async fn town() -> World {
    let world = empty().await;
    fill(&world).await;
    world
}

async fn fill(world: &World) {
    let units = [("430611101", "430611"), ("430611102", "430611"), ("430102001", "430102")];
    let rows = |row: fn(&str) -> Value| units.iter().map(|(code, _)| row(code)).collect::<Vec<_>>();
    let bundle = json!({
        "years": [{ "year": 2023 }],
        "units": units.iter().map(|(code, region)| json!({ "code": code, "name": format!("{code}局"), "region_code": region }))
            .collect::<Vec<_>>(),
        "budgets": rows(|unit| json!({ "unit": unit, "year": 2023, "weight": "10", "self_score": "10",
            "total": { "initial": "100", "annual": "100", "executed": "90" } })),
        "project_expenditures": rows(|unit| json!({ "unit": unit, "year": 2023, "code": "P01", "name": format!("{unit}专项") })),
        "indicators": rows(|unit| json!({ "unit": unit, "year": 2023, "seq": 1, "level1": "产出指标", "level2": "数量指标",
            "name": "督促检查", "target": "≥60次", "actual": "70次", "weight": "90", "self_score": "90" })),
    });
    world.caller("admin").post("/api/v1/imports?mode=commit&stage=submitted", bundle).await.expect(200);
    world.add_user("bureau", Role::Bureau, None, Some("430611")).await;
    world.add_user("far", Role::Bureau, None, Some("430102")).await;
    world.add_user("reader", Role::Reader, None, Some("430611")).await;
    world.add_user("clerk", Role::Unit, Some("430611101"), None).await;
}

async fn step(world: &World, who: &str, unit: &str, step: &str) {
    let at = format!("/api/v1/evaluations/{unit}/2023/{step}");
    let body = if step == "reopen" { json!({ "reason": "更正" }) } else { json!({}) };
    world.caller(who).step(&at, "*", body).await.expect(200);
}

/// What is told of each change: which sheet, and what became of it.
fn told(page: &Value) -> Vec<String> {
    let one = |item: &Value| {
        let project = item["project"].as_str().unwrap_or("-");
        format!("{} {project} {}", item["unit"]["code"].as_str().unwrap(), item["change"].as_str().unwrap())
    };
    page["items"].as_array().unwrap().iter().map(one).collect()
}

/// Reads on from a cursor.
async fn read(caller: Caller<'_>, feed: &str, since: Option<&str>) -> Value {
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    caller.get(&format!("{feed}{since}")).await.expect(200).json
}

fn cursor(page: &Value) -> String {
    page["next_cursor"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn every_settled_sheet_is_told_once_and_taken_back_when_it_is_reopened() {
    let world = town().await;
    let admin = world.caller("admin");
    let nothing = read(admin, FEED, None).await;
    assert_eq!(nothing["items"], json!([]), "what was only handed in is nobody's yet");

    step(&world, "bureau", "430611101", "approve").await;
    let first = read(admin, FEED, Some(&cursor(&nothing))).await;
    assert_eq!(told(&first), ["430611101 - approved", "430611101 P01 approved"]);
    let department = &first["items"][0];
    assert_eq!((&department["final_total"], &department["grade"]), (&json!("99"), &json!("excellent")));
    assert_eq!((&department["execution_rate"], &department["name"]), (&json!("0.9"), &json!("430611101局")));
    let again = read(admin, FEED, Some(&cursor(&first))).await;
    assert_eq!((told(&again), again["next_cursor"].is_string()), (vec![], true));
    assert_eq!(told(&read(admin, FEED, Some(&cursor(&nothing))).await).len(), 2, "a cursor serves again");

    step(&world, "bureau", "430611101", "publish").await;
    // Its project is given up while it is open: what was said of it is taken back all the same.
    step(&world, "bureau", "430611101", "reopen").await;
    let clerk = world.caller("clerk");
    clerk.delete("/api/v1/project-expenditures/430611101/2023/P01", Some("*")).await.expect(200);
    let later = read(admin, FEED, Some(&cursor(&again))).await;
    assert_eq!(
        told(&later),
        [
            "430611101 - published",
            "430611101 P01 published",
            "430611101 - withdrawn",
            "430611101 P01 withdrawn"
        ]
    );
    let gone = &later["items"][3];
    assert_eq!((&gone["name"], &gone["final_total"]), (&json!("430611101专项"), &Value::Null));
    let seqs: Vec<i64> = [first, later].iter().flat_map(seqs).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);

    // One at a time is the same feed.
    let (mut since, mut all) = (None, Vec::new());
    loop {
        let page = read(admin, &format!("{FEED}&limit=1"), since.as_deref()).await;
        if told(&page).is_empty() {
            break;
        }
        all.extend(told(&page));
        since = Some(cursor(&page));
    }
    assert_eq!(all, told(&read(admin, FEED, None).await));
}

fn seqs(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|item| item["seq"].as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn everyone_is_told_of_what_is_settled_and_theirs() {
    let world = town().await;
    for (who, unit) in [("bureau", "430611101"), ("bureau", "430611102"), ("far", "430102001")] {
        step(&world, who, unit, "approve").await;
    }
    for (who, units) in [
        ("admin", vec!["430611101", "430611102", "430102001"]),
        ("bureau", vec!["430611101", "430611102"]),
        ("reader", vec!["430611101", "430611102"]),
        ("far", vec!["430102001"]),
        ("clerk", vec!["430611101"]),
    ] {
        let wanted: Vec<String> = units
            .iter()
            .flat_map(|unit| [format!("{unit} - approved"), format!("{unit} P01 approved")])
            .collect();
        assert_eq!(told(&read(world.caller(who), FEED, None).await), wanted, "{who}");
    }
    for (filter, count) in [
        ("unit=430611102", 2),
        ("region_code=4306", 4),
        ("region_code=430102", 2),
        ("project=P01", 3),
        ("name_contains=430611102%E4%B8%93%E9%A1%B9", 1),
        ("project=P01&region_code=430611", 2),
        ("name_contains=%25", 0),
    ] {
        let page = read(world.caller("admin"), &format!("{FEED}&{filter}"), None).await;
        assert_eq!(told(&page).len(), count, "{filter}");
        // The cursor goes on from here, whether anything was found or not, and only under the same filters.
        assert_eq!(
            told(&read(world.caller("admin"), &format!("{FEED}&{filter}"), Some(&cursor(&page))).await),
            [""; 0]
        );
        let other = format!("{FEED}&since={}", cursor(&page));
        world.caller("admin").get(&other).await.expect(422).expect_errors(&[("since", "invalid_cursor")]);
    }
    assert_eq!(told(&read(world.caller("admin"), "/api/v1/scores/changes?year=2022", None).await), [""; 0]);
    world.caller("admin").get("/api/v1/scores/changes").await.expect(400);
}

#[actix_web::test]
async fn historical_years_are_told_as_they_are_imported() {
    let world = world().await;
    let history = json!({
        "years": [{ "year": 2022 }],
        "budgets": [{ "unit": UNIT, "year": 2022, "weight": "10", "self_score": "10",
            "total": { "initial": "100", "annual": "100", "executed": "100" } }],
    });
    let admin = world.caller("admin");
    for _ in 0..2 {
        admin.post("/api/v1/imports?mode=commit&stage=approved", history.clone()).await.expect(200);
        let page = read(world.caller("reader"), "/api/v1/scores/changes?year=2022", None).await;
        assert_eq!(told(&page), [format!("{UNIT} - approved")], "what is imported again is no news");
    }
    assert_eq!(told(&read(admin, FEED, None).await), [""; 0], "the drafts of 2023 are none");
}

#[actix_web::test]
async fn who_waits_is_told_as_soon_as_there_is_something_for_him() {
    let world = town().await;
    let start = cursor(&read(world.caller("bureau"), FEED, None).await);
    let patient = format!("{FEED}&wait=30");
    let waiting = read(world.caller("bureau"), &patient, Some(&start));
    let elsewhere = async {
        step(&world, "far", "430102001", "approve").await;
        step(&world, "bureau", "430611102", "approve").await;
    };
    let (page, ()) = join(waiting, elsewhere).await;
    assert_eq!(told(&page), ["430611102 - approved", "430611102 P01 approved"]);
    let page = read(world.caller("bureau"), &format!("{FEED}&wait=1"), Some(&cursor(&page))).await;
    assert_eq!(told(&page), [""; 0]);
    world.caller("bureau").get(&format!("{FEED}&wait=31")).await.expect(400);
}

/// There are two places for reads: two wait, and whoever reads finds one.
#[actix_web::test]
async fn who_waits_is_in_nobody_s_way() {
    let world = empty_with(Arc::new(SystemClock), AtOnce { reads: 2, ..AtOnce::default() }).await;
    fill(&world).await;
    let bureau = world.caller("bureau");
    let start = cursor(&read(bureau, FEED, None).await);
    let patient = format!("{FEED}&wait=30");
    let waiting = join(read(bureau, &patient, Some(&start)), read(bureau, &patient, Some(&start)));
    let reading = async {
        while bureau.get("/api/v1/scores?year=2023").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let Either::Right(((), waiting)) = select(Box::pin(waiting), Box::pin(reading)).await else {
        panic!("they held their places for as long as they waited")
    };
    step(&world, "bureau", "430611102", "approve").await;
    let (one, other) = waiting.await;
    assert_eq!((told(&one).len(), told(&one)), (2, told(&other)));
}
