//! The story of one form, from the draft to the public: what docs/walkthrough.md prints, through HTTP.

use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, empty};

const AT: &str = "/api/v1/evaluations/430611101/2023";

async fn world() -> World {
    use jixiao_core::workflow::Role;
    let world = empty().await;
    world.add_user("boss", Role::Bureau, None, Some("430611")).await;
    world.add_user("bureau", Role::Bureau, None, Some("430611")).await;
    let admin = world.caller("admin");
    admin.put("/api/v1/years/2023", None, json!({ "year": 2023 })).await.expect(201);
    for (code, name) in [(UNIT, "中共岳阳市君山区委办公室"), ("430611201", "君山区水利局")]
    {
        let unit = json!({ "code": code, "name": name, "region_code": "430611" });
        admin.put(&format!("/api/v1/units/{code}"), None, unit).await.expect(201);
    }
    world.add_user("unit", Role::Unit, Some(UNIT), None).await;
    world.add_user("neighbour", Role::Unit, Some("430611201"), None).await;
    world
}

fn report() -> Value {
    let mut report: Value = serde_json::from_str(jixiao::demo::REPORT).unwrap();
    let parts = report.as_object_mut().unwrap();
    parts.retain(|name, _| !["years", "units", "meta"].contains(&name.as_str()));
    report
}

async fn etag(world: &World, who: &str) -> String {
    world.caller(who).get(AT).await.expect(200).etag()
}

async fn step(world: &World, who: &str, step: &str, body: Value) -> Reply {
    let tag = etag(world, who).await;
    world.caller(who).step(&format!("{AT}/{step}"), &tag, body).await
}

/// Another unit sees nothing of it, at any time.
async fn unseen(world: &World) {
    let neighbour = world.caller("neighbour");
    for part in ["", "/findings", "/opinions", "/history", "/changes", "/reviews"] {
        neighbour.get(&format!("{AT}{part}")).await.expect(404);
    }
    for act in ["submit", "explanations", "answers"] {
        let body = match act {
            "submit" => json!({}),
            "explanations" => json!({ "explanations": [{ "finding": "x", "explanation": "y" }] }),
            _ => json!({ "answers": [{ "opinion": "1", "answer": "y" }] }),
        };
        neighbour.step(&format!("{AT}/{act}"), "*", body).await.expect(404);
    }
}

/// Gives a reason where points are lost without one.
async fn give_reasons(world: &World) {
    let unit = world.caller("unit");
    let rows = unit.get("/api/v1/indicators?limit=100").await.expect(200);
    for row in rows.json["items"].as_array().unwrap() {
        if row["self_score"] != row["weight"] && row["deviation_reason"].is_null() {
            let at = format!("/api/v1/indicators/{}", row["id"].as_str().unwrap());
            let reason = json!({ "deviation_reason": "调查样本偏少，下年扩大范围" });
            unit.patch(&at, Some(row["etag"].as_str().unwrap()), reason).await.expect(200);
        }
    }
}

