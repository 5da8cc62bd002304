//! The commands that serve nobody: score, import, user, migrate, openapi.

use serde_json::Value;

use crate::support::{Folder, Server, text, until};

const REPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/report-2023.json");
const PASSWORD: &str = "four quiet herons wade\n";

#[test]
fn a_bundle_is_scored_on_the_spot() {
    let folder = Folder::new();
    let table = text(&folder.run(&["score", REPORT], "").stdout);
    assert!(
        table.contains("最终 99")
            && table.contains("最终 98")
            && table.contains("实际 70次 ≥ 目标 60次，得满分 5")
    );
    let english = text(&folder.run(&["score", REPORT, "--lang", "en"], "").stdout);
    assert!(english.contains("final 99") && !english.contains('〔'), "{english}");
    let piped = folder.run(&["score", "-", "--json"], &std::fs::read_to_string(REPORT).unwrap());
    let scores: Value = serde_json::from_slice(&piped.stdout).unwrap();
    assert_eq!(scores[0]["department"]["final_total"], "99");
    assert_eq!(scores[0]["projects"][0]["final_total"], "98");
    assert_eq!(folder.run(&["score", "-"], "{").status.code(), Some(65));
    assert_eq!(folder.run(&["score", "-"], r#"{"budget":[]}"#).status.code(), Some(65));
    assert_eq!(folder.run(&["score", REPORT, "--rule-set", "none@1"], "").status.code(), Some(78));
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0, "no database was made");
}

#[test]
fn the_document_is_printed_as_it_is_committed() {
    let committed =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).unwrap();
    assert!(text(&Folder::new().run(&["openapi"], "").stdout) == committed, "stale: run `just openapi`");
}

#[test]
fn the_schema_goes_up_and_down_by_command() {
    let folder = Folder::new();
    let applied = |output: &[u8]| text(output).lines().filter(|line| line.starts_with("applied")).count();
    assert_eq!(applied(&folder.run(&["migrate", "status"], "").stdout), 0);
    let steps = applied(&folder.run(&["migrate", "up"], "").stdout);
    assert!(steps > 5);
    assert_eq!(applied(&folder.run(&["migrate", "down", "--steps", "2"], "").stdout), steps - 2);
    assert_eq!(applied(&folder.run(&["migrate", "up"], "").stdout), steps);
}

#[test]
fn an_import_keeps_the_good_rows_on_request_and_its_scores_are_verified() {
    let folder = Folder::new();
    let mut bundle: Value = serde_json::from_str(&std::fs::read_to_string(REPORT).unwrap()).unwrap();
    bundle["indicators"][4]["weight"] = Value::from(5);
    let import =
        |how: &[&str]| folder.run(&[&["import", "-", "--mode", "commit"], how].concat(), &bundle.to_string());
    let refused = import(&[]);
    assert_eq!((refused.status.code(), text(&refused.stdout).as_str()), (Some(65), ""));
    let partly = import(&["--atomic=false"]);
    assert_eq!(partly.status.code(), Some(65), "a row was left out");
    assert!(text(&partly.stdout).contains("共 29 行，新建 28，更新 0，未变 0，有误未写入 1"));
    assert!(text(&partly.stderr).contains("indicators 第 5 行"));
    let again = import(&["--atomic=false", "--strategy", "update", "--lang", "en"]);
    assert!(text(&again.stdout).contains("28 unchanged, 1 wrong and not written"));
    let verified = folder.run(&["scores", "verify"], "");
    assert_eq!(verified.status.code(), Some(0));
    assert!(text(&verified.stdout).contains("重算 1 套自评、2 张表"), "{}", text(&verified.stdout));
}

