//! An installation with the real report, callers as objects, and the contract that every answer must keep.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, init_service, try_call_service};
use futures_util::future::LocalBoxFuture;
use jixiao::accounts::{Accounts, LoginLimits, NewUser, PasswordPolicy, SecretKey, add_user};
use jixiao::app::{self, Assembly, Parts};
use jixiao::db::Db;
use jixiao::demo;
use jixiao::http::Cursors;
use jixiao::http::body::BodyLimits;
use jixiao::http::client::TrustedProxies;
use jixiao::http::overload::AtOnce;
use jixiao::http::rate_limit::RateLimitSettings;
use jixiao_core::kernel::{Clock, SystemClock};
use jixiao_core::workflow::Role;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::Value;

mod contract;
#[path = "../common/place.rs"]
mod place;

pub const UNIT: &str = demo::UNIT;
const PASSWORD: &str = "four quiet herons wade";

type Sender = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Reply>>;

/// An installation of a test's own.
pub struct World {
    pub db: Db,
    pub accounts: Accounts,
    sender: Sender,
    tokens: RefCell<BTreeMap<String, String>>,
    _place: Arc<place::Place>,
}

/// An answer, already held against the document.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub bytes: Vec<u8>,
    pub text: String,
    pub json: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_owned()
    }

    /// The status, or everything there is to know about why it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Pointers and codes of the errors, in the order of their pointers.
    pub fn errors(&self) -> Vec<(String, String)> {
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut found: Vec<_> = errors.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect();
        found.sort();
        found
    }

    #[track_caller]
    pub fn expect_errors(self, wanted: &[(&str, &str)]) -> Self {
        let wanted: Vec<(String, String)> = wanted.iter().map(|(p, c)| ((*p).into(), (*c).into())).collect();
        assert_eq!(self.errors(), wanted, "{}", self.text);
        self
    }
}

/// An empty installation with an administrator.
pub async fn empty() -> World {
    empty_at(Arc::new(SystemClock)).await
}

/// The same, with this clock.
pub async fn empty_at(clock: Arc<dyn Clock>) -> World {
    // A hundred at once is what some tests are about; how many are let in is what `overload` is about.
    empty_with(clock, AtOnce { writes: 200, ..AtOnce::default() }).await
}

/// The same, with so many places.
pub async fn empty_with(clock: Arc<dyn Clock>, at_once: AtOnce) -> World {
    let place = Arc::new(place::Place::new());
    let db = place.open(clock, app::write_hooks()).await;
    let secret = SecretKey::random().unwrap();
    let accounts = Accounts::new(db.clone(), &secret, LoginLimits { per_account: 0, per_address: 0 });
    accounts.prepare().await.unwrap();
    let assembly = Assembly::new(Parts {
        db: db.clone(),
        accounts: accounts.clone(),
        cursors: Cursors::new(&secret.derive("cursors")),
        seal: jixiao::audit::Seal::new(&secret.derive("audit-checkpoints")),
        limits: BodyLimits { json: 1 << 20, import: 4 << 20, job: 6 << 20, seconds: 30 },
        rate_limits: RateLimitSettings { per_second: 100_000, burst: 100_000 },
        at_once,
        proxies: TrustedProxies(Vec::new()),
        cors_origins: vec!["https://jx.example.gov.cn".into()],
    });
    let service = Rc::new(init_service(app::build(assembly)).await);
    let sender: Sender = Rc::new(move |request: TestRequest| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let request = request.to_request();
            let (method, path) = (request.method().clone(), request.path().to_owned());
            let response = match try_call_service(service.as_ref(), request).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            let (status, headers) = (response.status(), response.headers().clone());
            let bytes = to_bytes(response.into_body()).await.unwrap_or_default().to_vec();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let json = serde_json::from_str(&text).unwrap_or(Value::Null);
            let reply = Reply { status, headers, bytes, text, json };
            contract::CONTRACT.hold(&method, &path, &reply);
            reply
        })
    });
    let world = World { db, accounts, sender, tokens: RefCell::default(), _place: place };
    world.add_user("admin", Role::Admin, None, None).await;
    world
}