#[actix_web::test]
async fn a_form_goes_from_the_draft_to_the_public() {
    let world = world().await;
    let (unit, bureau) = (world.caller("unit"), world.caller("bureau"));
    let round = json!({ "year": 2023, "region_code": "430611", "opens_on": "2024-01-15", "deadline": "2099-03-31",
        "assigned_units": [UNIT, "430611201"] });
    bureau.put("/api/v1/years/2023/rounds/430611", None, round).await.expect(201);

    unit.post("/api/v1/imports?mode=commit", report()).await.expect(200);
    let shown = unit.get(AT).await.expect(200).json;
    assert_eq!(shown["allowed_actions"], json!(["edit", "submit"]));
    assert_eq!((&shown["deadline"], &shown["round"]), (&json!("2099-03-31"), &json!(0)));
    unseen(&world).await;

    // Refused, with everything that stands in the way at once.
    let refused = step(&world, "unit", "submit", json!({})).await.expect(422);
    assert_eq!(refused.json["code"], "findings_open");
    let codes: Vec<String> = refused.errors().into_iter().map(|(_, code)| code).collect();
    for wanted in ["reason_missing", "budget_changed", "over_achievement_unexplained"] {
        assert!(codes.iter().any(|code| code == wanted), "{wanted}: {codes:?}");
    }
    let findings = unit.get(&format!("{AT}/findings")).await.expect(200).json;
    assert_eq!(findings["open"], json!(codes.len()));

    // Mended and explained.
    give_reasons(&world).await;
    let findings = unit.get(&format!("{AT}/findings")).await.expect(200).json;
    let items = findings["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["severity"] != "block"), "{findings}");
    let open: Vec<Value> = items
        .iter()
        .filter(|item| item["open"] == json!(true))
        .map(|item| json!({ "finding": item["id"], "explanation": "年中调整，任务增加" }))
        .collect();
    let explained =
        unit.post(&format!("{AT}/explanations"), json!({ "explanations": open })).await.expect(200);
    assert_eq!(explained.json["open"], 0);

    // Handed in: locked for the unit, open to the bureau.
    let submitted = step(&world, "unit", "submit", json!({ "opinion": "请审核" })).await.expect(200).json;
    assert_eq!((&submitted["stage"], &submitted["round"]), (&json!("submitted"), &json!(1)));
    assert_eq!((&submitted["allowed_actions"], &submitted["submitted_by"]), (&json!([]), &json!("unit")));
    let rows = unit.get("/api/v1/indicators").await.expect(200);
    let first = &rows.json["items"][0];
    let at = format!("/api/v1/indicators/{}", first["id"].as_str().unwrap());
    unit.patch(&at, Some("*"), json!({ "actual": "1000次" })).await.expect(409);
    let again = step(&world, "unit", "submit", json!({})).await.expect(409);
    assert_eq!((&again.json["code"], &again.json["allowed_actions"]), (&json!("illegal_step"), &json!([])));
    let shown = bureau.get(AT).await.expect(200).json;
    assert_eq!(shown["allowed_actions"], json!(["return", "rescore", "approve"]));

    // Two cells go back, each with an opinion.
    let cells = json!([
        { "table": "indicators", "row": ".8", "field": "actual", "opinion": "请附样本数" },
        { "table": "budgets", "field": "total.annual", "opinion": "请说明追减依据",
            "finding": "budget_changed:budgets::total.annual" },
    ]);
    let unknown =
        json!({ "opinion": "补充", "cells": [{ "table": "indicators", "row": ".99", "opinion": "？" }] });
    step(&world, "bureau", "return", unknown)
        .await
        .expect(422)
        .expect_errors(&[("/cells/0", "unknown_cell")]);
    let returned = step(&world, "bureau", "return", json!({ "opinion": "两处须补充", "cells": cells }))
        .await
        .expect(200);
    assert_eq!(returned.json["stage"], "returned");

    // The unit sees them beside its cells and answers each; until then nothing goes through.
    let opinions = unit.get(&format!("{AT}/opinions")).await.expect(200).json;
    assert_eq!((opinions["items"].as_array().unwrap().len(), &opinions["unanswered"]), (3, &json!(2)));
    let refused = step(&world, "unit", "submit", json!({})).await.expect(422);
    let codes: Vec<String> = refused.errors().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes.iter().filter(|code| *code == "opinion_unanswered").count(), 2);
    assert!(
        codes.iter().any(|code| code == "budget_changed"),
        "a refused explanation is owed again: {codes:?}"
    );
    let answers: Vec<Value> = opinions["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| !one["table"].is_null())
        .map(|one| json!({ "opinion": one["id"], "answer": "已补充" }))
        .collect();
    unit.post(&format!("{AT}/answers"), json!({ "answers": answers })).await.expect(200);
    let again = json!({ "explanations": [{ "finding": "budget_changed:budgets::total.annual",
        "explanation": "区财政年中追减，文号岳君财预〔2023〕15号" }] });
    unit.post(&format!("{AT}/explanations"), again).await.expect(200);
    let eighth = unit.get("/api/v1/indicators?sheet=department").await.expect(200);
    let eighth = eighth.json["items"].as_array().unwrap().iter().find(|row| row["seq"] == 8).unwrap().clone();
    let at = format!("/api/v1/indicators/{}", eighth["id"].as_str().unwrap());
    let reason = json!({ "deviation_reason": "问卷 120 份，满意 108 份" });
    unit.patch(&at, Some(eighth["etag"].as_str().unwrap()), reason).await.expect(200);
    let now = unit.get(&format!("{AT}/changes")).await.expect(200).json;
    assert_eq!((&now["from_round"], &now["to_round"]), (&json!(1), &json!(null)));
    assert_eq!(now["items"].as_array().unwrap().len(), 1);
    step(&world, "unit", "submit", json!({})).await.expect(200);
    let changes = bureau.get(&format!("{AT}/changes")).await.expect(200).json;
    assert_eq!((&changes["from_round"], &changes["to_round"]), (&json!(1), &json!(2)));
    let change = &changes["items"][0];
    assert_eq!((&change["row"], &change["field"]), (&json!(".8"), &json!("deviation_reason")));
    unseen(&world).await;

    // Re-scored, with a reason, within the weight; self and computed stay.
    let too_much = json!({ "scores": [{ "kind": "indicator", "seq": 8, "score": "11", "reason": "？" }] });
    step(&world, "bureau", "rescore", too_much)
        .await
        .expect(422)
        .expect_errors(&[("/scores/0/score", "out_of_range")]);
    let seven =
        json!({ "scores": [{ "kind": "indicator", "seq": 8, "score": "7", "reason": "佐证只覆盖七成" }] });
    let rescored = step(&world, "bureau", "rescore", seven).await.expect(200).json;
    assert_eq!((&rescored["self_total"], &rescored["final_total"]), (&json!("99"), &json!("97")));
    let scores = bureau.get("/api/v1/scores/430611101/2023").await.expect(200).json;
    let row = &scores["department"]["indicators"][7];
    assert_eq!(
        (&row["self_score"], &row["reviewed_score"], &row["final_score"]),
        (&json!("9"), &json!("7"), &json!("7"))
    );
    let ranking = bureau.get("/api/v1/reviews?year=2023").await.expect(200).json;
    assert_eq!(
        (&ranking["items"][0]["gap"], &ranking["items"][0]["self_total"]),
        (&json!("2"), &json!("99"))
    );

    // Approved by another pair of eyes, and published.
    step(&world, "boss", "approve", json!({ "opinion": "同意" })).await.expect(200);
    let published = step(&world, "bureau", "publish", json!({})).await.expect(200).json;
    assert_eq!(
        (&published["stage"], &published["allowed_actions"]),
        (&json!("published"), &json!(["reopen"]))
    );

    let public =
        world.caller("anon").get("/api/v1/public/publications/430611101/2023").await.expect(200).json;
    assert_eq!((&public["final_total"], &public["self_total"]), (&json!("97"), &json!("99")));
    let text = public["content"].to_string();
    assert_eq!(public["sha256"], json!(jixiao::db::sha256(text.as_bytes())));
    assert_eq!(public["content"]["reviews"][0]["reason"], "佐证只覆盖七成");
    for account in ["bureau", "boss"] {
        assert!(!text.contains(&format!("\"{account}\"")), "an account's name is public: {account}");
    }
    let list = world
        .caller("anon")
        .get("/api/v1/public/publications?year=2023&with_total=true")
        .await
        .expect(200)
        .json;
    assert_eq!(list["total"], 1);
    unseen(&world).await;

    // The story, for people; and the chain, for nobody to bend.
    let story = unit.get(&format!("{AT}/history")).await.expect(200).json;
    let steps: Vec<&str> =
        story["items"].as_array().unwrap().iter().map(|one| one["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["submit", "return", "answer", "submit", "rescore", "approve", "publish"]);
    let verdict = world.caller("admin").get("/api/v1/audit/verification").await.expect(200).json;
    assert_eq!(verdict["intact"], true, "{verdict}");

    // The import is told sheet by sheet, each entry with the digest of the file.
    let chain = "/api/v1/audit/entries?sort=id&chain=evaluation:430611101:2023";
    let entries = world.caller("admin").get(chain).await.expect(200).json;
    let by_import =
        |entry: &&Value| entry["cause"].as_str().is_some_and(|cause| cause.starts_with("import sha256:"));
    let imported: Vec<&Value> = entries["items"].as_array().unwrap().iter().filter(by_import).collect();
    assert_eq!(imported.len(), 2, "the department's sheet and the project's");
    let projects = imported[1]["changes"].as_array().unwrap();
    assert!(projects.iter().all(|change| change["key"].as_str().unwrap().starts_with("P01")));

    // A correction is a new edition beside the first, which stays as it is.
    step(&world, "bureau", "reopen", json!({ "reason": "执行数有误" })).await.expect(200);
    step(&world, "unit", "submit", json!({})).await.expect(200);
    step(&world, "boss", "approve", json!({})).await.expect(200);
    step(&world, "bureau", "publish", json!({})).await.expect(200);
    let anon = world.caller("anon");
    let first = anon.get("/api/v1/public/publications/430611101/2023/1").await.expect(200).json;
    assert_eq!(first["sha256"], public["sha256"]);
    let second = anon.get("/api/v1/public/publications/430611101/2023").await.expect(200).json;
    assert_eq!(second["edition"], 2);
}