#[test]
fn an_import_is_checked_then_written_then_served() {
    let folder = Folder::new();
    let checked = folder.run(&["import", REPORT, "--mode", "validate"], "");
    assert!(text(&checked.stdout).contains("检查通过") && text(&checked.stdout).contains("新建 29"));
    let written = folder.run(&["import", REPORT, "--mode", "commit"], "");
    assert!(text(&written.stdout).contains("新建 29"), "validating had written nothing");
    let again = folder.run(&["import", REPORT, "--mode", "commit", "--lang", "en"], "");
    assert!(text(&again.stdout).contains("29 unchanged"));
    let bad = r#"{"indicators":[{"unit":"000","year":2023,"seq":1,"level1":"产出","level2":"数量","name":"甲"},{"seq":2}]}"#;
    let refused = folder.run(&["import", "-", "--mode", "commit"], bad);
    assert_eq!(refused.status.code(), Some(65));
    let told = text(&refused.stderr);
    assert!(
        told.contains("indicators 第 1 行（000/2023/1） /indicators/0/unit")
            && told.contains("/indicators/1/unit"),
        "{told}"
    );
    assert!(folder.run(&["user", "add", "root", "--role", "admin"], PASSWORD).status.success());
    let server = Server::start(folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]));
    let token = server.sign_in("root", PASSWORD.trim()).unwrap();
    let scores = server.get("/api/v1/scores/430611101/2023", Some(&token)).1;
    assert_eq!(scores["department"]["final_total"], "99");
    assert_eq!(scores["projects"][0]["final_total"], "98");
}

#[test]
fn a_year_is_exported_and_imported_again_unchanged() {
    let folder = Folder::new();
    let bundle = folder.run(&["generate", "--units", "20", "--projects", "3"], "").stdout;
    let imported = folder.run(&["import", "-", "--mode", "commit"], &text(&bundle));
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    let whole: Value = serde_json::from_slice(&bundle).unwrap();
    let rows: usize =
        whole.as_object().unwrap().values().filter_map(|rows| Some(rows.as_array()?.len())).sum();
    let exported = folder.run(&["export", "--year", "2023", "-o", "year.json"], "");
    assert!(text(&exported.stderr).contains(&format!("{rows} rows")), "{}", text(&exported.stderr));
    let told = text(&folder.run(&["import", "year.json", "--mode", "commit", "--lang", "en"], "").stdout);
    assert!(told.contains(&format!("{rows} unchanged, 0 stored rows not in the file")), "{told}");
    let year: Value = serde_json::from_slice(&std::fs::read(folder.0.join("year.json")).unwrap()).unwrap();
    assert_eq!(year["indicators"].as_array().unwrap().len(), whole["indicators"].as_array().unwrap().len());
    // Another installation gets all that there is.
    let elsewhere = Folder::new();
    let told = elsewhere.run(&["import", "-", "--mode", "commit", "--lang", "en"], &year.to_string());
    assert!(text(&told.stdout).contains(&format!("{rows} created")), "{}", text(&told.stderr));
    let unit = year["budgets"][0]["unit"].as_str().unwrap();
    let one = folder.run(&["export", "--year", "2023", "--unit", unit], "");
    let one: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert!(one["indicators"].as_array().unwrap().iter().all(|row| row["unit"] == unit));
    assert_eq!(one["budgets"].as_array().unwrap().len(), 1);
    assert_eq!(folder.run(&["export", "--year", "2001"], "").status.code(), Some(65));
    assert_eq!(folder.run(&["export", "--year", "2023", "--unit", "0"], "").status.code(), Some(65));
    let nowhere = folder.run(&["export", "--year", "2023", "-o", "no/such/folder.json"], "");
    assert_eq!(nowhere.status.code(), Some(1));
}

