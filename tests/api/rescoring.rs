//! The kept summaries and the scores worked out anew never part, whatever is edited.

use jixiao::scores::verify::verify;
use jixiao_core::kernel::Points;
use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

fn path() -> String {
    format!("/api/v1/scores/{UNIT}/2023")
}

async fn agree(world: &World, after: &str) {
    let unit = world.caller("unit");
    let single = unit.get(&path()).await.expect(200).json;
    let kept = unit.get(&format!("/api/v1/scores?unit={UNIT}&year=2023")).await.expect(200).json;
    let mut sheets = vec![single["department"].clone()];
    sheets.extend(single["projects"].as_array().unwrap().clone());
    sheets.retain(Value::is_object);
    let kept = kept["items"].as_array().unwrap();
    assert_eq!(kept.len(), sheets.len(), "after {after}");
    for (row, sheet) in kept.iter().zip(&sheets) {
        for name in ["code", "self_total", "computed_total", "final_total", "grade", "complete"] {
            assert_eq!(row[name], sheet[name], "{name} of {} after {after}", sheet["code"]);
        }
        added_up(sheet, after);
    }
    let evaluation = unit.get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200).json;
    let verdict = verify(&world.db).await.unwrap();
    assert_eq!(verdict.differences, [], "after {after}");
    for name in ["self_total", "computed_total", "final_total", "grade"] {
        assert_eq!(evaluation[name], single["department"][name], "{name} of the evaluation after {after}");
    }
}

/// The claimed total is the sum of the claims, worked out here by hand. What has no weight is not scored.
fn added_up(sheet: &Value, after: &str) {
    let points = |text: &str| text.parse::<Points>().unwrap().scaled();
    let weighs = |row: &&Value| row["weight"].as_str().is_some_and(|weight| points(weight) > 0);
    let rows = sheet["indicators"].as_array().unwrap().iter().chain([&sheet["execution"]]);
    let sum: i64 = rows.filter(weighs).filter_map(|row| row["self_score"].as_str()).map(points).sum();
    let stated = sheet["self_total"].as_str().map_or(0, points);
    assert_eq!(stated, sum, "self_total of {} after {after}", sheet["code"]);
}

/// The same edits in every run; a linear congruential generator picks them.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.roll(options.len())].clone()
    }
}

#[actix_web::test]
async fn whatever_is_edited_the_list_and_the_single_view_agree() {
    let world = world().await;
    let unit = world.caller("unit");
    let mut dice = Dice(20_231_231);
    for step in 0..60 {
        let list = unit.get("/api/v1/indicators?limit=500").await.expect(200).json["items"].clone();
        let rows = list.as_array().unwrap();
        let row = format!("/api/v1/indicators/{}", rows[dice.roll(rows.len())]["id"].as_str().unwrap());
        let points =
            dice.pick(&[json!("0"), json!("3.3333"), json!("5"), json!("10"), json!("100"), Value::Null]);
        let text = dice.pick(&[
            json!("95%"),
            json!("70次"),
            json!("≥60次"),
            json!("2023年12月"),
            json!("好"),
            json!("0"),
            Value::Null,
        ]);
        let amount =
            dice.pick(&[json!("0"), json!("506.595"), json!("1013.19"), json!("99999.123456"), Value::Null]);
        let budget = format!("/api/v1/budgets/{UNIT}/2023");
        let project = format!("/api/v1/project-expenditures/{UNIT}/2023/P01");
        let (at, change) = match dice.roll(12) {
            9 => (row, json!({ "project": dice.pick(&[Value::Null, json!("P01")]), "seq": 100 + step })),
            10 => (project, json!({ "name": format!("第{step}次改名") })),
            11 => {
                let new = json!({ "unit": UNIT, "year": 2023, "project": dice.pick(&[Value::Null, json!("P01")]),
                    "seq": 200 + step, "level1": "产出指标", "level2": "数量指标", "name": "走访企业",
                    "target": text, "actual": "1次", "weight": points, "self_score": null });
                unit.post("/api/v1/indicators", new.clone()).await.expect(201);
                agree(&world, &format!("step {step}: making {new}")).await;
                continue;
            }
            0 => (row, json!({ "weight": points })),
            1 => (row, json!({ "self_score": points })),
            2 => (row, json!({ "actual": text })),
            3 => (row, json!({ "target": text })),
            4 => (budget, json!({ "total": { "executed": amount } })),
            5 => (budget, json!({ "weight": points, "total": { "annual": amount } })),
            6 => (project, json!({ "self_score": points, "total": { "annual": amount } })),
            7 if rows.len() > 15 => {
                unit.delete(&row, Some("*")).await.expect(200);
                agree(&world, &format!("step {step}: removing {row}")).await;
                continue;
            }
            _ => (row, json!({ "attainment": dice.pick(&["achieved", "partly", "not"]) })),
        };
        unit.patch(&at, Some("*"), change.clone()).await.expect(200);
        agree(&world, &format!("step {step}: {at} {change}")).await;
    }
}

