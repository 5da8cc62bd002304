//! Jobs whose rows are longer than anybody writes, in files of a few kilobytes: what is held in memory must not follow
//! from what somebody has thought of.

use std::io::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::jobs::{House, errors, job, send};
use crate::support::{memory_from_now, peak_memory};

/// Bytes of a row: half of what one may have.
const LONG: usize = 2_000_000;
/// Rows of a file, which together unpack to 30 MB.
const ROWS: usize = 15;

/// A part of a file, packed. Such parts, one after another, are the whole packed.
fn packed(part: &str) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(part.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// A file of rows, each of which begins and ends like this and has something long in between.
fn file(rows: usize, begin: &str, row: impl Fn(usize) -> (String, String), end: &str) -> Vec<u8> {
    let long = packed(&"x".repeat(LONG));
    let rows = (0..rows).flat_map(|number| {
        let (before, after) = row(number);
        [packed(&before), long.clone(), packed(&after)]
    });
    let parts = [packed(begin)].into_iter().chain(rows).chain([packed(end)]);
    parts.collect::<Vec<_>>().concat()
}

/// How a job of this file ends, the first thing that is said about it, and by how many kilobytes the service has grown.
fn outcome(kind: &str, file: &[u8]) -> (Value, Value, u64) {
    assert!(file.len() < 1 << 20, "{} bytes", file.len());
    let house = House::on_sqlite();
    let (server, token) = house.serve();
    let reference = r#"{"years":[{"year":2023}],"units":[{"code":"1","name":"甲"}]}"#;
    let (status, _, said) = server.answer("POST", "/api/v1/imports?mode=commit", Some(&token), reference);
    assert_eq!(status, 200, "{said}");
    let before = memory_from_now(&server);
    let headers = format!("Content-Type: {kind}\r\nContent-Encoding: gzip\r\n");
    let (status, _, sent) = send(&server, &token, "mode=commit", &headers, file);
    assert_eq!(status, 202, "{sent}");
    let id = sent["id"].as_str().unwrap();
    // Without optimisation it takes long to unpack so much, and longer while other tests run.
    let over = (0..1_500).find_map(|_| {
        std::thread::sleep(Duration::from_millis(200));
        Some(job(&server, &token, id)).filter(|job| !job["ended_at"].is_null())
    });
    let job = over.unwrap();
    let grown = peak_memory(&server).saturating_sub(before);
    assert_eq!(server.get("/readyz", None).0, 200);
    (job["state"].clone(), errors(&server, &token, id)[0].clone(), grown)
}

#[track_caller]
fn is_refused_with_flat_memory(kind: &str, file: &[u8], code: &str) {
    is_refused_within(20_000, kind, file, code);
}

#[track_caller]
fn is_refused_within(most: u64, kind: &str, file: &[u8], code: &str) {
    let (state, error, grown) = outcome(kind, file);
    assert_eq!((&state, &error["code"]), (&json!("failed"), &json!(code)), "{error}");
    assert!(error.to_string().len() < 2_000, "{error}");
    assert!(grown < most, "{grown} kB more than before");
}

const LINES: &str = "application/x-ndjson";

#[test]
fn many_long_rows_of_one_form() {
    let row = |seq| {
        let of = "\"collection\":\"indicators\",\"unit\":\"1\",\"year\":2023";
        (format!("{{{of},\"seq\":{seq},\"name\":\""), "\"}\n".to_owned())
    };
    is_refused_with_flat_memory(LINES, &file(ROWS, "", row, ""), "too_large");
}

#[test]
fn a_long_row_of_each_of_many_forms() {
    let row = |unit| {
        let of = format!("\"collection\":\"indicators\",\"unit\":\"2{unit}\",\"year\":2023,\"seq\":1");
        (format!("{{{of},\"name\":\""), "\"}\n".to_owned())
    };
    // 80 MB, of which a quarter is taken together, and as much read while that is judged.
    is_refused_within(50_000, LINES, &file(40, "", row, ""), "unknown_unit");
}

#[test]
fn long_lines_that_are_no_rows() {
    let row = |_| ("{\"collection\":\"".to_owned(), "\"}\n".to_owned());
    is_refused_with_flat_memory(LINES, &file(ROWS, "", row, ""), "unknown_collection");
}

#[test]
fn long_members_of_a_bundle_between_its_rows() {
    let row =
        |number| (format!("\"a{number}\":\""), "\",\"units\":[{\"code\":\"1\",\"name\":\"甲\"}],".to_owned());
    is_refused_with_flat_memory("application/json", &file(ROWS, "{", row, "\"years\":[]}"), "unknown_field");
}

#[test]
fn a_row_that_is_too_long_is_told_with_its_number() {
    let long = "x".repeat(2 * LONG + 400_000);
    let row = |seq: usize, name: &str| {
        format!(
            "{{\"collection\":\"indicators\",\"unit\":\"1\",\"year\":2023,\"seq\":{seq},\"name\":\"{name}\"}}\n"
        )
    };
    let lines = format!("{}\n{}{}", row(1, "一"), row(2, "二"), row(3, &long));
    let (state, error, _) = outcome(LINES, &packed(&lines));
    assert_eq!(state, "failed");
    assert!(error["detail"].as_str().unwrap().contains("第 4 行"), "{error}");
}

#[test]
fn a_row_of_a_million_values() {
    let values = "0,".repeat(LONG / 2);
    for (kind, file) in [
        (
            LINES,
            format!("{{\"collection\":\"indicators\",\"unit\":\"1\",\"year\":2023,\"x\":[{values}0]}}\n"),
        ),
        (LINES, format!("{{\"collection\":[{values}0]}}\n")),
        (
            "application/json",
            format!("{{\"indicators\":[{{\"unit\":\"1\",\"year\":2023,\"x\":[{values}0]}}]}}"),
        ),
    ] {
        is_refused_with_flat_memory(kind, &packed(&file), "too_large");
    }
}

#[test]
fn notes_that_are_longer_than_what_is_kept() {
    let file = format!("{{\"meta\":{{\"a\":[{}0]}},\"years\":[{{\"year\":2024}}]}}", "0,".repeat(LONG / 2));
    is_refused_with_flat_memory("application/json", &packed(&file), "too_long");
}
