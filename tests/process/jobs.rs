//! Imports that become jobs: killed, cancelled, sent twice.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::database::Database;
use crate::support::{Folder, Server, run, text, until};

const PASSWORD: &str = "four quiet herons wade";

/// A folder with a database: in it, or on the server.
pub struct House {
    folder: Folder,
    database: Option<Database>,
}

impl House {
    pub fn on_sqlite() -> Self {
        Self::with(None)
    }

    fn on_postgresql() -> Option<Self> {
        Database::make().map(|database| Self::with(Some(database)))
    }

    fn with(database: Option<Database>) -> Self {
        let house = Self { folder: Folder::new(), database };
        for (name, more) in
            [("root", &["--role", "admin"][..]), ("desk", &["--role", "bureau", "--region", "430611"])]
        {
            let add = house.command(&[&["user", "add", name], more].concat());
            let added = run(add, &format!("{PASSWORD}\n"));
            assert!(added.status.success(), "{}", text(&added.stderr));
        }
        house
    }

    fn command(&self, arguments: &[&str]) -> Command {
        match &self.database {
            None => self.folder.jixiao(arguments),
            Some(database) => database.command(&self.folder, &database.host(), arguments),
        }
    }

    pub fn serve(&self) -> (Server, String) {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.folder.0.join("log")).unwrap();
        command.stderr(log.try_clone().unwrap());
        let (server, _) = Server::start_logging(command, log.into());
        server.wait_for("/readyz", 200);
        let token = server.sign_in("root", PASSWORD).unwrap();
        (server, token)
    }
}

/// Sends an import as a job.
pub fn send(
    server: &Server,
    token: &str,
    query: &str,
    more: &str,
    body: impl AsRef<[u8]>,
) -> (u16, String, Value) {
    let headers = format!("Authorization: Bearer {token}\r\nPrefer: respond-async\r\n{more}");
    server.ask("POST", &format!("/api/v1/imports?{query}"), &headers, body)
}

const JSON: &str = "Content-Type: application/json\r\n";

pub fn job(server: &Server, token: &str, id: &str) -> Value {
    let (status, body) = server.get(&format!("/api/v1/import-jobs/{id}"), Some(token));
    assert_eq!(status, 200, "{body}");
    body
}

pub fn errors(server: &Server, token: &str, id: &str) -> Value {
    let (status, mut body) = server.get(&format!("/api/v1/import-jobs/{id}/errors"), Some(token));
    assert_eq!(status, 200, "{body}");
    body["items"].take()
}

fn ended(server: &Server, token: &str, id: &str) -> Value {
    let is_over = |body: &Value| !body["ended_at"].is_null();
    until(|| Some(job(server, token, id)).filter(is_over), "the job to end")
}

/// Waits until some of a job is written and some is not.
fn half_written(server: &Server, token: &str, id: &str) -> Value {
    until(
        || {
            let body = job(server, token, id);
            assert!(body["ended_at"].is_null(), "too fast to be caught: {body}");
            (body["units"]["done"].as_u64().unwrap() > 0).then_some(body)
        },
        "the job to write",
    )
}

fn total(server: &Server, token: &str, collection: &str) -> u64 {
    let (status, body) = server.get(&format!("/api/v1/{collection}?limit=1&with_total=true"), Some(token));
    assert_eq!(status, 200, "{body}");
    body["total"].as_u64().unwrap()
}

/// A county: its bundle, and how many rows of each kind it has.
fn county(house: &House, units: &str) -> (String, impl Fn(&str) -> u64 + use<>) {
    let made = run(house.command(&["generate", "--units", units, "--projects", "6", "--seed", "11"]), "");
    let bundle = text(&made.stdout);
    let value: Value = serde_json::from_str(&bundle).unwrap();
    (bundle, move |name: &str| value[name].as_array().map_or(0, |rows| u64::try_from(rows.len()).unwrap()))
}

/// Units whose rows are several times what is written at once when a job has found its pace: what is seen half written is
/// not over a moment later.
const SEVERAL_BATCHES: &str = "360";

const KINDS: [&str; 7] =
    ["years", "units", "budgets", "base_data", "project_expenditures", "indicators", "narratives"];