#[test]
fn files_of_every_format_are_imported_by_the_command() {
    let folder = Folder::new();
    assert!(folder.run(&["import", REPORT, "--mode", "commit"], "").status.success());
    let report: Value = serde_json::from_str(&std::fs::read_to_string(REPORT).unwrap()).unwrap();
    let import = |arguments: &[&str], input: &str| {
        let whole: Vec<&str> =
            ["import", "--mode", "commit", "--lang", "en"].iter().chain(arguments).copied().collect();
        folder.run(&whole, input)
    };
    let unchanged = |arguments: &[&str], input: &str, rows: usize| {
        let output = import(arguments, input);
        let told = text(&output.stdout);
        assert!(
            told.contains(&format!("{rows} rows, 0 created, 0 updated, {rows} unchanged")),
            "{arguments:?}: {told}{}",
            text(&output.stderr)
        );
    };
    let budget = &report["budgets"][0];
    let annual = budget["total"]["annual"].as_str().unwrap();
    let csv = format!("单位编码,预算年度,全年预算数\n430611101,2023,{annual}\n");
    std::fs::write(folder.0.join("部门整体支出.csv"), &csv).unwrap();
    unchanged(&["部门整体支出.csv"], "", 1);
    unchanged(&["-", "--collection", "budgets"], &csv, 1);
    assert_eq!(annual, "1013.19");
    let yuan = csv.replace("1013.19", "10131900");
    unchanged(&["-", "--collection", "budgets", "--amount-unit", "yuan"], &yuan, 1);
    let line = |row: &Value| {
        let mut row = row.clone();
        row["collection"] = "indicators".into();
        row.to_string()
    };
    let lines: Vec<String> = report["indicators"].as_array().unwrap().iter().map(line).collect();
    std::fs::write(folder.0.join("rows.ndjson"), lines.join("\n")).unwrap();
    unchanged(&["rows.ndjson"], "", lines.len());
    unchanged(&["-"], &lines.join("\n"), lines.len());
    unchanged(&["rows.ndjson", "部门整体支出.csv"], "", lines.len() + 1);
    // Wrong rows are told by file, row and column, and written beside the input.
    std::fs::write(
        folder.0.join("indicators.csv"),
        "单位编码,预算年度,序号,得分\n430611101,2023,1,五\n43061110,2023,2,5\n",
    )
    .unwrap();
    let refused = import(&["indicators.csv", "--errors", "errors.csv"], "");
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(65));
    assert!(told.contains("indicators row 2 (430611101/2023/1) indicators.csv 得分: "), "{told}");
    assert!(told.contains("[unknown_unit]") && told.contains("meant 430611101"), "{told}");
    let errors = text(&std::fs::read(folder.0.join("errors.csv")).unwrap());
    assert!(
        errors
            .starts_with("\u{feff}单位编码,预算年度,序号,得分,Import errors\r\n430611101,2023,1,五,\"得分: "),
        "{errors}"
    );
    assert_eq!(import(&["-", "--collection", "nothing"], "").status.code(), Some(78));
    assert_eq!(import(&["-"], "a,b\n").status.code(), Some(65));
}

#[test]
fn accounts_are_made_and_shut_out_by_command() {
    let folder = Folder::new();
    let weak = folder.run(&["user", "add", "root", "--role", "admin"], "password\n");
    assert_eq!(weak.status.code(), Some(1));
    assert!(text(&weak.stderr).contains("12"), "{}", text(&weak.stderr));
    assert!(folder.run(&["user", "add", "root", "--role", "admin"], PASSWORD).status.success());
    assert_eq!(folder.run(&["user", "add", "root", "--role", "admin"], PASSWORD).status.code(), Some(1));
    assert_eq!(folder.run(&["user", "add", "clerk", "--role", "unit"], PASSWORD).status.code(), Some(1));
    let server = Server::start(folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(server.sign_in("admin", "jixiao-demo"), None, "there is no account by default");
    let token = server.sign_in("root", PASSWORD.trim()).unwrap();
    assert_eq!(server.get("/api/v1/units", Some(&token)).0, 200);
    assert!(folder.run(&["user", "passwd", "root"], "six green lamps glow\n").status.success());
    until(
        || (server.get("/api/v1/units", Some(&token)).0 == 401).then_some(()),
        "the old token to be refused",
    );
    let token = server.sign_in("root", "six green lamps glow").unwrap();
    assert!(folder.run(&["user", "disable", "root"], "").status.success());
    until(
        || (server.get("/api/v1/units", Some(&token)).0 == 401).then_some(()),
        "the disabled account to be out",
    );
    assert_eq!(server.sign_in("root", "six green lamps glow"), None);
    assert!(folder.run(&["user", "disable", "root", "--undo"], "").status.success());
    assert!(server.sign_in("root", "six green lamps glow").is_some());
    let first = ["user", "add", "clerk", "--role", "reader", "--must-change"];
    assert!(folder.run(&first, PASSWORD).status.success());
    let token = server.sign_in("clerk", PASSWORD.trim()).unwrap();
    let (status, refused) = server.get("/api/v1/units", Some(&token));
    assert_eq!((status, &refused["code"]), (403, &Value::from("password_change_required")));
    let change = r#"{"current_password":"four quiet herons wade","new_password":"nine tall poplars lean"}"#;
    let (status, _, changed) = server.answer("POST", "/api/v1/auth/password", Some(&token), change);
    assert_eq!(status, 200, "{changed}");
    assert_eq!(server.get("/api/v1/units", changed["access_token"].as_str()).0, 200);
}
