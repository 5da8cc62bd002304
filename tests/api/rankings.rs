//! Rankings: equal values share a rank and the next value has the next, what cannot be ranked comes last, and a page
//! says the same of a row however it is come to.

use std::collections::BTreeMap;

use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::support::{World, empty};

/// A unit below another, and what its department sheet claims: executed of 100, and the self score of its one
/// indicator of 90 points; without an actual it cannot be scored.
struct Sheet {
    unit: &'static str,
    parent: Option<&'static str>,
    region: &'static str,
    executed: Option<&'static str>,
    claimed: Option<&'static str>,
}

const fn sheet(unit: &'static str, executed: &'static str, claimed: &'static str) -> Sheet {
    Sheet { unit, parent: None, region: "430611", executed: Some(executed), claimed: Some(claimed) }
}

/// Of 100 with all executed: 100, 98, 98, 95, and one that is not complete; one in another county, and one elsewhere.
const SHEETS: [Sheet; 7] = [
    sheet("d", "100", "90"),
    sheet("b", "100", "88"),
    Sheet { parent: Some("d"), ..sheet("a", "100", "88") },
    Sheet { parent: Some("a"), ..sheet("c", "80", "87") },
    Sheet { parent: Some("d"), claimed: None, ..sheet("e", "100", "1") },
    Sheet { region: "430602", ..sheet("f", "90", "90") },
    Sheet { region: "430102", executed: None, claimed: None, ..sheet("g", "", "") },
];

fn budget(of: &Sheet) -> Option<Value> {
    let executed = of.executed?;
    let scaled = executed.parse::<u32>().unwrap();
    Some(
        json!({ "unit": of.unit, "year": 2023, "weight": "10", "self_score": format!("{}.{}", scaled / 10, scaled % 10),
        "total": { "annual": "100", "executed": executed } }),
    )
}

fn indicator(of: &Sheet) -> Value {
    json!({ "unit": of.unit, "year": 2023, "seq": 1, "level1": "产出指标", "level2": "数量指标", "name": "检查",
        "target": "认真", "actual": of.claimed.map(|_| "达成"), "weight": "90", "self_score": of.claimed })
}

async fn town() -> World {
    let world = empty().await;
    let unit = |of: &Sheet| json!({ "code": of.unit, "name": format!("{}局", of.unit), "region_code": of.region, "parent_code": of.parent });
    let units: Vec<Value> = SHEETS.iter().map(unit).collect();
    let project = json!({ "unit": "b", "year": 2023, "code": "P01", "name": "项目", "weight": "10", "self_score": "8",
        "total": { "annual": "100", "executed": "80" } });
    let of_project = json!({ "unit": "b", "year": 2023, "project": "P01", "seq": 1, "level1": "产出指标",
        "level2": "数量指标", "name": "检查", "target": "认真", "actual": "达成", "weight": "90", "self_score": "90" });
    let bundle = json!({
        "years": [{ "year": 2023 }, { "year": 2022 }],
        "units": units,
        "budgets": SHEETS.iter().filter_map(budget).collect::<Vec<_>>(),
        "project_expenditures": [project],
        "indicators": SHEETS.iter().map(indicator).chain([of_project]).collect::<Vec<_>>(),
    });
    let reply = world.caller("admin").post("/api/v1/imports?mode=commit&stage=submitted", bundle).await;
    reply.expect(200);
    world.add_user("bureau", Role::Bureau, None, Some("430611")).await;
    world.add_user("prefecture", Role::Bureau, None, Some("4306")).await;
    world.add_user("superior", Role::Unit, Some("d"), None).await;
    world.add_user("clerk", Role::Unit, Some("c"), None).await;
    world.add_user("reader", Role::Reader, None, Some("43")).await;
    world
}

async fn get(world: &World, who: &str, query: &str) -> Value {
    world.caller(who).get(&format!("/api/v1/rankings?year=2023{query}")).await.expect(200).json
}

/// Code and rank of each row.
fn ranks(page: &Value) -> Vec<(String, Option<u64>)> {
    let rows = page["items"].as_array().unwrap().iter();
    rows.map(|row| (row["code"].as_str().unwrap().to_owned(), row["rank"].as_u64())).collect()
}

