//! A small installation: a database of its own, a clock that is moved by hand, four accounts.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpMessage, HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use jixiao::accounts::{self, Accounts, LoginLimits, NewUser, PasswordPolicy, SecretKey, add_user};
use jixiao::db::Db;
use jixiao::http::envelope::envelope;
use jixiao::http::fallback::KnownPaths;
use jixiao::http::{Cursors, Principal, Schemas, caller, document};
use jixiao_core::kernel::ManualClock;
use jixiao_core::workflow::Role;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

#[path = "../common/place.rs"]
mod place;
pub use place::*;

pub const PASSWORD: &str = "four quiet herons wade";
pub const START: i64 = 1_795_000_000;

pub struct World {
    pub clock: Arc<ManualClock>,
    pub secret: SecretKey,
    pub db: Db,
    pub accounts: Accounts,
    pub place: Arc<Place>,
}

pub async fn open(place: &Place, clock: &Arc<ManualClock>) -> Db {
    place.open(Arc::<ManualClock>::clone(clock), jixiao::app::write_hooks()).await
}

pub async fn world() -> World {
    world_with(LoginLimits::default()).await
}

pub async fn world_with(limits: LoginLimits) -> World {
    let place = Arc::new(Place::new());
    let clock = Arc::new(ManualClock::at(DateTime::<Utc>::from_timestamp(START, 0).unwrap()));
    let db = open(&place, &clock).await;
    execute(
        &db,
        "INSERT INTO units (code, name, region_code, version, created_at, updated_at) VALUES \
         ('430611101', '一所', '430611', 1, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')",
    )
    .await;
    let secret = SecretKey::random().unwrap();
    let accounts = Accounts::new(db.clone(), &secret, limits);
    accounts.prepare().await.unwrap();
    let world = World { clock, secret, db, accounts, place };
    for (name, role, unit, region) in [
        ("unit", Role::Unit, Some("430611101"), None),
        ("bureau", Role::Bureau, None, Some("430611")),
        ("admin", Role::Admin, None, None),
        ("reader", Role::Reader, None, None),
    ] {
        let new = NewUser {
            username: name.into(),
            password: PASSWORD.into(),
            role,
            unit: unit.map(|code| code.parse().unwrap()),
            region: region.map(|code| code.parse().unwrap()),
            policy: PasswordPolicy::Enforced,
        };
        add_user(&world.db, new).await.unwrap();
    }
    world
}

/// An account without unit and region.
pub fn new_user(username: &str, role: Role, policy: PasswordPolicy) -> NewUser {
    NewUser { username: username.into(), password: PASSWORD.into(), role, unit: None, region: None, policy }
}

pub async fn execute(db: &Db, sql: &str) {
    let work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    work.conn().execute_unprepared(sql).await.unwrap();
    work.commit().await.unwrap();
}

/// The first column of the first row.
pub async fn look_up(db: &Db, sql: &str) -> String {
    let query = Statement::from_string(db.reader().get_database_backend(), sql);
    let row = db.reader().query_one_raw(query).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn me(request: HttpRequest) -> HttpResponse {
    let extensions = request.extensions();
    let principal = extensions.get::<Principal>().unwrap();
    let narrowed =
        principal.narrowed_to.as_ref().map(|all| all.iter().map(|a| a.scope()).collect::<Vec<_>>());
    HttpResponse::Ok().json(json!({
        "username": principal.username, "role": principal.role.as_str(),
        "unit": principal.unit.as_ref().map(jixiao_core::kernel::UnitCode::as_str), "narrowed_to": narrowed,
    }))
}

pub fn openapi() -> Value {
    let auth = utoipa_actix_web::scope("/api/v1/auth").configure(accounts::configure_auth);
    let api = utoipa_actix_web::scope("/api/v1").configure(accounts::configure);
    let (_, mut openapi) = App::new().into_utoipa_app().service(auth).service(api).split_for_parts();
    openapi.merge(<accounts::Schemas as utoipa::OpenApi>::openapi());
    document::finish(&openapi)
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    pub fn etag(&self) -> String {
        self.headers.get("etag").unwrap().to_str().unwrap().to_owned()
    }

    /// Pointers and codes of the errors, in the order of their pointers.
    pub fn errors(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<_> = errors.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect();
        found.sort();
        found
    }

    #[track_caller]
    pub fn expect_errors(self, wanted: &[(&str, &str)]) -> Self {
        let wanted: Vec<(String, String)> = wanted.iter().map(|(p, c)| ((*p).into(), (*c).into())).collect();
        assert_eq!(self.errors(), wanted, "{}", self.body);
        self
    }

    pub fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }
}

