//! What an import says, forgives and keeps.

use actix_web::test::TestRequest;
use jixiao::db::Json;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, empty, world};

const COMMIT: &str = "/api/v1/imports?mode=commit";

fn report() -> Value {
    serde_json::from_str(jixiao::demo::REPORT).unwrap()
}

fn rows(reply: &Reply) -> [u64; 5] {
    ["total", "created", "updated", "unchanged", "failed"]
        .map(|name| reply.json["counts"][name].as_u64().unwrap())
}

async fn form(world: &World) -> Value {
    world.caller("admin").get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(200).json
}

#[actix_web::test]
async fn every_error_says_which_row_and_what_was_found_there() {
    let world = world().await;
    let row = json!({ "unit": UNIT, "year": 2023, "seq": 40, "level1": "产", "level2": "", "name": "某", "weight": "五" });
    let bundle = json!({ "meta": { "from": "试点" }, "indicators": [row] });
    for (language, is_english) in [("en", true), ("zh", false)] {
        let is_wanted = |text: &str| text.is_ascii() == is_english;
        let post = TestRequest::post().uri(COMMIT).insert_header(("accept-language", language));
        let reply = world.caller("unit").send(post.set_json(&bundle)).await.expect(422);
        let error = &reply.json["errors"][0];
        assert_eq!(error["collection"], "indicators");
        assert_eq!(error["row"], 1);
        assert_eq!(error["key"], format!("{UNIT}/2023/40"));
        assert_eq!(error["pointer"], "/indicators/0/weight");
        assert_eq!((&error["code"], &error["found"]), (&json!("wrong_form"), &json!("五")));
        // The found value is quoted in the words, so it is taken out before they are judged.
        let words = error["detail"].as_str().unwrap().replace(['五', '“', '”'], "");
        assert!(is_wanted(&words) && is_wanted(reply.json["title"].as_str().unwrap()), "{language}: {words}");
        assert!(is_wanted(reply.json["detail"].as_str().unwrap()), "{}", reply.text);
    }
}

#[actix_web::test]
async fn no_row_gets_lost_between_the_counts() {
    let world = world().await;
    let unit = world.caller("unit");
    let before = form(&world).await;
    for year in ["2023.0", "2.023e3"] {
        let body = format!(
            r#"{{"narratives": [{{"unit": "{UNIT}", "year": {year}, "sections": {{"other": "新"}}}}]}}"#
        );
        let post = TestRequest::post().uri(COMMIT).insert_header(("content-type", "application/json"));
        let reply = unit.send(post.set_payload(body)).await;
        // Either it is that year, or it is an error; it is never passed over in silence.
        if reply.status == 200 {
            let [total, created, updated, unchanged, failed] = rows(&reply);
            assert_eq!(total, created + updated + unchanged + failed, "{year}: {}", reply.text);
        } else {
            assert_eq!(reply.expect(422).errors()[0].0, "/narratives/0/year");
            assert_eq!(form(&world).await, before);
        }
    }
    for odd in [json!(null), json!([]), json!("行"), json!({}), json!({ "unit": 5, "year": "二〇二三" })]
    {
        let reply = unit.post(COMMIT, json!({ "narratives": [odd] })).await.expect(422);
        assert_eq!(rows(&reply)[4], 1, "{}", reply.text);
    }
}

/// Multiplies every amount of a bundle by 10,000 in text, as a file in 元 has it.
fn in_yuan(value: &mut Value, is_amount: bool) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let amounts = [
                    "initial",
                    "annual",
                    "executed",
                    "personnel",
                    "public",
                    "prior_final",
                    "budget",
                    "final",
                    "budget_investment",
                    "actual_investment",
                ];
                in_yuan(member, amounts.contains(&name.as_str()));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| in_yuan(item, false)),
        Value::String(text) if is_amount => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits = format!("{whole}{fraction:0<6}");
            *text = format!("{}.{}", &digits[..digits.len() - 2], &digits[digits.len() - 2..]);
        }
        _ => {}
    }
}

#[actix_web::test]
async fn the_same_report_in_yuan_is_the_same_report() {
    let world = world().await;
    let before = form(&world).await;
    let mut yuan = report();
    yuan["amount_unit"] = json!("yuan");
    in_yuan(&mut yuan, false);
    assert_eq!(yuan["budgets"][0]["total"]["annual"], "10131900.00");
    let reply = world.caller("unit").post(COMMIT, yuan).await.expect(200);
    assert_eq!(rows(&reply), [29, 0, 0, 29, 0], "{}", reply.text);
    assert_eq!(form(&world).await, before);
}

