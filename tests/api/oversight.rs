//! Oversight: what is counted, what is suggested and why, one indicator across units; and of all this only what the
//! caller sees.

use actix_web::test::TestRequest;
use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::calls::encoded;
use crate::support::{World, empty};

/// A unit's department sheet: executed of 100, and what each of three indicators of weight 30 has for its actual and
/// self score, the target being ≥60次.
struct Sheet {
    unit: &'static str,
    executed: &'static str,
    rows: [(&'static str, &'static str); 3],
}

const FINE: [(&str, &str); 3] = [("61次", "30"), ("62次", "30"), ("63次", "30")];

/// What stands out in each is said by its name.
const SHEETS: [Sheet; 5] = [
    Sheet { unit: "fine", executed: "95", rows: [("61次", "30"), ("62次", "30"), ("60次", "29")] },
    Sheet {
        unit: "repeats", executed: "100", rows: [("≥60次", "30"), ("≥60次", "30"), ("≥60次", "30")]
    },
    Sheet { unit: "idle", executed: "50", rows: FINE },
    Sheet { unit: "boasts", executed: "100", rows: [("30次", "30"), ("62次", "30"), ("63次", "30")] },
    Sheet { unit: "far", executed: "100", rows: FINE },
];

fn region(unit: &str) -> &'static str {
    if unit == "far" { "430102" } else { "430611" }
}

fn bundle(year: i32, sheets: &[Sheet]) -> Value {
    let units = sheets.iter().map(|Sheet { unit, .. }| {
        let parent = ["idle", "boasts"].contains(unit).then_some("fine");
        json!({ "code": unit, "name": format!("{unit}局"), "region_code": region(unit), "parent_code": parent })
    });
    let budgets = sheets.iter().map(|Sheet { unit, executed, .. }| {
        let score = executed.parse::<i32>().unwrap();
        json!({ "unit": unit, "year": year, "weight": "10", "self_score": format!("{}.{}", score / 10, score % 10),
            "total": { "initial": "100", "annual": "100", "executed": executed } })
    });
    let indicators = sheets.iter().flat_map(|Sheet { unit, rows, .. }| {
        rows.iter().zip(1..).map(move |((actual, score), seq)| {
            json!({ "unit": unit, "year": year, "seq": seq, "level1": "产出指标", "level2": "数量指标",
                "name": format!("检查{seq}"), "target": "≥60次", "actual": actual, "weight": "30", "self_score": score })
        })
    });
    json!({
        "years": [{ "year": year }],
        "units": units.collect::<Vec<_>>(),
        "budgets": budgets.collect::<Vec<_>>(),
        "indicators": indicators.collect::<Vec<_>>(),
    })
}

async fn import(world: &World, stage: &str, bundle: Value) {
    let path = format!("/api/v1/imports?mode=commit&stage={stage}");
    world.caller("admin").post(&path, bundle).await.expect(200);
}

async fn town() -> World {
    let world = empty().await;
    import(&world, "submitted", bundle(2023, &SHEETS)).await;
    world.add_user("bureau", Role::Bureau, None, Some("430611")).await;
    world.add_user("far-bureau", Role::Bureau, None, Some("430102")).await;
    world.add_user("superior", Role::Unit, Some("fine"), None).await;
    world.add_user("clerk", Role::Unit, Some("idle"), None).await;
    world.add_user("reader", Role::Reader, None, Some("430611")).await;
    world
}

async fn get(world: &World, who: &str, path: &str) -> Value {
    world.caller(who).get(path).await.expect(200).json
}

/// The members of a row that are asked about.
fn of(row: &Value, members: &[&str]) -> Value {
    members.iter().map(|member| row[*member].clone()).collect()
}

