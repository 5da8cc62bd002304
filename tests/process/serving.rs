//! Serving: the demo, the first start, and stopping.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::program::begun;
use crate::support::{Folder, Server, demo, is_alive, run, text, until};

#[test]
fn the_demo_shows_the_way_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let (mut server, welcome) = demo(&folder);
    for path in ["/livez", "/readyz", "/version", "/openapi.json", "/docs/"] {
        assert_eq!(server.get(path, None).0, 200, "{path}");
    }
    for word in ["Swagger UI", "admin, bureau, unit, reader", "jixiao-demo", "curl -s"] {
        assert!(welcome.contains(word), "{word}: {welcome}");
    }
    // The ready line, run as a newcomer would.
    if Command::new("curl").arg("--version").output().is_ok() {
        let script: String = welcome
            .lines()
            .filter(|line| line.contains("curl"))
            .fold(String::new(), |all, line| format!("{all}{line}\n"));
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script);
        let answer = text(&run(shell, "").stdout);
        assert!(
            answer.contains("\"final_total\":\"99\"") && answer.contains("\"final_total\":\"98\""),
            "{answer}"
        );
    }
    for name in ["admin", "bureau", "unit"] {
        let token = server.sign_in(name, "jixiao-demo").unwrap();
        let scores = server.get("/api/v1/scores/430611101/2023", Some(&token)).1;
        assert_eq!(scores["department"]["final_total"], "99", "{name}");
    }
    assert!(server.sign_in("reader", "jixiao-demo").is_some());
    assert_eq!(server.stop(), Some(0));
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0, "the demo's folder is gone");
}

#[test]
fn a_first_start_makes_what_it_needs_and_keeps_it_private() {
    let folder = Folder::new();
    let data = folder.0.join("data");
    let serve = || folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]);
    let mut server = Server::start(serve());
    for file in std::fs::read_dir(&data).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{} has mode {mode:o}", file.path().display());
    }
    assert_eq!(server.stop(), Some(0));
    assert!(
        folder.run(&["user", "add", "root", "--role", "admin"], "four quiet herons wade\n").status.success()
    );
    let mut server = Server::start(serve());
    let token = server.sign_in("root", "four quiet herons wade").unwrap();
    assert_eq!(server.stop(), Some(0));
    let mut server = Server::start(serve());
    assert_eq!(server.get("/api/v1/units", Some(&token)).0, 200, "the keys are the same after a restart");
    assert_eq!(server.stop(), Some(0));
    // Without its secret an old database is refused, and no new secret buries the loss.
    std::fs::rename(data.join("jixiao.secret"), folder.0.join("kept")).unwrap();
    let lost = run(serve(), "");
    assert_eq!(
        (lost.status.code(), data.join("jixiao.secret").exists()),
        (Some(78), false),
        "{}",
        text(&lost.stderr)
    );
    std::fs::rename(folder.0.join("kept"), data.join("jixiao.secret")).unwrap();
    let mut other = serve();
    other.env("JIXIAO_SECRET_KEY", "kXk2bq8mTn4vWz7pQs1rLd9fHg3jYc6aUe5iOo0x").env("JIXIAO_LOG", "off");
    let refused = run(other, "");
    assert_eq!(
        (refused.status.code(), text(&refused.stderr).lines().count()),
        (Some(78), 1),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn told_to_stop_it_finishes_what_it_has_begun() {
    let folder = Folder::new();
    let (mut server, _) = demo(&folder);
    let token = server.sign_in("admin", "jixiao-demo").unwrap();
    let body = r#"{"code":"430611199","name":"最后一刻才来的单位"}"#;
    let head = format!(
        "PUT /api/v1/units/430611199 HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json"
    );
    let mut slow = begun(&server.address, &head, body.len());
    slow.write_all(body.split_at(20).0.as_bytes()).unwrap();
    server.signal("-TERM");
    until(|| (server.get("/livez", None).0 == 0).then_some(()), "new connections to be refused");
    assert!(is_alive(&mut server), "it waits for the request in flight");
    slow.write_all(body.split_at(20).1.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(server.end(), Some(0));
}

/// A probe that comes over a connection that was open before hears that the process is going.
#[test]
fn an_open_connection_hears_that_the_process_is_going() {
    let folder = Folder::new();
    let (mut server, _) = demo(&folder);
    // Something is in flight, so that stopping takes until it is through.
    let form = b"grant_type=password&username=unit&password=jixiao-demo";
    let head = "POST /api/v1/auth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let mut slow = begun(&server.address, head, form.len());
    let mut open = TcpStream::connect(&server.address).unwrap();
    let mut ask = || {
        let mut answer = [0; 2048];
        let sent = open.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
        let read = sent.and_then(|()| open.read(&mut answer)).unwrap_or(0);
        String::from_utf8_lossy(&answer[..read]).into_owned()
    };
    assert!(ask().starts_with("HTTP/1.1 200"));
    server.signal("-TERM");
    until(|| (server.get("/livez", None).0 == 0).then_some(()), "new connections to be refused");
    // Closed at once, or told: both keep a balancer from sending more; never that all is well.
    let told = ask();
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 503"), "{told}");
    slow.write_all(form).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.end(), Some(0));
}
