//! Every operation of the document as something to call: the report's own unit, year and region, and the
//! document's own example as the body.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use jixiao::app;
use jixiao_core::workflow::{Action, Role};
use serde_json::{Value, json};

use crate::support::{Reply, UNIT, World, request};

/// One operation.
pub struct Call {
    pub method: Method,
    /// Its address in the document, and the one that it is called by.
    pub path: String,
    pub address: String,
    pub action: Action,
    /// Whether it is answered without signing in.
    pub is_open: bool,
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

    /// A request that is understood and changes nothing: its tag is one that no row has.
    pub fn harmless(&self) -> TestRequest {
        let request = request(self.method.clone(), &self.address).insert_header(("if-match", "\"0.0\""));
        match &self.body {
            Some(body) if body.kind.contains("form") => request.set_form(&body.example),
            Some(body) => request
                .set_payload(body.example.to_string())
                .insert_header(("content-type", body.kind.as_str())),
            None => request,
        }
    }

    /// Whether the role or the token was refused; a step that is not theirs to take is forbidden in other words.
    pub fn is_refused(&self, reply: &Reply) -> bool {
        let detail = reply.json["detail"].as_str().unwrap_or_default();
        reply.status == 403 && detail.contains(&format!("（{}）", self.action.scope()))
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

/// What the addresses and bodies are filled with.
pub struct Target {
    pub unit: &'static str,
    pub region: &'static str,
    /// An indicator of the unit.
    pub indicator: String,
    /// A service account that nobody signs in with: its secret is made anew with every call; so is the password of
    /// the user `spare`.
    pub client_id: String,
    /// An import job that an administrator sent.
    pub job: String,
}

impl Target {
    /// This unit, whose form is there.
    pub async fn of(world: &World, unit: &'static str, region: &'static str) -> Self {
        let admin = world.caller("admin");
        let indicators = format!("/api/v1/indicators?unit={unit}&limit=1");
        let indicators = admin.get(&indicators).await.expect(200);
        let spare = admin.get("/api/v1/service-accounts?limit=1").await.expect(200);
        Self {
            unit,
            region,
            indicator: indicators.json["items"][0]["id"].as_str().unwrap().to_owned(),
            client_id: spare.json["items"][0]["client_id"].as_str().unwrap().to_owned(),
            job: job(world).await,
        }
    }
}

/// An import job of the administrator's; nobody works on it.
async fn job(world: &World) -> String {
    let admin = world.caller("admin");
    let known = admin.get("/api/v1/import-jobs?limit=1").await.expect(200);
    if let Some(id) = known.json["items"][0]["id"].as_str() {
        return id.to_owned();
    }
    let row = "{\"collection\":\"years\",\"year\":2023}\n";
    let sent = request(Method::POST, "/api/v1/imports?mode=validate")
        .insert_header(("prefer", "respond-async"))
        .insert_header(("content-type", "application/x-ndjson"))
        .set_payload(row);
    admin.send(sent).await.expect(202).json["id"].as_str().unwrap().to_owned()
}

/// The accounts that a [`Target`] names.
pub async fn spare_accounts(world: &World) {
    world.add_user("spare", Role::Reader, None, None).await;
    let spare =
        json!({ "name": "备用", "role": "reader", "scopes": ["scores:read"], "expires_at": in_a_year() });
    world.caller("admin").post("/api/v1/service-accounts", spare).await.expect(201);
}

/// The operations behind the sign-in, about the report.
pub async fn calls(world: &World) -> Vec<Call> {
    let round = json!({ "year": 2023, "region_code": "430611" });
    world.caller("admin").put("/api/v1/years/2023/rounds/430611", None, round).await.expect(201);
    spare_accounts(world).await;
    let mut calls = operations(&Target::of(world, UNIT, "430611").await);
    calls.retain(|call| !call.is_open);
    calls
}

/// Every operation of the document.
pub fn operations(target: &Target) -> Vec<Call> {
    let document = app::openapi();
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let address = path
            .replace("{unit}", target.unit)
            .replace("{year}", "2023")
            .replace("{prior}", "2022")
            .replace("{region_code}", target.region)
            .replace("{reference}", "mof-2020@1")
            .replace("{id}", &target.indicator)
            .replace("{username}", "spare")
            .replace("{client_id}", &target.client_id)
            .replace("{edition}", "1")
            .replace("{collection}.{format}", "units.csv")
            .replace("{job}", &target.job)
            .replace("{code}", if path.contains("units") { target.unit } else { "P01" });
        assert!(!address.contains('{'), "{path} has a variable that no test knows");
        for (method, operation) in item.as_object().unwrap() {
            let scopes = operation.pointer("/security/0/oauth2").and_then(Value::as_array);
            let is_open = scopes.is_none();
            assert!(!is_open || operation["security"] == json!([{}]), "{method} {path}: security");
            let scope = scopes.and_then(|scopes| Some(scopes.first()?.as_str().unwrap()));
            let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
            let body = content.and_then(|content| content.iter().next()).map(|(kind, media)| Body {
                kind: kind.clone(),
                schema: resolved(&document, &media["schema"]),
                example: example(&media["example"], target.unit),
            });
            calls.push(Call {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                address: format!("{address}{}", required(operation)),
                // What wants no scope is everybody's own, or everybody's.
                action: scope.map_or(Action::OwnAccount, |scope| Action::of_scope(scope).unwrap()),
                is_open,
                body,
            });
        }
    }
    calls
}

/// The query parameters that an operation cannot do without, as the document's examples give them.
fn required(operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let wanted = parameters.filter(|one| one["in"] == "query" && one["required"] == true);
    let pairs = wanted.map(|one| {
        let example = one["example"].as_str().map_or_else(|| one["example"].to_string(), encoded);
        format!("{}={example}", one["name"].as_str().unwrap())
    });
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// A text as part of a query.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// The document's example, about this unit.
fn example(example: &Value, unit: &str) -> Value {
    let text = example.to_string().replace(&format!("\"{UNIT}\""), &format!("\"{unit}\""));
    serde_json::from_str(&text).unwrap()
}

/// Follows a reference inside the document.
pub fn resolved(document: &Value, value: &Value) -> Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    reference.map_or(value, |path| document.pointer(path.trim_start_matches('#')).unwrap()).clone()
}