#[actix_web::test]
async fn statistics_count_what_was_handed_in() {
    let world = town().await;
    // A draft is nobody's figure yet.
    let draft = json!({ "units": [{ "code": "late", "name": "迟交局", "region_code": "430611" }],
        "budgets": [{ "unit": "late", "year": 2023, "weight": "10", "self_score": "1" }] });
    world.caller("admin").post("/api/v1/imports?mode=commit", draft).await.expect(200);
    let shown = get(&world, "bureau", "/api/v1/statistics?year=2023").await;
    // 98.5 (9.5 + 89), 100, 95 (5 + 90), 85 (10 + 15 + 60).
    let members = ["evaluations", "sheets", "mean_score", "median_score", "mean_loss", "full_claims_share"];
    assert_eq!(of(&shown["overall"], &members), json!([4, 4, "94.63", "96.75", "5.38", "0.5"]));
    let members = ["mean_execution_rate", "median_execution_rate", "unexplained_deductions"];
    assert_eq!(of(&shown["overall"], &members), json!(["0.8625", "0.975", 1]));
    let bands = |row: &Value, name: &str| -> Vec<u64> {
        row[name].as_array().unwrap().iter().map(|band| band["sheets"].as_u64().unwrap()).collect()
    };
    assert_eq!(bands(&shown["overall"], "score_bands"), [0, 0, 0, 1, 0, 2, 1]);
    assert_eq!(bands(&shown["overall"], "execution_bands"), [0, 1, 0, 0, 0, 1, 2]);
    let grades: Vec<Value> = shown["overall"]["grades"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| of(one, &["grade", "sheets"]))
        .collect();
    assert_eq!(json!(grades), json!([["excellent", 3], ["good", 1], ["fair", 0], ["poor", 0]]));

    let keys = |shown: &Value| -> Vec<Value> {
        shown["items"].as_array().unwrap().iter().map(|row| of(row, &["key", "name", "sheets"])).collect()
    };
    assert_eq!(json!(keys(&shown)), json!([["430611", null, 4]]));
    let everything = get(&world, "admin", "/api/v1/statistics?year=2023&by=region").await;
    assert_eq!(json!(keys(&everything)), json!([["430102", null, 1], ["430611", null, 4]]));
    let narrowed = get(&world, "admin", "/api/v1/statistics?year=2023&region_code=4301").await;
    assert_eq!(narrowed["overall"]["sheets"], 1);
    let departments = get(&world, "bureau", "/api/v1/statistics?year=2023&by=department").await;
    assert_eq!(json!(keys(&departments)), json!([["fine", "fine局", 3], ["repeats", "repeats局", 1]]));
    let blocks = get(&world, "bureau", "/api/v1/statistics?year=2023&by=block").await;
    assert_eq!(json!(keys(&blocks)), json!([["execution", "预算执行率", 4], ["output", "产出指标", 4]]));
    // Of 90: 89, 90, 90, 75; of 10: 9.5, 10, 5, 10.
    let members = ["mean_score", "mean_loss", "full_claims_share"];
    assert_eq!(of(&blocks["items"][1], &members), json!(["95.56", "4", "0.75"]));
    assert_eq!(of(&blocks["items"][0], &members), json!(["86.25", "1.38", "0.5"]));

    // Page by page it is the same.
    let path = "/api/v1/statistics?year=2023&by=block&limit=1";
    let first = get(&world, "bureau", path).await;
    let next = format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = get(&world, "bureau", &next).await;
    assert_eq!(json!([first["items"][0], second["items"][0]]), blocks["items"]);
    assert_eq!(second["next_cursor"], Value::Null);
    assert_eq!(get(&world, "admin", "/api/v1/statistics?year=2022").await["overall"]["sheets"], 0);
}

#[actix_web::test]
async fn statistics_are_of_what_the_caller_sees() {
    let world = town().await;
    for (who, sheets) in [("admin", 5), ("bureau", 4), ("far-bureau", 1), ("superior", 3), ("clerk", 1)] {
        for by in ["region", "department", "block"] {
            let shown = get(&world, who, &format!("/api/v1/statistics?year=2023&by={by}")).await;
            assert_eq!(shown["overall"]["sheets"], sheets, "{who} by {by}");
        }
    }
    let own = get(&world, "clerk", "/api/v1/statistics?year=2023&by=department").await;
    let row = of(&own["items"][0], &["key", "name", "sheets"]);
    assert_eq!(row, json!(["fine", null, 1]), "the superior's name is not the clerk's to see");
    world.caller("reader").get("/api/v1/statistics?year=2023").await.expect(403);
}