fn killed_while_it_writes(house: &House) {
    let (bundle, rows) = county(house, SEVERAL_BATCHES);
    let all: u64 = KINDS.iter().map(|kind| rows(kind)).sum();
    let (mut server, token) = house.serve();
    let once = format!("{JSON}Idempotency-Key: the-county\r\n");
    let (status, head, sent) = send(&server, &token, "mode=commit", &once, &bundle);
    assert_eq!((status, &sent["state"]), (202, &json!("received")), "{sent}");
    let id = sent["id"].as_str().unwrap().to_owned();
    assert!(head.contains(&format!("location: /api/v1/import-jobs/{id}\r\n")), "{head}");

    let before = half_written(&server, &token, &id);
    server.signal("-KILL");
    server.end();
    let (server, token) = house.serve();
    let after = ended(&server, &token, &id);
    assert_eq!((&after["state"], errors(&server, &token, &id)), (&json!("done"), json!([])), "{after}");
    assert_eq!(after["rows"], json!({ "total": all, "checked": all, "applied": all }), "after {before}");
    assert_eq!(after["counts"]["created"], json!(all), "each row was made once: {after}");
    assert_eq!(after["units"]["done"], json!(rows("budgets")));
    assert!(after["import_id"].is_string(), "{after}");
    assert_eq!(total(&server, &token, "indicators"), rows("indicators"));
    assert_eq!(total(&server, &token, "project-expenditures"), rows("project_expenditures"));
    assert_eq!(total(&server, &token, "scores"), rows("budgets") + rows("project_expenditures"));

    // The same again is the same job; the same rows with another key change nothing.
    let (status, head, again) = send(&server, &token, "mode=commit", &once, &bundle);
    assert_eq!((status, &again["id"]), (202, &json!(id)));
    assert!(head.contains("idempotent-replayed: true"), "{head}");
    let (_, _, other) = send(&server, &token, "mode=commit", JSON, &bundle);
    let other = ended(&server, &token, other["id"].as_str().unwrap());
    assert_eq!(other["counts"]["unchanged"], json!(all), "{other}");
    assert_eq!(total(&server, &token, "import-jobs"), 2);

    let chains = run(house.command(&["audit", "verify"]), "");
    assert!(chains.status.success(), "{}", text(&chains.stderr));
}

#[test]
fn a_job_killed_while_it_writes_is_finished_on_sqlite() {
    killed_while_it_writes(&House::on_sqlite());
}

#[test]
fn a_job_killed_while_it_writes_is_finished_on_postgresql() {
    let Some(house) = House::on_postgresql() else { return };
    killed_while_it_writes(&house);
}

fn stopped_while_it_writes(house: &House) {
    let (bundle, rows) = county(house, SEVERAL_BATCHES);
    let all: u64 = KINDS.iter().map(|kind| rows(kind)).sum();
    let (mut server, token) = house.serve();
    let (_, _, sent) = send(&server, &token, "mode=commit", JSON, &bundle);
    let id = sent["id"].as_str().unwrap().to_owned();
    let before = half_written(&server, &token, &id);
    assert_eq!(server.stop(), Some(0));
    let log = std::fs::read_to_string(house.folder.0.join("log")).unwrap();
    assert!(
        log.contains("an import job is handed back"),
        "nobody has to wait for its lease to run out: {log}"
    );
    let (server, token) = house.serve();
    let next = job(&server, &token, &id);
    assert!(next["units"]["done"].as_u64() >= before["units"]["done"].as_u64(), "{before} {next}");
    let after = ended(&server, &token, &id);
    assert_eq!((&after["state"], &after["counts"]["created"]), (&json!("done"), &json!(all)), "{after}");
    assert_eq!(after["rows"], json!({ "total": all, "checked": all, "applied": all }), "after {before}");
    assert_eq!(total(&server, &token, "indicators"), rows("indicators"));
}

#[test]
fn a_job_is_handed_back_by_a_process_that_is_told_to_stop_on_sqlite() {
    stopped_while_it_writes(&House::on_sqlite());
}