#[actix_web::test]
async fn a_report_written_in_full_width_digits_is_the_same_report() {
    fn widen(value: &mut Value, name: &str) {
        match value {
            Value::Object(members) => members.iter_mut().for_each(|(name, member)| widen(member, name)),
            Value::Array(items) => items.iter_mut().for_each(|item| widen(item, name)),
            Value::String(text)
                if !["unit", "code", "project", "region_code", "target", "actual"].contains(&name)
                    && text.parse::<f64>().is_ok() =>
            {
                let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
                *text = format!("\u{3000}{} ", text.chars().map(wide).collect::<String>());
            }
            _ => {}
        }
    }
    let world = world().await;
    let before = form(&world).await;
    let mut wide = report();
    widen(&mut wide, "");
    assert_eq!(wide["budgets"][0]["total"]["annual"], "\u{3000}１０１３．１９ ");
    let reply = world.caller("unit").post(COMMIT, wide).await.expect(200);
    assert_eq!(rows(&reply), [29, 0, 0, 29, 0], "{}", reply.text);
    assert_eq!(form(&world).await, before);
}

#[actix_web::test]
async fn an_absent_field_is_left_alone_at_any_depth_and_null_clears() {
    let world = world().await;
    let unit = world.caller("unit");
    let bundle = json!({ "budgets": [{ "unit": UNIT, "year": 2023, "total": { "executed": "1000", "initial": null } }] });
    assert_eq!(rows(&unit.post(COMMIT, bundle).await.expect(200)), [1, 0, 1, 0, 0]);
    let budget = unit.get(&format!("/api/v1/budgets/{UNIT}/2023")).await.expect(200).json;
    assert_eq!(budget["total"], json!({ "initial": null, "annual": "1013.19", "executed": "1000.00" }));
    assert_eq!(budget["natures"].as_array().unwrap().len(), 2, "what was not mentioned stays");
    let before = form(&world).await["indicators"].as_array().unwrap().len();
    let one = json!({ "indicators": [{ "unit": UNIT, "year": 2023, "seq": 1, "actual": "改" }] });
    let reply = unit.post(COMMIT, one).await.expect(200);
    // The department's sheet has twelve, of which the file has one; the project's eleven are not its matter.
    assert_eq!((rows(&reply), &reply.json["counts"]["not_in_file"]), ([1, 0, 1, 0, 0], &json!(11)));
    assert_eq!(form(&world).await["indicators"].as_array().unwrap().len(), before, "an upsert never removes");
}

#[actix_web::test]
async fn the_record_keeps_who_what_and_the_files_own_notes() {
    let world = empty().await;
    let mut bundle = report();
    bundle["meta"] = json!({ "source": "君山区", "nested": [1, { "备注": null }] });
    let reply = world.caller("admin").post(COMMIT, bundle).await.expect(200);
    let conn = world.db.reader();
    let sql = "SELECT imported_by, sha256, meta FROM imports";
    let found = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
    assert_eq!((found.len(), reply.json["import_id"].is_string()), (1, true));
    assert_eq!(found[0].try_get::<String>("", "imported_by").unwrap(), "admin");
    assert_eq!(found[0].try_get::<String>("", "sha256").unwrap().len(), 64);
    let Json(meta): Json<Value> = found[0].try_get("", "meta").unwrap();
    assert_eq!(meta, json!({ "source": "君山区", "nested": [1, { "备注": null }] }));
}

#[actix_web::test]
async fn a_refused_import_leaves_no_trace() {
    let world = empty().await;
    let mut bundle = report();
    bundle["indicators"][22]["weight"] = json!("五");
    for mode in ["validate", "commit"] {
        let reply = world.caller("admin").post(&format!("/api/v1/imports?mode={mode}"), bundle.clone()).await;
        assert_eq!(rows(&reply.expect(422)), [29, 0, 0, 0, 1]);
    }
    let conn = world.db.reader();
    for table in ["units", "years", "evaluations", "budgets", "indicators", "score_summaries", "imports"] {
        let sql = format!("SELECT 1 FROM {table}");
        let rows =
            conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
        assert_eq!(rows.len(), 0, "{table}");
    }
}