fn told(shown: &Value) -> Vec<(String, u64, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let reasons =
        |item: &Value| item["reasons"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
    let items = shown["items"].as_array().unwrap().iter();
    items.map(|item| (text(&item["unit"]["code"]), item["risk"].as_u64().unwrap(), reasons(item))).collect()
}

#[actix_web::test]
async fn suggestions_say_why() {
    let world = town().await;
    let path = "/api/v1/reviews/suggestions?year=2023&sample=0";
    let shown = get(&world, "bureau", path).await;
    let wanted: [(&str, u64, &[&str]); 4] = [
        ("repeats", 45, &["actuals_repeat_targets", "all_points_claimed"]),
        ("boasts", 40, &["overclaim", "all_points_claimed"]),
        ("idle", 25, &["high_score_at_low_execution"]),
        ("fine", 10, &["deductions_unexplained"]),
    ];
    let wanted: Vec<(String, u64, Vec<String>)> = wanted
        .iter()
        .map(|(unit, risk, why)| ((*unit).to_owned(), *risk, why.iter().map(ToString::to_string).collect()))
        .collect();
    assert_eq!(told(&shown), wanted);
    assert_eq!(shown["items"][1]["reasons"][0]["text"], "自评得分比规则计算得分合计高 15 分");
    assert_eq!(shown["total"], 4);
    let in_english = TestRequest::get().uri(path).insert_header(("accept-language", "en"));
    let english = world.caller("bureau").send(in_english).await.expect(200).json;
    assert_eq!(english["items"][2]["reasons"][0]["text"], "executed 50% of the budget, and yet scored 95");

    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&world, "bureau", &format!("{path}&limit=3{cursor}")).await;
        paged.extend(told(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, wanted);

    // The year before, one of them had scored far less.
    let before =
        [Sheet { unit: "idle", executed: "100", rows: [("60次", "30"), ("62次", "20"), ("63次", "20")] }];
    let mut before = bundle(2022, &before);
    before["units"] = json!([]);
    import(&world, "approved", before).await;
    let shown = get(&world, "bureau", path).await;
    let idle = &shown["items"][0];
    assert_eq!((&idle["unit"]["code"], &idle["risk"]), (&json!("idle"), &json!(45)));
    assert_eq!(idle["reasons"][1]["text"], "得分由上年的 80 变为 95");
}

#[actix_web::test]
async fn chance_picks_the_same_again_and_more_of_a_larger_share() {
    let world = town().await;
    let picked = async |who: &str, share: u32| -> Vec<String> {
        let path = format!("/api/v1/reviews/suggestions?year=2023&sample={share}");
        let shown = get(&world, who, &path).await;
        let by_chance = shown["items"].as_array().unwrap().iter().filter(|item| item["by_chance"] == true);
        let mut codes: Vec<String> =
            by_chance.map(|item| item["unit"]["code"].as_str().unwrap().to_owned()).collect();
        codes.sort();
        codes
    };
    let mut before = Vec::new();
    for share in [0, 1, 20, 40, 60, 80, 100] {
        let now = picked("bureau", share).await;
        assert_eq!(now, picked("bureau", share).await, "the same again");
        assert!(before.iter().all(|code| now.contains(code)), "{share}: {before:?} and more: {now:?}");
        before = now;
    }
    assert_eq!(before, ["boasts", "fine", "idle", "repeats"]);
    assert_eq!(picked("far-bureau", 100).await, ["far"]);
    for who in ["superior", "clerk", "reader", "admin"] {
        world.caller(who).get("/api/v1/reviews/suggestions?year=2023").await.expect(403);
    }
}

#[actix_web::test]
async fn one_indicator_is_compared_across_the_units_that_are_seen() {
    let world = town().await;
    let path = format!("/api/v1/indicator-comparison?year=2023&name={}", encoded("检查1"));
    let units = |shown: &Value| -> Vec<String> {
        let items = shown["items"].as_array().unwrap().iter();
        items.map(|item| item["unit"]["code"].as_str().unwrap().to_owned()).collect()
    };
    for (who, seen) in [
        ("admin", vec!["boasts", "far", "fine", "idle", "repeats"]),
        ("bureau", vec!["boasts", "fine", "idle", "repeats"]),
        ("superior", vec!["boasts", "fine", "idle"]),
        ("clerk", vec!["idle"]),
    ] {
        let shown = get(&world, who, &path).await;
        assert_eq!(
            (units(&shown), &shown["total"]),
            (seen.iter().map(ToString::to_string).collect(), &json!(seen.len())),
            "{who}"
        );
    }
    let members = ["target", "actual", "weight", "self_score", "computed_score", "final_score"];
    let boasts = json!(["≥60次", "30次", "30", "30", "15", "15"]);
    assert_eq!(of(&get(&world, "bureau", &path).await["items"][0], &members), boasts);
    // What the bureau finds counts here as well, and what is computed is what the scores say.
    let found = json!({ "scores": [{ "kind": "indicator", "seq": 1, "score": "12", "reason": "不实" }] });
    let at = "/api/v1/evaluations/boasts/2023/rescore";
    world.caller("bureau").step(at, "*", found).await.expect(200);
    let row = get(&world, "bureau", &path).await["items"][0].clone();
    let score =
        get(&world, "bureau", "/api/v1/scores/boasts/2023").await["department"]["indicators"][0].clone();
    assert_eq!(of(&row, &members), of(&score, &members));
    assert_eq!(row["final_score"], "12");
    let first = get(&world, "bureau", &format!("{path}&limit=3")).await;
    let next = format!("{path}&limit=3&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(units(&get(&world, "bureau", &next).await), ["repeats"]);
    world.caller("reader").get(&path).await.expect(403);
}
