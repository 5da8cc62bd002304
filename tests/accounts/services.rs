//! Service accounts: programs, their secrets, and how narrow and how long they are.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use jixiao_core::workflow::Action;
use serde_json::{Value, json};

use super::support::{Answer, Client, PASSWORD, START, look_up, openapi, world};

const CACHE_MILLIS: i64 = 3_000;
const PATH: &str = "/api/v1/service-accounts";
const DAY: i64 = 86_400;

fn after(seconds: i64) -> String {
    let moment = DateTime::<Utc>::from_timestamp(START, 0).unwrap() + TimeDelta::seconds(seconds);
    moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn finance() -> Value {
    json!({ "name": "财政一体化", "role": "reader", "scopes": ["scores:read"], "expires_at": after(365 * DAY) })
}

async fn made(client: &Client, admin: &str, body: Value) -> (String, String) {
    let made = client.post(admin, PATH, body).await.expect(201);
    (made.text("client_id"), made.text("client_secret"))
}

async fn post(client: &Client, id: &str, secret: &str) -> Answer {
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    client.form(&form).await
}

async fn basic(client: &Client, id: &str, secret: &str, more: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", "client_credentials")], more].concat();
    let credentials = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let request = TestRequest::post().uri("/api/v1/auth/token").set_form(form);
    client.send(request.insert_header(("authorization", credentials))).await
}

#[actix_web::test]
async fn a_program_signs_in_by_form_and_by_basic_and_gets_what_it_was_given() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let account = client.post(&admin, PATH, finance()).await.expect(201);
    assert_eq!(account.headers.get("cache-control").unwrap(), "no-store");
    let (id, secret) = (account.text("client_id"), account.text("client_secret"));
    assert!(id.starts_with("jx_") && id.len() == 19 && secret.starts_with("jxs_") && secret.len() == 47);
    let path = format!("{PATH}/{id}");
    assert_eq!(account.headers.get("location").unwrap(), &path);
    assert_eq!(
        (account.body["last_used_at"].clone(), account.text("expires_at")),
        (Value::Null, after(365 * DAY))
    );

    for signed_in in [post(&client, &id, &secret).await, basic(&client, &id, &secret, &[]).await] {
        assert_eq!(signed_in.status, StatusCode::OK, "{}", signed_in.body);
        assert_eq!(signed_in.headers.get("cache-control").unwrap(), "no-store");
        assert_eq!(signed_in.body["expires_in"], 900);
        assert_eq!(signed_in.text("scope"), "scores:read");
        assert!(signed_in.body.get("refresh_token").is_none(), "a program signs in again instead");
        let me = client.me(&signed_in.text("access_token")).await;
        assert_eq!(
            me.body,
            json!({ "username": id, "role": "reader", "unit": null, "narrowed_to": ["scores:read"] })
        );
        let me = client.get(&signed_in.text("access_token"), "/api/v1/users/me").await.expect(200);
        assert_eq!((me.text("username"), me.body["is_service_account"].clone()), (id.clone(), json!(true)));
        assert_eq!(me.body["scopes"], json!(["scores:read"]));
        let password = json!({ "current_password": secret, "new_password": PASSWORD });
        client.post(&signed_in.text("access_token"), "/api/v1/auth/password", password).await.expect(403);
    }
    let read = client.get(&admin, &path).await.expect(200);
    assert_eq!(read.text("last_used_at"), after(0));
    assert_eq!(read.etag(), account.etag(), "being used is no change");
    assert!(!read.body.to_string().contains(&secret));
    let kept = look_up(&world.db, "SELECT secret_hash FROM service_accounts").await;
    assert!(kept.len() == 43 && !secret.contains(&kept), "what is kept is a hash");
}

