//! Every bad row of an import, however many rows it has: in the report, and as the file that was sent with a column of
//! errors.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::test::TestRequest;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::import_formats::{HEADER, XLSX, send};
use crate::support::{Caller, Reply, UNIT, World, world};

/// An import whose errors are asked for as a file.
fn asking(query: &str, kind: &str, lang: &str, body: impl Into<Vec<u8>>) -> TestRequest {
    TestRequest::post()
        .uri(&format!("/api/v1/imports?{query}"))
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::ACCEPT, "text/csv, application/json;q=0.5"))
        .insert_header((header::ACCEPT_LANGUAGE, lang))
        .set_payload(body.into())
}

async fn as_file(caller: Caller<'_>, query: &str, kind: &str, lang: &str, body: impl Into<Vec<u8>>) -> Reply {
    caller.send(asking(query, kind, lang, body)).await
}

fn records(reply: &Reply) -> Vec<Vec<String>> {
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"errors.csv\"");
    assert!(reply.bytes.starts_with(b"\xEF\xBB\xBF"), "Excel knows UTF-8 by its mark");
    let text = &reply.bytes[3..];
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

const OTHER: &str = "430611102";

/// A way in which a row is wrong: the place of the cell, what stands there, the code, and what was meant.
const WRONG: [(usize, &str, &str, Option<&str>); 6] = [
    (0, "430611l02", "unknown_unit", Some(OTHER)),
    (1, "2031", "unknown_year", None),
    (5, "", "missing_field", None),
    (8, "五", "wrong_form", None),
    (9, "1.23456", "wrong_form", None),
    (10, "部份达成", "not_an_option", Some("部分达成")),
];

async fn town() -> World {
    let world = world().await;
    let unit = json!({ "code": OTHER, "name": "区政府办", "region_code": "430611" });
    world.caller("admin").post("/api/v1/imports?mode=commit", json!({ "units": [unit] })).await.expect(200);
    world
}

/// Ten thousand rows, and the 37 among them that are wrong, by their number in the file.
fn ten_thousand() -> (Vec<Vec<String>>, BTreeMap<usize, usize>) {
    let mut rows: Vec<Vec<String>> = (0..10_000)
        .map(|place| {
            let (unit, seq) = if place < 5_000 { (UNIT, place + 101) } else { (OTHER, place - 4_999) };
            let seq = seq.to_string();
            [unit, "2023", &seq, "产出指标", "数量指标", "走访", "≥10次", "12次", "5", "5", ""]
                .map(str::to_owned)
                .to_vec()
        })
        .collect();
    let mut dice = Dice::new(37);
    let mut wrong = BTreeMap::new();
    while wrong.len() < 37 {
        let place = usize::try_from(dice.roll(10_000)).unwrap();
        let kind = wrong.len() % WRONG.len();
        // The header is row 1.
        if let std::collections::btree_map::Entry::Vacant(entry) = wrong.entry(place + 2) {
            entry.insert(kind);
            let (cell, text, ..) = WRONG[kind];
            text.clone_into(&mut rows[place][cell]);
        }
    }
    (rows, wrong)
}

#[actix_web::test]
async fn thirty_seven_bad_rows_of_ten_thousand_are_those_that_are_told() {
    let world = town().await;
    let (rows, wrong) = ten_thousand();
    let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    let file = format!("{}\n{}\n", HEADER, lines.join("\n"));
    let query = "mode=commit&collection=indicators";
    let reply = send(world.caller("admin"), query, "text/csv", file.clone()).await.expect(422);
    assert_eq!(
        (&reply.json["counts"]["total"], &reply.json["counts"]["failed"], &reply.json["errors_total"]),
        (&json!(10_000), &json!(37), &json!(37))
    );
    let mut told = BTreeMap::new();
    for error in reply.json["errors"].as_array().unwrap() {
        let row = usize::try_from(error["row"].as_u64().unwrap()).unwrap();
        let kind = wrong[&row];
        let (cell, text, code, near) = WRONG[kind];
        assert_eq!(
            (&error["code"], &error["column"]),
            (&json!(code), &json!(HEADER.split(',').nth(cell))),
            "{error}"
        );
        assert_eq!(error["nearest"], json!(near), "{error}");
        let found = error["found"].as_str().map_or_else(|| error["found"].to_string(), str::to_owned);
        assert_eq!(found, if text.is_empty() { "null" } else { text }, "{error}");
        assert!(told.insert(row, kind).is_none(), "{row} is told twice");
    }
    assert_eq!(told, wrong);
    let answer = as_file(world.caller("admin"), query, "text/csv", "zh", file).await.expect(422);
    let answer = records(&answer);
    assert_eq!(answer.len(), 10_001);
    assert_eq!(answer[0].last().unwrap(), "导入错误");
    for (number, (record, row)) in (2..).zip(answer[1..].iter().zip(&rows)) {
        let (errors, cells) = record.split_last().unwrap();
        assert_eq!(cells, row, "row {number} is as it was sent");
        assert_eq!(!errors.is_empty(), wrong.contains_key(&number), "row {number}: {errors}");
    }
    let text = |kind: usize| {
        let row = wrong.iter().find(|(_, of)| **of == kind).unwrap().0;
        answer[row - 1].last().unwrap().clone()
    };
    assert!(text(0).starts_with("单位编码：") && text(0).contains("是否为 430611102"), "{}", text(0));
    assert!(text(5).contains("实际为 部份达成，是否为 部分达成"), "{}", text(5));
}

