//! Every list alike: its limits, its cursors, its total, its `Link`; the lists are those of the document.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::calls::in_a_year;
use crate::support::{UNIT, World, request, world};

/// A list of the document: its address and the orders it knows.
pub struct List {
    pub path: String,
    pub sorts: Vec<String>,
}

pub fn lists() -> Vec<List> {
    let document = jixiao::app::openapi();
    let paths = document["paths"].as_object().unwrap();
    let list = |(path, item): (&String, &Value)| {
        let parameters = item.pointer("/get/parameters")?.as_array()?.clone();
        let sort = parameters.iter().find(|parameter| parameter["name"] == "sort")?;
        let schema = &sort["schema"];
        let options = schema["enum"].as_array().or_else(|| schema["oneOf"][0]["enum"].as_array())?;
        let sorts = options.iter().filter_map(|option| Some(option.as_str()?.to_owned())).collect();
        Some(List { path: path.replace("{year}", "2023").replace("{region_code}", "430611"), sorts })
    };
    paths.iter().filter_map(list).collect()
}

/// Several rows in every list.
pub async fn several() -> World {
    let world = world().await;
    let codes = ["430611201", "430611202"];
    let of = |row: Value| -> Vec<Value> {
        let owned = |code: &&str| {
            let mut row = row.clone();
            row["unit"] = json!(code);
            row["year"] = json!(2023);
            row
        };
        codes.iter().map(owned).collect()
    };
    let unit = |code: &&str| json!({ "code": code, "name": "某单位", "region_code": "430611" });
    let bundle = json!({ "years": [{ "year": 2021 }, { "year": 2022 }],
        "units": codes.iter().map(unit).collect::<Vec<_>>(), "budgets": of(json!({ "total": { "annual": "1" } })),
        "base_data": of(json!({})), "narratives": of(json!({})),
        "project_expenditures": of(json!({ "code": "P01", "name": "项目" })) });
    let admin = world.caller("admin");
    admin.post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    for name in ["甲系统", "乙系统"] {
        let program =
            json!({ "name": name, "role": "reader", "scopes": ["scores:read"], "expires_at": in_a_year() });
        admin.post("/api/v1/service-accounts", program).await.expect(201);
    }
    for region in ["43", "4306", "430611"] {
        let round = json!({ "year": 2023, "region_code": region });
        admin.put(&format!("/api/v1/years/2023/rounds/{region}"), None, round).await.expect(201);
    }
    for code in codes {
        settle(&world, code).await;
    }
    job(&world).await;
    job(&world).await;
    world
}

/// A job that was sent and cancelled.
pub async fn job(world: &World) {
    let admin = world.caller("admin");
    let row = "{\"collection\":\"years\",\"year\":2023}\n";
    let sent = request(Method::POST, "/api/v1/imports?mode=validate")
        .insert_header(("prefer", "respond-async"))
        .insert_header(("content-type", "application/x-ndjson"))
        .set_payload(row);
    let sent = admin.send(sent).await.expect(202);
    let cancel = format!("{}/cancel", sent.header("location"));
    admin.send(request(Method::POST, &cancel)).await.expect(200);
}

/// A row of this unit in the lists that tell how a round went: an exception, a review, a publication.
pub async fn settle(world: &World, code: &str) {
    let (admin, bureau) = (world.caller("admin"), world.caller("bureau"));
    let exception = json!({ "unit": code, "due": "2099-12-31" });
    let at = format!("/api/v1/years/2023/rounds/430611/exceptions/{code}");
    bureau.put(&at, None, exception).await.expect(201);
    let row = json!({ "unit": code, "year": 2023, "seq": 1, "level1": "产出", "level2": "数量", "name": "某",
        "weight": "90", "self_score": "90" });
    let bundle = json!({ "indicators": [row],
        "budgets": [{ "unit": code, "year": 2023, "weight": "10", "self_score": "10" }] });
    admin.post("/api/v1/imports?mode=commit&stage=submitted", bundle).await.expect(200);
    let at = format!("/api/v1/evaluations/{code}/2023");
    let scores =
        json!({ "scores": [{ "kind": "indicator", "seq": 1, "score": "80", "reason": "佐证不足" }] });
    for (step, body) in [("rescore", scores), ("approve", json!({})), ("publish", json!({}))] {
        bureau.step(&format!("{at}/{step}"), "*", body).await.expect(200);
    }
}

