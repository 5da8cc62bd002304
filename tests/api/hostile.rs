//! Files that were made to do harm: each is refused with words about what is wrong with it, and others are served.

use std::fmt::Write as _;
use std::io::Write as _;

use actix_web::http::header;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::import_formats::{XLSX, send};
use crate::support::{Reply, UNIT, World, world};

const NDJSON: &str = "application/x-ndjson";
const QUERY: &str = "mode=commit&collection=indicators";

/// What an import of this answers; afterwards the service answers as before.
async fn answer(world: &World, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    let reply = send(world.caller("unit"), QUERY, kind, body).await;
    world.caller("unit").get(&format!("/api/v1/budgets/{UNIT}/2023")).await.expect(200);
    let list = world.caller("unit").get("/api/v1/indicators?with_total=true&limit=1").await.expect(200);
    assert_eq!(list.json["total"], 23, "nothing was written");
    reply
}

/// Refused with this status and code, in words that have this in them.
#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str, words: &str) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text.chars().take(2_000).collect::<String>());
    let told: Vec<(&str, &str)> = reply.json["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| (error["code"].as_str().unwrap(), error["detail"].as_str().unwrap()))
        .collect();
    let whole = (reply.json["code"].as_str().unwrap(), reply.json["detail"].as_str().unwrap());
    let is_told = told.iter().chain([&whole]).any(|(of, detail)| *of == code && detail.contains(words));
    assert!(is_told, "no {code} with “{words}” in {}", reply.text.chars().take(2_000).collect::<String>());
}

pub const HEADER: &str = "单位编码,预算年度,序号\n";

#[actix_web::test]
async fn more_cells_than_are_read_at_once() {
    let world = world().await;
    let many = format!("{HEADER}{}", "1,1,1\n".repeat(400_000));
    refused(&answer(&world, "text/csv", many).await, 413, "too_large", "请拆分");
    let wide = format!("{HEADER}{}", format!("1,1,1{}\n", ",".repeat(200)).repeat(500));
    refused(&answer(&world, "text/csv", wide).await, 422, "missing_field", "");
    let surplus = format!("{HEADER}{}", format!("1,1,1{}\n", ",1".repeat(250)).repeat(4_000));
    refused(&answer(&world, "text/csv", surplus).await, 413, "too_large", "请拆分");
    let lines = format!("{}\n", json!({ "unit": UNIT })).repeat(170_000);
    refused(&answer(&world, NDJSON, lines).await, 413, "too_large", "请拆分");
    let empty = "{}\n".repeat(400_000);
    refused(&answer(&world, NDJSON, empty).await, 413, "too_large", "请拆分");
    for rows in ["{},".repeat(1_000_000), "[],".repeat(1_000_000), "0,".repeat(1_500_000)] {
        let bundle = format!("{{\"indicators\":[{rows}0]}}");
        refused(&answer(&world, "application/json", bundle).await, 413, "too_large", "请拆分");
    }
    let mut rows = String::new();
    for row in 2..=100_002 {
        let _ = write!(rows, "<row r=\"{row}\"><c r=\"A{row}\"><v>1</v></c></row>");
    }
    refused(&answer(&world, XLSX, sheet(&rows)).await, 413, "too_large", "");
}

#[actix_web::test]
async fn one_endless_string() {
    let world = world().await;
    let endless = "长".repeat(1_200_000);
    refused(
        &answer(&world, "text/csv", format!("{HEADER}{endless},2023,1\n")).await,
        422,
        "too_long",
        "50000",
    );
    refused(&answer(&world, "text/csv", format!("{HEADER}\"{endless}\n")).await, 422, "too_long", "50000");
    refused(&answer(&world, "text/csv", endless.clone()).await, 422, "too_long", "50000");
    let line = json!({ "unit": UNIT, "year": 2023, "seq": 1, "name": endless });
    refused(&answer(&world, NDJSON, line.to_string()).await, 422, "too_long", "");
    let bundle = json!({ "indicators": [line] });
    refused(&answer(&world, "application/json", bundle.to_string()).await, 422, "too_long", "");
    let cell = format!("<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>{endless}</t></is></c></row>");
    refused(&answer(&world, XLSX, sheet(&cell)).await, 413, "too_large", "解压");
    let cell =
        format!("<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>{}</t></is></c></row>", "长".repeat(33_000));
    refused(&answer(&world, XLSX, sheet(&cell)).await, 422, "too_long", "");
}

