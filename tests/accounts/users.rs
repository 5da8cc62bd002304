//! Accounts by API: what administrators do to them, and everybody to their own password.

use actix_web::http::StatusCode;
use jixiao::accounts::{PasswordPolicy, add_user, set_disabled};
use jixiao_core::workflow::{Action, Role};
use serde_json::{Value, json};

use super::support::{Client, PASSWORD, look_up, new_user, world};

const CACHE_MILLIS: i64 = 3_000;
const USERS: &str = "/api/v1/users";
const OTHER: &str = "seven brass kettles sing";

fn clerk() -> Value {
    json!({ "username": "ZhangWei", "role": "unit", "unit": "430611101" })
}

async fn change(client: &Client, token: &str, old: &str, new: &str) -> super::support::Answer {
    let body = json!({ "current_password": old, "new_password": new });
    client.post(token, "/api/v1/auth/password", body).await
}

#[actix_web::test]
async fn a_new_account_changes_its_first_password_before_anything_else() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let made = client.post(&admin, USERS, clerk()).await.expect(201);
    assert_eq!(made.headers.get("location").unwrap(), "/api/v1/users/zhangwei");
    assert_eq!(made.headers.get("cache-control").unwrap(), "no-store");
    assert_eq!((made.text("username"), made.text("role")), ("zhangwei".into(), "unit".into()));
    assert_eq!(made.body["must_change_password"], true);
    let first = made.text("initial_password");
    assert_eq!(first.len(), 23);
    assert_eq!(made.etag(), made.text("etag"));
    let read = client.get(&admin, "/api/v1/users/zhangwei").await.expect(200);
    assert!(!read.body.to_string().contains(&first) && read.body.get("initial_password").is_none());
    let kept = look_up(&world.db, "SELECT password_hash FROM users WHERE username = 'zhangwei'").await;
    assert!(kept.starts_with("$argon2id$"));

    let session = client.sign_in("zhangwei", &first).await.expect(200);
    let token = session.text("access_token");
    for path in [USERS, "/api/v1/users/zhangwei", "/api/v1/service-accounts"] {
        let refused = client.get(&token, path).await.expect(403);
        assert_eq!(refused.text("code"), "password_change_required", "{path}");
        assert!(refused.text("detail").contains("/api/v1/auth/password"));
    }
    let me = client.get(&token, "/api/v1/users/me").await.expect(200);
    assert_eq!(
        (me.body["must_change_password"].clone(), me.body["scopes"].clone()),
        (json!(true), json!([]))
    );

    let changed = change(&client, &token, &first, OTHER).await.expect(200);
    assert_eq!(changed.headers.get("cache-control").unwrap(), "no-store");
    let token = changed.text("access_token");
    let me = client.get(&token, "/api/v1/users/me").await.expect(200);
    assert_eq!(me.body["must_change_password"], false, "at once, whatever was remembered");
    assert!(me.body["scopes"].as_array().unwrap().contains(&json!("forms:write")));
    assert_eq!(client.get(&token, USERS).await.expect(403).text("code"), "forbidden");
    assert_eq!(client.refresh(&session.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.refresh(&changed.text("refresh_token")).await.status, StatusCode::OK);
    assert_eq!(client.sign_in("zhangwei", &first).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.sign_in("zhangwei", OTHER).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_given_first_password_is_within_the_rules_and_is_not_repeated() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let given = |password: &str| {
        let mut body = clerk();
        body["password"] = json!(password);
        body
    };
    for weak in ["our unit 430611101", "zhangwei is here", "jixiao is the best", "Password1234!"] {
        let refused = client.post(&admin, USERS, given(weak)).await.expect(422);
        refused.expect_errors(&[("/password", "weak_password")]);
    }
    client.post(&admin, USERS, given("short")).await.expect(422).expect_errors(&[("/password", "too_short")]);
    let made = client.post(&admin, USERS, given(OTHER)).await.expect(201);
    assert_eq!(made.body["initial_password"], Value::Null);
    let token = client.sign_in("zhangwei", OTHER).await.text("access_token");
    assert_eq!(client.get(&token, USERS).await.expect(403).text("code"), "password_change_required");
}

#[actix_web::test]
async fn a_password_has_nothing_of_the_units_name() {
    let world = world().await;
    super::support::execute(&world.db, "UPDATE units SET name = '君山区委办公室'").await;
    let client = world.client().await;
    let token = client.token("unit").await;
    let refused = change(&client, &token, PASSWORD, "我们区委办公真的很好啊是不是").await.expect(422);
    refused.expect_errors(&[("/new_password", "weak_password")]);
    change(&client, &token, PASSWORD, "一行白鹭上青天两个黄鹂鸣翠柳").await.expect(200);
}

#[actix_web::test]
async fn everything_that_does_not_fit_is_told_at_once() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    for (body, wanted) in [
        (
            json!({ "username": "me", "role": "unit" }),
            &[("/unit", "missing_field"), ("/username", "wrong_form")][..],
        ),
        (
            json!({ "username": "jx_x", "role": "bureau" }),
            &[("/region_code", "missing_field"), ("/username", "wrong_form")],
        ),
        (
            json!({ "username": "x", "role": "admin", "unit": "430611101", "region_code": "43" }),
            &[("/region_code", "unexpected_field"), ("/unit", "unexpected_field")],
        ),
        (json!({ "username": "x", "role": "unit", "unit": "999" }), &[("/unit", "unknown_unit")]),
        (
            json!({ "username": "a b", "role": "boss" }),
            &[("/role", "not_an_option"), ("/username", "wrong_form")],
        ),
        (json!({ "username": "x", "role": "reader", "colour": 1 }), &[("/colour", "unknown_field")]),
    ] {
        client.post(&admin, USERS, body).await.expect(422).expect_errors(wanted);
    }
    let taken = client.post(&admin, USERS, json!({ "username": "UNIT", "role": "reader" })).await.expect(409);
    assert_eq!(taken.text("code"), "already_exists");
}

