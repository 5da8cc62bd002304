//! Imports of every format: what people and their spreadsheets write is read as they mean it.

use actix_web::http::header;
use actix_web::test::TestRequest;
use jixiao::tables::{Collection, Kind, columns};
use jixiao_core::kernel::Lang;
use rust_xlsxwriter::{Format, Formula, Workbook};
use serde_json::{Value, json};

use crate::support::{Caller, Reply, UNIT, World, empty, world};

pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub async fn send(caller: Caller<'_>, query: &str, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    let body: Vec<u8> = body.into();
    let request = TestRequest::post()
        .uri(&format!("/api/v1/imports?{query}"))
        .insert_header((header::CONTENT_TYPE, kind))
        .set_payload(body);
    caller.send(request).await
}

async fn csv(world: &World, query: &str, body: impl Into<Vec<u8>>) -> Reply {
    send(world.caller("admin"), &format!("mode=commit&{query}"), "text/csv", body).await
}

async fn indicator(world: &World, seq: u32) -> Value {
    let list = world.caller("admin").get("/api/v1/indicators?sheet=department&limit=500").await.expect(200);
    let items = list.json["items"].as_array().unwrap();
    items.iter().find(|item| item["seq"] == seq).cloned().unwrap_or(Value::Null)
}

/// The header of a table of indicators.
pub const HEADER: &str =
    "单位编码,预算年度,序号,一级指标,二级指标,三级指标,年度指标值,实际完成值,分值（分）,得分,完成档次";

#[actix_web::test]
async fn csv_is_read_with_the_headers_of_the_form_or_the_names_of_the_wire() {
    let world = world().await;
    let row = format!("{UNIT},2023,31,产出指标,数量指标,调研,≥10次,12次,\"1,234.5\",5");
    let reply = csv(&world, "collection=indicators", format!("{HEADER}\n{row}\n")).await.expect(200);
    assert_eq!(reply.json["counts"]["created"], 1);
    let stored = indicator(&world, 31).await;
    assert_eq!((&stored["name"], &stored["weight"]), (&json!("调研"), &json!("1234.5")));
    let english = "unit,year,seq,level1,level2,name,target,actual,weight,self_score";
    let reply = csv(&world, "collection=indicators", format!("{english}\n{row}\n")).await.expect(200);
    assert_eq!(reply.json["counts"]["unchanged"], 1);
    let labels =
        "Unit code;Fiscal year;No.;Level 1;Level 2;Indicator;Target;Actual;Weight (points);Self score";
    let semicolons = row.replace("\"1,234.5\"", "1234.50").replace(',', ";");
    let reply = csv(&world, "collection=indicators", format!("{labels}\n{semicolons}\n")).await.expect(200);
    assert_eq!(reply.json["counts"]["unchanged"], 1);
    let tabs = format!("{HEADER}\n{row}").replace("\"1,234.5\"", "１２３４.5").replace(',', "\t");
    let reply = csv(&world, "collection=indicators", tabs).await.expect(200);
    assert_eq!(reply.json["counts"]["unchanged"], 1);
}

#[actix_web::test]
async fn csv_is_read_in_the_encodings_that_spreadsheets_write() {
    let world = world().await;
    let text = format!("{HEADER}\r\n{UNIT},2023,31,产出指标,数量指标,镕基调研㐂,≥10次,12次,5,5\r\n");
    csv(&world, "collection=indicators", text.clone()).await.expect(200);
    let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [gb, format!("\u{feff}{text}").into_bytes(), utf16] {
        let reply = csv(&world, "collection=indicators", bytes).await.expect(200);
        assert_eq!(reply.json["counts"]["unchanged"], 1);
    }
    let broken = [text.as_bytes(), &[0xFF, 0xFF, b'\n']].concat();
    csv(&world, "collection=indicators", broken).await.expect(422).expect_errors(&[("", "wrong_encoding")]);
}

