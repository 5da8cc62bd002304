//! The keys that sign: shared by replicas, sealed, and exchanged without a refused request.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use jixiao::accounts::{Accounts, KeyError, LoginLimits, SecretKey};
use jixiao_core::kernel::{Lang, Text as _};

use super::support::{PASSWORD, World, execute, look_up, open, world};

async fn replica(world: &World) -> World {
    let db = open(&world.place, &world.clock).await;
    let accounts = Accounts::new(db.clone(), &world.secret, LoginLimits::default());
    accounts.prepare().await.unwrap();
    let (clock, secret, place) = (Arc::clone(&world.clock), world.secret.clone(), Arc::clone(&world.place));
    World { clock, secret, db, accounts, place }
}

#[actix_web::test]
async fn another_secret_opens_nothing() {
    let world = world().await;
    let other = Accounts::new(world.db.clone(), &SecretKey::random().unwrap(), LoginLimits::default());
    let refusal = other.prepare().await.unwrap_err();
    assert!(matches!(refusal, KeyError::WrongSecret));
    assert_eq!(refusal.to_string(), "the secret key does not open the signing keys of this database");
    assert!(refusal.text(Lang::Zh).contains("密钥"));
}

#[actix_web::test]
async fn a_key_written_by_hand_signs_and_verifies_nothing() {
    let world = world().await;
    execute(
        &world.db,
        "INSERT INTO signing_keys (kid, public_key, sealed_private_key, created_at) VALUES \
         ('mine', 'AAAA', 'AAAA', '2026-01-01T00:00:00+00:00')",
    )
    .await;
    let other = Accounts::new(world.db.clone(), &world.secret, LoginLimits::default());
    assert!(matches!(other.prepare().await, Err(KeyError::WrongSecret)));
    // Whoever runs already goes on with the keys it has.
    let client = world.client().await;
    world.clock.advance(60_000);
    let token = client.sign_in("unit", PASSWORD).await.text("access_token");
    assert_eq!(client.me(&token).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn sealed_keys_do_not_change_places() {
    let world = world().await;
    execute(&world.db, "UPDATE signing_keys SET kid = 'another'").await;
    let other = Accounts::new(world.db.clone(), &world.secret, LoginLimits::default());
    assert!(matches!(other.prepare().await, Err(KeyError::WrongSecret)));
}

#[actix_web::test]
async fn replicas_that_start_together_share_one_key() {
    let world = world().await;
    execute(&world.db, "DELETE FROM signing_keys").await;
    let starting: Vec<Accounts> =
        (0..6).map(|_| Accounts::new(world.db.clone(), &world.secret, LoginLimits::default())).collect();
    let started = futures_util::future::join_all(starting.iter().map(Accounts::prepare)).await;
    assert!(started.iter().all(Result::is_ok), "{started:?}");
    assert_eq!(look_up(&world.db, "SELECT CAST(count(*) AS TEXT) FROM signing_keys").await, "1");
    assert!(starting.iter().all(|accounts| accounts.public_keys() == starting[0].public_keys()));
}

#[actix_web::test]
async fn a_new_key_takes_over_without_a_refused_request() {
    let world = world().await;
    let other = replica(&world).await;
    let (here, there) = (world.client().await, other.client().await);
    let old = here.sign_in("unit", PASSWORD).await.text("access_token");
    assert_eq!(there.me(&old).await.status, StatusCode::OK);
    world.accounts.rotate_signing_key().await.unwrap();
    let mut kids = std::collections::BTreeSet::new();
    for _ in 0..60 {
        for (one, two) in [(&here, &there), (&there, &here)] {
            let token = one.sign_in("bureau", PASSWORD).await.text("access_token");
            kids.insert(token.split('.').next().unwrap().to_owned());
            assert_eq!(two.me(&token).await.status, StatusCode::OK);
            assert_eq!(one.me(&old).await.status, StatusCode::OK);
        }
        world.clock.advance(2_000);
    }
    assert_eq!(kids.len(), 2, "both keys have signed");
    assert_eq!(other.accounts.public_keys()["keys"].as_array().unwrap().len(), 2);
    world.clock.advance(1_200_000);
    assert_eq!(other.accounts.public_keys()["keys"].as_array().unwrap().len(), 1, "the old one is gone");
    assert_eq!(here.sign_in("bureau", PASSWORD).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_public_keys_verify_our_tokens() {
    let world = world().await;
    let client = world.client().await;
    let answer = client.send(TestRequest::get().uri("/.well-known/jwks.json")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers.get("content-type").unwrap(), "application/jwk-set+json");
    let key = &answer.body["keys"][0];
    assert_eq!(key["crv"], "Ed25519");
    assert!(key.get("d").is_none());
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
    let token = client.sign_in("admin", PASSWORD).await.text("access_token");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_audience(&["jixiao-api"]);
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    let claims = jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation).unwrap().claims;
    assert_eq!(claims["role"], "admin");
}

#[actix_web::test]
async fn a_replica_that_nobody_asked_for_a_day_signs_with_a_key_that_others_know() {
    let world = world().await;
    let other = replica(&world).await;
    let (here, there) = (world.client().await, other.client().await);
    there.sign_in("unit", PASSWORD).await.expect(200);
    world.accounts.rotate_signing_key().await.unwrap();
    world.clock.advance(86_400_000);
    let token = there.sign_in("unit", PASSWORD).await.expect(200).text("access_token");
    assert_eq!(here.me(&token).await.status, StatusCode::OK);
}
