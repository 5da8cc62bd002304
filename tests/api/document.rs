//! The document itself.

use std::collections::BTreeSet;

use jixiao::app;
use jixiao::http::ErrorCode;
use jixiao_core::kernel::Lang;
use jixiao_core::workflow::Action;
use serde_json::Value;

use crate::support::empty;

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().iter();
        methods
            .map(|(method, operation)| (path.clone(), method.clone(), operation.clone()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn the_committed_document_is_the_one_the_code_gives() {
    let code = format!("{}\n", serde_json::to_string_pretty(&app::openapi()).unwrap());
    let committed = std::fs::read_to_string("openapi/openapi.json").unwrap();
    assert!(code == committed, "openapi/openapi.json is stale: run `just openapi`");
}

#[test]
fn every_operation_says_what_it_does_and_who_may() {
    let document = app::openapi();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id), "{what}: its id is taken");
        assert!(
            (1..=60).contains(&operation["summary"].as_str().unwrap().chars().count()),
            "{what}: summary"
        );
        assert!(!operation["description"].as_str().unwrap().is_empty(), "{what}: description");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{what}: one tag");
        let security = &operation["security"][0];
        let scope = security.pointer("/oauth2/0").and_then(Value::as_str);
        assert!(
            security == &serde_json::json!({}) || scope.and_then(Action::of_scope).is_some(),
            "{what}: security"
        );
        for (_, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            assert!(media.get("example").is_some(), "{what}: no example of its body");
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_property_is_described() {
    fn walk(value: &Value, document: &Value, at: &str) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    assert!(
                        document.pointer(reference.trim_start_matches('#')).is_some(),
                        "{at}: {reference}"
                    );
                }
                for (name, property) in
                    members.get("properties").and_then(Value::as_object).into_iter().flatten()
                {
                    let is_said = property.get("description").is_some() || property.get("$ref").is_some();
                    let is_said = is_said || property.pointer("/oneOf/0").is_some();
                    assert!(is_said, "{at}/{name} is not described");
                    assert_ne!(
                        property.get("type"),
                        Some(&Value::from("number")),
                        "{at}/{name} would be a float"
                    );
                }
                members.iter().for_each(|(key, member)| walk(member, document, &format!("{at}/{key}")));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, document, at)),
            _ => {}
        }
    }
    let document = app::openapi();
    walk(&document["components"], &document, "components");
    walk(&document["paths"], &document, "paths");
}

#[actix_web::test]
async fn every_error_code_is_explained_in_both_languages() {
    let world = empty().await;
    let mut seen = BTreeSet::new();
    for code in ErrorCode::ALL {
        assert!(seen.insert(code.as_str()), "{} stands twice", code.as_str());
        assert!(code.title(Lang::Zh).chars().any(|c| c > '\u{7f}') && code.title(Lang::En).is_ascii());
        let page = world.caller("anon").get(&format!("/problems/{}", code.as_str())).await.expect(200);
        assert_eq!(page.json["status"], code.status().as_u16());
    }
    world.caller("anon").get("/problems/nonsense").await.expect(404);
}
