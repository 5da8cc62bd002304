//! Guessing passwords becomes slow, for the guesser.

use std::net::SocketAddr;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use jixiao::accounts::LoginLimits;

use super::support::{Answer, Client, PASSWORD, execute, look_up, world, world_with};

const WRONG: &str = "not the password";

async fn sign_in_from(client: &Client, address: &str, username: &str, password: &str) -> Answer {
    let form = [("grant_type", "password"), ("username", username), ("password", password)];
    let address: SocketAddr = address.parse().unwrap();
    client.send(TestRequest::post().uri("/api/v1/auth/token").peer_addr(address).set_form(form)).await
}

#[actix_web::test]
async fn five_failures_pause_an_account_for_longer_and_longer() {
    let world = world().await;
    let client = world.client().await;
    for username in ["unit", "nobody"] {
        for _ in 0..5 {
            assert_eq!(client.sign_in(username, WRONG).await.text("code"), "invalid_grant");
        }
        for minutes in [1, 2, 5, 10, 15, 15] {
            let paused = client.sign_in(username, PASSWORD).await;
            assert_eq!(paused.status, StatusCode::TOO_MANY_REQUESTS, "{minutes}");
            assert_eq!(
                paused.headers.get("retry-after").unwrap().to_str().unwrap(),
                (minutes * 60).to_string()
            );
            assert_eq!(paused.text("error"), "temporarily_unavailable");
            world.clock.advance(minutes * 60_000);
            assert_eq!(client.sign_in(username, WRONG).await.status, StatusCode::BAD_REQUEST);
        }
    }
    assert_eq!(client.sign_in("bureau", PASSWORD).await.status, StatusCode::OK, "others are not concerned");
    world.clock.advance(15 * 60_000);
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::OK, "nobody stays out");
}

#[actix_web::test]
async fn a_success_clears_the_count_and_time_does_too() {
    let world = world().await;
    let client = world.client().await;
    for _ in 0..4 {
        client.sign_in("unit", WRONG).await;
    }
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::OK);
    for _ in 0..4 {
        client.sign_in("unit", WRONG).await;
    }
    world.clock.advance(15 * 60_000);
    for _ in 0..4 {
        client.sign_in("unit", WRONG).await;
    }
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn guesses_at_once_teach_no_more_than_guesses_in_a_row() {
    let world = world().await;
    let client = world.client().await;
    let answers = futures_util::future::join_all((0..20).map(|_| client.sign_in("unit", WRONG))).await;
    let told = answers.iter().filter(|answer| answer.status == StatusCode::BAD_REQUEST).count();
    let paused = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!((told, paused), (5, 15));
    assert_eq!(look_up(&world.db, "SELECT CAST(failures AS TEXT) FROM login_failures").await, "5");
}

#[actix_web::test]
async fn right_passwords_at_once_are_all_let_in() {
    let world = world().await;
    let client = world.client().await;
    let answers = futures_util::future::join_all((0..20).map(|_| client.sign_in("unit", PASSWORD))).await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
}

#[actix_web::test]
async fn one_address_cannot_try_every_account() {
    let world = world_with(LoginLimits { per_address: 10, ..LoginLimits::default() }).await;
    let client = world.client().await;
    for n in 0..10 {
        let answer = sign_in_from(&client, "203.0.113.9:4000", &format!("user{n}"), WRONG).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    let paused = sign_in_from(&client, "203.0.113.9:4001", "unit", PASSWORD).await;
    assert_eq!(paused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(sign_in_from(&client, "203.0.113.10:4000", "unit", PASSWORD).await.status, StatusCode::OK);
    world.clock.advance(60_000);
    assert_eq!(sign_in_from(&client, "203.0.113.9:4002", "unit", PASSWORD).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_machine_itself_is_no_address_and_those_signed_in_stay_so() {
    let world = world_with(LoginLimits { per_address: 10, ..LoginLimits::default() }).await;
    let client = world.client().await;
    let session = client.sign_in("unit", PASSWORD).await.text("refresh_token");
    for n in 0..15 {
        let answer = sign_in_from(&client, "127.0.0.1:4000", &format!("user{n}"), WRONG).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(sign_in_from(&client, "127.0.0.1:4001", "bureau", PASSWORD).await.status, StatusCode::OK);
    for _ in 0..6 {
        client.sign_in("unit", WRONG).await;
    }
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(client.refresh(&session).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn limits_can_be_switched_off_and_old_counts_are_swept() {
    let world = world_with(LoginLimits { per_account: 0, per_address: 0 }).await;
    let client = world.client().await;
    for _ in 0..12 {
        assert_eq!(client.sign_in("unit", WRONG).await.status, StatusCode::BAD_REQUEST);
    }
    execute(
        &world.db,
        "INSERT INTO login_failures (subject, failures, first_at) VALUES ('old', 3, '2020-01-01T00:00:00+00:00')",
    )
    .await;
    world.clock.advance(60_000);
    client.sign_in("unit", WRONG).await;
    assert_eq!(look_up(&world.db, "SELECT CAST(count(*) AS TEXT) FROM login_failures").await, "0");
}
