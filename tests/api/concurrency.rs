//! Many at once.

use futures_util::future::{join, join_all};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

#[actix_web::test]
async fn of_many_who_change_one_row_one_wins() {
    let world = world().await;
    let unit = world.caller("unit");
    let first = unit.get("/api/v1/indicators?limit=1").await.expect(200).json["items"][0].clone();
    let (path, etag) =
        (format!("/api/v1/indicators/{}", first["id"].as_str().unwrap()), first["etag"].as_str().unwrap());
    let tries = (0..100).map(|n| {
        let (path, unit) = (path.clone(), unit);
        async move { unit.patch(&path, Some(etag), json!({ "name": format!("第 {n} 人") })).await }
    });
    let replies = join_all(tries).await;
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    let lost = replies.iter().filter(|reply| reply.status == 412).count();
    assert_eq!((won.len(), lost), (1, 99));
    assert_eq!(unit.get(&path).await.json["name"], won[0].json["name"]);
}

#[actix_web::test]
async fn a_hundred_who_change_different_rows_all_do_and_the_total_is_one() {
    let world = world().await;
    let unit = world.caller("unit");
    // With the report's 23 rows a hundred, 89 of them the department's.
    let more: Vec<Value> = (101..178)
        .map(|seq| {
            json!({ "unit": UNIT, "year": 2023, "seq": seq, "level1": "产出指标", "level2": "数量指标",
                "name": "次数", "target": "≥1次", "actual": "1次", "weight": "1", "self_score": "0" })
        })
        .collect();
    unit.post("/api/v1/imports?mode=commit", json!({ "indicators": more })).await.expect(200);
    let before = unit.get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200).etag();
    let rows =
        unit.get("/api/v1/indicators?limit=100").await.expect(200).json["items"].as_array().unwrap().clone();
    let tries = rows.iter().map(|row| async move {
        let path = format!("/api/v1/indicators/{}", row["id"].as_str().unwrap());
        // On a machine that is slow enough some of a hundred wait too long for their turn, are told so, and try again.
        for _ in 0..20 {
            let reply = unit.patch(&path, row["etag"].as_str(), json!({ "self_score": "1" })).await;
            if reply.status != 503 {
                return reply.expect(200);
            }
            assert!(reply.headers.contains_key("retry-after"));
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        panic!("{path} was never written");
    });
    join_all(tries).await;
    let scores = unit.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    assert_eq!(scores["department"]["self_total"], "99", "89 indicators at 1, and 10 for the execution");
    let kept = unit.get(&format!("/api/v1/scores?unit={UNIT}")).await.expect(200).json;
    assert_eq!(kept["items"][0]["self_total"], "99");
    let version = |etag: &str| etag.trim_matches('"').split('.').nth(1).unwrap().parse::<u32>().unwrap();
    let after = unit.get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200).etag();
    assert_eq!(version(&after) - version(&before), 100, "each change counts once");
}

/// What the n-th of many writers wants.
type Change = fn(usize) -> Value;

#[actix_web::test]
async fn one_tag_lets_one_writer_through_whatever_is_written() {
    let world = world().await;
    world
        .caller("admin")
        .put("/api/v1/units/219", None, json!({ "code": "219", "name": "某局" }))
        .await
        .expect(201);
    let round = json!({ "year": 2023, "region_code": "430611" });
    world.caller("bureau").put("/api/v1/years/2023/rounds/430611", None, round).await.expect(201);
    let note: Change = |n| json!({ "note": format!("第 {n} 人") });
    let cases: [(&str, &str, Change); 7] = [
        ("admin", "/api/v1/units/219", |n| json!({ "name": format!("第 {n} 人") })),
        ("admin", "/api/v1/years/2023", note),
        ("bureau", "/api/v1/years/2023/rounds/430611", note),
        ("unit", "/api/v1/budgets/430611101/2023", |n| json!({ "weight": n.to_string() })),
        ("unit", "/api/v1/base-data/430611101/2023", |n| json!({ "staff_quota": n })),
        ("unit", "/api/v1/narratives/430611101/2023", |n| json!({ "sections": { "other": n.to_string() } })),
        (
            "unit",
            "/api/v1/project-expenditures/430611101/2023/P01",
            |n| json!({ "name": format!("第 {n} 人") }),
        ),
    ];
    for (who, path, change) in cases {
        let caller = world.caller(who);
        let etag = &caller.get(path).await.expect(200).etag();
        let tries = (0..12).map(|n| async move { caller.patch(path, Some(etag), change(n)).await });
        let replies = join_all(tries).await;
        let won = replies.iter().filter(|reply| reply.status == 200).count();
        let lost = replies.iter().filter(|reply| reply.status == 412).count();
        assert_eq!((won, lost), (1, 11), "{path}");
        let etag = &caller.get(path).await.expect(200).etag();
        if path.ends_with("years/2023") {
            continue; // forms hang on it: nobody removes it
        }
        let changes =
            (0..6).map(|_| async move { caller.patch(path, Some(etag), change(99)).await.status.as_u16() });
        let (gone, changed) = join(caller.delete(path, Some(etag)), join_all(changes)).await;
        let through =
            changed.iter().filter(|status| **status == 200).count() + usize::from(gone.status == 200);
        let gone = gone.status;
        assert_eq!(through, 1, "{path}: {gone} {changed:?}");
    }
}

