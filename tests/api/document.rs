//! The document itself.

use std::collections::BTreeSet;

use jixiao::app;
use jixiao::http::ErrorCode;
use jixiao_core::kernel::Lang;
use jixiao_core::workflow::{Action, Step};
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
        let is_own = security == &serde_json::json!({ "oauth2": [] });
        assert!(
            security == &serde_json::json!({}) || is_own || scope.and_then(Action::of_scope).is_some(),
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

/// Follows a reference inside the document.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    reference.map_or(value, |path| document.pointer(path.trim_start_matches('#')).unwrap())
}

#[test]
fn every_example_is_one_that_would_be_taken_or_given() {
    let document = app::openapi();
    let mut examples = 0;
    let mut hold = |what: &str, schema: &Value, example: &Value| {
        let whole = serde_json::json!({ "allOf": [schema], "components": document["components"] });
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(example)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {errors:?} in {example}");
        examples += 1;
    };
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("{what}: {}", parameter["name"]);
            assert!(!parameter["description"].as_str().unwrap_or_default().is_empty(), "{name}: description");
            assert_eq!(
                parameter["in"] == "path",
                path.contains(&format!("{{{}}}", parameter["name"].as_str().unwrap())),
                "{name}"
            );
            if let Some(example) = parameter.get("example") {
                hold(&name, &parameter["schema"], example);
            }
        }
        let bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
        for (kind, media) in bodies {
            hold(&format!("{what}: body {kind}"), &media["schema"], &media["example"]);
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(&document, response);
            assert!(!response["description"].as_str().unwrap_or_default().is_empty(), "{what}: {status}");
            for (kind, media) in response["content"].as_object().into_iter().flatten() {
                let what = format!("{what}: {status} {kind}");
                let example = media.get("example").unwrap_or_else(|| panic!("{what}: no example"));
                hold(&what, &media["schema"], example);
            }
        }
    }
    assert!(examples > 300, "only {examples} examples were held against their schemas");
}

#[test]
fn every_operation_declares_the_failures_that_follow_from_its_shape() {
    let document = app::openapi();
    for (path, method, operation) in operations(&document) {
        let has = |status: &str| operation["responses"].get(status).is_some();
        let is_open = operation["security"] == serde_json::json!([{}]);
        let what = format!("{method} {path}");
        assert!(["400", "401", "429", "500", "503"].into_iter().all(has), "{what}");
        assert_eq!(has("403"), !is_open, "{what}: 403");
        assert!(has("404") || !path.contains('{'), "{what}: 404");
        let has_body = operation.get("requestBody").is_some();
        assert_eq!(["408", "413", "415"].map(has), [has_body; 3], "{what}: what a body can be refused for");
        let mut named = operation["parameters"].as_array().into_iter().flatten();
        let asks = named.any(|parameter| parameter["name"] == "If-Match");
        assert_eq!(["412", "428"].map(has), [asks; 2], "{what}: conditions");
        let is_step = path.rsplit('/').next().is_some_and(|word| word.parse::<Step>().is_ok());
        let is_conditional = ["put", "patch", "delete"].contains(&method.as_str()) || is_step;
        assert_eq!(asks, is_conditional, "{what}: If-Match");
        // What an evaluation lets its caller do now changes with the caller and the day, and no tag covers that.
        let is_fresh = path.starts_with("/api/v1/evaluations/{unit}/{year}");
        let unchanged = method == "get" && operation.pointer("/responses/200/headers/ETag").is_some();
        let unchanged = unchanged && !is_fresh;
        assert_eq!(has("304"), unchanged, "{what}: 304 belongs to what is read with a tag");
    }
}