#[actix_web::test]
async fn a_wrong_secret_an_unknown_id_and_an_ended_account_look_the_same() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let (id, secret) = made(&client, &admin, finance()).await;
    let (gone, gone_secret) = made(&client, &admin, finance()).await;
    client.patch(&admin, &format!("{PATH}/{gone}"), "*", json!({ "disabled": true })).await.expect(200);
    let without_id = |mut answer: Answer| {
        answer.body["request_id"] = json!("-");
        (answer.status, answer.body)
    };
    let wrong = post(&client, &id, "jxs_wrong").await;
    assert_eq!((wrong.status, wrong.text("error")), (StatusCode::UNAUTHORIZED, "invalid_client".into()));
    assert_eq!(wrong.text("code"), "invalid_client");
    assert!(wrong.headers.get("www-authenticate").unwrap().to_str().unwrap().starts_with("Basic "));
    let wrong = without_id(wrong);
    for (id, secret) in [
        ("jx_nobody", secret.as_str()),
        ("unit", PASSWORD),
        ("nobody", "x"),
        (&gone, &gone_secret),
        (&id, &secret.to_lowercase()),
        (&id.to_uppercase(), &secret),
    ] {
        assert_eq!(without_id(post(&client, id, secret).await), wrong, "{id}");
        assert_eq!(without_id(basic(&client, id, secret, &[]).await), wrong, "{id} by Basic");
    }
    let password = client.sign_in(&id, &secret).await;
    assert_eq!(password.text("error"), "invalid_grant", "a program is no person");
    assert_eq!(post(&client, &id, &secret).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_secret_is_sent_in_one_place() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let (id, secret) = made(&client, &admin, finance()).await;
    let named = basic(&client, &id, &secret, &[("client_id", &id)]).await;
    assert_eq!(named.status, StatusCode::OK, "{}", named.body);
    let twice = basic(&client, &id, &secret, &[("client_secret", &secret)]).await;
    assert_eq!((twice.status, twice.text("error")), (StatusCode::BAD_REQUEST, "invalid_request".into()));
    let empty = basic(&client, "", "", &[("client_id", &id), ("client_secret", &secret)]).await;
    assert_eq!(empty.status, StatusCode::OK, "an empty Basic says nothing");
    let request =
        TestRequest::post().uri("/api/v1/auth/token").set_form([("grant_type", "client_credentials")]);
    let credentials = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let two = request
        .append_header(("authorization", credentials.clone()))
        .append_header(("authorization", credentials));
    assert_eq!(client.send(two).await.text("error"), "invalid_client");
    let person = basic(&client, &id, &secret, &[("username", "unit")]).await;
    assert_eq!(person.status, StatusCode::OK, "what belongs to another grant does not count");
}