#[actix_web::test]
async fn many_who_make_the_same_thing_make_it_once() {
    let world = world().await;
    world.caller("admin").put("/api/v1/years/2024", None, json!({ "year": 2024 })).await.expect(201);
    let cases = [
        ("admin", "/api/v1/units/219", json!({ "code": "219", "name": "某局" })),
        ("admin", "/api/v1/years/2030", json!({ "year": 2030 })),
        ("bureau", "/api/v1/years/2023/rounds/430611", json!({ "year": 2023, "region_code": "430611" })),
        ("unit", "/api/v1/narratives/430611101/2024", json!({ "unit": UNIT, "year": 2024, "sections": {} })),
        ("unit", "/api/v1/forms/430611101/2024", json!({})),
    ];
    for (who, path, body) in cases {
        let caller = world.caller(who);
        if path.contains("forms") {
            caller.delete(path, Some("*")).await.expect(200);
        }
        let body = &body;
        let tries =
            (0..10).map(|_| async move { caller.put(path, None, body.clone()).await.status.as_u16() });
        let statuses = join_all(tries).await;
        let made = statuses.iter().filter(|status| **status == 201).count();
        assert_eq!(made, 1, "{path}: {statuses:?}");
        // Who came second is told: it exists, or it is there and wants a tag.
        assert!(statuses.iter().all(|status| [201, 409, 428].contains(status)), "{path}: {statuses:?}");
    }
}

#[actix_web::test]
async fn a_round_that_is_decided_while_forms_are_filled_leaves_no_old_total_behind() {
    let world = world().await;
    let (unit, bureau) = (world.caller("unit"), world.caller("bureau"));
    let round = json!({ "year": 2023, "region_code": "430611" });
    bureau.put("/api/v1/years/2023/rounds/430611", None, round).await.expect(201);
    let list = unit.get("/api/v1/indicators?limit=12").await.expect(200).json["items"].clone();
    for score in ["1", "2", "3"] {
        let fill = list.as_array().unwrap().iter().map(|row| async move {
            let path = format!("/api/v1/indicators/{}", row["id"].as_str().unwrap());
            unit.patch(&path, Some("*"), json!({ "self_score": score })).await.expect(200)
        });
        let decide = (0..6).map(|n| async move {
            let rules = if n % 2 == 0 { json!("mof-2020@1") } else { Value::Null };
            let change = json!({ "rule_set": rules });
            bureau.patch("/api/v1/years/2023/rounds/430611", Some("*"), change).await.expect(200)
        });
        join(join_all(fill), join_all(decide)).await;
        let scores = unit.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
        let kept = unit.get(&format!("/api/v1/scores?unit={UNIT}&sheet=department")).await.expect(200).json;
        let kept = &kept["items"][0];
        for total in ["self_total", "computed_total", "final_total"] {
            assert_eq!(kept[total], scores["department"][total], "{total} when all were given {score}");
        }
    }
}

#[actix_web::test]
async fn what_is_removed_while_something_is_hung_on_it_breaks_nothing() {
    let world = world().await;
    let admin = world.caller("admin");
    for n in 0..6 {
        let code = format!("21900{n}");
        let path = &format!("/api/v1/units/{code}");
        admin.put(path, None, json!({ "code": code, "name": "某局" })).await.expect(201);
        let hang = json!({ "narratives": [{ "unit": code, "year": 2023, "sections": {} }] });
        let below = json!({ "code": format!("{code}-1"), "name": "下属", "parent_code": code });
        let child = &format!("/api/v1/units/{code}-1");
        let (hung, (below, gone)) = join(
            admin.post("/api/v1/imports?mode=commit", hang),
            join(admin.put(child, None, below), admin.delete(path, Some("*"))),
        )
        .await;
        // Whoever is second is told so, or is asked to try again; nobody has broken anything.
        for (reply, may) in [(&hung, [200, 422, 503]), (&below, [201, 422, 503]), (&gone, [200, 409, 503])] {
            assert!(may.contains(&reply.status.as_u16()), "{}", reply.text);
        }
        let is_there = admin.get(path).await.status == 200;
        assert_eq!(is_there, gone.status != 200, "{}", gone.text);
        let evaluation = admin.get(&format!("/api/v1/evaluations/{code}/2023")).await.status;
        assert!(
            is_there || (evaluation == 404 && admin.get(child).await.status == 404),
            "{code} left orphans"
        );
    }
}

/// Comes back when somebody waits for a lock.
async fn until_one_waits(world: &World) {
    let sql =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let asked = || Statement::from_string(DbBackend::Postgres, sql);
    while world.db.reader().query_one_raw(asked()).await.unwrap().is_none() {}
}

#[actix_web::test]
async fn who_hangs_something_on_what_goes_meanwhile_is_asked_to_try_again() {
    let world = world().await;
    if world.db.reader().get_database_backend() == DbBackend::Sqlite {
        return; // one writer at a time: nothing goes meanwhile
    }
    let admin = world.caller("admin");
    let unit = json!({ "code": "219", "name": "某局" });
    admin.put("/api/v1/units/219", None, unit).await.expect(201);
    let going = world.db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    going.conn().execute_unprepared("DELETE FROM units WHERE code = '219'").await.unwrap();
    let below = json!({ "code": "219001", "name": "下属", "parent_code": "219" });
    let (hung, ()) = join(admin.put("/api/v1/units/219001", None, below.clone()), async {
        until_one_waits(&world).await;
        going.commit().await.unwrap();
    })
    .await;
    assert!(!hung.expect(503).header("retry-after").is_empty());
    let again = admin.put("/api/v1/units/219001", None, below).await.expect(422);
    again.expect_errors(&[("/parent_code", "unknown_unit")]);
}
