//! Lists: pages that neither repeat nor skip, and cursors that cannot be made up.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Caller, Reply, UNIT, World, world};

async fn many_units(world: &World) {
    let unit = |n: u32| json!({ "code": format!("43061{n:04}"), "name": format!("单位{}", n % 5), "region_code": "430611" });
    let units: Vec<Value> = (0..23).map(unit).collect();
    world.caller("admin").post("/api/v1/imports?mode=commit", json!({ "units": units })).await.expect(200);
}

async fn walk(caller: &Caller<'_>, list: &str, key: impl Fn(&Value) -> String) -> Vec<String> {
    let mut seen = Vec::new();
    let mut page: Reply = caller.get(list).await.expect(200);
    loop {
        seen.extend(page.json["items"].as_array().unwrap().iter().map(&key));
        let Some(cursor) = page.json["next_cursor"].as_str() else { return seen };
        assert!(page.header("link").contains(cursor), "{}", page.header("link"));
        page = caller.get(&format!("{list}&cursor={cursor}")).await.expect(200);
    }
}

#[actix_web::test]
async fn every_order_of_every_list_shows_each_row_once() {
    let world = world().await;
    many_units(&world).await;
    let admin = world.caller("admin");
    let parts = ["unit", "-unit", "updated_at", "-updated_at"];
    for (list, sorts, limit, wanted) in [
        ("units", &["code", "-code", "name", "-name", "updated_at", "-updated_at"][..], 5, 24),
        ("indicators", &parts[..], 4, 23),
        (
            "evaluations",
            &["unit", "-unit", "updated_at", "-updated_at", "final_total", "-final_total"][..],
            1,
            1,
        ),
        ("scores", &["unit", "-unit", "final_total", "-final_total"][..], 1, 2),
        ("budgets", &parts[..], 1, 1),
        ("project-expenditures", &parts[..], 1, 1),
        ("base-data", &parts[..], 1, 1),
        ("narratives", &parts[..], 1, 1),
        ("years", &["year", "-year"][..], 1, 1),
    ] {
        for sort in sorts {
            let path = format!("/api/v1/{list}?limit={limit}&sort={sort}");
            let rows = walk(&admin, &path, Value::to_string).await;
            let once: BTreeSet<&String> = rows.iter().collect();
            assert_eq!((rows.len(), once.len()), (wanted, wanted), "{path}");
            // The same of the one year that there is, and of one without anything.
            if !["units", "years"].contains(&list) {
                assert_eq!(
                    walk(&admin, &format!("{path}&year=2023"), Value::to_string).await,
                    rows,
                    "{path}"
                );
                let none = walk(&admin, &format!("{path}&year=2022"), Value::to_string).await;
                assert_eq!(none, [""; 0], "{path}");
            }
        }
    }
    let codes = walk(&admin, "/api/v1/units?limit=5&sort=-code", |row| row["code"].to_string()).await;
    assert!(codes.is_sorted_by(|a, b| a > b), "{codes:?}");
}

#[actix_web::test]
async fn rows_that_come_while_walking_neither_repeat_nor_hide_others() {
    let world = world().await;
    many_units(&world).await;
    let admin = world.caller("admin");
    let first = admin.get("/api/v1/units?limit=10&sort=code").await.expect(200).json;
    for code in ["00000001", "99999999"] {
        let unit = json!({ "code": code, "name": "后来" });
        admin.put(&format!("/api/v1/units/{code}"), None, unit).await.expect(201);
    }
    let path = format!("/api/v1/units?limit=100&sort=code&cursor={}", first["next_cursor"].as_str().unwrap());
    let rest = admin.get(&path).await.expect(200).json;
    let all: Vec<&Value> =
        [&first, &rest].iter().flat_map(|page| page["items"].as_array().unwrap()).collect();
    assert_eq!(all.len(), 25, "the 24 there were, and the later one that lies ahead");
}

#[actix_web::test]
async fn what_a_page_may_be_asked_for_is_checked() {
    let world = world().await;
    many_units(&world).await;
    let admin = world.caller("admin");
    for (query, parameter, code) in [
        ("limit=0", "limit", "out_of_range"),
        ("limit=501", "limit", "out_of_range"),
        ("limit=many", "limit", "wrong_type"),
        ("sort=colour", "sort", "not_an_option"),
        ("colour=red", "colour", "unknown_parameter"),
        ("region_code=abc", "region_code", "wrong_form"),
        ("limit=5&limit=6", "limit", "repeated_parameter"),
    ] {
        admin.get(&format!("/api/v1/units?{query}")).await.expect(400).expect_errors(&[(parameter, code)]);
    }
    let both = admin.get("/api/v1/units?limit=0&colour=red").await.expect(400);
    both.expect_errors(&[("colour", "unknown_parameter"), ("limit", "out_of_range")]);
    let page = admin.get("/api/v1/units?limit=5&with_total=true").await.expect(200).json;
    assert_eq!(page["total"], 24);
    let cursor = page["next_cursor"].as_str().unwrap();
    admin.get(&format!("/api/v1/units?limit=7&cursor={cursor}")).await.expect(200);
    let tampered = format!("{}A", &cursor[..cursor.len() - 1]);
    for other in [
        format!("/api/v1/units?cursor={tampered}"),
        "/api/v1/units?cursor=abc".into(),
        format!("/api/v1/units?sort=name&cursor={cursor}"),
        format!("/api/v1/units?name_contains=1&cursor={cursor}"),
        format!("/api/v1/indicators?cursor={cursor}"),
    ] {
        admin.get(&other).await.expect(422).expect_errors(&[("cursor", "invalid_cursor")]);
    }
}

#[actix_web::test]
async fn filters_find_what_they_say_and_take_nothing_for_a_wildcard() {
    let world = world().await;
    many_units(&world).await;
    let admin = world.caller("admin");
    let total = |reply: Reply| reply.expect(200).json["total"].as_u64().unwrap();
    let odd = json!({ "code": "430612001", "name": "100%_A\\b", "region_code": "430612" });
    admin.put("/api/v1/units/430612001", None, odd).await.expect(201);
    for (query, wanted) in [
        ("name_contains=%E5%8D%95%E4%BD%8D3", 4),
        ("name_contains=%25", 1),
        ("name_contains=_a", 1),
        ("name_contains=%5C", 1),
        ("region_code=4306", 25),
        ("region_code=430612", 1),
    ] {
        assert_eq!(
            total(admin.get(&format!("/api/v1/units?with_total=true&{query}")).await),
            wanted,
            "{query}"
        );
    }
    for (query, wanted) in
        [("sheet=department", 12), ("sheet=project", 11), ("project=P01", 11), ("year=2022", 0)]
    {
        let path = format!("/api/v1/indicators?with_total=true&unit={UNIT}&{query}");
        assert_eq!(total(admin.get(&path).await), wanted, "{query}");
    }
    for (query, wanted) in [
        ("grade=excellent", 2),
        ("grade=poor", 0),
        ("sheet=project", 1),
        ("stage=draft", 2),
        ("stage=approved", 0),
    ] {
        assert_eq!(
            total(admin.get(&format!("/api/v1/scores?with_total=true&{query}")).await),
            wanted,
            "{query}"
        );
    }
}
