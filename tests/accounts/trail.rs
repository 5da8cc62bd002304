//! What the audit chain says of accounts: every write, by whom, and never a secret.

use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use super::support::{PASSWORD, World, look_up, world};

/// Actor and changes of every entry, in the order they were written.
async fn trail(world: &World) -> Vec<(String, Value)> {
    let conn = world.db.reader();
    let sql = "SELECT actor, changes FROM audit_entries WHERE chain = 'administration' ORDER BY seq";
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
    let entry = |row: &sea_orm::QueryResult| {
        let changes: String = row.try_get("", "changes").unwrap();
        (row.try_get("", "actor").unwrap(), serde_json::from_str(&changes).unwrap())
    };
    rows.iter().map(entry).collect()
}

#[actix_web::test]
async fn every_write_of_an_account_is_told_and_no_secret_with_it() {
    let world = world().await;
    let client = world.client().await;
    let admin = client.token("admin").await;
    let before = trail(&world).await;
    assert!(before.len() >= 4 && before.iter().all(|(actor, _)| actor == "command-line"));

    let users = "/api/v1/users";
    let made = client.post(&admin, users, json!({ "username": "wang", "role": "reader" })).await.expect(201);
    let first = made.text("initial_password");
    client.patch(&admin, "/api/v1/users/wang", "*", json!({ "role": "reader" })).await.expect(200);
    client.patch(&admin, "/api/v1/users/wang", "*", json!({ "region_code": "4306" })).await.expect(200);
    let reset = client.post(&admin, "/api/v1/users/wang/password-reset", json!({})).await.expect(200);
    let second = reset.text("initial_password");
    let token = client.sign_in("wang", &second).await.expect(200).text("access_token");
    let change = json!({ "current_password": second, "new_password": "seven brass kettles sing" });
    let session = client.post(&token, "/api/v1/auth/password", change).await.expect(200);
    let service = json!({ "name": "财政", "role": "reader", "scopes": ["scores:read"], "expires_at": "2027-01-01T00:00:00Z" });
    let service = client.post(&admin, "/api/v1/service-accounts", service).await.expect(201);
    let path = format!("/api/v1/service-accounts/{}", service.text("client_id"));
    client.patch(&admin, &path, "*", json!({ "disabled": true })).await.expect(200);
    let rotated = client.post(&admin, &format!("{path}/secret"), json!({})).await.expect(200);
    world.accounts.rotate_signing_key().await.unwrap();

    let all = trail(&world).await;
    let told: Vec<(&str, &str, &str)> = all[before.len()..]
        .iter()
        .map(|(actor, changes)| {
            let word = |name: &str| changes[0][name].as_str().unwrap();
            (actor.as_str(), word("action"), word("entity"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("admin", "make", "user"),
            ("admin", "change", "user"),
            ("admin", "reset_password", "user"),
            ("wang", "change_password", "user"),
            ("admin", "make", "service_account"),
            ("admin", "change", "service_account"),
            ("admin", "rotate_secret", "service_account"),
            ("command-line", "rotate", "signing_key"),
        ]
    );
    let moved = &all[before.len() + 1].1[0];
    assert_eq!((&moved["key"], &moved["fields"][0]["field"]), (&json!("wang"), &json!("region_code")));
    assert_eq!(moved["fields"].as_array().unwrap().len(), 1);

    let text = format!("{all:?}");
    let hash = look_up(&world.db, "SELECT password_hash FROM users WHERE username = 'wang'").await;
    let secret_hash = look_up(&world.db, "SELECT secret_hash FROM service_accounts").await;
    for secret in [
        PASSWORD,
        &first,
        &second,
        "seven brass kettles sing",
        &hash,
        &secret_hash,
        &service.text("client_secret"),
        &rotated.text("client_secret"),
        &session.text("access_token"),
        &session.text("refresh_token"),
    ] {
        assert!(!text.contains(secret), "{secret} is in the trail");
    }
}
