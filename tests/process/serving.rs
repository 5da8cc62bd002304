//! Serving: the demo, the first start, stopping, and being killed.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::support::{Folder, Server, begun, run, text};

#[test]
fn the_demo_shows_the_way_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let mut server = Server::demo(&folder);
    for path in ["/livez", "/readyz", "/version", "/openapi.json", "/docs/"] {
        assert_eq!(server.get(path, None).0, 200, "{path}");
    }
    for word in ["Swagger UI", "admin, bureau, unit, reader", "jixiao-demo", "curl -s"] {
        assert!(server.welcome.contains(word), "{word}: {}", server.welcome);
    }
    // The ready line, run as a newcomer would.
    if Command::new("curl").arg("--version").output().is_ok() {
        let script: String = server
            .welcome
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
    let mut server = Server::demo(&folder);
    let token = server.sign_in("unit", "jixiao-demo").unwrap();
    let body = r#"{"unit":"430611101","year":2023,"sections":{"other":"最后一刻"}}"#;
    let head = format!(
        "PUT /api/v1/narratives/430611101/2023 HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\
         If-Match: *\r\nContent-Type: application/json"
    );
    let mut slow = begun(&server.address, &head, body.len());
    slow.write_all(body.split_at(20).0.as_bytes()).unwrap();
    server.signal("-TERM");
    crate::support::until(
        || (server.get("/livez", None).0 == 0).then_some(()),
        "new connections to be refused",
    );
    assert!(server.is_alive(), "it waits for the request in flight");
    slow.write_all(body.split_at(20).1.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.end(), Some(0));
}

#[test]
fn what_was_acknowledged_survives_being_killed() {
    let folder = Folder::new();
    let report = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/report-2023.json");
    assert!(folder.run(&["import", report, "--mode", "commit"], "").status.success());
    let add = ["user", "add", "unit", "--role", "unit", "--unit", "430611101"];
    assert!(folder.run(&add, "four quiet herons wade\n").status.success());
    for round in 0..5 {
        let mut server = Server::start(folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]));
        let token = server.sign_in("unit", "four quiet herons wade").unwrap();
        let path = "/api/v1/narratives/430611101/2023";
        let mut acknowledged = String::new();
        for write in 0..20 + round * 7 {
            let said = format!("第 {round} 轮第 {write} 次");
            let body = format!(r#"{{"unit":"430611101","year":2023,"sections":{{"other":"{said}"}}}}"#);
            if server.answer("PUT", path, Some(&token), &body).0 == 200 {
                acknowledged = said;
            }
        }
        server.signal("-KILL");
        server.end();
        let server = Server::start(folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]));
        let token = server.sign_in("unit", "four quiet herons wade").unwrap();
        let kept = server.get(path, Some(&token)).1;
        assert_eq!(kept["sections"]["other"], acknowledged.as_str());
        let scores = server.get("/api/v1/scores/430611101/2023", Some(&token)).1;
        assert_eq!(scores["department"]["final_total"], "99");
    }
}