/// A workbook with one sheet of indicators, whose rows are these below the header.
fn sheet(rows: &str) -> Vec<u8> {
    let head =
        |place: char, name: &str| format!("<c r=\"{place}1\" t=\"inlineStr\"><is><t>{name}</t></is></c>");
    let header = format!(
        "{}{}{}{}",
        head('A', "单位编码"),
        head('B', "预算年度"),
        head('C', "序号"),
        head('D', "得分")
    );
    package(&format!(
        "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\">{header}</row>{rows}</sheetData></worksheet>"
    ))
}

fn package(sheet: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, xml) in [
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"绩效指标\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(xml.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[actix_web::test]
async fn a_sparse_sheet_that_claims_a_million_rows_and_columns() {
    let world = world().await;
    let far = sheet("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>");
    assert!(far.len() < 1_400, "{}", far.len());
    refused(&answer(&world, XLSX, far).await, 422, "too_many_columns", "第 1048576 行");
    let low = answer(&world, XLSX, sheet("<row r=\"1048576\"><c r=\"D1048576\"><v>1</v></c></row>")).await;
    refused(&low, 422, "missing_field", "单位编码");
    assert_eq!(low.json["errors"][0]["row"], 1_048_576);
    let nowhere = sheet("<row r=\"99999999999999999999\"><c r=\"ZZZZZZZZZZZZZ9\"><v>1</v></c></row>");
    refused(&answer(&world, XLSX, nowhere).await, 422, "too_many_columns", "");
}

#[actix_web::test]
async fn a_package_that_stands_for_more_than_it_is() {
    let world = world().await;
    let mut bomb = sheet(&" ".repeat(16 << 20));
    assert!(bomb.len() < 32 << 10, "{}", bomb.len());
    refused(&answer(&world, XLSX, bomb.clone()).await, 413, "too_large", "200 倍");
    // The directory says of every part that ten bytes come out.
    let signature = |at: usize, bytes: &[u8]| bytes[at..].starts_with(b"PK\x01\x02");
    for at in (0..bomb.len() - 4).filter(|at| signature(*at, &bomb.clone())).collect::<Vec<_>>() {
        bomb[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    }
    refused(&answer(&world, XLSX, bomb).await, 422, "malformed_xlsx", "XML");
    let whole = sheet("");
    refused(&answer(&world, XLSX, &whole[..whole.len() - 30]).await, 422, "malformed_xlsx", "XLSX");
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>";
    refused(&answer(&world, XLSX, package(entities)).await, 422, "malformed_xlsx", "DOCTYPE");
    refused(&answer(&world, XLSX, package(&"<a>".repeat(100_000))).await, 422, "malformed_xlsx", "XML");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[actix_web::test]
async fn packed_bodies_and_packed_packages() {
    let world = world().await;
    let packed = async |kind: &str, encoding: &str, body: Vec<u8>| {
        let request = TestRequest::post()
            .uri(&format!("/api/v1/imports?{QUERY}"))
            .insert_header((header::CONTENT_TYPE, kind))
            .insert_header((header::CONTENT_ENCODING, encoding))
            .set_payload(body);
        world.caller("unit").send(request).await
    };
    let bomb = gzip(&vec![b' '; 8 << 20]);
    refused(&packed("text/csv", "gzip", bomb.clone()).await, 413, "too_large", "字节");
    let nested = gzip(&bomb);
    refused(&packed("text/csv", "gzip", nested.clone()).await, 422, "wrong_encoding", "编码");
    refused(&packed(XLSX, "gzip", nested.clone()).await, 422, "malformed_xlsx", "ZIP");
    refused(&packed("text/csv", "gzip, gzip", nested).await, 415, "unsupported_media_type", "只能压缩一次");
}

#[actix_web::test]
async fn a_million_columns() {
    let world = world().await;
    refused(&answer(&world, "text/csv", "a,".repeat(1_000_000)).await, 422, "too_many_columns", "第 1 行");
    let wide = format!("{HEADER}{}\n", "1,".repeat(1_000_000));
    refused(&answer(&world, "text/csv", wide).await, 422, "too_many_columns", "第 2 行");
    let cells = format!("<row r=\"2\">{}</row>", "<c><v>1</v></c>".repeat(100_000));
    refused(&answer(&world, XLSX, sheet(&cells)).await, 422, "too_many_columns", "第 2 行");
    let members: Vec<String> = (0..200_000).map(|place| format!("\"{place}\":1")).collect();
    let line = format!("{{{}}}", members.join(","));
    refused(&answer(&world, NDJSON, line.clone()).await, 422, "too_many_members", "256");
    let bundle = format!("{{\"indicators\":[{line}]}}");
    refused(&answer(&world, "application/json", bundle).await, 422, "too_many_members", "256");
    let list = json!({ "collection": "budgets", "unit": UNIT, "year": 2023, "sources": vec![0; 100_000] });
    refused(&answer(&world, NDJSON, list.to_string()).await, 422, "too_many_members", "1000");
}

#[actix_web::test]
async fn nuls_and_lone_surrogates() {
    let world = world().await;
    let csv = format!("单位编码,预算年度,序号,一级指标,二级指标,三级指标\n{UNIT},2023,90,产出\0指标,,甲\n");
    let reply = answer(&world, "text/csv", csv).await;
    refused(&reply, 422, "wrong_form", "");
    assert_eq!(
        (&reply.json["errors"][0]["row"], &reply.json["errors"][0]["column"]),
        (&json!(2), &json!("一级指标"))
    );
    refused(&answer(&world, "text/csv", vec![0; 1_000_000]).await, 422, "too_long", "");
    let line = |name: &str| {
        format!(
            "{{\"collection\":\"indicators\",\"unit\":\"{UNIT}\",\"year\":2023,\"seq\":90,\"level1\":\"产出\",\"level2\":\"\",\"name\":\"{name}\"}}"
        )
    };
    refused(&answer(&world, NDJSON, line("\\u0000")).await, 422, "wrong_form", "");
    for lone in ["\\ud800", "\\ud800x", "\\udc00", "\\ud800\\ud800"] {
        refused(&answer(&world, NDJSON, line(lone)).await, 422, "malformed_json", "");
        let bundle = format!("{{\"indicators\":[{}]}}", line(lone));
        refused(&answer(&world, "application/json", bundle).await, 422, "lone_surrogate", "第 1 行");
    }
}

#[actix_web::test]
async fn formulas_are_never_worked_out() {
    let world = world().await;
    let cells = |d: &str| {
        format!(
            "<row r=\"2\"><c r=\"A2\"><v>{UNIT}</v></c><c r=\"B2\"><v>2023</v></c><c r=\"C2\"><v>1</v></c>{d}</row>"
        )
    };
    for cell in [
        "<c r=\"D2\"><f>WEBSERVICE(\"http://127.0.0.1/\")</f></c>",
        "<c r=\"D2\" t=\"e\"><f>[1]Sheet1!A1</f><v>#REF!</v></c>",
        "<c r=\"D2\" t=\"str\"><f>cmd|' /C calc'!A1</f><v></v></c>",
    ] {
        let reply = answer(&world, XLSX, sheet(&cells(cell))).await;
        refused(&reply, 422, "formula_failed", "公式");
        assert_eq!(reply.json["errors"][0]["column"], "得分");
    }
    let csv = format!("单位编码,预算年度,序号,得分\n{UNIT},2023,1,=5+HYPERLINK(\"http://x\")\n");
    let reply = answer(&world, "text/csv", csv).await;
    refused(&reply, 422, "wrong_form", "");
    let found: &Value = &reply.json["errors"][0]["found"];
    assert_eq!(found, "=5+HYPERLINK(\"http://x\")");
}
