//! How the database goes about what it is asked. A statement that reads a whole table costs nothing in a test and
//! everything in a province, so the plans themselves are looked at: of every statement that the running program makes
//! while a form goes its way, files are imported, and each list is asked for in every way.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::Value;

use crate::support::{Folder, Server, text};

/// Tables that do not grow with the units that report and the years in which they do. All others do.
const SMALL: [&str; 9] = [
    "audit_checkpoints",
    "import_jobs",
    "login_failures",
    "rounds",
    "rule_sets",
    "score_change_heads",
    "service_accounts",
    "signing_keys",
    "years",
];

/// What reads a whole table all the same, by something it has in it, and why.
const KNOWN: [(&str, &str); 4] = [
    ("ORDER BY COALESCE(\"final_total\"", "sorted anew for each page; rankings walk an index"),
    ("ORDER BY ABS(\"self_total\" - \"reviewed_total\")", "sorted anew: reviewed sheets are few"),
    (
        "SELECT DISTINCT \"rule_set\" FROM \"evaluations\"",
        "asked for with the list of rule sets; the rows are short",
    ),
    ("\"code\" IN (SELECT \"parent_code\" FROM \"units\")", "walks an index, as long as there are units"),
];

struct Asked {
    _folder: Folder,
    server: Server,
    log: PathBuf,
}