#[actix_web::test]
async fn amounts_are_in_the_unit_that_is_declared_or_that_the_header_names() {
    let world = world().await;
    let annual = async || {
        let budget =
            world.caller("admin").get(&format!("/api/v1/budgets/{UNIT}/2023")).await.expect(200).json;
        budget["total"]["annual"].as_str().unwrap().to_owned()
    };
    let file = |header: &str, amount: &str| format!("单位编码,年度,{header}\n{UNIT},2023,{amount}\n");
    for (query, header, amount, stored) in [
        ("", "全年预算数（万元）", "\"¥1,013.20\"", "1013.20"),
        ("&amount_unit=yuan", "全年预算数", "10131900", "1013.19"),
        ("", "全年预算数（元）", "387664.62", "38.766462"),
        ("&amount_unit=yuan", "全年预算数（万元）", "1013.19", "1013.19"),
    ] {
        csv(&world, &format!("collection=budgets{query}"), file(header, amount)).await.expect(200);
        assert_eq!(annual().await, stored, "{query} {header} {amount}");
    }
    let precise =
        csv(&world, "collection=budgets&amount_unit=yuan", file("全年预算数", "1.234")).await.expect(422);
    let error = &precise.json["errors"][0];
    assert_eq!(
        (&error["code"], &error["row"], &error["column"]),
        (&json!("wrong_form"), &json!(2), &json!("全年预算数"))
    );
    assert_eq!((&error["found"], precise.json["errors"].as_array().unwrap().len()), (&json!("1.234"), 1));
    let line = json!({ "collection": "budgets", "unit": UNIT, "year": 2023, "total": { "annual": "20000" } });
    send(world.caller("admin"), "mode=commit&amount_unit=yuan", "application/x-ndjson", line.to_string())
        .await
        .expect(200);
    assert_eq!(annual().await, "2.00");
}

#[actix_web::test]
async fn an_empty_cell_clears_and_a_missing_column_leaves_alone() {
    let world = world().await;
    let before = indicator(&world, 3).await;
    let file = format!("单位编码,年度,序号,实际完成值\n{UNIT},2023,3,\n");
    csv(&world, "collection=indicators", file).await.expect(200);
    let after = indicator(&world, 3).await;
    assert_eq!((&after["actual"], &after["target"]), (&Value::Null, &before["target"]));
    let escaped = format!("单位编码,年度,序号,实际完成值\n{UNIT},2023,3,'=100%\n");
    csv(&world, "collection=indicators", escaped).await.expect(200);
    assert_eq!(indicator(&world, 3).await["actual"], "=100%");
}

#[actix_web::test]
async fn lists_stand_in_a_cell_with_an_entry_a_line() {
    let world = world().await;
    let file = format!(
        "单位编码,年度,经费控制情况,填报日期,编制数\n{UNIT},2023,\"三公经费||5.42|5.32|2.14\n专项资金|市级|1|2|3\",2024/3/5,\"1,030\"\n"
    );
    csv(&world, "collection=base_data", file).await.expect(200);
    let stored = world.caller("admin").get(&format!("/api/v1/base-data/{UNIT}/2023")).await.expect(200).json;
    assert_eq!(
        stored["expenses"][1],
        json!({ "item": "special_fund", "name": "市级", "prior_final": "1.00", "budget": "2.00", "final": "3.00" })
    );
    assert_eq!(
        (&stored["expenses"][0]["name"], &stored["signature"]["filled_on"], &stored["staff_quota"]),
        (&Value::Null, &json!("2024-03-05"), &json!(1030))
    );
    let wrong = format!(
        "单位编码,年度,经费控制情况\n{UNIT},2023,\"三公经费|||||1\n\"\n{UNIT},2024,四公经费||1|1|1\n"
    );
    let reply = csv(&world, "collection=base_data", wrong).await.expect(422);
    let errors = reply.json["errors"].as_array().unwrap();
    let of = |row: u64| errors.iter().find(|error| error["row"] == row).unwrap();
    assert_eq!((&of(2)["code"], &of(2)["column"]), (&json!("wrong_list"), &json!("经费控制情况")));
}