#[actix_web::test]
async fn scopes_are_some_of_the_roles_and_never_those_that_manage_accounts() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let with = |role: &str, scopes: Value| {
        let mut body = finance();
        body["role"] = json!(role);
        body["scopes"] = scopes;
        body
    };
    for (body, wanted) in [
        (
            with("reader", json!(["forms:read", "scores:read", "units:write"])),
            &[("/scopes/0", "not_of_role"), ("/scopes/2", "not_of_role")][..],
        ),
        (with("admin", json!(["users:read"])), &[("/scopes/0", "not_an_option")]),
        (with("admin", json!(["import:write", "users:write"])), &[("/scopes/1", "not_an_option")]),
        (with("admin", json!(["*"])), &[("/scopes/0", "not_an_option")]),
        (with("reader", json!([])), &[("/scopes", "invalid")]),
        (with("unit", json!(["forms:write"])), &[("/unit", "missing_field")]),
        (with("bureau", json!(["forms:read"])), &[("/region_code", "missing_field")]),
    ] {
        client.post(&admin, PATH, body).await.expect(422).expect_errors(wanted);
    }
    let mut none = finance();
    none.as_object_mut().unwrap().remove("scopes");
    client.post(&admin, PATH, none).await.expect(422).expect_errors(&[("/scopes", "missing_field")]);

    let script = with("admin", json!(["import:write", "units:read", "import:write"]));
    let script = client.post(&admin, PATH, script).await.expect(201);
    assert_eq!(
        script.body["scopes"],
        json!(["units:read", "import:write"]),
        "each once, in the table's order"
    );
    let (id, secret) = (script.text("client_id"), script.text("client_secret"));
    let all = post(&client, &id, &secret).await;
    assert_eq!(all.text("scope"), "units:read import:write");
    let token = all.text("access_token");
    client.get(&token, "/api/v1/users").await.expect(403);
    client.get(&token, PATH).await.expect(403);
    client.post(&token, &format!("{PATH}/{id}/secret"), json!({})).await.expect(403);
    let narrow = basic(&client, &id, &secret, &[("scope", "import:write scores:read")]).await;
    assert_eq!(narrow.text("scope"), "import:write");
    let me = client.me(&narrow.text("access_token")).await;
    assert_eq!(me.body["narrowed_to"], json!(["import:write"]));
    let none = basic(&client, &id, &secret, &[("scope", "users:write")]).await;
    assert_eq!((none.status, none.text("error")), (StatusCode::BAD_REQUEST, "invalid_scope".into()));

    let words = &openapi()["components"]["schemas"]["ServiceScope"]["enum"];
    let wanted: Vec<&str> = Action::ALL.iter().filter(|a| !a.is_for_people()).map(|a| a.scope()).collect();
    assert_eq!(words, &json!(wanted));
    assert!(wanted.iter().all(|scope| !scope.starts_with("users:") && !scope.starts_with("audit:")));
}

#[actix_web::test]
async fn it_ends_on_its_day_and_at_most_two_years_ahead() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let until = |moment: String| {
        let mut body = finance();
        body["expires_at"] = json!(moment);
        body
    };
    for wrong in [after(0), after(-1), after(732 * DAY), "9999-12-31T00:00:00Z".into()] {
        let refused = client.post(&admin, PATH, until(wrong)).await.expect(422);
        refused.expect_errors(&[("/expires_at", "out_of_range")]);
    }
    client
        .post(&admin, PATH, until("tomorrow".into()))
        .await
        .expect(422)
        .expect_errors(&[("/expires_at", "wrong_form")]);
    let (id, secret) = made(&client, &admin, until(after(600))).await;
    let path = format!("{PATH}/{id}");
    world.clock.advance(540_000);
    let last = post(&client, &id, &secret).await;
    assert_eq!(last.body["expires_in"], 60, "no longer than the account");
    let token = last.text("access_token");
    world.clock.advance(59_000);
    assert_eq!(client.me(&token).await.status, StatusCode::OK);
    world.clock.advance(1_000);
    assert_eq!(client.me(&token).await.status, StatusCode::UNAUTHORIZED, "at the moment itself");
    assert_eq!(post(&client, &id, &secret).await.text("error"), "invalid_client");

    let admin = client.token("admin").await;
    let renamed = client.patch(&admin, &path, "*", json!({ "name": "旧系统" })).await.expect(200);
    assert_eq!(renamed.text("expires_at"), after(600), "one that ended can still be renamed");
    client.patch(&admin, &path, "*", json!({ "expires_at": after(1) })).await.expect(422);
    client.patch(&admin, &path, "*", json!({ "expires_at": after(DAY) })).await.expect(200);
    assert_eq!(client.me(&token).await.status, StatusCode::UNAUTHORIZED, "old tokens do not come back");
    assert_eq!(post(&client, &id, &secret).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn disabling_narrowing_and_rotating_act_within_seconds() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let mut body = finance();
    body["scopes"] = json!(["scores:read", "units:read"]);
    let (id, secret) = made(&client, &admin, body).await;
    let path = format!("{PATH}/{id}");
    let token = |answer: Answer| answer.expect(200).text("access_token");

    let first = token(post(&client, &id, &secret).await);
    assert_eq!(client.me(&first).await.status, StatusCode::OK);
    client.patch(&admin, &path, "\"0.0\"", json!({ "disabled": true })).await.expect(412);
    client.patch(&admin, &path, "*", json!({ "scopes": ["scores:read"] })).await.expect(200);
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&first).await.status, StatusCode::UNAUTHORIZED);

    let second = post(&client, &id, &secret).await;
    assert_eq!(second.text("scope"), "scores:read");
    let second = token(second);
    assert_eq!(client.me(&second).await.status, StatusCode::OK, "a newer token counts at once");
    let rotated = client.post(&admin, &format!("{path}/secret"), json!({})).await.expect(200);
    assert_eq!(rotated.headers.get("cache-control").unwrap(), "no-store");
    assert_eq!(rotated.text("client_id"), id);
    let new = rotated.text("client_secret");
    assert_ne!(new, secret);
    assert_eq!(post(&client, &id, &secret).await.text("error"), "invalid_client");
    let third = token(post(&client, &id, &new).await);
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&second).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.me(&third).await.status, StatusCode::OK);

    client.patch(&admin, &path, "*", json!({ "disabled": true })).await.expect(200);
    assert_eq!(post(&client, &id, &new).await.text("error"), "invalid_client");
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&third).await.status, StatusCode::UNAUTHORIZED);
    client.patch(&admin, "/api/v1/service-accounts/jx_nobody", "*", json!({})).await.expect(404);
    client.post(&admin, "/api/v1/service-accounts/jx_nobody/secret", json!({})).await.expect(404);
    client.get(&admin, "/api/v1/service-accounts/jx_nobody").await.expect(404);
}