#[test]
fn a_job_is_handed_back_by_a_process_that_is_told_to_stop_on_postgresql() {
    let Some(house) = House::on_postgresql() else { return };
    stopped_while_it_writes(&house);
}

fn cancelled(house: &House) {
    let (bundle, rows) = county(house, SEVERAL_BATCHES);
    let (server, token) = house.serve();
    let (_, _, sent) = send(&server, &token, "mode=commit", JSON, &bundle);
    let id = sent["id"].as_str().unwrap();
    half_written(&server, &token, id);
    let (status, _, said) =
        server.answer("POST", &format!("/api/v1/import-jobs/{id}/cancel"), Some(&token), "");
    assert_eq!(status, 200, "{said}");
    let after = ended(&server, &token, id);
    assert_eq!(after["state"], "cancelled", "{after}");
    // What is said to be in is in, and nothing else.
    let done = after["units"]["done"].as_u64().unwrap();
    assert!(0 < done && done < rows("budgets"), "{after}");
    assert_eq!(total(&server, &token, "evaluations"), done);
    let last = after["units"]["last_unit"].as_str().unwrap();
    let (_, listed) = server.get("/api/v1/evaluations?limit=500", Some(&token));
    let units = listed["items"].as_array().unwrap().iter().map(|one| one["unit"]["code"].as_str().unwrap());
    assert_eq!(units.max(), Some(last), "{listed}");
    let (status, _, said) =
        server.answer("POST", &format!("/api/v1/import-jobs/{id}/cancel"), Some(&token), "");
    assert_eq!((status, &said["code"]), (409, &json!("illegal_step")));
}

#[test]
fn a_cancelled_job_says_what_is_in_on_sqlite() {
    cancelled(&House::on_sqlite());
}

#[test]
fn a_cancelled_job_says_what_is_in_on_postgresql() {
    let Some(house) = House::on_postgresql() else { return };
    cancelled(&house);
}

/// A table of indicators for ten units that are there, with errors in these rows as people see them.
fn table(bad: &[usize]) -> String {
    let mut table = "单位编码,预算年度,序号,一级指标,二级指标,三级指标,指标值,分值（分）\n".to_owned();
    for row in 2..=2001 {
        let (unit, seq) = (430_611_001 + (row - 2) % 10, (row - 2) / 10 + 1);
        let weight = if bad.contains(&row) { "很多" } else { "0.05" };
        writeln!(table, "{unit},2023,{seq},产出指标,数量指标,“检查”次数{seq},≥{seq}次,{weight}").unwrap();
    }
    table
}

