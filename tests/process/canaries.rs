//! Secrets put where they belong, and where they do not: none of them comes out on either stream, however much is
//! logged.

use std::fs::File;
use std::process::Stdio;

use crate::database::{Database, SECRET};
use crate::support::{Folder, Server};

/// Sings if it is found anywhere: every secret of this test has it in its middle.
const CANARY: &str = "zeisig7q";

fn form(server: &Server, fields: &str) -> (u16, serde_json::Value) {
    let (status, _, body) = server.answer("POST", "/api/v1/auth/token", None, fields);
    (status, body)
}

/// What people and programs do right and wrong with secrets. Hands back those that the program made itself.
fn live_through_a_day(server: &Server, password: &str) -> Vec<String> {
    let right = format!("grant_type=password&username=root&password={password}");
    let (status, issued) = form(server, &right);
    assert_eq!(status, 200, "{issued}");
    let token = issued["access_token"].as_str().unwrap().to_owned();
    let refresh = issued["refresh_token"].as_str().unwrap().to_owned();
    let again = format!("grant_type=refresh_token&refresh_token={refresh}");
    let (status, renewed) = form(server, &again);
    assert_eq!(status, 200, "{renewed}");
    assert_eq!(form(server, &again).0, 400, "used twice");
    for wrong in [
        format!("grant_type=password&username=root&password=wrong-{CANARY}-wrong"),
        format!("grant_type=password&username=nobody&password=wrong-{CANARY}-wrong"),
        // The password where the name belongs, where the scope does, in a field that is none, twice.
        format!("grant_type=password&username={password}&password=x"),
        format!("grant_type=password&username=root&password=x&scope={password}"),
        format!("grant_type={password}&username=root&password=x"),
        format!("grant_type=password&username=root&passwort={password}"),
        format!("grant_type=password&username=root&password={password}&password={password}"),
        format!("grant_type=refresh_token&refresh_token=refresh-{CANARY}-refresh"),
        password.to_owned(),
    ] {
        let (status, answer) = form(server, &wrong);
        assert!(matches!(status, 400 | 422), "{status} {answer}");
    }
    for path in [
        format!("/api/v1/units?password={CANARY}"),
        format!("/api/v1/units?name_contains={CANARY}"),
        format!("/api/v1/units?access_token={token}"),
        format!("/api/v1/units?cursor={CANARY}"),
    ] {
        server.get(&path, Some(&token));
    }
    let bodies = [
        format!(r#"{{"code":"1","name":"甲","password":"body-{CANARY}"}}"#),
        format!(r#"{{"password":"body-{CANARY}""#),
        format!(r#"["body-{CANARY}"]"#),
    ];
    for body in &bodies {
        for (method, path) in [
            ("PUT", "/api/v1/units/1"),
            ("POST", "/api/v1/imports?mode=commit"),
            ("PATCH", "/api/v1/years/2023"),
        ] {
            let (status, _, answer) = server.answer(method, path, Some(&token), body);
            assert!((400..500).contains(&status), "{status} {answer}");
        }
    }
    let cut = token.split_at(token.len() - 4).0;
    for refused in [&format!("bearer-{CANARY}-bearer"), cut, &format!("{token}{CANARY}")] {
        assert_eq!(server.get("/api/v1/units", Some(refused)).0, 401);
    }
    let text = |name: &str| renewed[name].as_str().unwrap().to_owned();
    // The signature is the secret of a token; and the whole of it.
    let signature = token.rsplit('.').next().unwrap().to_owned();
    vec![token, refresh, signature, text("access_token"), text("refresh_token")]
}

/// The address with a password, which a server that trusts everybody does not ask for.
fn with_password(url: &str) -> String {
    let (user, rest) = url.split_once('@').unwrap();
    assert_eq!(user.matches(':').count(), 1, "the tests' server asks for no password");
    format!("{user}:db-{CANARY}-db@{rest}")
}

fn hold(log: &str, secrets: &[String]) {
    assert!(log.contains("request"), "there is a log at all");
    for secret in secrets {
        let found = log.lines().find(|line| line.contains(secret.as_str()));
        assert!(found.is_none(), "{secret} in {}", found.unwrap());
    }
}

fn secrets_stay_inside(folder: &Folder, mut command: std::process::Command, password: &str, more: &[&str]) {
    let log = folder.0.join("log");
    command.env("JIXIAO_LOG", "trace").env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
    let (mut server, welcome) = Server::start_logging(command, Stdio::from(File::create(&log).unwrap()));
    server.wait_for("/readyz", 200);
    let mut secrets = live_through_a_day(&server, password);
    secrets.push(password.to_owned());
    secrets.push(CANARY.to_owned());
    secrets.extend(more.iter().map(|secret| (*secret).to_owned()));
    assert_eq!(server.stop(), Some(0));
    let said = std::fs::read_to_string(&log).unwrap() + &welcome;
    hold(&said, &secrets);
}

#[test]
fn no_secret_is_logged_on_sqlite() {
    let folder = Folder::new();
    let password = format!("quiet-{CANARY}-herons");
    let secret = format!("kXk2bq8mTn4v{CANARY}Wz7pQs1rLd9fHg3jYc6aUe5iOo0x");
    let with_secret = |arguments: &[&str]| {
        let mut command = folder.jixiao(arguments);
        command.env("JIXIAO_SECRET_KEY", &secret).env("JIXIAO_LOG", "trace");
        command
    };
    let add = with_secret(&["user", "add", "root", "--role", "admin"]);
    let added = crate::support::run(add, &format!("{password}\n"));
    assert!(added.status.success());
    hold(
        &(crate::support::text(&added.stderr) + "request" + &crate::support::text(&added.stdout)),
        &[CANARY.into()],
    );
    secrets_stay_inside(&folder, with_secret(&["serve", "--listen", "127.0.0.1:0"]), &password, &[&secret]);
}

/// The database's password too, whether it is right or the server says it is not.
#[test]
fn no_secret_is_logged_on_postgresql() {
    let Some(database) = Database::make() else { return };
    let folder = Folder::new();
    database.add_admin(&folder);
    let host = database.host();
    let mut command = database.command(&folder, &host, &["serve", "--listen", "127.0.0.1:0"]);
    command.env("JIXIAO_DATABASE_URL", with_password(&database.url_at(&host)));
    secrets_stay_inside(&folder, command, "four+quiet+herons+wade", &[SECRET]);
    // An account that the server does not know, in a database that is not there.
    let log = folder.0.join("refused");
    let mut command = database.command(&folder, &host, &["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("JIXIAO_DATABASE_URL", format!("postgres://nobody:db-{CANARY}-db@{host}/none"))
        .env("JIXIAO_LOG", "trace");
    let (mut server, _) = Server::start_logging(command, Stdio::from(File::create(&log).unwrap()));
    assert_eq!(server.get("/readyz", None).0, 503);
    assert_eq!(server.stop(), Some(0));
    hold(&std::fs::read_to_string(&log).unwrap(), &[CANARY.to_owned()]);
}
