//! The two grants.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::support::{Answer, PASSWORD, openapi, world};

#[actix_web::test]
async fn a_password_brings_tokens_that_nobody_stores() {
    let world = world().await;
    let client = world.client().await;
    let answer = client.sign_in("unit", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.headers.get("cache-control").unwrap(), "no-store");
    assert_eq!(answer.text("token_type"), "Bearer");
    assert_eq!(answer.body["expires_in"], 900);
    assert!(answer.text("scope").contains("forms:write"), "{}", answer.body);
    assert!(!answer.text("scope").contains("units:write"), "{}", answer.body);

    let me = client.me(&answer.text("access_token")).await;
    assert_eq!(me.status, StatusCode::OK);
    assert_eq!(
        me.body,
        json!({ "username": "unit", "role": "unit", "unit": "430611101", "narrowed_to": null })
    );
}

#[actix_web::test]
async fn upper_case_and_blanks_do_not_make_another_name() {
    let world = world().await;
    assert_eq!(world.client().await.sign_in(" Unit ", PASSWORD).await.status, StatusCode::OK);
}

fn without_ids(mut answer: Answer) -> (StatusCode, Value, Vec<String>) {
    answer.body["request_id"] = json!("-");
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (answer.status, answer.body, names)
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_or_disabled_user_look_the_same() {
    let world = world().await;
    let client = world.client().await;
    jixiao::accounts::set_disabled(&world.db, "reader", true).await.unwrap();
    let wrong = client.sign_in("unit", "not the password").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(wrong.text("code"), "invalid_grant");
    assert_eq!(wrong.text("error"), "invalid_grant");
    assert!(wrong.text("error_description").is_ascii());
    let wrong = without_ids(wrong);
    assert_eq!(wrong, without_ids(client.sign_in("nobody", "not the password").await));
    assert_eq!(wrong, without_ids(client.sign_in("reader", PASSWORD).await));
}

#[actix_web::test]
async fn a_refresh_token_is_good_once() {
    let world = world().await;
    let client = world.client().await;
    let first = client.sign_in("unit", PASSWORD).await;
    let second = client.refresh(&first.text("refresh_token")).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.body);
    assert_ne!(first.text("refresh_token"), second.text("refresh_token"));
    assert_eq!(client.me(&second.text("access_token")).await.status, StatusCode::OK);
    let third = client.refresh(&second.text("refresh_token")).await;
    assert_eq!(third.status, StatusCode::OK);

    // The first comes back: somebody has a copy, and nobody knows who is the thief.
    let reused = client.refresh(&first.text("refresh_token")).await;
    assert_eq!((reused.status, reused.text("error")), (StatusCode::BAD_REQUEST, "invalid_grant".into()));
    assert_eq!(client.refresh(&third.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn of_many_refreshes_at_once_one_wins_and_the_family_ends() {
    let world = world().await;
    let client = world.client().await;
    let token = client.sign_in("unit", PASSWORD).await.text("refresh_token");
    let answers = futures_util::future::join_all((0..8).map(|_| client.refresh(&token))).await;
    let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == StatusCode::OK).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(client.refresh(&won[0].text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn one_familys_end_is_not_anothers() {
    let world = world().await;
    let client = world.client().await;
    let stolen = client.sign_in("unit", PASSWORD).await.text("refresh_token");
    let other = client.sign_in("unit", PASSWORD).await.text("refresh_token");
    client.refresh(&stolen).await;
    client.refresh(&stolen).await;
    assert_eq!(client.refresh(&other).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_session_ends_when_idle_and_after_half_a_day() {
    const MINUTES: i64 = 60_000;
    let world = world().await;
    let client = world.client().await;
    let idle = client.sign_in("bureau", PASSWORD).await.text("refresh_token");
    let mut kept = client.sign_in("unit", PASSWORD).await.text("refresh_token");
    for _ in 0..7 {
        world.clock.advance(100 * MINUTES);
        let next = client.refresh(&kept).await;
        assert_eq!(next.status, StatusCode::OK);
        kept = next.text("refresh_token");
    }
    assert_eq!(client.refresh(&idle).await.status, StatusCode::BAD_REQUEST);
    world.clock.advance(20 * MINUTES);
    assert_eq!(client.refresh(&kept).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn a_scope_narrows_and_never_widens() {
    let world = world().await;
    let client = world.client().await;
    let form =
        |scope| [("grant_type", "password"), ("username", "unit"), ("password", PASSWORD), ("scope", scope)];
    let narrow = client.form(&form("units:read forms:read units:read units:write")).await;
    assert_eq!(narrow.text("scope"), "units:read forms:read", "what the role does not have is left out");
    let me = client.me(&narrow.text("access_token")).await;
    assert_eq!(me.body["narrowed_to"], json!(["units:read", "forms:read"]));

    let token = narrow.text("refresh_token");
    let wide = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "forms:write")];
    let refused = client.form(&wide).await;
    assert_eq!((refused.status, refused.text("error")), (StatusCode::BAD_REQUEST, "invalid_scope".into()));
    let narrower =
        [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "units:read")];
    let narrower = client.form(&narrower).await;
    assert_eq!(narrower.text("scope"), "units:read", "{}", narrower.body);
    let again = client.refresh(&narrower.text("refresh_token")).await;
    assert_eq!(again.text("scope"), "units:read forms:read", "a refresh token keeps its scope");

    assert_eq!(client.form(&form("units:fly")).await.text("error"), "invalid_scope");
    assert_eq!(client.form(&form("units:write")).await.text("error"), "invalid_scope");
    assert!(client.form(&form("")).await.text("scope").contains("forms:write"), "an empty scope is none");
}

#[actix_web::test]
async fn forms_are_read_as_oauth_wants() {
    let world = world().await;
    let client = world.client().await;
    let good = [("grant_type", "password"), ("username", "unit"), ("password", PASSWORD)];
    let more =
        [good.as_slice(), &[("client_id", "ui"), ("client_secret", "x"), ("audience", "all"), ("scope", "")]];
    assert_eq!(client.form(&more.concat()).await.status, StatusCode::OK, "what is not known is ignored");

    let unsupported = client.form(&[("grant_type", "authorization_code")]).await;
    assert_eq!(
        (unsupported.status, unsupported.text("error")),
        (StatusCode::BAD_REQUEST, "unsupported_grant_type".into())
    );

    let pointers = |answer: &Answer| {
        let errors = answer.body["errors"].as_array().unwrap();
        let mut all: Vec<String> = errors.iter().map(|e| e["pointer"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    let missing = client.form(&[("grant_type", "password"), ("scope", &"x".repeat(501))]).await;
    assert_eq!(
        (missing.status, missing.text("error")),
        (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request".into())
    );
    assert_eq!(pointers(&missing), ["/password", "/scope", "/username"]);
    assert_eq!(pointers(&client.form(&[("grant_type", "")]).await), ["/grant_type"]);
    assert_eq!(pointers(&client.form(&[("grant_type", "refresh_token")]).await), ["/refresh_token"]);
    let program = client.form(&[("grant_type", "client_credentials")]).await;
    assert_eq!(pointers(&program), ["/client_id", "/client_secret"]);
    let twice = [good.as_slice(), &[("username", "admin")]].concat();
    assert_eq!(pointers(&client.form(&twice).await), ["/username"]);
    let nul = client.sign_in("a\0b", PASSWORD).await;
    assert_eq!(
        (nul.status, pointers(&nul)),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["/username".to_owned()])
    );

    let post = || TestRequest::post().uri("/api/v1/auth/token");
    let json = client.send(post().set_json(json!({ "grant_type": "password" }))).await;
    assert_eq!(
        (json.status, json.text("error")),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request".into())
    );
    assert_eq!(client.send(post()).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = client.form(&[("grant_type", "password"), ("username", &"x".repeat(9000))]).await;
    assert_eq!(
        (large.status, large.text("error")),
        (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request".into())
    );
    let bytes = post()
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(b"grant_type=password&username=\xff".to_vec());
    assert_eq!(client.send(bytes).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn swaggers_empty_client_says_nothing_and_a_named_one_is_refused() {
    let world = world().await;
    let client = world.client().await;
    let with = |authorization: &'static str| {
        let form = [("grant_type", "password"), ("username", "unit"), ("password", PASSWORD)];
        let request = TestRequest::post().uri("/api/v1/auth/token").set_form(form);
        client.send(request.insert_header(("authorization", authorization)))
    };
    assert_eq!(with("Basic Og==").await.status, StatusCode::OK);
    assert_eq!(with("Bearer whatever").await.status, StatusCode::OK);
    for named in ["Basic Y2xpZW50OnNlY3JldA==", "Basic ???", "basic Y2xpZW50"] {
        let answer = with(named).await;
        assert_eq!(
            (answer.status, answer.text("error")),
            (StatusCode::UNAUTHORIZED, "invalid_client".into())
        );
    }
}

#[actix_web::test]
async fn before_the_database_is_there_everything_is_unavailable() {
    use jixiao::accounts::{Accounts, LoginLimits};
    let mut world = world().await;
    let token = world.client().await.sign_in("unit", PASSWORD).await.text("access_token");
    world.accounts = Accounts::new(world.db.clone(), &world.secret, LoginLimits::default());
    let client = world.client().await;
    let answer = client.sign_in("unit", PASSWORD).await;
    assert_eq!(
        (answer.status, answer.text("error")),
        (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable".into())
    );
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(client.me(&token).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn the_document_says_what_a_form_holds() {
    let document = openapi();
    let operation = &document["paths"]["/api/v1/auth/token"]["post"];
    assert_eq!(operation["operationId"], "issueToken");
    assert_eq!(operation["security"], json!([{}]));
    let body = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"];
    assert_eq!(body["schema"]["$ref"], "#/components/schemas/TokenRequest");
    assert_eq!(body["example"]["password"], "jixiao-demo");
    let form = &document["components"]["schemas"]["TokenRequest"];
    assert_eq!(form["required"], json!(["grant_type"]));
    assert_eq!(form["additionalProperties"], Value::Null);
    assert_eq!(form["properties"]["password"]["writeOnly"], true);
    assert_eq!(form["properties"]["username"]["type"], "string");
    let answer = &document["components"]["schemas"]["TokenResponse"];
    assert_eq!(answer["required"].as_array().unwrap().len(), 4, "a program gets no refresh token");
    for status in ["200", "400", "401", "408", "413", "415", "422", "429", "500", "503"] {
        assert!(operation["responses"].get(status).is_some(), "{status}");
    }
}