#[actix_web::test]
async fn guessing_secrets_is_slowed_and_nobody_else_with_it() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let (id, secret) = made(&client, &admin, finance()).await;
    let (other, other_secret) = made(&client, &admin, finance()).await;
    for _ in 0..5 {
        assert_eq!(post(&client, &id, "jxs_wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let paused = post(&client, &id, &secret).await;
    assert_eq!(
        (paused.status, paused.text("error")),
        (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable".into())
    );
    assert_eq!(post(&client, &other, &other_secret).await.status, StatusCode::OK);
    world.clock.advance(61_000);
    assert_eq!(post(&client, &id, &secret).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn service_accounts_are_listed_by_what_ends_first() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    for (name, days, role) in [("甲", 30, "reader"), ("乙", 10, "admin"), ("丙", 20, "reader")] {
        let body = json!({ "name": name, "role": role, "scopes": ["scores:read"], "expires_at": after(days * DAY),
            "disabled": name == "丙" });
        client.post(&admin, PATH, body).await.expect(201);
    }
    let names = async |query: &str| {
        let list = client.get(&admin, &format!("{PATH}?with_total=true{query}")).await.expect(200);
        let items = list.body["items"].as_array().unwrap().clone();
        assert_eq!(list.body["total"], items.len(), "{query}");
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("&sort=expires_at").await, ["乙", "丙", "甲"]);
    assert_eq!(names("&sort=-expires_at").await, ["甲", "丙", "乙"]);
    assert_eq!(names("&role=admin").await, ["乙"]);
    assert_eq!(names("&disabled=true").await, ["丙"]);
    let first = client.get(&admin, &format!("{PATH}?limit=2&sort=expires_at")).await.expect(200);
    let next = format!("{PATH}?limit=2&sort=expires_at&cursor={}", first.text("next_cursor"));
    assert_eq!(client.get(&admin, &next).await.body["items"][0]["name"], "甲");
}

#[test]
fn the_document_knows_both_ways_of_signing_in() {
    let flows = &openapi()["components"]["securitySchemes"]["oauth2"]["flows"];
    assert_eq!(flows["clientCredentials"]["tokenUrl"], "/api/v1/auth/token");
    let scopes = flows["clientCredentials"]["scopes"].as_object().unwrap();
    assert!(scopes.contains_key("scores:read") && !scopes.contains_key("users:read"));
    assert!(flows["password"]["scopes"].as_object().unwrap().contains_key("users:read"));
}
