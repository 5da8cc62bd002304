//! Units, years, rounds, indicators and forms under conditions: nobody overwrites what they have not seen.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{UNIT, World, world};

/// Something that is there: who writes it, where it is, what it may be replaced by.
struct There {
    who: &'static str,
    path: String,
    body: Value,
    change: Option<Value>,
}

async fn everything(world: &World) -> Vec<There> {
    let admin = world.caller("admin");
    admin.put("/api/v1/years/2030", None, json!({ "year": 2030 })).await.expect(201);
    admin.put("/api/v1/units/219", None, json!({ "code": "219", "name": "某局" })).await.expect(201);
    let round = json!({ "year": 2023, "region_code": "430611" });
    admin.put("/api/v1/years/2023/rounds/430611", None, round.clone()).await.expect(201);
    let indicator = json!({ "unit": UNIT, "year": 2023, "seq": 30, "level1": "产出指标", "level2": "数量指标", "name": "新" });
    let made = world.caller("unit").post("/api/v1/indicators", indicator.clone()).await.expect(201);
    let form = world.caller("unit").get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(200);
    let there = |who, path: &str, body, change| There { who, path: path.into(), body, change };
    vec![
        there(
            "admin",
            "/api/v1/units/219",
            json!({ "code": "219", "name": "改名局" }),
            Some(json!({ "name": "又改" })),
        ),
        there(
            "admin",
            "/api/v1/years/2030",
            json!({ "year": 2030, "note": "备注" }),
            Some(json!({ "note": null })),
        ),
        there("bureau", "/api/v1/years/2023/rounds/430611", round, Some(json!({ "deadline": "2024-03-31" }))),
        there("unit", made.header("location"), indicator, Some(json!({ "weight": "5" }))),
        there("unit", &format!("/api/v1/forms/{UNIT}/2023"), form.json, None),
    ]
}

#[actix_web::test]
async fn what_is_there_is_read_once_and_written_only_by_who_has_seen_it() {
    let world = world().await;
    for There { who, path, body, change } in everything(&world).await {
        let caller = world.caller(who);
        let read = caller.get(&path).await.expect(200);
        for known in
            [read.etag(), format!("W/{}", read.etag()), format!("\"0.0\", {}", read.etag()), "*".into()]
        {
            let get = TestRequest::get().uri(&path).insert_header(("if-none-match", known));
            assert_eq!(caller.send(get).await.expect(304).etag(), read.etag());
        }
        let other = TestRequest::get().uri(&path).insert_header(("if-none-match", "\"0.0\""));
        caller.send(other).await.expect(200);

        let refused = caller.put(&path, None, body.clone()).await.expect(428);
        assert_eq!(refused.etag(), read.etag(), "{path}: the tag to try again with");
        let anew = TestRequest::put().uri(&path).insert_header(("if-none-match", "*")).set_json(&body);
        assert_eq!(caller.send(anew).await.expect(412).etag(), read.etag());
        for stale in ["\"0.0\"", "0.0", "", "W/*", "\"*\""] {
            let refused = caller.put(&path, Some(stale), body.clone()).await.expect(412);
            assert_eq!(refused.etag(), read.etag(), "{path}: {stale}");
        }
        let among = format!("\"0.0\", {}", read.etag());
        let replaced = caller.put(&path, Some(&among), body.clone()).await.expect(200);
        assert_ne!(replaced.etag(), read.etag());
        let any = caller.put(&path, Some("*"), body).await.expect(200);
        let mut last = any.etag();
        assert_ne!(last, replaced.etag());

        if let Some(change) = change {
            caller.patch(&path, None, change.clone()).await.expect(428);
            caller.patch(&path, Some(&read.etag()), change.clone()).await.expect(412);
            let patched = caller.patch(&path, Some(&last), change).await.expect(200);
            assert_ne!(patched.etag(), last);
            last = patched.etag();
        }
        assert_eq!(caller.get(&path).await.expect(200).etag(), last);
        assert_eq!(caller.delete(&path, None).await.expect(428).etag(), last);
        assert_eq!(caller.delete(&path, Some(&read.etag())).await.expect(412).etag(), last);
        caller.delete(&path, Some(&last)).await.expect(200);
        caller.get(&path).await.expect(404);
        caller.delete(&path, Some("*")).await.expect(404);
    }
}

#[actix_web::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let world = world().await;
    let admin = world.caller("admin");
    let unit = json!({ "code": "219", "name": "某局", "region_code": "430611", "parent_code": UNIT });
    admin.put("/api/v1/units/219", None, unit).await.expect(201);
    let path = "/api/v1/units/219";
    let before = admin.get(path).await.expect(200).json;
    let same = admin.patch(path, Some("*"), json!({})).await.expect(200).json;
    assert_eq!(content(&same), content(&before), "an empty patch changes nothing");
    let named = admin.patch(path, Some("*"), json!({ "name": "改名" })).await.expect(200).json;
    assert_eq!((&named["name"], &named["region_code"]), (&json!("改名"), &json!("430611")));
    let cleared = admin.patch(path, Some("*"), json!({ "parent_code": null })).await.expect(200).json;
    assert_eq!((&cleared["parent_code"], &cleared["name"]), (&Value::Null, &json!("改名")));
    let refused =
        admin.patch(path, Some("*"), json!({ "name": null, "colour": "red", "etag": "\"1.1\"" })).await;
    refused.expect(422).expect_errors(&[
        ("/colour", "unknown_field"),
        ("/etag", "unknown_field"),
        ("/name", "missing_field"),
    ]);
    let moved = admin.patch(path, Some("*"), json!({ "code": "220" })).await.expect(422);
    moved.expect_errors(&[("/code", "key_mismatch")]);
    admin.patch(path, Some("*"), json!([])).await.expect(422).expect_errors(&[("", "wrong_type")]);
    assert_eq!(admin.get(path).await.expect(200).json, cleared, "a refused patch changes nothing");
}

/// Without what every write changes.
fn content(row: &Value) -> Value {
    let mut row = row.clone();
    for stamp in ["etag", "updated_at"] {
        row.as_object_mut().unwrap().remove(stamp);
    }
    row
}

#[actix_web::test]
async fn an_indicator_has_one_address() {
    let world = world().await;
    let unit = world.caller("unit");
    let first = unit.get("/api/v1/indicators?limit=1").await.expect(200).json["items"][0].clone();
    let id = first["id"].as_str().unwrap();
    unit.get(&format!("/api/v1/indicators/{id}")).await.expect(200);
    for other in [format!("0{id}"), format!("+{id}"), format!("%2B{id}"), "-1".into(), "0".into()] {
        unit.get(&format!("/api/v1/indicators/{other}")).await.expect(404);
        unit.delete(&format!("/api/v1/indicators/{other}"), Some("*")).await.expect(404);
    }
}

#[actix_web::test]
async fn a_change_is_answered_with_what_it_made_whatever_was_read_before() {
    let world = world().await;
    for There { who, path, change, .. } in everything(&world).await {
        let (Some(change), caller) = (change, world.caller(who)) else { continue };
        let etag = caller.get(&path).await.expect(200).etag();
        let (id, version) = etag.trim_matches('"').split_once('.').unwrap();
        let next = format!("\"{id}.{}\"", version.parse::<u32>().unwrap() + 1);
        let patch = TestRequest::patch()
            .uri(&path)
            .insert_header(("content-type", "application/merge-patch+json"))
            .insert_header(("if-match", etag))
            .insert_header(("if-none-match", next.clone()))
            .set_payload(change.to_string());
        assert_eq!(caller.send(patch).await.expect(200).etag(), next, "{path}");
    }
}