#[actix_web::test]
async fn every_list_keeps_its_limits_and_its_cursors_to_itself() {
    let world = several().await;
    let admin = world.caller("admin");
    let mut cursors: Vec<(String, String)> = Vec::new();
    let all = lists();
    assert_eq!(all.len(), 17, "{:?}", all.iter().map(|list| &list.path).collect::<Vec<_>>());
    for List { path, sorts } in &all {
        for (query, parameter, code) in [
            ("limit=0", "limit", "out_of_range"),
            ("limit=501", "limit", "out_of_range"),
            ("limit=-1", "limit", "out_of_range"),
            ("limit=1.5", "limit", "wrong_type"),
            ("with_total=yes", "with_total", "wrong_type"),
            ("sort=size", "sort", "not_an_option"),
            ("page=2", "page", "unknown_parameter"),
            ("LIMIT=2", "LIMIT", "unknown_parameter"),
        ] {
            let refused = admin.get(&format!("{path}?{query}")).await.expect(400);
            assert_eq!(refused.json["code"], "invalid_query");
            refused.expect_errors(&[(parameter, code)]);
        }
        for limit in [1, 500] {
            admin.get(&format!("{path}?limit={limit}")).await.expect(200);
        }
        for sort in sorts {
            let at = format!("{path}?limit=1&with_total=true&sort={sort}");
            let first = admin.get(&at).await.expect(200);
            let cursor = first.json["next_cursor"].as_str().unwrap().to_owned();
            let next = format!("<{at}&cursor={cursor}>; rel=\"next\"");
            assert_eq!(first.header("link"), next, "the address of the next page");
            let rest = admin.get(&format!("{path}?limit=500&sort={sort}&cursor={cursor}")).await.expect(200);
            assert!(rest.header("link").is_empty() && rest.json["next_cursor"].is_null(), "{at}");
            let shown = 1 + rest.json["items"].as_array().unwrap().len();
            assert_eq!(first.json["total"], shown, "{at}");
            assert_eq!(rest.json["total"], Value::Null, "nobody asked for it: {at}");
            cursors.push((at, cursor));
        }
    }
    // A cursor counts for the list and order it was given out for, as it is, and for no other.
    for (place, (at, cursor)) in cursors.iter().enumerate() {
        let (other, _) = &cursors[(place + 1) % cursors.len()];
        let middle = cursor.len() / 2;
        let flipped = if &cursor[middle..=middle] == "A" { "B" } else { "A" };
        let tampered = format!("{}{flipped}{}", &cursor[..middle], &cursor[middle + 1..]);
        for wrong in [
            format!("{other}&cursor={cursor}"),
            format!("{at}&cursor={tampered}"),
            format!("{at}&cursor={}", &cursor[..cursor.len() - 1]),
        ] {
            let refused = admin.get(&wrong).await.expect(422);
            refused.expect_errors(&[("cursor", "invalid_cursor")]);
        }
    }
}

#[actix_web::test]
async fn a_cursor_of_one_caller_shows_another_nothing_but_their_own() {
    let world = several().await;
    let path = "/api/v1/budgets?limit=1&sort=-unit";
    let page = world.caller("admin").get(path).await.expect(200).json;
    let cursor = page["next_cursor"].as_str().unwrap();
    let seen = world.caller("unit").get(&format!("{path}&cursor={cursor}")).await.expect(200).json;
    let seen: Vec<&Value> = seen["items"].as_array().unwrap().iter().map(|item| &item["unit"]).collect();
    assert_eq!(seen, [UNIT]);
}

#[actix_web::test]
async fn what_changes_while_walking_is_neither_lost_nor_shown_twice() {
    let world = several().await;
    let unit = world.caller("unit");
    let path = "/api/v1/indicators?limit=5";
    let (mut seen, mut next) = (Vec::new(), Some(path.to_owned()));
    let mut seq = 100;
    while let Some(at) = next {
        let page = unit.get(&at).await.expect(200).json;
        let ids =
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        next = page["next_cursor"].as_str().map(|cursor| format!("{path}&cursor={cursor}"));
        // The row the cursor stands on goes, and another comes at the end of the department's sheet.
        if let Some(last) = seen.last().filter(|_| next.is_some()) {
            unit.delete(&format!("/api/v1/indicators/{last}"), Some("*")).await.expect(200);
            let row = json!({ "unit": UNIT, "year": 2023, "seq": seq, "level1": "产", "level2": "", "name": "后来" });
            unit.post("/api/v1/indicators", row).await.expect(201);
            seq += 1;
        }
    }
    let once: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(once.len(), seen.len(), "a row was shown twice: {seen:?}");
    assert!(seen.len() >= 23, "a row of the report was not shown: {}", seen.len());
}

#[actix_web::test]
async fn a_name_is_found_as_it_is_written() {
    let world = world().await;
    let admin = world.caller("admin");
    let name = "君山区ＡＢ局ÄÖ";
    admin.put("/api/v1/units/219", None, json!({ "code": "219", "name": name })).await.expect(201);
    for (part, wanted) in [
        ("%E5%90%9B%E5%B1%B1%E5%8C%BA%EF%BC%A1", 1), // 君山区Ａ
        ("%EF%BC%A1%EF%BC%A2%E5%B1%80", 1),          // ＡＢ局
        ("%C3%84%C3%96", 1),                         // ÄÖ
        ("%EF%BC%A3", 0),                            // Ｃ
    ] {
        let found =
            admin.get(&format!("/api/v1/units?with_total=true&name_contains={part}")).await.expect(200);
        assert_eq!(found.json["total"], wanted, "{part}");
    }
}