#[test]
fn one_bad_row_of_a_table_keeps_all_of_it_out_and_is_told() {
    let house = House::on_sqlite();
    let (server, token) = house.serve();
    let units: Vec<Value> = (0..10)
        .map(|unit| json!({ "code": format!("{}", 430_611_001 + unit), "name": format!("第{unit}局"), "region_code": "430611" }))
        .collect();
    let reference = json!({ "years": [{ "year": 2023 }], "units": units }).to_string();
    let (_, _, sent) = send(&server, &token, "mode=commit", JSON, &reference);
    let made = ended(&server, &token, sent["id"].as_str().unwrap());
    assert_eq!((&made["state"], &made["counts"]["created"]), (&json!("done"), &json!(11)), "{made}");

    let desk = server.sign_in("desk", PASSWORD).unwrap();
    let gb = |table: &str| encoding_rs::GB18030.encode(table).0.into_owned();
    let csv = |bytes: &[u8], query: &str| {
        let path = house.folder.0.join("table.csv.gz");
        let mut packed =
            flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap();
        let sent = Command::new("curl")
            .args(["-s", "-X", "POST", "--data-binary"])
            .arg(format!("@{}", path.display()))
            .args(["-H", &format!("Authorization: Bearer {desk}"), "-H", "Prefer: respond-async"])
            .args(["-H", "Content-Type: text/csv", "-H", "Content-Encoding: gzip"])
            .arg(format!("http://{}/api/v1/imports?collection=indicators&{query}", server.address))
            .output()
            .unwrap();
        let sent: Value = serde_json::from_slice(&sent.stdout).unwrap();
        let id = sent["id"].as_str().unwrap_or_else(|| panic!("{sent}"));
        (ended(&server, &desk, id), errors(&server, &desk, id))
    };
    let (refused, errors) = csv(&gb(&table(&[7, 1500])), "mode=commit");
    let told: Vec<(u64, &str)> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["row"].as_u64().unwrap(), error["column"].as_str().unwrap()))
        .collect();
    assert_eq!(refused["state"], "failed", "{refused}");
    // Forms are judged one after another: row 7 is of the sixth unit, row 1500 of the ninth.
    assert_eq!(told, [(7, "分值（分）"), (1500, "分值（分）")], "{refused}");
    assert_eq!(refused["counts"]["failed"], 2);
    assert_eq!(refused["rows"], json!({ "total": 2000, "checked": 2000, "applied": 0 }));
    assert_eq!(total(&server, &token, "indicators"), 0);

    let (validated, _) = csv(&gb(&table(&[])), "mode=validate");
    assert_eq!((&validated["state"], &validated["counts"]["created"]), (&json!("done"), &json!(2000)));
    assert_eq!(total(&server, &token, "indicators"), 0);

    let (partly, errors) = csv(table(&[7, 1500]).as_bytes(), "mode=commit&atomic=false");
    assert_eq!((&partly["state"], &partly["counts"]["created"]), (&json!("done"), &json!(1998)), "{partly}");
    assert_eq!(errors.as_array().unwrap().len(), 2);
    assert_eq!(total(&server, &token, "indicators"), 1998);
    let (_, listed) = server.get("/api/v1/indicators?limit=1&unit=430611001", Some(&token));
    assert_eq!(listed["items"][0]["name"], "“检查”次数1", "{listed}");
}

#[test]
fn the_command_line_tells_its_progress_and_does_the_same() {
    let house = House::on_sqlite();
    let (bundle, rows) = county(&house, SEVERAL_BATCHES);
    let value: Value = serde_json::from_str(&bundle).unwrap();
    let mut lines = String::new();
    for kind in KINDS.iter().rev() {
        for row in value[kind].as_array().into_iter().flatten() {
            let mut row = row.clone();
            row["collection"] = json!(kind);
            writeln!(lines, "{row}").unwrap();
        }
    }
    let all: u64 = KINDS.iter().map(|kind| rows(kind)).sum();
    let file = house.folder.0.join("county.ndjson");
    // Only what is large becomes a job here; blank lines are none of its rows.
    let write = |lines: &str| std::fs::write(&file, format!("{lines}{}", "\n".repeat(20 << 20))).unwrap();
    write(&lines);
    let import = ["import", "county.ndjson", "--mode", "commit", "--lang", "en"];
    let written = run(house.command(&import), "");
    let (said, progress) = (text(&written.stdout), text(&written.stderr));
    assert!(written.status.success(), "{progress}");
    assert_eq!(
        said,
        format!(
            "Written: {all} rows, {all} created, 0 updated, 0 unchanged, 0 stored rows not in the file.\n"
        )
    );
    let forms = rows("budgets");
    let is_told = |part: &str| progress.lines().any(|line| line.starts_with(part) && line.contains(" of "));
    assert!(is_told("checked") && is_told("written"), "{progress}");
    assert!(
        progress.contains(&format!("of {forms} units' years")) && progress.ends_with("done\n"),
        "{progress}"
    );

    // One line that is none keeps all the others out, and is told with its number.
    write(&format!("{lines}{{\"collection\":\"years\",\"year\":2031}}\n{{\n"));
    let refused = run(house.command(&import), "");
    assert_eq!(refused.status.code(), Some(65));
    let told = text(&refused.stderr);
    assert!(
        told.contains(&format!("the file, row {}: ", all + 2)) && told.contains("[malformed_json]"),
        "{told}"
    );
    let again = run(
        house.command(&["import", "county.ndjson", "--mode", "commit", "--atomic=false", "--lang", "en"]),
        "",
    );
    let said = text(&again.stdout);
    assert!(
        said.starts_with(&format!(
            "Written: {} rows, 1 created, 0 updated, {all} unchanged, 1 wrong",
            all + 2
        )),
        "{said}"
    );
}