#[actix_web::test]
async fn a_round_scores_anew_what_is_still_in_work_and_leaves_what_was_handed_in() {
    let world = world().await;
    let bureau = world.caller("bureau");
    let kept = async || bureau.get("/api/v1/scores?year=2023").await.expect(200).json["items"].clone();
    let before = kept().await;
    // As if kept under other rules: what a round's decision must put right.
    let spoil = "UPDATE score_summaries SET final_total = 10000, grade = 'poor'";
    world.sql(spoil).await;
    assert_ne!(kept().await, before);
    let at = "/api/v1/years/2023/rounds/430611";
    let round = json!({ "year": 2023, "region_code": "430611", "rule_set": "mof-2020@1" });
    bureau.put(at, None, round).await.expect(201);
    assert_eq!(kept().await, before, "a round that opens");
    for (stage, rules) in [("submitted", Value::Null), ("published", json!("mof-2020@1"))] {
        world.sql(&format!("UPDATE evaluations SET stage = '{stage}'")).await;
        world.sql(spoil).await;
        bureau.patch(at, Some("*"), json!({ "rule_set": rules })).await.expect(200);
        assert_eq!(kept().await[0]["final_total"], "1", "{stage}: what was handed in keeps what it had");
    }
    world.sql("UPDATE evaluations SET stage = 'returned'").await;
    bureau.delete(at, Some("*")).await.expect(200);
    assert_eq!(kept().await[0]["final_total"], before[0]["final_total"], "a round that goes");
}

#[actix_web::test]
async fn no_number_of_a_score_is_a_json_number() {
    fn numbers(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Number(_) => found.push(at.to_owned()),
            Value::Array(items) => items.iter().for_each(|item| numbers(item, at, found)),
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| numbers(member, &format!("{at}/{name}"), found));
            }
            _ => {}
        }
    }
    let world = world().await;
    for path in [path(), "/api/v1/scores?year=2023".into(), format!("/api/v1/evaluations/{UNIT}/2023")] {
        let mut found = Vec::new();
        numbers(&world.caller("unit").get(&path).await.expect(200).json, "", &mut found);
        found
            .retain(|at| !["/year", "/items/year", "/round"].contains(&at.as_str()) && !at.ends_with("/seq"));
        assert_eq!(found, Vec::<String>::new(), "{path}");
    }
}

#[actix_web::test]
async fn the_tag_of_a_saved_form_is_the_one_to_save_it_with_again() {
    let world = world().await;
    let unit = world.caller("unit");
    let at = format!("/api/v1/forms/{UNIT}/2023");
    let form = unit.get(&at).await.expect(200);
    // As after a unit has moved to a region with rules of its own: the next save takes them up.
    world.sql("UPDATE evaluations SET rule_set = 'older-rules@1'").await;
    let saved = unit.put(&at, Some(&form.etag()), form.json.clone()).await.expect(200);
    assert_eq!(unit.get(&at).await.expect(200).etag(), saved.etag());
    unit.put(&at, Some(&saved.etag()), form.json).await.expect(200);
}
