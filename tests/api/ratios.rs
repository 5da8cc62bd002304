//! Ratios of the base data: computed from the real report, and deciding rows where the rule set says so.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

fn at() -> String {
    format!("/api/v1/base-data/{UNIT}/2023/ratios")
}

async fn ratio(world: &World, name: &str) -> Value {
    let found = world.caller("unit").get(&at()).await.expect(200).json;
    let items = found["items"].as_array().unwrap();
    items.iter().find(|item| item["ratio"] == name).unwrap().clone()
}

#[actix_web::test]
async fn the_real_reports_ratios_are_computed_and_explained() {
    let world = world().await;
    // Each by hand from annex 1 and the budget's total: 30 of 30 staff, 5.42 → 5.32 → 2.14 and so on.
    for (name, value, score, explanation) in [
        ("staffing_control", json!("1"), json!("5"), "30 ÷ 30 = 100%；标准 ≤ 100%，得满分 5"),
        ("three_public_change", json!(null), json!(null), "上年“三公经费”预算数为空，无法计算"),
        (
            "three_public_budget_on_prior_final",
            json!("-0.01845"),
            json!("8"),
            "(5.32 − 5.42) ÷ 5.42 = -1.85%；标准 ≤ 0%，得满分 8",
        ),
        (
            "three_public_final_on_prior_final",
            json!("-0.605166"),
            json!("8"),
            "(2.14 − 5.42) ÷ 5.42 = -60.52%；标准 ≤ 0%，得满分 8",
        ),
        (
            "three_public_control",
            json!("0.402256"),
            json!("8"),
            "2.14 ÷ 5.32 = 40.23%；标准 ≤ 100%，得满分 8",
        ),
        (
            "public_expenditure_control",
            json!("1"),
            json!("8"),
            "254.77 ÷ 254.77 = 100%；标准 ≤ 100%，得满分 8",
        ),
        ("budget_completion", json!("1"), json!("5"), "1013.19 ÷ 1013.19 = 100%；标准 ≥ 100%，得满分 5"),
        (
            "budget_control",
            json!("0.08355"),
            json!("4"),
            "|1013.19 − 1105.56| ÷ 1105.56 = 8.36%；标准 ≤ 0%，相差 8.36%，10% 以内得分值的 80%，分值 5，得 4 分",
        ),
        ("procurement_execution", json!("1"), json!("6"), "99.19 ÷ 99.19 = 100%；标准 = 100%，得满分 6"),
        ("building_size_control", json!(null), json!("5"), "没有新建楼堂馆所；得满分 5"),
        ("building_investment_control", json!(null), json!("5"), "没有新建楼堂馆所；得满分 5"),
    ] {
        let found = ratio(&world, name).await;
        assert_eq!((&found["value"], &found["score"]), (&value, &score), "{found}");
        assert_eq!(found["explanation"], explanation);
        assert_eq!(found["seq"], json!(null), "the default rule set lets no ratio decide a row");
    }
    let control = ratio(&world, "budget_control").await;
    assert_eq!((&control["share"], &control["gap"]), (&json!("0.8"), &json!(null)));
    assert_eq!(ratio(&world, "three_public_change").await["gap"], "missing");

    let english = TestRequest::get().uri(&at()).insert_header(("accept-language", "en"));
    let english = world.caller("bureau").send(english).await.expect(200).json;
    assert_eq!(english["items"][0]["explanation"], "30 ÷ 30 = 100%; the standard is ≤ 100%: full score 5");

    // The department's sheet shows the same, a project's none.
    let scores = world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    let shown = world.caller("unit").get(&at()).await.expect(200).json;
    assert_eq!(scores["department"]["ratios"], shown["items"]);
    assert_eq!(scores["projects"][0]["ratios"], json!([]));
    world.caller("unit").get("/api/v1/base-data/430611101/2022/ratios").await.expect(404);
}

#[actix_web::test]
async fn where_the_rule_set_says_so_a_ratio_decides_its_row() {
    let world = world().await;
    let (unit, admin) = (world.caller("unit"), world.caller("admin"));
    admin
        .patch("/api/v1/years/2023", Some("*"), json!({ "rule_set": "hunan-department@1" }))
        .await
        .expect(200);
    let indicators = unit.get("/api/v1/indicators?sheet=department").await.expect(200).json["items"].clone();
    let indicator = format!("/api/v1/indicators/{}", indicators[0]["id"].as_str().unwrap());
    let row = json!({ "level1": "投入", "level2": "预算配置", "name": "在职人员控制率", "target": "≤100%",
        "actual": "100%", "weight": "5", "self_score": "5" });
    unit.patch(&indicator, Some("*"), row).await.expect(200);

    let department = async || {
        unit.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json["department"].clone()
    };
    let scored = department().await;
    assert_eq!(scored["indicators"][0]["rule"], "base_ratio");
    assert_eq!(scored["indicators"][0]["computed_score"], "5");
    let blocks: Vec<&str> =
        scored["blocks"].as_array().unwrap().iter().map(|block| block["block"].as_str().unwrap()).collect();
    assert_eq!(blocks, ["execution", "input", "output", "effect", "satisfaction"]);
    assert_eq!(ratio(&world, "staffing_control").await["seq"], 1);

    // Annex 1 counts, whatever the row goes on saying, and the totals follow it.
    let before = scored["final_total"].clone();
    unit.patch(&format!("/api/v1/base-data/{UNIT}/2023"), Some("*"), json!({ "staff_on_duty": 31 }))
        .await
        .expect(200);
    let scored = department().await;
    let row = &scored["indicators"][0];
    assert_eq!((&row["computed_score"], &row["final_score"]), (&json!("3.5"), &json!("3.5")));
    let codes: Vec<&str> =
        row["flags"].as_array().unwrap().iter().map(|flag| flag["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["ratio_differs", "overclaim"]);
    assert_eq!(
        row["explanation"],
        "31 ÷ 30 = 103.33%；标准 ≤ 100%，相差 3.33%，每满 1% 扣 0.5 分，分值 5，得 3.5 分"
    );
    assert_ne!(scored["final_total"], before);
    let list = unit.get(&format!("/api/v1/scores?unit={UNIT}&year=2023&sheet=department")).await.expect(200);
    assert_eq!(list.json["items"][0]["final_total"], scored["final_total"]);
    let findings =
        unit.get(&format!("/api/v1/evaluations/{UNIT}/2023/findings")).await.expect(200).json["items"]
            .clone();
    let told =
        findings.as_array().unwrap().iter().find(|finding| finding["check"] == "ratio_differs").unwrap();
    assert_eq!((&told["expected"], &told["found"]), (&json!("103.33%"), &json!("100%")));
}
