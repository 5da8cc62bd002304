//! Every answer, whatever its status, carries the headers that keep browsers and caches from doing harm with it.

use std::io::Read as _;

use crate::program::begun;
use crate::support::{Folder, Server, run, until};

const PASSWORD: &str = "four quiet herons wade";
const REPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/report-2023.json");
const UNIT: &str = "430611101";

#[track_caller]
fn is_safe(status: u16, head: &str) {
    for line in [
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'none'; frame-ancestors 'none'",
        "referrer-policy: no-referrer",
        "cross-origin-resource-policy: same-origin",
        "x-request-id: ",
        "content-language: ",
        "vary: accept-language",
    ] {
        assert!(head.contains(line), "{status} without {line}: {head}");
    }
    let cached = head.lines().find_map(|line| line.strip_prefix("cache-control: ")).unwrap_or_default();
    assert!(matches!(cached, "private, no-cache" | "no-store"), "{status}: {cached}");
    assert!(!head.contains("\r\nserver:") && !head.contains("x-powered-by"), "{status}: {head}");
    assert_eq!(head.contains("application/problem+json"), status >= 400, "{status}: {head}");
    let wants_retry = matches!(status, 429 | 503);
    assert!(!wants_retry || head.contains("retry-after: "), "{status}: {head}");
}

/// Breaks what is stored, as only somebody with the file in hand could.
fn break_narratives(folder: &Folder) {
    use sea_orm::ConnectionTrait as _;
    let file = format!("sqlite:{}", folder.0.join("data/jixiao.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = sea_orm::Database::connect(file).await.unwrap();
        db.execute_unprepared("ALTER TABLE narratives RENAME TO gone").await.unwrap();
        db.close().await.unwrap();
    });
}

#[test]
fn every_status_is_answered_with_them() {
    let folder = Folder::new();
    assert!(folder.run(&["import", REPORT, "--mode", "commit"], "").status.success());
    for account in [["root", "--role", "admin"].as_slice(), &["clerk", "--role", "unit", "--unit", UNIT]] {
        let command = folder.jixiao(&[&["user", "add"], account].concat());
        assert!(run(command, &format!("{PASSWORD}\n")).status.success());
    }
    let mut command = folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("JIXIAO_BODY_SECONDS", "1").env("JIXIAO_IMPORTS_AT_ONCE", "1");
    let server = Server::start(command);
    let (root, clerk) =
        (server.sign_in("root", PASSWORD).unwrap(), server.sign_in("clerk", PASSWORD).unwrap());
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let (root, clerk) = (bearer(&root), bearer(&clerk));
    let unit = format!("/api/v1/units/{UNIT}");
    let (_, head, stored) = server.ask("GET", &unit, &root, "");
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let stored = stored.to_string();
    let part = format!("/api/v1/narratives/{UNIT}/2023");
    let imports = "/api/v1/imports?mode=validate";
    let with = |line: &str| format!("{root}{line}\r\n");
    let form = "Content-Type: application/x-www-form-urlencoded\r\n".to_owned();
    let token = "/api/v1/auth/token";
    let wrong = "grant_type=password&username=clerk&password=wrong";
    let mut seen = Vec::new();
    for (status, method, path, headers, body) in [
        (200, "GET", unit.as_str(), root.clone(), ""),
        (200, "GET", "/livez", String::new(), ""),
        (200, "GET", "/openapi.json", String::new(), ""),
        (200, "GET", "/problems/locked", String::new(), ""),
        (200, "HEAD", &unit, root.clone(), ""),
        (204, "OPTIONS", &unit, root.clone(), ""),
        (304, "GET", &unit, with(&format!("If-None-Match: {etag}")), ""),
        (400, "PUT", &unit, with("If-Match: *"), "{"),
        (400, "GET", "/api/v1/units?nonsense=1", root.clone(), ""),
        (400, "POST", token, form.clone(), wrong),
        (401, "GET", &unit, String::new(), ""),
        (403, "PUT", &unit, format!("{clerk}If-Match: *\r\n"), &stored),
        (404, "GET", "/nowhere", String::new(), ""),
        (404, "GET", "/api/v1/units/none", root.clone(), ""),
        (405, "DELETE", "/api/v1/units", root.clone(), ""),
        (409, "DELETE", &unit, with("If-Match: *"), ""),
        (412, "PUT", &unit, with("If-Match: \"0.0\""), r#"{"code":"430611101","name":"甲"}"#),
        (413, "PUT", &unit, with("If-Match: *"), &" ".repeat((2 << 20) + 1)),
        (415, "PUT", &unit, root.replace("application/json", "text/csv"), "a,b"),
        (422, "PUT", &unit, with("If-Match: *"), "{}"),
        (422, "POST", imports, root.clone(), r#"{"units":[{}]}"#),
        (428, "PUT", &unit, root.clone(), r#"{"code":"430611101","name":"甲"}"#),
    ] {
        let (answered, head, body) = server.ask(method, path, &headers, body);
        assert_eq!(answered, status, "{method} {path}: {body}");
        is_safe(status, &head);
        seen.push(status);
    }
    let slow = format!("POST {imports} HTTP/1.1\r\n{}", root.trim_end());
    let mut slow = begun(&server.address, &slow, 100);
    let (status, head, _) = server.ask("POST", imports, &root, "{}");
    assert_eq!(status, 503);
    is_safe(503, &head);
    let mut late = String::new();
    slow.read_to_string(&mut late).unwrap();
    let late = late.to_lowercase();
    assert!(late.starts_with("http/1.1 408 "), "{late}");
    is_safe(408, late.split("\r\n\r\n").next().unwrap());
    let (_, head, _) = until(
        || Some(server.ask("POST", token, &form, wrong)).filter(|(status, ..)| *status == 429),
        "guessing to be slowed",
    );
    is_safe(429, &head);
    break_narratives(&folder);
    let (status, head, body) = server.ask("GET", &part, &root, "");
    assert_eq!(status, 500, "{body}");
    assert!(!body.to_string().contains("narratives."), "nothing of the inside: {body}");
    is_safe(500, &head);
    seen.extend([408, 429, 500, 503]);
    seen.sort_unstable();
    seen.dedup();
    let all = [200, 204, 304, 400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 422, 428, 429, 500, 503];
    assert_eq!(seen, all);
}