async fn asked(world: &World, who: &str, query: &str) -> String {
    let shown = ranks(&get(world, who, query).await);
    let shown = shown.into_iter().map(|(code, rank)| match rank {
        Some(rank) => format!("{code}{rank}"),
        None => code,
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[actix_web::test]
async fn equal_values_share_a_rank_and_what_has_none_comes_last() {
    let world = town().await;
    // 98 twice, by unit, with the project's sheet after that of its unit; of `e` something is missing, of `g` all.
    assert_eq!(asked(&world, "admin", "").await, "d1 f2 a3 b3 P013 c4 e g");
    assert_eq!(asked(&world, "admin", "&by=final&sheet=department").await, "d1 f2 a3 b3 c4 e g");
    assert_eq!(asked(&world, "admin", "&sheet=project").await, "P011");
    assert_eq!(asked(&world, "admin", "&by=self").await, "d1 f2 a3 b3 P013 c4 e g");
    assert_eq!(asked(&world, "admin", "&by=execution").await, "a1 b1 d1 e1 f2 P013 c3 g");
    // Nothing was reviewed yet.
    assert_eq!(asked(&world, "admin", "&by=gap&sheet=department").await, "a b c d e f g");
    for (unit, score) in [("d", "80"), ("a", "88"), ("f", "70"), ("c", "77")] {
        let scores =
            json!({ "scores": [{ "kind": "indicator", "seq": 1, "score": score, "reason": "佐证不足" }] });
        let at = format!("/api/v1/evaluations/{unit}/2023/rescore");
        world.caller("prefecture").step(&at, "*", scores).await.expect(200);
    }
    assert_eq!(asked(&world, "admin", "&by=gap&sheet=department").await, "f1 c2 d2 a3 b e g");
    assert_eq!(asked(&world, "admin", "&sheet=department").await, "a1 b1 d2 c3 f4 e g");
    let first = get(&world, "admin", "&by=gap&limit=1&with_total=true").await;
    assert_eq!(first["total"], 8);
    let shown = &first["items"][0];
    assert_eq!(
        (&shown["self_total"], &shown["reviewed_total"], &shown["final_total"], &shown["execution_rate"]),
        (&json!("99"), &json!("79"), &json!("79"), &json!("0.9"))
    );
    assert_eq!((&shown["sheet"], &shown["name"]), (&json!("department"), &json!("f局")));
    // A year of its own.
    let before = world.caller("admin").get("/api/v1/rankings?year=2022").await.expect(200).json;
    assert_eq!(before["items"], json!([]));
}

#[actix_web::test]
async fn a_ranking_is_of_what_is_asked_for_and_seen() {
    let world = town().await;
    let among = "&sheet=department";
    for (who, query, wanted) in [
        ("admin", "&region=430611", "d1 a2 b2 c3 e"),
        ("admin", "&region=4306", "d1 f2 a3 b3 c4 e"),
        ("admin", "&region=43", "d1 f2 a3 b3 c4 e g"),
        ("admin", "&region=44", ""),
        ("admin", "&parent=d", "a1 c2 e"),
        ("admin", "&parent=a", "c1"),
        ("admin", "&parent=nobody", ""),
        ("admin", "&parent=d&region=430602", ""),
        ("bureau", "", "d1 a2 b2 c3 e"),
        ("bureau", "&region=43", "d1 a2 b2 c3 e"),
        ("bureau", "&region=430602", ""),
        ("prefecture", "", "d1 f2 a3 b3 c4 e"),
        ("superior", "", "d1 a2 c3 e"),
        ("superior", "&region=43", "d1 a2 c3 e"),
        ("clerk", "", "c1"),
        ("clerk", "&parent=d", "c1"),
        // Nothing is settled yet.
        ("reader", "", ""),
    ] {
        for by in ["final", "self"] {
            let shown = asked(&world, who, &format!("{among}{query}&by={by}")).await;
            assert_eq!(shown, wanted, "{who} {query} by {by}");
        }
    }
    for unit in ["c", "f"] {
        let at = format!("/api/v1/evaluations/{unit}/2023/approve");
        world.caller("prefecture").step(&at, "*", json!({})).await.expect(200);
    }
    assert_eq!(asked(&world, "reader", "").await, "f1 c2");
    assert_eq!(asked(&world, "reader", "&region=430611").await, "c1");
    world.caller("anon").get("/api/v1/rankings?year=2023").await.expect(401);
    let admin = world.caller("admin");
    admin.get("/api/v1/rankings").await.expect(400).expect_errors(&[("year", "missing_field")]);
    let refused = admin.get("/api/v1/rankings?year=2023&by=colour").await.expect(400);
    refused.expect_errors(&[("by", "not_an_option")]);
}

/// The pages of so many rows each, between which something is done.
async fn walk(
    world: &World,
    query: &str,
    limit: usize,
    between: impl AsyncFn(usize),
) -> Vec<(String, Option<u64>)> {
    let start = format!("{query}&limit={limit}");
    let (mut seen, mut next) = (Vec::new(), start.clone());
    for page in 0.. {
        let shown = get(world, "admin", &next).await;
        seen.extend(ranks(&shown));
        let Some(cursor) = shown["next_cursor"].as_str() else { break };
        next = format!("{start}&cursor={cursor}");
        between(page).await;
    }
    seen
}

#[actix_web::test]
async fn a_row_has_the_same_rank_on_whichever_page_it_stands() {
    let world = town().await;
    for by in ["final", "self", "execution", "gap"] {
        for narrowed in ["", "&region=430611", "&parent=d", "&sheet=department"] {
            let query = format!("&by={by}{narrowed}");
            let whole = ranks(&get(&world, "admin", &query).await);
            for limit in 1..9 {
                let walked = walk(&world, &query, limit, async |_| ()).await;
                assert_eq!(walked, whole, "{query} by pages of {limit}");
            }
        }
    }
    let first = get(&world, "admin", "&limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    for other in ["by=self", "region=43", "sheet=project"] {
        let at = format!("/api/v1/rankings?year=2023&{other}&cursor={cursor}");
        let refused = world.caller("admin").get(&at).await.expect(422);
        refused.expect_errors(&[("cursor", "invalid_cursor")]);
    }
}

#[actix_web::test]
async fn the_pages_of_one_walk_agree_while_others_write() {
    let world = town().await;
    let changed = async |page: usize| {
        // The best of all comes after the first page, and the worst is renamed, which writes its summary anew.
        let unit = json!({ "code": "0", "name": "后来局", "region_code": "430611" });
        let budget = json!({ "unit": "0", "year": 2023, "weight": "10", "self_score": "10", "total": { "annual": "1", "executed": "1" } });
        let row = indicator(&sheet("0", "100", "90"));
        let bundle = match page {
            0 => json!({ "units": [unit], "budgets": [budget], "indicators": [row] }),
            _ => json!({ "units": [{ "code": "c", "name": format!("改名{page}局") }] }),
        };
        world.caller("admin").post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    };
    let walked = walk(&world, "", 2, changed).await;
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, _) in &walked {
        *counted.entry(code).or_default() += 1;
    }
    assert!(SHEETS.iter().all(|sheet| counted[sheet.unit] == 1), "{walked:?}");
    let shown: Vec<Option<u64>> = walked.iter().map(|(_, rank)| *rank).collect();
    assert_eq!(shown, [Some(1), Some(2), Some(3), Some(3), Some(3), Some(4), None, None], "{walked:?}");
    assert!(asked(&world, "admin", "").await.starts_with("01 d1 f2"), "asked anew, the newcomer counts");
}

#[actix_web::test]
async fn a_ranking_reads_no_form() {
    let world = town().await;
    let before = asked(&world, "admin", "").await;
    // What it says comes from the summaries: the forms could be gone.
    world.sql("DELETE FROM indicators").await;
    world.sql("DELETE FROM budgets").await;
    assert_eq!(asked(&world, "admin", "").await, before);
}