#[test]
fn no_statement_reads_a_table_that_grows_from_end_to_end() {
    let asked = asked();
    let statements = statements(&asked.log);
    assert!(statements.len() > 400, "{}", statements.len());
    let (growing, plans) = plans(&asked, &statements);
    let mut excused = BTreeSet::new();
    let mut offences = Vec::new();
    for (statement, plan) in plans {
        if !reads_all(&growing, &statement, &plan) {
            continue;
        }
        match KNOWN.iter().find(|(part, _)| statement.contains(part)) {
            Some((part, _)) => drop(excused.insert(*part)),
            None => offences.push(format!("{statement}\n    {}", plan.join("\n    "))),
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
    let known: BTreeSet<&str> = KNOWN.iter().map(|(part, _)| *part).collect();
    assert_eq!(excused, known, "what is excused and no longer needs it");
}

/// Whether a table that grows is gone through as a whole. To count is to go through, and whoever walks an index in the
/// order that is wanted stops when the page is full.
fn reads_all(growing: &BTreeSet<String>, statement: &str, plan: &[String]) -> bool {
    let is_whole = |step: &String| {
        let mut words = step.split(' ');
        match (words.next(), words.next()) {
            (Some("SCAN"), Some(table)) => growing.contains(table),
            // Of an index no more is said than where to begin.
            (Some("SEARCH"), Some(table)) => {
                growing.contains(table) && step.contains(">?)") && !step.contains(" AND ")
            }
            _ => false,
        }
    };
    let sorts = ["ORDER BY", "GROUP BY", "DISTINCT"].map(|what| format!("USE TEMP B-TREE FOR {what}"));
    let is_page = statement.contains(" LIMIT ") && !plan.iter().any(|step| sorts.contains(step));
    !statement.starts_with("SELECT COUNT(*)") && !is_page && plan.iter().any(is_whole)
}

#[test]
fn a_plan_is_told_from_another() {
    let growing = BTreeSet::from(["units".to_owned()]);
    let reads = |statement: &str, plan: &[&str]| {
        reads_all(&growing, statement, &plan.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>())
    };
    let page = "SELECT … FROM units ORDER BY code LIMIT ?";
    assert!(reads("SELECT … FROM units", &["SCAN units"]));
    assert!(!reads(page, &["SCAN units USING INDEX units_by_code"]));
    assert!(reads(page, &["SCAN units", "USE TEMP B-TREE FOR ORDER BY"]));
    assert!(!reads(page, &["SEARCH units USING INDEX a (code=?)", "USE TEMP B-TREE FOR ORDER BY"]));
    assert!(reads(page, &["SEARCH units USING INDEX a (code>?)", "USE TEMP B-TREE FOR ORDER BY"]));
    assert!(!reads("SELECT … FROM years", &["SCAN years"]));
}

/// A service at work, which tells its statements.
fn asked() -> Asked {
    let folder = Folder::new();
    let mut command = folder.jixiao(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    command.envs([("JIXIAO_RATE_LIMIT", "0"), ("JIXIAO_LOG_JSON", "true")]);
    command.env("JIXIAO_LOG", "sqlx::query=trace");
    let log = folder.0.join("log");
    let (server, _) =
        Server::start_logging(command, File::options().append(true).create(true).open(&log).unwrap().into());
    server.wait_for("/readyz", 200);
    // What a start does is done once.
    File::options().write(true).open(&log).unwrap().set_len(0).unwrap();
    write(&folder, &server);
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/openapi.json");
    let document: Value = serde_json::from_slice(&std::fs::read(document).unwrap()).unwrap();
    for name in ["admin", "bureau", "unit"] {
        let token = server.sign_in(name, "jixiao-demo").unwrap();
        let answers = addresses(&document).into_iter().map(|path| server.get(&path, Some(&token)).0);
        let answers: Vec<u16> = answers.collect();
        let read = answers.iter().filter(|status| **status == 200).count();
        assert!(read > answers.len() / 2, "{name}: {read} of {}", answers.len());
    }
    Asked { _folder: folder, server, log }
}

/// A form goes its way, and files come in.
fn write(folder: &Folder, server: &Server) {
    let does = |name: &str, method: &str, path: &str, body: &str| {
        let token = server.sign_in(name, "jixiao-demo").unwrap();
        let (status, _, said) = server.answer(method, &format!("/api/v1{path}"), Some(&token), body);
        assert!((200..300).contains(&status), "{name} {method} {path}: {status} {said}");
        said
    };
    let form = "/evaluations/430611101/2023";
    does("bureau", "POST", &format!("{form}/approve"), r#"{"opinion":"材料齐全"}"#);
    does("bureau", "POST", &format!("{form}/publish"), "{}");
    does("bureau", "POST", &format!("{form}/reopen"), r#"{"reason":"须更正","due":"2027-01-31"}"#);
    for (part, patch) in [
        ("budgets/430611101/2023", r#"{"deviation_reason":"年中人员调动"}"#),
        ("base-data/430611101/2023", r#"{"thrift_measures":"严控"}"#),
        ("narratives/430611101/2023", r#"{"sections":{"problems":"无"}}"#),
        ("project-expenditures/430611101/2023/P01", r#"{"goal_actual":"已完成"}"#),
    ] {
        does("unit", "PATCH", &format!("/{part}"), patch);
    }
    let row = r#"{"unit":"430611101","year":2023,"project":null,"seq":90,"level1":"产出指标","level2":"数量指标",
        "name":"多出来的","target":"≥1次","actual":"1次","weight":"0","self_score":"0","attainment":"achieved"}"#;
    let id = does("unit", "POST", "/indicators", row)["id"].as_str().unwrap().to_owned();
    does("unit", "PATCH", &format!("/indicators/{id}"), r#"{"actual":"2次"}"#);
    does("unit", "DELETE", &format!("/indicators/{id}"), "");

    for (units, job) in [("20", ""), ("30", "Prefer: respond-async\r\n")] {
        let made = folder.run(&["generate", "--units", units, "--region", "430702", "--seed", units], "");
        let token = server.sign_in("admin", "jixiao-demo").unwrap();
        let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n{job}");
        let path = "/api/v1/imports?mode=commit";
        let (status, _, said) = server.ask("POST", path, &headers, text(&made.stdout));
        assert!((200..300).contains(&status), "{status} {said}");
        if let Some(id) = said["state"].as_str().and(said["id"].as_str()) {
            let over = || {
                Some(()).filter(|()| {
                    !does("admin", "GET", &format!("/import-jobs/{id}"), "")["ended_at"].is_null()
                })
            };
            crate::support::until(over, "the job to end");
        }
    }
}

/// A value as it stands in an address.
fn word(value: &Value) -> String {
    let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let encoded =
        |byte: u8| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    plain.bytes().map(encoded).collect()
}

/// What can be asked for: each GET with what it needs, with each thing that it may be given, and with any two of them.
fn addresses(document: &Value) -> Vec<String> {
    let mut addresses = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(parameters) = operations["get"]["parameters"].as_array() else { continue };
        let (mut path, mut optional) = (format!("{path}?"), Vec::new());
        for parameter in parameters {
            let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
            let said = |value: &Value| format!("&{name}={}", word(value));
            let example = &parameter["example"];
            match (parameter["in"].as_str().unwrap(), schema["enum"].as_array()) {
                ("path", _) => path = path.replace(&format!("{{{name}}}"), &word(example)),
                _ if ["cursor", "wait", "format"].contains(&name) => {}
                _ if parameter["required"] == true => path += &said(example),
                (_, Some(options)) => optional.push(options.iter().map(said).collect::<Vec<_>>()),
                _ if schema["type"] == "boolean" => optional.push(vec![said(&Value::Bool(true))]),
                _ if example.is_null() => {}
                _ => optional.push(vec![said(example)]),
            }
        }
        for (place, options) in optional.iter().enumerate() {
            for one in options {
                addresses.push(format!("{path}{one}"));
                let others = optional.iter().skip(place + 1).flatten();
                addresses.extend(others.map(|other| format!("{path}{one}{other}")));
            }
        }
        addresses.push(path);
    }
    addresses
}

/// Every statement in a log.
fn statements(log: &Path) -> BTreeSet<String> {
    let log = std::fs::read_to_string(log).unwrap();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let said = lines.filter(|line| line["target"] == "sqlx::query").map(|line| {
        let fields = &line["fields"];
        // A short one is said in full where the beginning of a long one stands.
        let whole = fields["db.statement"].as_str().unwrap_or_default().trim();
        if whole.is_empty() { fields["summary"].as_str().unwrap().to_owned() } else { whole.to_owned() }
    });
    said.collect()
}

/// The tables that grow, and each statement that has a plan with its steps.
fn plans(asked: &Asked, statements: &BTreeSet<String>) -> (BTreeSet<String>, Vec<(String, Vec<String>)>) {
    let kinds = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];
    let planned = statements.iter().filter(|statement| kinds.iter().any(|kind| statement.starts_with(kind)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = database(&asked.server).await;
        let column = async |sql: String, name: &str| -> Vec<String> {
            let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
            rows.iter().map(|row| row.try_get("", name).unwrap()).collect()
        };
        let tables = column("SELECT name FROM sqlite_master WHERE type = 'table'".to_owned(), "name").await;
        let mut growing: BTreeSet<String> = tables.into_iter().collect();
        assert!(SMALL.iter().all(|name| growing.remove(*name)), "{growing:?}");
        let mut plans = Vec::new();
        for statement in planned {
            let steps = column(format!("EXPLAIN QUERY PLAN {statement}"), "detail").await;
            plans.push((statement.clone(), steps));
        }
        (growing, plans)
    })
}

/// The file that the service has open.
async fn database(server: &Server) -> DatabaseConnection {
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap();
    let files = open.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    let file = files.into_iter().find(|file| file.extension().is_some_and(|end| end == "db")).unwrap();
    Database::connect(format!("sqlite:{}?mode=ro", file.display())).await.unwrap()
}
