//! Accounts in the whole service: a first password opens nothing, and a program reaches what it was given.

use actix_web::test::TestRequest;
use jixiao_core::workflow::{Action, Role};
use serde_json::json;

use crate::calls::{calls, in_a_year};
use crate::support::{Reply, UNIT, World, world};

async fn token(world: &World, form: &[(&str, &str)]) -> String {
    let request = TestRequest::post().uri("/api/v1/auth/token").set_form(form);
    let reply = world.caller("anon").send(request).await.expect(200);
    reply.json["access_token"].as_str().unwrap().to_owned()
}

async fn with(world: &World, token: &str, request: TestRequest) -> Reply {
    let request = request.insert_header(("authorization", format!("Bearer {token}")));
    world.caller("anon").send(request).await
}

#[actix_web::test]
async fn until_its_first_password_is_changed_an_account_opens_nothing() {
    let world = world().await;
    let calls = calls(&world).await;
    for (role, unit, region) in [
        (Role::Unit, Some(UNIT), None),
        (Role::Bureau, None, Some("430611")),
        (Role::Admin, None, None),
        (Role::Reader, None, None),
    ] {
        let name = format!("new-{role}");
        let new = json!({ "username": name, "role": role, "unit": unit, "region_code": region });
        let made = world.caller("admin").post("/api/v1/users", new).await.expect(201);
        let first = made.json["initial_password"].as_str().unwrap();
        let token =
            token(&world, &[("grant_type", "password"), ("username", &name), ("password", first)]).await;
        for call in &calls {
            let reply = with(&world, &token, call.harmless()).await;
            let is_refused = reply.json["code"] == "password_change_required" && reply.status == 403;
            assert_eq!(
                is_refused,
                call.action != Action::OwnAccount,
                "{name} {}: {}",
                call.name(),
                reply.text
            );
        }
    }
}

#[actix_web::test]
async fn the_finance_systems_program_reads_approved_scores_and_nothing_else() {
    let world = world().await;
    let admin = world.caller("admin");
    let program = json!({ "name": "财政一体化", "role": "reader", "region_code": "430611", "scopes": ["scores:read"],
        "expires_at": in_a_year() });
    let made = admin.post("/api/v1/service-accounts", program).await.expect(201);
    let text = |name: &str| made.json[name].as_str().unwrap().to_owned();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let token = token(
        &world,
        &[("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)],
    )
    .await;
    world.sql("UPDATE evaluations SET stage = 'approved'").await;
    let scores = TestRequest::get().uri("/api/v1/scores?year=2023&with_total=true");
    assert_eq!(with(&world, &token, scores).await.expect(200).json["total"], 2);
    for call in calls(&world).await {
        let reply = with(&world, &token, call.harmless()).await;
        let may = call.action == Action::ReadScores || call.action == Action::OwnAccount;
        // It has no password to change.
        let is_refused = !may || call.address.ends_with("/password");
        assert_eq!(reply.status == 403, is_refused, "{}: {}", call.name(), reply.text);
    }
}

#[actix_web::test]
async fn a_program_imports_and_is_named_by_its_client_id() {
    let world = world().await;
    let admin = world.caller("admin");
    let program = json!({ "name": "导入脚本", "role": "bureau", "region_code": "430611", "scopes": ["import:write"],
        "expires_at": in_a_year() });
    let made = admin.post("/api/v1/service-accounts", program).await.expect(201);
    let text = |name: &str| made.json[name].as_str().unwrap().to_owned();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let token = token(
        &world,
        &[("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)],
    )
    .await;
    let bundle = json!({ "narratives": [{ "unit": UNIT, "year": 2023, "sections": { "problems": "无" } }] });
    let import = TestRequest::post().uri("/api/v1/imports?mode=commit").set_json(bundle);
    with(&world, &token, import).await.expect(200);
    let trail = format!("/api/v1/audit/entries?actor={id}&with_total=true");
    let trail = admin.get(&trail).await.expect(200);
    assert!(trail.json["total"].as_u64().unwrap() >= 1, "{}", trail.text);
}

#[actix_web::test]
async fn a_unit_with_accounts_stays() {
    let world = world().await;
    let admin = world.caller("admin");
    admin.put("/api/v1/units/219", None, json!({ "code": "219", "name": "某单位" })).await.expect(201);
    let program = json!({ "name": "填报脚本", "role": "unit", "unit": "219", "scopes": ["forms:write"],
        "expires_at": in_a_year() });
    admin.post("/api/v1/service-accounts", program).await.expect(201);
    let refused = admin.delete("/api/v1/units/219", Some("*")).await.expect(409);
    assert!(refused.json["detail"].as_str().unwrap().contains("服务账号 1"), "{}", refused.text);
}