#[actix_web::test]
async fn the_file_of_errors_is_mended_and_sent_again_as_it_is() {
    let world = world().await;
    let query = "mode=commit&collection=indicators";
    let file = format!(
        "2023 年绩效指标\n{HEADER}\n\n{UNIT},2023,201,产出指标,,=1+1,1,1,五,5,\n{UNIT},2023,202,产出指标,,甲,1,1,5,5,\n"
    );
    let answer = as_file(world.caller("unit"), query, "text/csv", "en", file).await.expect(422);
    let lines = records(&answer);
    assert_eq!(lines[0][0], "2023 年绩效指标");
    assert_eq!((lines[1].last().unwrap().as_str(), lines[2][5].as_str()), ("Import errors", "'=1+1"));
    assert!(lines[2].last().unwrap().starts_with("分值（分）: "), "{:?}", lines[2]);
    let mended = String::from_utf8(answer.bytes).unwrap().replace(",五,", ",5,");
    let reply = send(world.caller("unit"), query, "text/csv", mended).await.expect(200);
    assert_eq!(reply.json["counts"]["created"], 2);
    let list = world.caller("unit").get("/api/v1/indicators?sheet=department&limit=500").await.expect(200);
    let stored =
        list.json["items"].as_array().unwrap().iter().find(|item| item["seq"] == 201).unwrap().clone();
    assert_eq!(stored["name"], "=1+1");
}

#[actix_web::test]
async fn the_file_of_errors_comes_also_where_the_good_rows_were_written() {
    let world = world().await;
    let unit = world.caller("unit");
    let query = "mode=commit&collection=indicators&atomic=false";
    let file = format!(
        "{HEADER}\n{UNIT},2023,201,产出指标,,甲,1,1,五,5,\n{UNIT},2023,202,产出指标,,乙,1,1,5,5,\n{UNIT},2023,203,产出指标,,\0,1,1,5,5,\n"
    );
    let keyed = || asking(query, "text/csv", "zh", file.clone()).insert_header(("idempotency-key", "once"));
    let first = unit.send(keyed()).await.expect(207);
    let lines = records(&first);
    assert_eq!((lines.len(), lines[0].last().unwrap().as_str()), (4, "导入错误"));
    assert!(lines[1].last().unwrap().starts_with("分值（分）："), "{lines:?}");
    assert_eq!((lines[2][2].as_str(), lines[2].last().unwrap().as_str()), ("202", ""));
    assert_eq!(lines[3][5], " ", "no spreadsheet shows a NUL");
    let again = unit.send(keyed()).await.expect(207);
    assert_eq!((records(&again), again.header("idempotent-replayed")), (lines, "true"));
    let mended = String::from_utf8(first.bytes).unwrap().replace(",五,", ",5,").replace(", ,1,", ",丙,1,");
    let whole = as_file(unit, query, "text/csv", "zh", mended).await.expect(200);
    assert_eq!(whole.header("content-type"), "application/json", "there is nothing to mend");
    assert_eq!(
        (&whole.json["counts"]["created"], &whole.json["counts"]["unchanged"]),
        (&json!(2), &json!(1)),
        "what was good was in: {}",
        whole.text
    );
}

