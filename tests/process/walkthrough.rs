//! docs/walkthrough.md, as it is printed: its `sh` blocks are run one after the other against the real program, and
//! what it tells of the outcome is what comes out. On SQLite and, where a server is named, on PostgreSQL.

use std::process::Command;

use serde_json::Value;

use crate::database::{Database, SECRET};
use crate::support::{Folder, Server, run, text};

const WALKTHROUGH: &str = include_str!("../../docs/walkthrough.md");

/// What stands between ```` ```sh ```` and the next fence.
fn blocks() -> Vec<&'static str> {
    let parts = WALKTHROUGH.split("```sh\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap()).collect()
}

fn walk(settings: impl Fn(&mut Command)) {
    let folder = Folder::new();
    let command = |arguments: &[&str]| {
        let mut command = folder.jixiao(arguments);
        settings(&mut command);
        command
    };
    let added = run(command(&["user", "add", "admin", "--role", "admin"]), "four quiet herons wade\n");
    assert!(added.status.success(), "{}", text(&added.stderr));
    let mut server = Server::start(command(&["serve", "--listen", "127.0.0.1:0"]));
    server.wait_for("/readyz", 200);

    std::fs::create_dir_all(folder.0.join("demo")).unwrap();
    std::fs::write(folder.0.join("demo/report-2023.json"), jixiao::demo::REPORT).unwrap();
    let mut shell = Command::new("sh");
    let script = format!("set -u\n{}", blocks().join("\necho '#'\n"));
    shell.args(["-c", &script]).current_dir(&folder.0);
    shell.env("API", format!("http://{}/api/v1", server.address));
    let output = shell.output().unwrap();
    let said = text(&output.stdout);
    let parts: Vec<&str> = said.split("#\n").collect();
    let part = |number: usize| parts.get(number).copied().unwrap_or_default();
    let seen = |number: usize, words: &[&str]| {
        for word in words {
            assert!(part(number).contains(word), "block {number} says no {word}: {}\n{said}", part(number));
        }
    };
    seen(2, &["\"assigned\":2", "\"not_started\":2"]);
    seen(3, &["findings_open", "budget_changed", "public_expenditure", "projects_sum", "reason_missing"]);
    // What the page shows of the answer is what is said.
    let shown =
        WALKTHROUGH.lines().filter(|line| line.contains("\"detail\":\"") && line.contains("\"code\":\""));
    for detail in shown.filter_map(|line| line.split("\"detail\":\"").nth(1)?.split('"').next()) {
        assert!(part(3).contains(detail), "block 3 says no {detail}: {}", part(3));
    }
    seen(4, &["\"stage\":\"submitted\"", "\"submitted_by\":\"clerk\""]);
    seen(5, &["\"stage\":\"returned\""]);
    seen(6, &["请附样本数", "\"stage\":\"submitted\"", "\"round\":2"]);
    seen(7, &["\"final_total\":\"97\"", "\"stage\":\"approved\"", "\"stage\":\"published\""]);
    seen(8, &["\"self_total\":\"99\"", "\"final_total\":\"97\"", "\"edition\":1"]);
    let foreign: Vec<Value> = part(9).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(foreign.len(), 2);
    assert!(foreign.iter().all(|problem| problem["status"] == 404), "{}", part(9));
    seen(10, &["佐证材料只覆盖七成服务对象", "\"intact\":true"]);

    let verified = run(command(&["audit", "verify"]), "");
    assert!(verified.status.success(), "{}{}", text(&verified.stdout), text(&verified.stderr));
    let kept = run(command(&["audit", "checkpoint"]), "");
    assert!(kept.status.success(), "{}", text(&kept.stderr));
    std::fs::write(folder.0.join("kept.json"), &kept.stdout).unwrap();
    let verified = run(command(&["audit", "verify", "--checkpoint", "kept.json"]), "");
    assert!(text(&verified.stdout).contains("1 checkpoints"), "{}", text(&verified.stderr));
    assert_eq!(server.stop(), Some(0));
}

fn has_curl() -> bool {
    let is_there = Command::new("curl").arg("--version").output().is_ok();
    if !is_there {
        eprintln!("SKIPPED: docs/walkthrough.md is typed with curl, and there is none here");
        assert!(std::env::var_os("CI").is_none(), "CI has curl");
    }
    is_there
}

#[test]
fn the_walkthrough_goes_as_it_is_printed() {
    if has_curl() {
        walk(|_| {});
    }
}

#[test]
fn the_walkthrough_goes_the_same_way_on_postgresql() {
    if !has_curl() {
        return;
    }
    let Some(database) = Database::make() else { return };
    walk(|command| {
        command
            .env("JIXIAO_DATABASE_URL", database.url_at(&database.host()))
            .env("JIXIAO_SECRET_KEY", SECRET);
    });
}
