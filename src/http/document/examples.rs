//! Examples: every body gets one, put together from the examples of its fields, so that it always validates.

use serde_json::{Map, Value, json};

use super::{each_operation, schema_name};

/// Gives every JSON body of every operation an example.
pub fn fill(document: &mut Value) {
    let schemas =
        document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    each_operation(document, |_, _, operation| {
        if let Some(request) = operation.get_mut("requestBody") {
            fill_content(request, &schemas);
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        responses.into_iter().flat_map(Map::values_mut).for_each(|response| fill_content(response, &schemas));
    });
}

fn fill_content(body: &mut Value, schemas: &Map<String, Value>) {
    let content = body.get_mut("content").and_then(Value::as_object_mut);
    for media in content.into_iter().flatten().filter_map(|(_, media)| media.as_object_mut()) {
        if media.contains_key("example") || media.contains_key("examples") {
            continue;
        }
        if let Some(schema) = media.get("schema").cloned() {
            media.insert("example".into(), example_of(&schema, schemas, 0));
        }
    }
}

fn example_of(schema: &Value, schemas: &Map<String, Value>, depth: u8) -> Value {
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(first) = schema.get("examples").and_then(Value::as_array).and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(schema_name) {
        return schemas.get(name).map_or(Value::Null, |target| example_of(target, schemas, depth + 1));
    }
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
        let meant = options.iter().find(|option| option.get("type") != Some(&json!("null")));
        return meant.map_or(Value::Null, |option| example_of(option, schemas, depth + 1));
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(Value::String(kind)) => Some(kind.as_str()),
        _ => None,
    };
    match kind {
        Some("object") => {
            let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            let write_only = |property: &Value| property.get("writeOnly") == Some(&json!(true));
            properties
                .filter(|(_, property)| !write_only(property) || property.get("example").is_some())
                .map(|(key, property)| (key.clone(), example_of(property, schemas, depth + 1)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") if depth < 6 => {
            let item = schema.get("items").map_or(Value::Null, |item| example_of(item, schemas, depth + 1));
            json!([item])
        }
        Some("array") => json!([]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        Some("string") => json!(""),
        _ => Value::Null,
    }
}