#[actix_web::test]
async fn a_header_that_is_wrong_is_told_above_it_and_a_file_that_is_no_table_in_a_list() {
    let world = world().await;
    let unit = world.caller("unit");
    let query = "mode=commit&collection=indicators";
    let header = "单位编码,预算年度,序号,备注\n1,2,3,4\n";
    let lines = records(&as_file(unit, query, "text/csv", "zh", header).await.expect(422));
    assert_eq!((lines[0].len(), lines[1].last().unwrap().as_str()), (1, "导入错误"));
    assert!(lines[0][0].starts_with("备注：没有名为“备注”的列"), "{lines:?}");
    let line = json!({ "collection": "indicators", "unit": UNIT, "year": 2023, "seq": 1, "weight": "五" });
    let lines = records(
        &as_file(unit, "mode=commit", "application/x-ndjson", "zh", line.to_string()).await.expect(422),
    );
    assert_eq!(
        lines[1][2..7],
        ["indicators", "1", &format!("{UNIT}/2023/1"), "/indicators/0/weight", "wrong_form"]
    );
    assert!(lines[1][7].contains("实际为 五"), "{lines:?}");
    // What cannot be read to its end is told in a list, too.
    let lines = records(&as_file(unit, query, "text/csv", "zh", vec![0xFF, 0xFF, b'\n']).await.expect(422));
    assert_eq!(lines[1][6], "wrong_encoding");
    let accepted = send(unit, "mode=validate&collection=indicators", "text/csv", header).await.expect(422);
    assert_eq!(accepted.header("content-type"), "application/problem+json");
}

#[actix_web::test]
async fn each_sheet_of_a_workbook_is_told_under_its_name() {
    let world = world().await;
    let mut book = Workbook::new();
    let tables = [
        ("项目支出", ["单位编码", "预算年度", "项目编码", "项目名称"], [UNIT, "2023", "P 1", "甲"]),
        ("绩效指标", ["单位编码", "预算年度", "序号", "得分"], [UNIT, "2023", "1", "五"]),
        ("部门整体支出", ["单位编码", "预算年度", "总分", "填表人"], [UNIT, "2023", "99", "王芳"]),
    ];
    for (name, header, row) in tables {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (place, (head, cell)) in (0..).zip(header.iter().zip(row)) {
            sheet.write(0, place, *head).unwrap();
            sheet.write(2, place, cell).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let lines = records(&as_file(world.caller("unit"), "mode=commit", XLSX, "zh", bytes).await.expect(422));
    let told: Vec<&str> = lines.iter().map(|line| line[0].as_str()).collect();
    assert_eq!(
        told,
        ["项目支出", "单位编码", UNIT, "绩效指标", "单位编码", UNIT],
        "the sheet without errors is left out"
    );
    assert!(lines[2][4].starts_with("项目编码：") && lines[5][4].starts_with("得分："), "{lines:?}");
}

#[actix_web::test]
async fn the_first_thousand_errors_are_shown_and_all_are_counted() {
    let world = world().await;
    let row = |seq: u32| format!("{UNIT},2023,{seq},产出指标,,甲,1,1,五,5,\n");
    let file = format!("{}\n{}", HEADER, (1..=1_200).map(row).collect::<String>());
    let query = "mode=validate&collection=indicators";
    let reply = send(world.caller("unit"), query, "text/csv", file.clone()).await.expect(422);
    let shown: &Value = &reply.json["errors"];
    assert_eq!((shown.as_array().unwrap().len(), &reply.json["errors_total"]), (1_000, &json!(1_200)));
    let lines =
        records(&as_file(world.caller("unit"), query, "text/csv", "zh", file.clone()).await.expect(422));
    assert_eq!(lines[1..].iter().filter(|line| !line[11].is_empty()).count(), 1_200);
    let one_good = format!("{file}{UNIT},2023,1201,产出指标,,甲,1,1,5,5,\n");
    let query = format!("{query}&atomic=false");
    let partly = send(world.caller("unit"), &query, "text/csv", one_good).await.expect(207);
    assert_eq!(
        (partly.json["errors"].as_array().unwrap().len(), &partly.json["errors_total"]),
        (1_000, &json!(1_200))
    );
    assert_eq!(partly.json["counts"]["failed"], 1_200);
}
