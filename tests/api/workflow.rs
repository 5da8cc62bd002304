//! The workflow's rules, one by one: deadlines, exceptions, the supervising department, four eyes, progress, and the
//! import of historical years.

use futures_util::future::join_all;
use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::support::{UNIT, World, empty, world};

const AT: &str = "/api/v1/evaluations/430611101/2023";
const ROUND: &str = "/api/v1/years/2023/rounds/430611";

/// The report without what stands in its way, handed in by nobody yet.
async fn clean() -> World {
    let world = world().await;
    mend(&world).await;
    world
}

/// Mends and explains everything.
async fn mend(world: &World) {
    let unit = world.caller("unit");
    let rows = unit.get("/api/v1/indicators?limit=100").await.expect(200);
    for row in rows.json["items"].as_array().unwrap() {
        if row["self_score"] != row["weight"] {
            let at = format!("/api/v1/indicators/{}", row["id"].as_str().unwrap());
            unit.patch(&at, Some("*"), json!({ "deviation_reason": "样本偏少" })).await.expect(200);
        }
    }
    let findings = unit.get(&format!("{AT}/findings")).await.expect(200).json;
    let open: Vec<Value> = findings["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["open"] == json!(true))
        .map(|item| json!({ "finding": item["id"], "explanation": "属实" }))
        .collect();
    unit.post(&format!("{AT}/explanations"), json!({ "explanations": open })).await.expect(200);
}

async fn step(world: &World, who: &str, step: &str, body: Value) -> crate::support::Reply {
    world.caller(who).step(&format!("{AT}/{step}"), "*", body).await
}

async fn round(world: &World, more: Value) {
    let mut round = json!({ "year": 2023, "region_code": "430611" });
    round.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let bureau = world.caller("bureau");
    let there = bureau.get(ROUND).await;
    let etag = (there.status == 200).then(|| there.etag());
    bureau.put(ROUND, etag.as_deref(), round).await;
}

#[actix_web::test]
async fn nothing_is_handed_in_late_or_early_unless_the_bureau_lets_it() {
    let world = clean().await;
    let (unit, bureau) = (world.caller("unit"), world.caller("bureau"));
    round(&world, json!({ "opens_on": "2090-01-01" })).await;
    let early = step(&world, "unit", "submit", json!({})).await.expect(409);
    assert_eq!(early.json["code"], "illegal_step");
    round(&world, json!({ "deadline": "2024-03-31" })).await;
    let shown = unit.get(AT).await.expect(200).json;
    assert_eq!((&shown["deadline"], &shown["allowed_actions"]), (&json!("2024-03-31"), &json!(["edit"])));
    let late = step(&world, "unit", "submit", json!({})).await.expect(409);
    assert_eq!(late.json["code"], "deadline_passed");

    // More time for this unit alone.
    let at = format!("{ROUND}/exceptions/{UNIT}");
    let nothing = json!({ "unit": UNIT });
    bureau.put(&at, None, nothing).await.expect(422).expect_errors(&[("", "missing_field")]);
    let more = json!({ "unit": UNIT, "due": "2099-04-15" });
    unit.put(&at, None, more.clone()).await.expect(403);
    let made = bureau.put(&at, None, more).await.expect(201);
    bureau.get(&at).await.expect(200);
    assert_eq!(
        bureau.get(&format!("{ROUND}/exceptions")).await.expect(200).json["items"][0]["due"],
        "2099-04-15"
    );
    assert_eq!(unit.get(AT).await.expect(200).json["deadline"], "2099-04-15");
    step(&world, "unit", "submit", json!({})).await.expect(200);

    // Sent back after the deadline: until when must be said.
    bureau.delete(&at, Some(&made.etag())).await.expect(200);
    let back = step(&world, "bureau", "return", json!({ "opinion": "补充" })).await.expect(422);
    back.expect_errors(&[("/due", "missing_field")]);
    let past = json!({ "opinion": "补充", "due": "2024-04-01" });
    step(&world, "bureau", "return", past).await.expect(422).expect_errors(&[("/due", "out_of_range")]);
    step(&world, "bureau", "return", json!({ "opinion": "补充", "due": "2099-05-01" })).await.expect(200);
    assert_eq!(unit.get(AT).await.expect(200).json["deadline"], "2099-05-01");
    step(&world, "unit", "submit", json!({})).await.expect(200);
}

#[actix_web::test]
async fn a_supervising_department_looks_at_it_first_where_the_year_asks_for_it() {
    let world = clean().await;
    let admin = world.caller("admin");
    let department = json!({ "code": "430611", "name": "君山区委", "region_code": "430611" });
    admin.put("/api/v1/units/430611", None, department).await.expect(201);
    let below = json!({ "parent_code": "430611" });
    admin.patch(&format!("/api/v1/units/{UNIT}"), Some("*"), below).await.expect(200);
    admin.patch("/api/v1/years/2023", Some("*"), json!({ "department_review": true })).await.expect(200);
    world.add_user("department", Role::Unit, Some("430611"), None).await;

    let submitted = step(&world, "unit", "submit", json!({})).await.expect(200).json;
    assert_eq!(submitted["stage"], "department_review");
    // Not yet the bureau's, and not the unit's any more.
    step(&world, "bureau", "approve", json!({})).await.expect(409);
    step(&world, "unit", "endorse", json!({})).await.expect(403);
    let shown = world.caller("department").get(AT).await.expect(200).json;
    assert_eq!(shown["allowed_actions"], json!(["endorse", "return"]));
    let due = json!({ "opinion": "补充", "due": "2099-01-01" });
    step(&world, "department", "return", due).await.expect(422).expect_errors(&[("/due", "not_permitted")]);
    step(&world, "department", "return", json!({ "opinion": "补充" })).await.expect(200);
    step(&world, "unit", "submit", json!({})).await.expect(200);
    let endorsed =
        step(&world, "department", "endorse", json!({ "opinion": "同意上报" })).await.expect(200).json;
    assert_eq!(endorsed["stage"], "submitted");
    step(&world, "department", "return", json!({ "opinion": "补充" })).await.expect(409);
    step(&world, "bureau", "approve", json!({})).await.expect(200);
}

#[actix_web::test]
async fn who_handed_it_in_does_not_approve_it() {
    let world = clean().await;
    step(&world, "unit", "submit", json!({})).await.expect(200);
    world.sql("UPDATE evaluations SET state = replace(state, '\"by\":\"unit\"', '\"by\":\"bureau\"')").await;
    let refused = step(&world, "bureau", "approve", json!({})).await.expect(403);
    assert!(refused.json["detail"].as_str().unwrap().contains("提交人"));
}

#[actix_web::test]
async fn steps_ask_for_the_tag_that_was_read() {
    let world = clean().await;
    let unit = world.caller("unit");
    let at = format!("{AT}/submit");
    unit.post(&at, json!({})).await.expect(428);
    unit.step(&at, "\"1.1\"", json!({})).await.expect(412);
    let tag = unit.get(AT).await.expect(200).etag();
    let done = unit.step(&at, &tag, json!({})).await.expect(200);
    assert_eq!(done.etag(), unit.get(AT).await.expect(200).etag());
}

#[actix_web::test]
async fn of_fifty_who_submit_at_once_one_does() {
    let world = clean().await;
    let unit = world.caller("unit");
    let tag = unit.get(AT).await.expect(200).etag();
    let at = format!("{AT}/submit");
    let replies = join_all((0..50).map(|_| unit.step(&at, &tag, json!({})))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert!(replies.iter().all(|reply| [200, 409, 412].contains(&reply.status.as_u16())));
    let story = unit.get(&format!("{AT}/history")).await.expect(200).json;
    assert_eq!(story["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn progress_counts_who_must_report_and_names_who_is_late() {
    let world = clean().await;
    let (admin, bureau) = (world.caller("admin"), world.caller("bureau"));
    for (code, parent) in [("4306110", None), ("43061101", Some("4306110")), ("43061102", Some("4306110"))] {
        let unit = json!({ "code": code, "name": "某单位", "region_code": "430611", "parent_code": parent });
        admin.put(&format!("/api/v1/units/{code}"), None, unit).await.expect(201);
    }
    round(&world, json!({ "deadline": "2024-03-31" })).await;
    let at = format!("{ROUND}/progress");
    let all = bureau.get(&at).await.expect(200).json;
    assert_eq!(
        (&all["assigned"], &all["not_started"], &all["overdue_count"]),
        (&json!(4), &json!(3), &json!(4))
    );
    assert_eq!(all["stages"], json!([{ "stage": "draft", "count": 1 }]));
    let some = bureau.get(&format!("{at}?parent_code=4306110")).await.expect(200).json;
    assert_eq!((&some["assigned"], &some["overdue_count"]), (&json!(2), &json!(2)));
    let excused = json!({ "unit": "43061101", "excused_reason": "当年撤并，无支出" });
    bureau.put(&format!("{ROUND}/exceptions/43061101"), None, excused).await.expect(201);
    let some = bureau.get(&format!("{at}?parent_code=4306110")).await.expect(200).json;
    assert_eq!((&some["assigned"], &some["excused"]), (&json!(1), &json!(1)));
    // A unit sees how it stands itself, and nobody else.
    let own = world.caller("unit").get(&at).await.expect(200).json;
    assert_eq!((&own["assigned"], &own["overdue"][0]["unit"]["code"]), (&json!(1), &json!(UNIT)));
    // By list, and by department.
    round(&world, json!({ "assigned_units": [UNIT] })).await;
    assert_eq!(bureau.get(&at).await.expect(200).json["assigned"], 1);
    round(&world, json!({ "assigned_under": "4306110" })).await;
    let below = bureau.get(&at).await.expect(200).json;
    assert_eq!((&below["assigned"], &below["overdue_count"]), (&json!(1), &json!(0)));
    let both =
        json!({ "year": 2023, "region_code": "430611", "assigned_units": [UNIT], "assigned_under": UNIT });
    bureau.put(ROUND, Some("*"), both).await.expect(422).expect_errors(&[("/assigned_under", "ambiguous")]);
}

#[actix_web::test]
async fn what_was_changed_takes_its_reviewed_score_along_and_what_was_not_keeps_it() {
    let world = clean().await;
    step(&world, "unit", "submit", json!({})).await.expect(200);
    let score =
        |seq: u32, score: &str| json!({ "kind": "indicator", "seq": seq, "score": score, "reason": "复核" });
    let scores = json!({ "scores": [score(8, "7"), score(2, "1"), { "kind": "execution", "score": "9", "reason": "复核" }] });
    step(&world, "bureau", "rescore", scores).await.expect(200);
    step(&world, "bureau", "return", json!({ "opinion": "补充" })).await.expect(200);
    let rows = world.caller("unit").get("/api/v1/indicators?sheet=department").await.expect(200);
    let eighth = rows.json["items"].as_array().unwrap().iter().find(|row| row["seq"] == 8).unwrap().clone();
    let at = format!("/api/v1/indicators/{}", eighth["id"].as_str().unwrap());
    world.caller("unit").patch(&at, Some("*"), json!({ "deviation_reason": "另附材料" })).await.expect(200);
    step(&world, "unit", "submit", json!({})).await.expect(200);
    let left = world.caller("bureau").get(&format!("{AT}/reviews")).await.expect(200).json;
    let kinds: Vec<(&Value, &Value)> =
        left["items"].as_array().unwrap().iter().map(|one| (&one["kind"], &one["seq"])).collect();
    assert_eq!(kinds, [(&json!("indicator"), &json!(2)), (&json!("execution"), &json!(null))]);
    // A review of the whole stands above the sum; taken back, the sum counts again.
    let whole = json!({ "scores": [{ "kind": "sheet", "score": "90", "reason": "总体偏高" }] });
    assert_eq!(step(&world, "bureau", "rescore", whole).await.expect(200).json["final_total"], "90");
    let back = json!({ "scores": [{ "kind": "sheet", "score": null, "reason": "撤回" }] });
    assert_ne!(step(&world, "bureau", "rescore", back).await.expect(200).json["final_total"], "90");
}

#[actix_web::test]
async fn an_administrator_imports_historical_years_at_a_later_stage() {
    let world = empty().await;
    world.add_user("bureau", Role::Bureau, None, Some("430611")).await;
    let report: Value = serde_json::from_str(jixiao::demo::REPORT).unwrap();
    let at = "/api/v1/imports?mode=commit&stage=submitted";
    world.caller("bureau").post(at, report.clone()).await.expect(403);
    world.caller("admin").post(at, report.clone()).await.expect(200);
    let shown = world.caller("bureau").get(AT).await.expect(200).json;
    assert_eq!((&shown["stage"], &shown["round"]), (&json!("submitted"), &json!(1)));
    // Findings are kept, not enforced.
    assert!(
        world.caller("bureau").get(&format!("{AT}/findings")).await.expect(200).json["open"].as_u64()
            > Some(0)
    );
    // Safe to repeat, and only word for word.
    let again = world.caller("admin").post(at, report.clone()).await.expect(200).json;
    assert_eq!((&again["counts"]["unchanged"], &again["counts"]["total"]), (&json!(29), &json!(29)));
    let mut other = report;
    other["budgets"][0]["weight"] = json!("9");
    let refused = world.caller("admin").post(at, other).await.expect(422);
    assert!(refused.text.contains("locked"), "{}", refused.text);
    step(&world, "bureau", "approve", json!({})).await.expect(200);
}

#[actix_web::test]
async fn every_finding_has_a_name_of_its_own() {
    let world = world().await;
    let unit = world.caller("unit");
    let amounts = json!({ "initial": "9", "annual": "10", "executed": "11" });
    let source = json!([{ "source": "general_public", "initial": "1", "annual": "1", "executed": "1" }]);
    let natures = json!([{ "nature": "basic", "annual": "1", "executed": "5" }, { "nature": "project", "annual": "1" }]);
    let budget = json!({ "total": amounts, "sources": source, "natures": natures, "weight": "20", "self_score": "30",
        "basic_detail": { "personnel": "1", "public": "1" }, "reported_total": "70" });
    let budgets = format!("/api/v1/budgets/{UNIT}/2023");
    unit.patch(&budgets, Some("*"), budget).await.expect(200);
    for row in unit.get("/api/v1/indicators?limit=100").await.expect(200).json["items"].as_array().unwrap() {
        let at = format!("/api/v1/indicators/{}", row["id"].as_str().unwrap());
        unit.patch(&at, Some("*"), json!({ "weight": "3", "self_score": "4", "actual": null }))
            .await
            .expect(200);
    }
    let found = unit.get(&format!("{AT}/findings")).await.expect(200).json;
    let ids: Vec<&str> =
        found["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
    for wanted in [
        "sources_sum:budgets::total.annual",
        "natures_sum:budgets::total.annual",
        "basic_sum:budgets::basic_detail",
        "block_weight_differs:budgets::weight.output",
        "weights_not_full:budgets::weight",
    ] {
        assert!(ids.contains(&wanted), "{wanted}: {ids:?}");
    }
}
