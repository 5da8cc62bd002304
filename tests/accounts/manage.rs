//! What the command line does to accounts, and how soon it shows.

use actix_web::http::StatusCode;
use jixiao::accounts::{
    AccountError, Hidden, NewUser, PasswordPolicy, add_user, check_password, set_disabled, set_password,
};
use jixiao_core::kernel::{Lang, Text as _};
use jixiao_core::workflow::Role;

use super::support::{PASSWORD, look_up, new_user, world};

const CACHE_MILLIS: i64 = 3_000;

fn new(username: &str, role: Role) -> NewUser {
    new_user(username, role, PasswordPolicy::Enforced)
}

#[actix_web::test]
async fn a_disabled_account_is_out_within_seconds_and_its_sessions_stay_ended() {
    let world = world().await;
    let client = world.client().await;
    let session = client.sign_in("unit", PASSWORD).await;
    let token = session.text("access_token");
    assert_eq!(client.me(&token).await.status, StatusCode::OK);
    set_disabled(&world.db, "unit", true).await.unwrap();
    assert_eq!(client.refresh(&session.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&token).await.status, StatusCode::UNAUTHORIZED);
    set_disabled(&world.db, "unit", false).await.unwrap();
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&token).await.status, StatusCode::UNAUTHORIZED, "old tokens do not come back");
    assert_eq!(client.refresh(&session.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_new_password_ends_every_session() {
    let world = world().await;
    let client = world.client().await;
    let session = client.sign_in("unit", PASSWORD).await;
    let other = client.sign_in("bureau", PASSWORD).await;
    let new = Hidden::from("seven brass kettles sing");
    set_password(&world.db, "unit", &new).await.unwrap();
    world.clock.advance(CACHE_MILLIS);
    assert_eq!(client.me(&session.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.refresh(&session.text("refresh_token")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.sign_in("unit", new.reveal()).await.status, StatusCode::OK);
    assert_eq!(client.me(&other.text("access_token")).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_hash_with_old_parameters_is_renewed_when_somebody_signs_in() {
    let world = world().await;
    let client = world.client().await;
    // The hash of PASSWORD with m=8, t=1, p=1.
    let old = super::support::weak_hash(PASSWORD);
    super::support::execute(
        &world.db,
        &format!("UPDATE users SET password_hash = '{old}' WHERE username = 'unit'"),
    )
    .await;
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::OK);
    let renewed = look_up(&world.db, "SELECT password_hash FROM users WHERE username = 'unit'").await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    assert_eq!(client.sign_in("unit", PASSWORD).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn what_does_not_fit_together_is_refused_with_its_reason() {
    let world = world().await;
    let refusal = async |new: NewUser| add_user(&world.db, new).await.unwrap_err();
    let unit = |code: &str| Some(code.parse().unwrap());
    assert!(matches!(refusal(new("UNIT", Role::Admin)).await, AccountError::NameTaken));
    assert!(matches!(refusal(new("a b", Role::Admin)).await, AccountError::BadName));
    for bad in ["", "me", "jx_program", "ме"] {
        assert!(matches!(refusal(new(bad, Role::Admin)).await, AccountError::BadName), "{bad}");
    }
    assert!(matches!(refusal(new("x", Role::Unit)).await, AccountError::NeedsUnit));
    assert!(matches!(refusal(new("x", Role::Bureau)).await, AccountError::NeedsRegion));
    let misplaced = NewUser { unit: unit("430611101"), ..new("x", Role::Admin) };
    assert!(matches!(refusal(misplaced).await, AccountError::UnexpectedUnit));
    let misplaced = NewUser { region: Some("43".parse().unwrap()), ..new("x", Role::Admin) };
    assert!(matches!(refusal(misplaced).await, AccountError::UnexpectedRegion));
    let unknown = NewUser { unit: unit("999"), ..new("x", Role::Unit) };
    assert!(matches!(refusal(unknown).await, AccountError::UnknownUnit));
    let weak = NewUser { password: "short".into(), ..new("x", Role::Admin) };
    let weak = refusal(weak).await;
    assert!(weak.text(Lang::Zh).contains("12") && weak.text(Lang::En).contains("12"));
    assert!(matches!(set_disabled(&world.db, "x", true).await, Err(AccountError::NoSuchUser)));
    let demo =
        NewUser { password: "jixiao-demo".into(), policy: PasswordPolicy::Waived, ..new("x", Role::Admin) };
    add_user(&world.db, demo).await.unwrap();
    assert_eq!(world.client().await.sign_in("x", "jixiao-demo").await.status, StatusCode::OK);
}

#[test]
fn passwords_are_long_uncommon_and_not_about_the_office() {
    let context = ["zhangwei", "430611101"];
    for good in [PASSWORD, "一行白鹭上青天两个黄鹂鸣翠柳", "correct horse battery", "tr0ub4dor&3 staple"]
    {
        assert!(check_password(good, &context).is_ok(), "{good}");
    }
    let bad = [
        "",
        "elevenchars",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "123456789012",
        "abcdefghijklm",
        "Password1234!",
        "administrator1",
        "QWERTYUIOP12",
        "ZhangWei-is-here",
        "our unit 430611101",
        "财政局的口令很长很长很长",
        "jixiao is the best",
        &"长".repeat(64),
        &format!("{PASSWORD}!").repeat(6),
    ];
    for bad in bad {
        let refused = check_password(bad, &context).unwrap_err();
        assert!(!refused.zh.is_empty() && !refused.en.is_empty(), "{bad}");
    }
}

#[actix_web::test]
async fn nothing_secret_is_ever_printed() {
    let world = world().await;
    let client = world.client().await;
    let session = client.sign_in("unit", PASSWORD).await;
    let printed = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        world.accounts,
        world.secret,
        new("x", Role::Admin),
        Hidden::from(PASSWORD),
        world.db
    );
    let stored = look_up(&world.db, "SELECT password_hash FROM users WHERE username = 'unit'").await;
    let sealed = look_up(&world.db, "SELECT sealed_private_key FROM signing_keys").await;
    let derived = format!("{:?}", world.secret.derive("signing keys"));
    let secrets = [PASSWORD, &stored, &sealed, &derived];
    for secret in
        secrets.into_iter().chain([session.text("access_token").as_str(), &session.text("refresh_token")])
    {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
    assert!(printed.contains("[REDACTED]"));
    let kept = look_up(&world.db, "SELECT token_hash FROM refresh_tokens").await;
    assert_ne!(kept, session.text("refresh_token"), "what is kept is a hash");
}
