//! Derivations, proofs and previews of scores over HTTP.

use jixiao::proofs::{Unreadable, Verdict, verify};
use serde_json::{Value, json};

use crate::support::{UNIT, empty, world};

const PREVIEW: &str = "/api/v1/scores/preview";

fn report() -> Value {
    serde_json::from_str(jixiao::demo::REPORT).unwrap()
}

fn places(proof: &Value) -> Vec<String> {
    let Verdict { differences, compared, .. } = verify(proof.to_string().as_bytes()).unwrap();
    assert!(compared > 100);
    differences.into_iter().map(|one| one.place).collect()
}

#[actix_web::test]
async fn each_lost_point_is_traced_on_request() {
    let world = world().await;
    let path = format!("/api/v1/scores/{UNIT}/2023");
    let plain = world.caller("unit").get(&path).await.expect(200);
    assert!(plain.json["department"]["derivation"].is_null(), "only who asks is told");
    let told = world.caller("unit").get(&format!("{path}?explain=true")).await.expect(200);
    assert_ne!(plain.etag(), told.etag());
    let steps = told.json["department"]["derivation"].as_array().unwrap();
    assert_eq!((&steps[0]["path"], &steps[0]["lost"]), (&json!("total"), &json!("1")));
    let at = |path: &str| steps.iter().find(|step| step["path"] == path).unwrap();
    assert_eq!(at("total/benefit/8")["lost"], "1");
    assert_eq!(at("total/output/3/target")["formula"], "“≥60次” → ≥ 60 次");
    assert!(told.json["projects"][0]["derivation"].is_array());
    let mut without = told.json.clone();
    without["department"]["derivation"] = Value::Null;
    without["projects"][0]["derivation"] = Value::Null;
    assert_eq!(without, plain.json);
}

#[actix_web::test]
async fn a_proof_holds_and_whatever_is_altered_in_it_is_found() {
    let world = world().await;
    let proof = world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023/proof")).await.expect(200).json;
    assert_eq!(places(&proof), Vec::<String>::new());
    let alter = |pointer: &str, value: Value| {
        let mut altered = proof.clone();
        *altered.pointer_mut(pointer).unwrap() = value;
        places(&altered)
    };
    let digit = alter("/sheets/0/results/final_total", json!("99.01"));
    assert_eq!(digit, ["/sha256", "/sheets/0/results/final_total"]);
    let input = alter("/sheets/0/inputs/indicators/2/actual", json!("50次"));
    assert!(input.contains(&"/sheets/0/results/indicators/2/computed_score".to_owned()), "{input:?}");
    assert_eq!(alter("/rule_set/tolerance", json!("0.2")), ["/sha256"]);
    assert!(
        alter("/rule_set/grades/excellent", json!("99.5")).contains(&"/sheets/0/results/grade".to_owned())
    );
    assert!(
        alter("/sheets/0/results/indicators", json!([])).contains(&"/sheets/0/results/indicators".to_owned())
    );
    assert_eq!(alter("/unit_name", json!("别的单位")), ["/sha256"]);
}

#[actix_web::test]
async fn what_is_no_proof_is_told() {
    let world = world().await;
    let proof = world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023/proof")).await.expect(200).json;
    let with = |pointer: &str, value: Value| {
        let mut altered = proof.clone();
        *altered.pointer_mut(pointer).unwrap() = value;
        verify(altered.to_string().as_bytes()).unwrap_err()
    };
    assert_eq!(with("/format", json!(2)), Unreadable::Format(2));
    assert!(matches!(with("/rule_set/blocks", json!([])), Unreadable::Rules(_)));
    let mut more = proof.clone();
    more["rule_set"]["bonus"] = json!("5");
    let why = verify(more.to_string().as_bytes()).unwrap_err();
    assert!(matches!(&why, Unreadable::Shape(why) if why.contains("bonus")), "{why:?}");
    assert!(matches!(verify(b"{}").unwrap_err(), Unreadable::Shape(_)));
}

#[actix_web::test]
async fn a_preview_says_what_the_stored_form_would() {
    let world = world().await;
    let stored = world.caller("unit").get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    let found =
        world.caller("unit").get(&format!("/api/v1/evaluations/{UNIT}/2023/findings")).await.expect(200).json;
    let nothing = empty().await;
    let admin = nothing.caller("admin");
    let preview = admin.post(PREVIEW, report()).await.expect(200).json;
    assert_eq!(preview["scores"][0]["department"], stored["department"]);
    assert_eq!(preview["scores"][0]["projects"], stored["projects"]);
    assert_eq!(preview["findings"][0]["items"], found["items"]);
    admin.get(&format!("/api/v1/units/{UNIT}")).await.expect(404);
    let hubei = admin.post(&format!("{PREVIEW}?rule_set=hubei@1"), report()).await.expect(200).json;
    assert_eq!(hubei["scores"][0]["rule_set"], "hubei@1");
    let unknown = admin.post(&format!("{PREVIEW}?rule_set=none@1"), report()).await.expect(404);
    assert!(unknown.json["detail"].as_str().unwrap().contains("none@1"), "{}", unknown.text);
}

#[actix_web::test]
async fn a_preview_names_every_bad_row_at_once() {
    let world = world().await;
    let mut bundle = report();
    let rows = bundle["indicators"].as_array_mut().unwrap();
    rows[0]["weight"] = json!("五");
    rows[1]["wieght"] = json!("5");
    rows[2]["project"] = json!("P99");
    let again = rows[4].clone();
    rows.push(again);
    let refused = world.caller("unit").post(PREVIEW, bundle).await.expect(422).json;
    let mut codes: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["repeated_key", "unknown_field", "unknown_project", "wrong_form"]);
    assert_eq!(refused["counts"]["failed"], 4);
    world.caller("reader").post(PREVIEW, report()).await.expect(403);
}
