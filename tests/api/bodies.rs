//! Every operation that takes a body refuses the same bodies in the same words.

use serde_json::{Map, Value, json};

use crate::calls::{Body, Call, calls};
use crate::support::{Reply, UNIT, World, request, world};

/// The operations that take a body, and what they take.
async fn taking(world: &World) -> Vec<Call> {
    let mut calls = calls(world).await;
    calls.retain(|call| call.body.is_some());
    assert!(calls.len() >= 19, "only {} operations take a body", calls.len());
    calls
}

fn body(call: &Call) -> &Body {
    call.body.as_ref().unwrap()
}

#[track_caller]
fn refused(reply: &Reply, call: &Call, why: &str, status: u16, code: &str) {
    let found = (reply.status.as_u16(), reply.json["code"].as_str());
    assert_eq!(found, (status, Some(code)), "{} with {why}: {}", call.name(), reply.text);
}

#[actix_web::test]
async fn what_is_no_json_is_malformed_whoever_is_asked() {
    let world = world().await;
    let before = world.caller("admin").get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(200);
    for call in taking(&world).await {
        let caller = world.caller(call.role().as_str());
        let Body { kind, .. } = body(&call);
        let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
        for wrong in [
            &b""[..],
            b"{\"unit\":",
            b"{'unit': 1}",
            b"{} {}",
            b"{\"unit\": \"\\ud800\"}",
            b"{\"unit\": \"\\udc00\\ud800\"}",
            b"{\"unit\": \"\xff\xfe\"}",
            b"{\"year\": 1e999}",
            b"{\"year\": NaN}",
            b"{\"unit\": \"a\tb\"}",
            deep.as_bytes(),
        ] {
            let reply = caller.send(call.with(kind, wrong.to_vec())).await;
            let said = String::from_utf8_lossy(wrong);
            // Half a character is JSON by its syntax: an import says of it what it says of other wrong texts.
            let is_half = said.contains("\\ud") && call.path.ends_with("/imports");
            let (status, code) = if is_half { (422, "import_rejected") } else { (400, "malformed_json") };
            refused(&reply, &call, &said, status, code);
        }
    }
    let after = world.caller("admin").get(&format!("/api/v1/forms/{UNIT}/2023")).await.expect(200);
    assert_eq!((after.etag(), after.json), (before.etag(), before.json));
}

#[actix_web::test]
async fn what_is_of_another_type_or_too_large_is_not_read() {
    let world = world().await;
    for call in taking(&world).await {
        let caller = world.caller(call.role().as_str());
        let Body { kind, example, .. } = body(&call);
        for other in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", ""] {
            let reply = caller.send(call.with(other, example.to_string())).await;
            refused(&reply, &call, other, 415, "unsupported_media_type");
        }
        // Where a tag is asked for, it is asked for before the body is looked at.
        let untyped = request(call.method.clone(), &call.address).insert_header(("if-match", "*"));
        let untyped = untyped.set_payload(example.to_string());
        refused(&caller.send(untyped).await, &call, "no type", 415, "unsupported_media_type");
        // A larger import becomes a job, which has a limit of its own.
        let (limit, most) =
            if call.address.contains("imports") { (4 << 20, 6 << 20) } else { (1 << 20, 1 << 20) };
        let large = format!("\"{}\"", "x".repeat(most));
        refused(&caller.send(call.with(kind, large)).await, &call, "a long text", 413, "too_large");
        // At the limit itself it is read, and found to be no object.
        let largest = format!("\"{}\"", "x".repeat(limit - 2));
        let reply = caller.send(call.with(kind, largest)).await;
        assert_eq!(reply.status, 422, "{} at the limit: {}", call.name(), reply.text);
        for odd in [json!([]), json!("{}"), json!(null), json!(1), json!(true)] {
            let reply = caller.send(call.with(kind, odd.to_string())).await;
            assert_eq!(reply.status, 422, "{} {odd}: {}", call.name(), reply.text);
            assert_eq!(reply.errors(), [(String::new(), "wrong_type".into())], "{} {odd}", call.name());
        }
    }
}

/// Every property of the body at once, each set to what `make` makes of its name and schema.
fn all_of(schema: &Value, make: impl Fn(&Value) -> Option<Value>) -> Map<String, Value> {
    let properties = schema["properties"].as_object().unwrap().iter();
    properties.filter_map(|(name, schema)| Some((name.clone(), make(schema)?))).collect()
}

fn is_text(schema: &Value) -> bool {
    let kind = &schema["type"];
    kind == "string" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("string")))
}

#[actix_web::test]
async fn every_field_of_every_body_is_checked_and_all_are_told_at_once() {
    let world = world().await;
    for call in taking(&world).await {
        let caller = world.caller(call.role().as_str());
        let Body { kind, schema, .. } = body(&call);
        // What is true or false is not the word for it.
        let truth = |schema: &Value| {
            if schema["type"].to_string().contains("boolean") { json!("true") } else { json!(true) }
        };
        for (why, mut wrong) in [
            ("true", all_of(schema, |schema| Some(truth(schema)))),
            ("a NUL", all_of(schema, |schema| is_text(schema).then(|| json!("a\u{0}b")))),
        ] {
            let mut wanted: Vec<String> = wrong.keys().map(|name| format!("/{name}")).collect();
            for odd in ["colour", "etag", "a/b", "a\u{0}b"] {
                wrong.insert(odd.into(), json!(1));
            }
            wanted.extend(["/colour", "/etag", "/a~1b", "/a\u{fffd}b"].map(str::to_owned));
            let reply = caller.send(call.with(kind, Value::Object(wrong).to_string())).await;
            assert_eq!(reply.status, 422, "{} with {why}: {}", call.name(), reply.text);
            let told: Vec<String> = reply.errors().into_iter().map(|(pointer, _)| pointer).collect();
            for pointer in wanted {
                assert!(told.contains(&pointer), "{} with {why}: {pointer} is not in {told:?}", call.name());
            }
        }
    }
}

#[actix_web::test]
async fn no_amount_and_no_points_are_taken_as_a_json_number() {
    let world = world().await;
    let mut fields = 0;
    for call in taking(&world).await {
        let caller = world.caller(call.role().as_str());
        let Body { kind, schema, .. } = body(&call);
        for (name, _) in all_of(schema, |schema| (schema["format"] == "decimal").then(|| json!(5))) {
            let reply = caller.send(call.with(kind, json!({ &name: 5 }).to_string())).await;
            assert_eq!(reply.status, 422, "{} {name}: {}", call.name(), reply.text);
            let wanted = (format!("/{name}"), "wrong_type".to_owned());
            assert!(reply.errors().contains(&wanted), "{} {name}: {:?}", call.name(), reply.errors());
            fields += 1;
        }
    }
    assert!(fields >= 14, "only {fields} fields are decimals");
}