#[actix_web::test]
async fn ndjson_names_the_line_that_is_wrong() {
    let world = world().await;
    let good = json!({ "collection": "indicators", "unit": UNIT, "year": 2023, "seq": 31, "level1": "产出指标", "level2": "", "name": "调研" });
    let lines = [
        good.to_string(),
        String::new(),
        "{\"collection\":\"indicators\"".into(),
        json!({ "collection": "indicator", "unit": UNIT }).to_string(),
        json!([1]).to_string(),
        json!({ "unit": UNIT }).to_string(),
        "{\"collection\":\"indicators\",\"name\":\"\\ud800\"}".into(),
    ];
    let reply = send(world.caller("admin"), "mode=commit", "application/x-ndjson", lines.join("\n"))
        .await
        .expect(422);
    let errors = reply.json["errors"].as_array().unwrap();
    let told: Vec<(u64, &str)> =
        errors.iter().map(|e| (e["row"].as_u64().unwrap(), e["code"].as_str().unwrap())).collect();
    let wanted = [
        (3, "malformed_json"),
        (4, "unknown_collection"),
        (5, "wrong_type"),
        (6, "missing_collection"),
        (7, "malformed_json"),
    ];
    assert_eq!(told, wanted, "{}", reply.text);
    assert_eq!(errors[1]["nearest"], "indicators");
    assert_eq!((&reply.json["counts"]["total"], &reply.json["counts"]["failed"]), (&json!(6), &json!(5)));
    send(world.caller("admin"), "mode=commit", "application/x-ndjson", good.to_string()).await.expect(200);
    assert_eq!(indicator(&world, 31).await["level2"], "");
    let nothing =
        send(world.caller("admin"), "mode=commit", "application/x-ndjson", "\n\n").await.expect(422);
    nothing.expect_errors(&[("", "no_rows")]);
}