#[actix_web::test]
async fn only_administrators_reach_accounts() {
    let world = world().await;
    let client = world.client().await;
    for name in ["unit", "bureau", "reader"] {
        let token = client.token(name).await;
        client.get(&token, USERS).await.expect(403);
        client.get(&token, "/api/v1/users/admin").await.expect(403);
        client.post(&token, USERS, clerk()).await.expect(403);
        client.post(&token, "/api/v1/users/admin/password-reset", json!({})).await.expect(403);
        client.patch(&token, "/api/v1/users/unit", "*", json!({ "role": "admin" })).await.expect(403);
        let me = client.get(&token, "/api/v1/users/me").await.expect(200);
        assert_eq!((me.text("username"), me.text("role")), (name.to_owned(), name.to_owned()));
    }
    let fields =
        [("grant_type", "password"), ("username", "admin"), ("password", PASSWORD), ("scope", "units:read")];
    let narrow = client.form(&fields).await.text("access_token");
    client.get(&narrow, USERS).await.expect(403);
    let me = client.get(&narrow, "/api/v1/users/me").await.expect(200);
    assert_eq!(me.body["scopes"], json!(["units:read"]));
    let all: Vec<&str> =
        Action::ALL.into_iter().filter(|a| a.allows(Role::Admin)).map(Action::scope).collect();
    let me = client.get(&client.token("admin").await, "/api/v1/users/me").await;
    assert_eq!(me.body["scopes"], json!(all));
}

#[actix_web::test]
async fn a_change_of_role_or_unit_acts_within_seconds_and_wants_the_tag() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let session = client.sign_in("bureau", PASSWORD).await;
    let token = session.text("access_token");
    assert_eq!(client.me(&token).await.status, StatusCode::OK);
    let path = "/api/v1/users/bureau";
    let read = client.get(&admin, path).await.expect(200);
    client
        .with(&admin, actix_web::test::TestRequest::patch().uri(path).set_json(json!({})))
        .await
        .expect(428);
    client.patch(&admin, path, "\"0.0\"", json!({ "disabled": true })).await.expect(412);

    let same = client.patch(&admin, path, &read.etag(), json!({ "role": "bureau" })).await.expect(200);
    assert_eq!(same.etag(), read.etag(), "what changes nothing touches nothing");
    let half = client.patch(&admin, path, &read.etag(), json!({ "role": "unit" })).await.expect(422);
    half.expect_errors(&[("/region_code", "unexpected_field"), ("/unit", "missing_field")]);
    client
        .patch(&admin, path, "*", json!({ "role": null }))
        .await
        .expect(422)
        .expect_errors(&[("/role", "missing_field")]);
    client
        .patch(&admin, path, "*", json!({ "username": "x" }))
        .await
        .expect(422)
        .expect_errors(&[("/username", "unknown_field")]);
    client.patch(&admin, "/api/v1/users/nobody", "*", json!({})).await.expect(404);

    let moved = json!({ "role": "unit", "unit": "430611101", "region_code": null });
    let moved = client.patch(&admin, path, &read.etag(), moved).await.expect(200);
    assert_ne!(moved.etag(), read.etag());
    assert_eq!((moved.text("role"), moved.body["region_code"].clone()), ("unit".into(), Value::Null));
    assert_eq!(client.refresh(&session.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&token).await.status, StatusCode::UNAUTHORIZED);
    let again = client.token("bureau").await;
    assert_eq!(client.me(&again).await.body["role"], "unit");

    client.patch(&admin, path, "*", json!({ "disabled": true })).await.expect(200);
    assert_eq!(client.sign_in("bureau", PASSWORD).await.status, StatusCode::BAD_REQUEST);
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&again).await.status, StatusCode::UNAUTHORIZED);
    client.patch(&admin, path, "*", json!({ "disabled": false })).await.expect(200);
    assert_eq!(client.me(&again).await.status, StatusCode::UNAUTHORIZED, "old tokens do not come back");
    let fresh = client.token("bureau").await;
    assert_eq!(client.me(&fresh).await.status, StatusCode::OK, "and new ones count at once");
}

