//! The document as a promise: every answer has a documented status, type and shape.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use actix_web::http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::Reply;

pub struct Contract {
    document: Value,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One for all tests of a process: what it takes longest for is putting schemas together.
pub static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract { document: jixiao::app::openapi(), compiled: Mutex::default() });

impl Contract {
    /// Fails the test when the answer is not what the document says.
    #[track_caller]
    pub fn hold(&self, method: &Method, path: &str, reply: &Reply) {
        let what = || format!("{method} {path} → {}: {}", reply.status, reply.text);
        assert!(!reply.header("x-request-id").is_empty(), "no request id: {}", what());
        if reply.status.is_client_error() || reply.status.is_server_error() {
            // A caller who asked for a file is told in a file.
            let is_file = reply.header("content-type").starts_with("text/csv");
            assert!(is_file || reply.header("content-type") == "application/problem+json", "{}", what());
            if !is_file {
                assert_eq!(reply.json["status"], json!(reply.status.as_u16()), "{}", what());
                assert_eq!(reply.json["request_id"], json!(reply.header("x-request-id")), "{}", what());
            }
        }
        let Some((template, item)) = self.path_item(path) else { return };
        let is_head = method == Method::HEAD;
        let method = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
        let Some(operation) = item.get(&method) else { return };
        let status = reply.status.as_u16().to_string();
        let response = operation.pointer(&format!("/responses/{status}"));
        let response = self.resolve(response.unwrap_or_else(|| panic!("undocumented status: {}", what())));
        self.hold_headers(&format!("{method} {template} {status}"), response, reply);
        let Some(content) = response.get("content").and_then(Value::as_object) else {
            assert!(reply.text.is_empty(), "an undocumented body: {}", what());
            return;
        };
        if is_head && reply.text.is_empty() {
            return;
        }
        let kind = reply.header("content-type").split(';').next().unwrap_or_default().to_owned();
        let media = content.get(&kind).unwrap_or_else(|| panic!("undocumented type {kind}: {}", what()));
        let key = format!("{method} {template} {status} {kind}");
        let body = if kind.ends_with("json") && kind != "application/x-ndjson" {
            reply.json.clone()
        } else {
            Value::String(reply.text.clone())
        };
        let errors: Vec<String> = self
            .validator(&key, &media["schema"])
            .iter_errors(&body)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "breaks its schema: {errors:?} in {}", what());
    }

    /// What stands in the headers is what was said of them; what a caller steers by is there, and is said.
    #[track_caller]
    fn hold_headers(&self, place: &str, response: &Value, reply: &Reply) {
        let documented = response["headers"].as_object().cloned().unwrap_or_default();
        for (name, header) in &documented {
            let header = self.resolve(header);
            for value in reply.headers.get_all(name.as_str()) {
                let text = value.to_str().unwrap_or_else(|_| panic!("{place}: {name} is no text"));
                let value = match header["schema"]["type"].as_str() {
                    Some("integer") => {
                        text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
                    }
                    _ => json!(text),
                };
                let validator = self.validator(&format!("header {name}"), &header["schema"]);
                assert!(validator.is_valid(&value), "{place}: the header {name} is {text:?}");
            }
        }
        for name in ["ETag", "Link", "Location", "Retry-After", "WWW-Authenticate"] {
            let is_there = !reply.header(name).is_empty();
            assert!(!is_there || documented.contains_key(name), "{place}: an undocumented {name}");
            let is_promised = documented.contains_key(name) && reply.status.is_success() && name != "Link";
            assert!(is_there || !is_promised, "{place}: {name} is promised and not there");
        }
        for name in ["Content-Language", "X-Request-Id"] {
            assert!(documented.contains_key(name), "{place}: {name} is not documented");
            assert!(!reply.header(name).is_empty(), "{place}: no {name}");
        }
    }

    /// The operation's address; one without variables comes before one with.
    fn path_item(&self, path: &str) -> Option<(&String, &Value)> {
        let given: Vec<&str> = path.split('/').collect();
        let paths = self.document["paths"].as_object().unwrap().iter();
        let matching = paths.filter(|(template, _)| {
            let parts: Vec<&str> = template.split('/').collect();
            parts.len() == given.len()
                && parts.iter().zip(&given).all(|(part, given)| match part {
                    _ if part.contains("}.{") => given.trim_start_matches('.').contains('.'),
                    _ => part.starts_with('{') || part == given,
                })
        });
        matching.min_by_key(|(template, _)| template.matches('{').count())
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let pointer =
            value.get("$ref").and_then(Value::as_str).map(|reference| reference.trim_start_matches('#'));
        pointer.map_or(value, |pointer| self.document.pointer(pointer).unwrap())
    }

    fn validator(&self, key: &str, schema: &Value) -> Arc<Validator> {
        if let Some(known) = self.compiled.lock().unwrap().get(key) {
            return Arc::clone(known);
        }
        let whole = json!({ "allOf": [schema], "components": self.document["components"] });
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).unwrap();
        let validator = Arc::new(validator);
        self.compiled.lock().unwrap().insert(key.to_owned(), Arc::clone(&validator));
        validator
    }
}