fn workbook(write: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    write(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

#[actix_web::test]
async fn a_workbook_is_read_as_it_is_shown() {
    let world = world().await;
    let bytes = workbook(|book| {
        let sheet = book.add_worksheet().set_name("绩效指标").unwrap();
        sheet.write(0, 0, "岳阳市君山区 2023 年绩效指标").unwrap();
        let header = [
            "单位编码",
            "预算年度",
            "序号",
            "一级指标",
            "二级指标",
            "三级指标",
            "年度指标值",
            "实际完成值",
            "分值（分）",
            "自评得分",
        ];
        for (place, name) in (0..).zip(header) {
            sheet.write(1, place, name).unwrap();
        }
        let percent = Format::new().set_num_format("0.0%");
        let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
        for (row, seq) in [(2, 41), (4, 42)] {
            sheet.write(row, 0, 430_611_101).unwrap();
            sheet.write(row, 1, 2023).unwrap();
            sheet.write(row, 2, seq).unwrap();
            for (place, text) in (3..).zip(["产出指标", "质量指标", "合格率"]) {
                sheet.write(row, place, text).unwrap();
            }
            sheet.write_with_format(row, 6, 0.98, &percent).unwrap();
            sheet.write_with_format(row, 7, 45291, &day).unwrap();
            sheet.write(row, 8, 0.300_000_000_000_000_04).unwrap();
            sheet.write_formula(row, 9, Formula::new("=0.1+0.1").set_result("0.2")).unwrap();
        }
        book.add_worksheet().set_name("填写说明").unwrap().write(0, 0, "按表填写").unwrap();
        book.add_worksheet().set_name("Sheet3").unwrap();
    });
    let reply = send(world.caller("admin"), "mode=commit", XLSX, bytes).await.expect(200);
    assert_eq!(reply.json["counts"]["created"], 2);
    let stored = indicator(&world, 42).await;
    let shown = ["target", "actual", "weight", "self_score"].map(|name| stored[name].as_str().unwrap());
    assert_eq!(shown, ["98%", "2023-12-31", "0.3", "0.2"]);

    let wrong = workbook(|book| {
        let sheet = book.add_worksheet().set_name("绩效指标").unwrap();
        for (place, name) in (0..).zip(["单位编码", "预算年度", "序号", "得分", "完成档次"]) {
            sheet.write(0, place, name).unwrap();
        }
        for (place, text) in (0..).zip([UNIT, "2023", "1", "五", "部份达成"]) {
            sheet.write(3, place, text).unwrap();
        }
        book.add_worksheet().set_name("绩效指标表").unwrap().write(0, 0, "?").unwrap();
    });
    let reply = send(world.caller("admin"), "mode=commit", XLSX, wrong.clone()).await.expect(422);
    let error = &reply.json["errors"][0];
    assert_eq!(
        (&error["code"], &error["sheet"], &error["nearest"]),
        (&json!("unknown_sheet"), &json!("绩效指标表"), &json!("绩效指标"))
    );
}

#[actix_web::test]
async fn every_error_of_a_table_names_its_row_its_column_and_what_was_meant() {
    let world = world().await;
    let file = format!(
        "单位编码,年度,序号,得分,完成档次\n\n{UNIT},2023,1,五,部份达成,多余\n\"43061110l\",2023,2,5,\n{UNIT},2023,x,5,\n"
    );
    let reply = csv(&world, "collection=indicators", file.clone()).await.expect(422);
    let errors = reply.json["errors"].as_array().unwrap();
    let told: Vec<[&str; 4]> = errors
        .iter()
        .map(|e| {
            [e["row"].to_string(), e["column"].to_string(), e["code"].to_string(), e["nearest"].to_string()]
        })
        .map(|parts| parts.map(|part| &*Box::leak(part.replace('"', "").into_boxed_str())))
        .collect();
    for wanted in [
        ["3", "得分", "wrong_form", "null"],
        ["3", "完成档次", "not_an_option", "部分达成"],
        ["3", "第 6 列", "no_header", "null"],
        ["5", "序号", "wrong_type", "null"],
    ] {
        assert!(told.contains(&wanted), "{wanted:?} is not among {told:?}");
    }
    assert!(told.iter().any(|[row, column, ..]| (*row, *column) == ("4", "单位编码")), "{told:?}");
    let misspelt = csv(&world, "collection=indicators", "单位编号,年度,序号,得分,得分,备注\n1,2,3,4,5,6\n")
        .await
        .expect(422);
    let errors = misspelt.json["errors"].as_array().unwrap();
    let told: Vec<_> =
        errors.iter().map(|e| (e["column"].as_str().unwrap(), e["code"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("单位编号", "unknown_column"),
            ("得分", "repeated_column"),
            ("备注", "unknown_column"),
            ("单位编码", "missing_column")
        ]
    );
    assert_eq!(errors[0]["nearest"], "单位编码");
    csv(&world, "", "单位编码\n1\n").await.expect(422).expect_errors(&[("", "missing_collection")]);
    csv(&world, "collection=indicators", "").await.expect(422).expect_errors(&[("", "no_rows")]);
    csv(&world, "collection=indicators", format!("{HEADER}\n,,\n"))
        .await
        .expect(422)
        .expect_errors(&[("", "no_rows")]);
}

#[actix_web::test]
async fn several_files_are_one_import() {
    let world = empty().await;
    let mut body = Vec::new();
    let report: Value = serde_json::from_str(jixiao::demo::REPORT).unwrap();
    let mut part = |name: &str, bytes: &[u8]| {
        let head =
            format!("--b7\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    };
    part("units.csv", format!("code,name,region_code\n{UNIT},区委办,430611\n").as_bytes());
    part("base.json", json!({ "years": report["years"] }).to_string().as_bytes());
    part("绩效指标.csv", format!("{HEADER}\n{UNIT},2023,1,产出指标,,调研,1,1,5,五\n").as_bytes());
    body.extend_from_slice(b"--b7--\r\n");
    let kind = "multipart/form-data; boundary=b7";
    let reply = send(world.caller("admin"), "mode=commit", kind, body.clone()).await.expect(422);
    let errors = reply.json["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["file"], &errors[0]["row"]), (1, &json!("绩效指标.csv"), &json!(2)));
    let mended = String::from_utf8(body).unwrap().replace(",5,五", ",5,5");
    let reply = send(world.caller("admin"), "mode=commit", kind, mended).await.expect(200);
    assert_eq!(reply.json["counts"]["created"], 3);
    send(world.caller("admin"), "mode=commit", kind, "--b7--\r\n").await.expect(400);
    send(world.caller("admin"), "mode=commit", "text/html", "<p>").await.expect(415);
}

#[test]
fn decimals_have_their_unit_in_the_header() {
    let all = Collection::ALL.into_iter().flat_map(columns);
    for column in all.filter(|column| matches!(column.kind, Kind::Amount)) {
        assert!(column.header(Lang::Zh).ends_with("（万元）"));
    }
}