pub struct Client(Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>);

impl World {
    /// A client of an application made of the accounts, the envelope, and one operation that shows the principal.
    pub async fn client(&self) -> Client {
        let guarded = web::scope("/api/v1")
            .wrap(from_fn(caller::authenticate))
            .route("/me", web::get().to(me))
            .configure(|config| {
                accounts::configure(&mut ServiceConfig::new(config));
            });
        let app = App::new()
            .app_data(web::Data::new(self.accounts.clone()))
            .app_data(web::Data::new(Schemas::of_document(&openapi())))
            .app_data(web::Data::new(KnownPaths::of_document(&openapi())))
            .app_data(web::Data::new(Cursors::new(&self.secret.derive("cursors"))))
            .app_data(self.accounts.authenticator())
            .wrap(from_fn(envelope))
            .configure(accounts::configure_plain)
            .service(web::scope("/api/v1/auth").configure(|config| {
                accounts::configure_auth(&mut ServiceConfig::new(config));
            }))
            .service(guarded);
        let app = Rc::new(init_service(app).await);
        Client(Box::new(move |request| {
            let app = Rc::clone(&app);
            Box::pin(async move {
                let response = call_service(app.as_ref(), request.to_request()).await;
                let (status, headers) = (response.status(), response.headers().clone());
                let body = serde_json::from_slice(&read_body(response).await).unwrap_or_default();
                Answer { status, headers, body }
            })
        }))
    }
}

impl Client {
    pub async fn send(&self, request: TestRequest) -> Answer {
        (self.0)(request).await
    }

    pub async fn form(&self, fields: &[(&str, &str)]) -> Answer {
        self.send(TestRequest::post().uri("/api/v1/auth/token").set_form(fields)).await
    }

    pub async fn sign_in(&self, username: &str, password: &str) -> Answer {
        self.form(&[("grant_type", "password"), ("username", username), ("password", password)]).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.form(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Any request with a token.
    pub async fn with(&self, token: &str, request: TestRequest) -> Answer {
        self.send(request.insert_header(("authorization", format!("Bearer {token}")))).await
    }

    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.with(token, TestRequest::get().uri(path)).await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.with(token, TestRequest::post().uri(path).set_json(body)).await
    }

    pub async fn patch(&self, token: &str, path: &str, etag: &str, body: Value) -> Answer {
        let request = TestRequest::patch().uri(path).insert_header(("if-match", etag)).set_json(body);
        self.with(token, request).await
    }

    /// Signs in with the one password and gives the token.
    pub async fn token(&self, username: &str) -> String {
        self.sign_in(username, PASSWORD).await.text("access_token")
    }

    pub async fn me(&self, token: &str) -> Answer {
        let authorization = ("authorization", format!("Bearer {token}"));
        self.send(TestRequest::get().uri("/api/v1/me").insert_header(authorization)).await
    }
}

/// A hash with parameters that nobody uses any more.
pub fn weak_hash(password: &str) -> String {
    use argon2::PasswordHasher as _;
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash: argon2::PasswordHash =
        argon2.hash_password_with_salt(password.as_bytes(), b"sixteen bytes ok").unwrap();
    hash.to_string()
}
