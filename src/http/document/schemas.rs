//! Schemas: composed ones made flat, patches derived, requests closed, every value bounded.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{schema_name, walk};

type Object = Map<String, Value>;

/// What the quantities count: a client can print it, and the import knows which are amounts.
const UNITS: &[(&str, &str)] =
    &[("Amount", "万元"), ("PointsText", "分"), ("AreaText", "㎡"), ("RatioText", "1 = 100%")];

fn components(document: &mut Value) -> Option<&mut Object> {
    document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
}

/// Flattens what utoipa composes: a view that contains its input (`allOf`) becomes one object, and a quantity
/// that may be null (`oneOf: [null, $ref]`) becomes a plain nullable string.
pub fn flatten(document: &mut Value) {
    for (name, unit) in UNITS {
        if let Some(schema) = components(document).and_then(|schemas| schemas.get_mut(*name)) {
            schema.as_object_mut().map(|object| object.insert("x-unit".into(), json!(unit)));
        }
    }
    // Twice: what a view takes from its input may itself be composed.
    for _ in 0..2 {
        let Some(known) = components(document).map(|schemas| schemas.clone()) else { return };
        walk(document, &mut |object| merge_all_of(object, &known));
    }
    // Once more with the flattened ones, for what refers to them.
    let Some(known) = components(document).map(|schemas| schemas.clone()) else { return };
    walk(document, &mut |object| {
        inline_nullable(object, &known);
        inline_scalar(object, &known);
    });
}

fn resolve<'a>(schema: &'a Value, known: &'a Object) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(schema_name);
    name.and_then(|name| known.get(name)).unwrap_or(schema)
}

