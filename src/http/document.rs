//! The finishing of the OpenAPI document: what follows from an operation's shape or a schema's type is said
//! here, in one place, instead of on every handler and field.

mod examples;
mod operations;
mod schemas;
mod security;

use serde_json::Value;
use utoipa::openapi::OpenApi;

/// Finishes the document that utoipa collected. What comes out is served, committed, and validates requests.
#[must_use]
pub fn finish(collected: &OpenApi) -> Value {
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    schemas::flatten(&mut document);
    schemas::derive_patches(&mut document);
    schemas::derive_rows(&mut document);
    schemas::close_requests_and_fill_responses(&mut document);
    operations::complete(&mut document);
    security::describe(&mut document);
    schemas::bound(&mut document);
    examples::fill(&mut document);
    schemas::prune(&mut document);
    document
}

/// Calls `visit` on every object below `value`, innermost first.
fn walk(value: &mut Value, visit: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| walk(member, visit));
            visit(members);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The operations of the document: path, method, operation.
fn each_operation(
    document: &mut Value,
    mut visit: impl FnMut(&str, &str, &mut serde_json::Map<String, Value>),
) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                visit(path, method, operation);
            }
        }
    }
}

/// The name behind `#/components/schemas/…`.
fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}
