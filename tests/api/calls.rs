//! Every operation of the document as something to call: the report's own unit, year and region, and the
//! document's own example as the body.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use jixiao::app;
use jixiao_core::workflow::{Action, Role};
use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, request};

/// One operation behind the sign-in.
pub struct Call {
    pub method: Method,
    pub address: String,
    pub action: Action,
    pub body: Option<Body>,
}

/// What it takes.
pub struct Body {
    pub kind: String,
    pub schema: Value,
    pub example: Value,
}

impl Call {
    /// Its name in a message.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.address)
    }

    /// Someone who may.
    pub fn role(&self) -> Role {
        self.action.roles()[0]
    }

    /// Whether the table kept the caller out. Who may in general may still not be the one whose turn it is: an answer
    /// that says so is no word of the table's.
    pub fn is_shut(&self, reply: &Reply) -> bool {
        let told = reply.json["detail"].as_str().unwrap_or_default();
        reply.status == 403 && told.contains(&format!("（{}）", self.action.scope()))
    }

    /// A request that is understood and changes nothing: its tag is one that no row has.
    pub fn harmless(&self) -> TestRequest {
        let request = request(self.method.clone(), &self.address).insert_header(("if-match", "\"0.0\""));
        match &self.body {
            Some(body) => request
                .set_payload(body.example.to_string())
                .insert_header(("content-type", body.kind.as_str())),
            None => request,
        }
    }

    /// A request with this body, for whatever is there.
    pub fn with(&self, kind: &str, body: impl Into<actix_web::web::Bytes>) -> TestRequest {
        request(self.method.clone(), &self.address)
            .insert_header(("if-match", "*"))
            .insert_header(("content-type", kind))
            .set_payload(body)
    }
}

/// An end that a service account may have.
pub fn in_a_year() -> String {
    use jixiao_core::kernel::{Clock as _, SystemClock};
    (SystemClock.now() + chrono::TimeDelta::days(365)).to_rfc3339()
}

/// All of them, with something at every address.
pub async fn calls(world: &World) -> Vec<Call> {
    let round = json!({ "year": 2023, "region_code": "430611" });
    world.caller("admin").put("/api/v1/years/2023/rounds/430611", None, round).await.expect(201);
    let indicators = world.caller("admin").get("/api/v1/indicators?limit=1").await.expect(200);
    let id = indicators.json["items"][0]["id"].as_str().unwrap().to_owned();
    // Accounts that nobody signs in with: their passwords and secrets are made anew with every call.
    world.add_user("spare", Role::Reader, None, None).await;
    let spare =
        json!({ "name": "备用", "role": "reader", "scopes": ["scores:read"], "expires_at": in_a_year() });
    let spare = world.caller("admin").post("/api/v1/service-accounts", spare).await.expect(201);
    let client_id = spare.json["client_id"].as_str().unwrap().to_owned();
    let document = app::openapi();
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let address = path
            .replace("{unit}", UNIT)
            .replace("{year}", "2023")
            .replace("{region_code}", "430611")
            .replace("{reference}", "mof-2020@1")
            .replace("{id}", &id)
            .replace("{username}", "spare")
            .replace("{client_id}", &client_id)
            .replace("{edition}", "1")
            .replace("{code}", if path.contains("units") { UNIT } else { "P01" })
            .replace("/imports", "/imports?mode=validate");
        assert!(!address.contains('{'), "{path} has a variable that no test knows");
        for (method, operation) in item.as_object().unwrap() {
            let Some(scopes) = operation.pointer("/security/0/oauth2").and_then(Value::as_array) else {
                // Signing in, and what was made public.
                assert!(
                    operation["operationId"] == "issueToken" || path.contains("/public/"),
                    "{path} is open to everyone"
                );
                continue;
            };
            let scope = scopes.first().map(|scope| scope.as_str().unwrap());
            let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
            let body = content.and_then(|content| content.iter().next()).map(|(kind, media)| Body {
                kind: kind.clone(),
                schema: resolved(&document, &media["schema"]),
                example: media["example"].clone(),
            });
            calls.push(Call {
                method: method.to_uppercase().parse().unwrap(),
                address: address.clone(),
                // What wants a token and no scope is everybody's own.
                action: scope.map_or(Action::OwnAccount, |scope| Action::of_scope(scope).unwrap()),
                body,
            });
        }
    }
    calls
}

/// Follows a reference inside the document.
pub fn resolved(document: &Value, value: &Value) -> Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    reference.map_or(value, |path| document.pointer(path.trim_start_matches('#')).unwrap()).clone()
}