fn merge_all_of(object: &mut Object, known: &Object) {
    let Some(Value::Array(parts)) = object.remove("allOf") else { return };
    let said = parts.iter().filter_map(|part| part.get("description")).next_back();
    if let Some(said) = said {
        object.entry("description").or_insert_with(|| said.clone());
    }
    if let Some(scalar) = parts.iter().map(|part| resolve(part, known)).find(|part| is_scalar(part)) {
        // A word of a list, and beside it what the field says about it.
        take_over(object, scalar);
        explain(object, scalar);
        return;
    }
    let mut properties = Object::new();
    let mut required = Vec::new();
    for part in &parts {
        let mut part = resolve(part, known).clone();
        if let Some(nested) = part.as_object_mut() {
            merge_all_of(nested, known);
        }
        properties.extend(part.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
        required.extend(part.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    object.insert("type".into(), json!("object"));
    object.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".into(), Value::Array(required));
    }
}

fn is_scalar(schema: &Value) -> bool {
    matches!(schema.get("type").and_then(Value::as_str), Some("string" | "integer"))
}

/// `oneOf: [X, null]` of a scalar X: one nullable scalar, which generated clients handle far better.
fn inline_nullable(object: &mut Object, known: &Object) {
    let Some(Value::Array(options)) = object.get("oneOf") else { return };
    let [first, second] = options.as_slice() else { return };
    let is_null = |option: &Value| option.get("type") == Some(&json!("null"));
    let meant = match (is_null(first), is_null(second)) {
        (true, false) => second.clone(),
        (false, true) => first.clone(),
        _ => return,
    };
    let target = resolve(&meant, known).clone();
    if !is_scalar(&target) {
        return;
    }
    object.remove("oneOf");
    take_over(object, &meant);
    object.remove("$ref");
    take_over(object, &target);
    explain(object, &target);
    if let Some(kind) = object.get("type").cloned() {
        object.insert("type".into(), json!([kind, "null"]));
    }
    if let Some(options) = object.get_mut("enum").and_then(Value::as_array_mut) {
        options.push(Value::Null);
    }
}

/// Quantities and codes are written out where they are used; words of a list keep their name, so that a
/// generated client has an enum for them.
fn inline_scalar(object: &mut Object, known: &Object) {
    let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(schema_name) else { return };
    let Some(target) = known.get(name).filter(|target| is_scalar(target) && target.get("enum").is_none())
    else {
        return;
    };
    let target = target.clone();
    object.remove("$ref");
    take_over(object, &target);
}

/// A field of listed words says what each word means, after its own words.
fn explain(object: &mut Object, target: &Value) {
    let (Some(own), Some(words)) = (object.get("description"), target.get("description")) else { return };
    let (own, words) = (own.as_str().unwrap_or_default(), words.as_str().unwrap_or_default());
    if target.get("enum").is_some() && !own.contains(words) {
        let both = format!("{} ({})", own.trim_end_matches('.'), words.trim_end_matches('.'));
        object.insert("description".into(), json!(both));
    }
}

fn take_over(object: &mut Object, target: &Value) {
    for (key, value) in target.as_object().into_iter().flatten() {
        object.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// A patch takes the fields of its input, each optional; null clears what the input may leave out.
pub fn derive_patches(document: &mut Value) {
    let wanted: BTreeSet<String> =
        references(document).into_iter().filter(|name| name.ends_with("Patch")).collect();
    let Some(schemas) = components(document) else { return };
    for patch in wanted {
        let input = format!("{}Input", patch.trim_end_matches("Patch"));
        let Some(mut schema) = schemas.get(&input).cloned() else { continue };
        if let Some(object) = schema.as_object_mut() {
            let required = object.remove("required").unwrap_or_default();
            object.remove("example");
            object.insert(
                "description".into(),
                json!(format!(
                    "{input} 的合并补丁 merge patch (RFC 7396): absent leaves alone, null clears."
                )),
            );
            let wanted = |name: &String| required.as_array().is_some_and(|all| all.contains(&json!(name)));
            let properties =
                object.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten();
            for (_, property) in properties.filter(|(name, _)| !wanted(name)) {
                make_nullable(property);
            }
        }
        schemas.insert(patch, schema);
    }
}

/// Documents whose rows are rows of a file: they say what an input says, and stand apart from the bodies of the
/// resources, so that an import may grow without changing them.
const FILES: &[&str] = &["Bundle", "UnitForm"];

/// Gives the rows of bundles and forms schemas of their own, `…Row`, with everything below them.
pub fn derive_rows(document: &mut Value) {
    let Some(schemas) = components(document) else { return };
    for file in FILES {
        if let Some(schema) = schemas.get(*file).cloned() {
            let schema = with_rows(schema, schemas);
            schemas.insert((*file).to_owned(), schema);
        }
    }
}

fn with_rows(mut schema: Value, schemas: &mut Object) -> Value {
    for target in references(&mut schema) {
        let row = row_name(&target);
        if let (false, Some(source)) = (schemas.contains_key(&row), schemas.get(&target).cloned()) {
            // In place before its own references are followed, so that a circle would end.
            schemas.insert(row.clone(), source.clone());
            let source = with_rows(source, schemas);
            schemas.insert(row, source);
        }
    }
    walk(&mut schema, &mut |object| {
        let target = object.get("$ref").and_then(Value::as_str).and_then(schema_name).map(row_name);
        if let Some(row) = target {
            object.insert("$ref".into(), json!(format!("#/components/schemas/{row}")));
        }
    });
    schema
}

fn row_name(name: &str) -> String {
    format!("{}Row", name.trim_end_matches("Input"))
}

fn make_nullable(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(reference) = object.remove("$ref") {
        object.insert("oneOf".into(), json!([{ "type": "null" }, { "$ref": reference }]));
    } else if let Some(Value::String(kind)) = object.get("type") {
        let kind = kind.clone();
        object.insert("type".into(), json!([kind, "null"]));
        if let Some(options) = object.get_mut("enum").and_then(Value::as_array_mut) {
            options.push(Value::Null);
        }
    }
}

/// Names of the schemas that anything below `value` refers to.
fn references(value: &mut Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    walk(value, &mut |object| {
        names.extend(object.get("$ref").and_then(Value::as_str).and_then(schema_name).map(str::to_owned));
    });
    names
}

fn closure(document: &mut Value, mut names: BTreeSet<String>) -> BTreeSet<String> {
    let Some(known) = components(document).map(|schemas| schemas.clone()) else { return names };
    let mut open: Vec<String> = names.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let mut schema = known.get(&name).cloned().unwrap_or_default();
        for next in references(&mut schema) {
            if names.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    names
}

/// What a request may hold is closed: an unknown field is a misspelt one. A form is left open, because OAuth
/// wants unknown parameters ignored (RFC 6749, 3.2). What only answers hold has every key in it, always; what
/// answers a form has those that OAuth wants (a grant without a refresh token leaves it out).
pub fn close_requests_and_fill_responses(document: &mut Value) {
    let mut requests = BTreeSet::new();
    let mut forms = BTreeSet::new();
    super::each_operation(document, |_, _, operation| {
        requests.extend(operation.get_mut("requestBody").map(references).unwrap_or_default());
        let answers = operation.get_mut("responses").map(references).unwrap_or_default();
        let body = operation.get_mut("requestBody");
        let form = body.and_then(|body| body.pointer_mut("/content/application~1x-www-form-urlencoded"));
        if let Some(form) = form {
            forms.extend(references(form));
            forms.extend(answers);
        }
    });
    let requests = closure(document, requests);
    for (name, schema) in
        components(document).into_iter().flatten().filter(|(name, _)| !forms.contains(*name))
    {
        let is_request = requests.contains(name);
        walk(schema, &mut |object| {
            if !object.contains_key("properties") {
                return;
            }
            if is_request {
                object.insert("additionalProperties".into(), json!(false));
            } else {
                let keys = object.get("properties").and_then(Value::as_object).into_iter().flatten();
                let keys = keys.map(|(key, _)| json!(key)).collect();
                object.insert("required".into(), Value::Array(keys));
            }
        });
    }
}

/// The largest integer that every JSON client keeps exactly.
const SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// Bounds what was left unbounded: text, numbers and lists.
pub fn bound(document: &mut Value) {
    walk(document, &mut |object| {
        let is = |kind: &str| match object.get("type") {
            Some(Value::String(one)) => one == kind,
            Some(Value::Array(several)) => several.iter().any(|one| one == kind),
            _ => false,
        };
        let (text, integer, list) = (is("string"), is("integer"), is("array"));
        let mut default = |key: &str, value: Value| {
            object.entry(key).or_insert(value);
        };
        if integer {
            default("format", json!("int64"));
            default("minimum", json!(0));
            default("maximum", json!(SAFE_INTEGER));
        }
        if list {
            default("maxItems", json!(10_000));
        }
        if text && !object.contains_key("enum") {
            let longest = match object.get("format").and_then(Value::as_str) {
                Some("date") => 10,
                Some("date-time") => 30,
                _ => 20_000,
            };
            object.entry("maxLength").or_insert(json!(longest));
            if !object.contains_key("format") {
                // PostgreSQL stores no NUL; everything else that people write may be stored.
                object.entry("pattern").or_insert(json!("^[^\\u0000]*$"));
            }
        }
    });
}

/// Removes schemas that nothing refers to (they were written out where they are used).
pub fn prune(document: &mut Value) {
    let mut roots = document.get("paths").cloned().unwrap_or_default();
    let mut used = references(&mut roots);
    let mut responses = document.pointer("/components/responses").cloned().unwrap_or_default();
    used.extend(references(&mut responses));
    let used = closure(document, used);
    if let Some(schemas) = components(document) {
        schemas.retain(|name, _| used.contains(name));
    }
}