/// An installation with the real report and the demo's four accounts.
pub async fn world() -> World {
    let world = empty().await;
    let report: Value = serde_json::from_str(demo::REPORT).unwrap();
    world.caller("admin").post("/api/v1/imports?mode=commit", report).await.expect(200);
    world.add_user("unit", Role::Unit, Some(UNIT), None).await;
    world.add_user("bureau", Role::Bureau, None, Some("430611")).await;
    world.add_user("reader", Role::Reader, None, Some("430611")).await;
    world
}

impl World {
    /// Makes an account; every account of a test has the same password.
    pub async fn add_user(&self, name: &str, role: Role, unit: Option<&str>, region: Option<&str>) {
        let new = NewUser {
            username: name.into(),
            password: PASSWORD.into(),
            role,
            unit: unit.map(|code| code.parse().unwrap()),
            region: region.map(|code| code.parse().unwrap()),
            policy: PasswordPolicy::Waived,
        };
        add_user(&self.db, new).await.unwrap();
    }

    /// Someone who signs in at the first request; `anon` does not.
    pub fn caller<'w>(&'w self, name: &'w str) -> Caller<'w> {
        Caller { world: self, name, scope: None }
    }

    /// Writes past the service, as a later stage of the workflow will.
    pub async fn sql(&self, sql: &str) {
        let engine = self.db.reader().get_database_backend();
        let work = self.db.begin(jixiao::db::Actor::service("test")).await.unwrap();
        work.conn().execute_raw(Statement::from_string(engine, sql)).await.unwrap();
        work.commit().await.unwrap();
    }

    async fn token(&self, name: &str, scope: Option<&str>) -> String {
        let key = format!("{name} {}", scope.unwrap_or_default());
        if let Some(token) = self.tokens.borrow().get(&key) {
            return token.clone();
        }
        let mut form = vec![("grant_type", "password"), ("username", name), ("password", PASSWORD)];
        form.extend(scope.map(|scope| ("scope", scope)));
        let reply =
            (self.sender)(TestRequest::post().uri("/api/v1/auth/token").set_form(form)).await.expect(200);
        let token = reply.json["access_token"].as_str().unwrap().to_owned();
        self.tokens.borrow_mut().insert(key, token.clone());
        token
    }
}

/// Someone who calls.
#[derive(Clone, Copy)]
pub struct Caller<'w> {
    world: &'w World,
    name: &'w str,
    scope: Option<&'w str>,
}

impl<'w> Caller<'w> {
    /// With a token that is narrowed.
    pub fn narrowed(self, scope: &'w str) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Sends any request.
    pub async fn send(&self, request: TestRequest) -> Reply {
        let request = match self.name {
            "anon" => request,
            name => {
                let token = self.world.token(name, self.scope).await;
                request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            }
        };
        (self.world.sender)(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(TestRequest::get().uri(path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(TestRequest::post().uri(path).set_json(body)).await
    }

    /// POST of a step of the workflow, for the form that has this tag.
    pub async fn step(&self, path: &str, etag: &str, body: Value) -> Reply {
        self.send(conditional(TestRequest::post().uri(path).set_json(body), Some(etag))).await
    }

    /// PUT; with `etag` if something is to be replaced.
    pub async fn put(&self, path: &str, etag: Option<&str>, body: Value) -> Reply {
        let request = TestRequest::put().uri(path).set_json(body);
        self.send(conditional(request, etag)).await
    }

    pub async fn patch(&self, path: &str, etag: Option<&str>, body: Value) -> Reply {
        let request = TestRequest::patch()
            .uri(path)
            .insert_header((header::CONTENT_TYPE, "application/merge-patch+json"))
            .set_payload(body.to_string());
        self.send(conditional(request, etag)).await
    }

    pub async fn delete(&self, path: &str, etag: Option<&str>) -> Reply {
        self.send(conditional(TestRequest::delete().uri(path), etag)).await
    }
}

fn conditional(request: TestRequest, etag: Option<&str>) -> TestRequest {
    match etag {
        Some(etag) => request.insert_header((header::IF_MATCH, etag)),
        None => request,
    }
}

/// A request of any method.
pub fn request(method: Method, path: &str) -> TestRequest {
    TestRequest::default().method(method).uri(path)
}