#[actix_web::test]
async fn nobody_shuts_out_themself_or_the_last_administrator() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    for patch in [json!({ "disabled": true }), json!({ "role": "reader" })] {
        let refused = client.patch(&admin, "/api/v1/users/admin", "*", patch).await.expect(409);
        assert_eq!(refused.text("code"), "own_account");
        assert!(refused.text("detail").contains("另一位管理员"));
    }
    let reset = client.post(&admin, "/api/v1/users/Admin/password-reset", json!({})).await.expect(409);
    assert_eq!(reset.text("code"), "own_account");
    client.patch(&admin, "/api/v1/users/admin", "*", json!({ "disabled": false })).await.expect(200);

    // Somebody who was shut out a moment ago is still believed: they cannot take the last one along.
    add_user(&world.db, new_user("second", Role::Admin, PasswordPolicy::Enforced)).await.unwrap();
    let second = client.token("second").await;
    client.get(&second, USERS).await.expect(200);
    set_disabled(&world.db, "second", true).await.unwrap();
    for patch in [json!({ "disabled": true }), json!({ "role": "reader" })] {
        let refused = client.patch(&second, "/api/v1/users/admin", "*", patch).await.expect(409);
        assert_eq!(refused.text("code"), "last_admin");
    }
    assert_eq!(client.me(&admin).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn of_two_administrators_who_shut_each_other_out_one_stays() {
    let world = world().await;
    add_user(&world.db, new_user("second", Role::Admin, PasswordPolicy::Enforced)).await.unwrap();
    let client = world.client().await;
    let (one, two) = (client.token("admin").await, client.token("second").await);
    for token in [&one, &two] {
        client.get(token, USERS).await.expect(200);
    }
    let out = || json!({ "disabled": true });
    let (first, second) = futures_util::future::join(
        client.patch(&one, "/api/v1/users/second", "*", out()),
        client.patch(&two, "/api/v1/users/admin", "*", out()),
    )
    .await;
    let mut codes = [first.status.as_u16(), second.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{} {}", first.body, second.body);
    let left = "SELECT CAST(count(*) AS TEXT) FROM users WHERE role = 'admin' AND NOT disabled";
    assert_eq!(look_up(&world.db, left).await, "1");
}

#[actix_web::test]
async fn a_reset_makes_a_first_password_again_and_forgets_failures() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let session = client.sign_in("unit", PASSWORD).await;
    assert_eq!(client.me(&session.text("access_token")).await.status, StatusCode::OK);
    for _ in 0..5 {
        client.sign_in("unit", "not the password").await;
    }
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    let reset = client.post(&admin, "/api/v1/users/Unit/password-reset", json!({})).await.expect(200);
    assert_eq!(reset.headers.get("cache-control").unwrap(), "no-store");
    assert_eq!(reset.etag(), client.get(&admin, "/api/v1/users/unit").await.etag());
    let first = reset.text("initial_password");
    assert_eq!(client.refresh(&session.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&session.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    let token = client.sign_in("unit", &first).await.expect(200).text("access_token");
    assert_eq!(client.get(&token, USERS).await.expect(403).text("code"), "password_change_required");
    client.post(&admin, "/api/v1/users/nobody/password-reset", json!({})).await.expect(404);
}

#[actix_web::test]
async fn the_own_password_wants_the_old_one_and_ends_every_other_session() {
    let world = world().await;
    let client = world.client().await;
    let (here, there) = (client.sign_in("unit", PASSWORD).await, client.sign_in("unit", PASSWORD).await);
    let token = here.text("access_token");
    let wrong = change(&client, &token, "not the password", OTHER).await.expect(422);
    wrong.expect_errors(&[("/current_password", "wrong_password")]);
    let both = change(&client, &token, "not the password", "administrator1").await.expect(422);
    both.expect_errors(&[("/current_password", "wrong_password"), ("/new_password", "weak_password")]);
    change(&client, &token, PASSWORD, PASSWORD)
        .await
        .expect(422)
        .expect_errors(&[("/new_password", "unchanged")]);
    change(&client, &token, PASSWORD, &"长".repeat(129))
        .await
        .expect(422)
        .expect_errors(&[("/new_password", "too_long")]);
    let numbers: Vec<String> = (1..=32).map(|n| format!("{:04}", 7919 * n % 9973)).collect();
    let long = numbers.concat();
    let changed = change(&client, &token, PASSWORD, &long).await.expect(200);
    world.clock.advance(CACHE_MILLIS);
    for old in [&here, &there] {
        assert_eq!(client.me(&old.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(client.refresh(&old.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(client.me(&changed.text("access_token")).await.status, StatusCode::OK);
    assert_eq!(client.sign_in("unit", &long).await.status, StatusCode::OK, "128 characters");

    client
        .send(actix_web::test::TestRequest::post().uri("/api/v1/auth/password").set_json(json!({})))
        .await
        .expect(401);
}

#[actix_web::test]
async fn guessing_the_old_password_is_slowed_like_signing_in() {
    let world = world().await;
    let client = world.client().await;
    let token = client.token("unit").await;
    for _ in 0..5 {
        change(&client, &token, "not the password", OTHER).await.expect(422);
    }
    let paused = change(&client, &token, PASSWORD, OTHER).await.expect(429);
    assert!(paused.headers.contains_key("retry-after"));
    assert_eq!(
        client.sign_in("unit", PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "one count for both"
    );
    world.clock.advance(61_000);
    change(&client, &token, PASSWORD, OTHER).await.expect(200);
}

#[actix_web::test]
async fn a_narrowed_token_stays_narrow_over_a_change_of_password() {
    let world = world().await;
    let client = world.client().await;
    let fields =
        [("grant_type", "password"), ("username", "unit"), ("password", PASSWORD), ("scope", "units:read")];
    let narrow = client.form(&fields).await.text("access_token");
    let changed = change(&client, &narrow, PASSWORD, OTHER).await.expect(200);
    assert_eq!(changed.text("scope"), "units:read");
    assert_eq!(client.refresh(&changed.text("refresh_token")).await.text("scope"), "units:read");
}

#[actix_web::test]
async fn accounts_are_listed_filtered_and_paged() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    set_disabled(&world.db, "reader", true).await.unwrap();
    let names = async |query: &str| {
        let list = client.get(&admin, &format!("{USERS}?with_total=true{query}")).await.expect(200);
        let items = list.body["items"].as_array().unwrap().clone();
        assert_eq!(list.body["total"], items.len(), "{query}");
        items.iter().map(|item| item["username"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["admin", "bureau", "reader", "unit"]);
    assert_eq!(names("&sort=-username").await, ["unit", "reader", "bureau", "admin"]);
    assert_eq!(names("&role=admin").await, ["admin"]);
    assert_eq!(names("&disabled=true").await, ["reader"]);
    assert_eq!(names("&disabled=false&role=reader").await, [""; 0]);
    assert_eq!(names("&unit=430611101").await, ["unit"]);
    assert_eq!(names("&region_code=4306").await, ["bureau"]);
    let first = client.get(&admin, &format!("{USERS}?limit=3")).await.expect(200);
    assert_eq!(first.headers.get("cache-control").unwrap(), "no-store");
    let next = format!("{USERS}?limit=3&cursor={}", first.text("next_cursor"));
    assert_eq!(client.get(&admin, &next).await.body["items"][0]["username"], "unit");
    client.get(&admin, &format!("{USERS}?role=boss")).await.expect(400);
}

#[actix_web::test]
async fn an_account_is_never_removed() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let delete = actix_web::test::TestRequest::delete().uri("/api/v1/users/unit");
    client.with(&admin, delete).await.expect(404);
    client.get(&admin, "/api/v1/users/unit").await.expect(200);
}
