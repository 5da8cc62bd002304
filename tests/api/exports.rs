//! Exports: what a list answers as a file is what an import takes, and taking it changes nothing.

use std::collections::BTreeSet;

use actix_web::http::header;
use actix_web::test::TestRequest;
use jixiao::generate::{Order, write};
use jixiao::oversight::ranking_table::RANKING;
use jixiao::scores::table::{GRADES, SCORES, SHEETS, STAGES};
use jixiao::tables::{Collection, FileFormat, Grid, Word};
use jixiao_core::kernel::Text as _;
use jixiao_core::workflow::{Role, Stage};
use jixiao_core::{kernel::Lang, scoring::Grade};
use serde_json::{Value, json};

use crate::import_formats::{XLSX, send};
use crate::support::{Caller, Reply, UNIT, World, empty, world};

const LISTS: [(Collection, &str); 7] = [
    (Collection::Years, "years"),
    (Collection::Units, "units"),
    (Collection::Budgets, "budgets"),
    (Collection::BaseData, "base-data"),
    (Collection::ProjectExpenditures, "project-expenditures"),
    (Collection::Indicators, "indicators"),
    (Collection::Narratives, "narratives"),
];

async fn accepting(caller: Caller<'_>, path: &str, accept: &str) -> Reply {
    caller.send(TestRequest::get().uri(path).insert_header((header::ACCEPT, accept))).await
}

/// Exports every collection in every format and imports it again: nothing is made, nothing is changed.
async fn round_trip(world: &World, rows: impl Fn(Collection) -> usize) {
    for (collection, list) in LISTS {
        for format in FileFormat::ALL {
            let path = format!("/api/v1/{list}?format={}", format.extension());
            let file = world.caller("admin").get(&path).await.expect(200);
            let query = match format {
                FileFormat::Csv => format!("mode=commit&collection={}", collection.as_str()),
                _ => "mode=commit".to_owned(),
            };
            let report =
                send(world.caller("admin"), &query, format.media_type(), file.bytes).await.expect(200);
            let counts = &report.json["counts"];
            let wanted = json!(rows(collection));
            assert_eq!((&counts["total"], &counts["unchanged"]), (&wanted, &wanted), "{path}: {counts}");
            assert_eq!(counts["not_in_file"], 0, "{path}: the file has every row");
        }
    }
}

#[actix_web::test]
async fn a_generated_county_comes_back_unchanged_in_every_format() {
    let world = empty().await;
    let order = Order {
        units: 8,
        projects: 6,
        seed: 5,
        year: 2023.try_into().unwrap(),
        region: "430611".parse().unwrap(),
        errors: 0,
    };
    let mut bundle = Vec::new();
    write(&order, &mut bundle).unwrap();
    let bundle: Value = serde_json::from_slice(&bundle).unwrap();
    world.caller("admin").post("/api/v1/imports?mode=commit", bundle.clone()).await.expect(200);
    let rows = |collection: Collection| bundle[collection.as_str()].as_array().unwrap().len();
    assert!(rows(Collection::Indicators) > 500, "more than is read at once");
    round_trip(&world, rows).await;
}

/// Texts that a spreadsheet, a separator, or a package takes for something else.
const AWKWARD: [&str; 22] = [
    "=cmd|' /C calc'!A1",
    "+86 730",
    "-",
    "@SUM(A1)",
    "'",
    "''=1",
    "'引用",
    "\t=1",
    "＝1+1",
    "-5",
    " 前后 ",
    "  ",
    "",
    "a,b;c\td",
    "行一\n行二\r\n行三\r",
    "\"引号\"\"",
    "甲|乙",
    "[]",
    "_x000D_ __x0041_",
    "\u{1}\u{b}\u{fffe}",
    "<b>&amp;</b>]]>",
    "00123",
];

#[actix_web::test]
async fn awkward_texts_come_back_as_they_were() {
    let world = world().await;
    let indicators: Vec<Value> = (100..).zip(AWKWARD).map(|(seq, text)| json!({
        "unit": UNIT, "year": 2023, "seq": seq, "level1": "产出指标", "level2": text, "name": format!("{text}名"),
        "target": text, "actual": text, "deviation_reason": text,
    })).collect();
    let expenses: Vec<Value> =
        AWKWARD.iter().map(|text| json!({ "item": "special_fund", "name": text, "final": "1.5" })).collect();
    let buildings: Vec<Value> =
        AWKWARD.iter().filter(|text| !text.is_empty()).map(|text| json!({ "name": text })).collect();
    let bundle = json!({
        "indicators": indicators,
        "base_data": [{ "unit": UNIT, "year": 2023, "expenses": expenses, "buildings": buildings, "thrift_measures": "=1" }],
        "narratives": [{ "unit": UNIT, "year": 2023, "sections": { "problems": "", "other": AWKWARD.join("\n") } }],
    });
    world.caller("admin").post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    let mut rows = std::collections::BTreeMap::new();
    for (collection, list) in LISTS {
        let page = world.caller("admin").get(&format!("/api/v1/{list}?with_total=true")).await.expect(200);
        rows.insert(collection, usize::try_from(page.json["total"].as_u64().unwrap()).unwrap());
    }
    round_trip(&world, |collection| rows[&collection]).await;
}

#[actix_web::test]
async fn no_cell_of_a_csv_is_a_formula_and_no_cell_of_a_workbook_either() {
    let world = world().await;
    let row = json!({ "unit": UNIT, "year": 2023, "seq": 99, "level1": "产出指标", "level2": "", "name": "=1+1", "actual": "=100%", "weight": "5" });
    world
        .caller("admin")
        .post("/api/v1/imports?mode=commit", json!({ "indicators": [row] }))
        .await
        .expect(200);
    let csv = world.caller("admin").get("/api/v1/indicators?format=csv&sort=-unit").await.expect(200);
    assert!(csv.bytes.starts_with(b"\xEF\xBB\xBF"), "Excel knows UTF-8 by its mark");
    let mut records = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.bytes.as_slice());
    let records: Vec<csv::StringRecord> = records.records().map(Result::unwrap).collect();
    let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
    assert!(!records.iter().flatten().any(formula));
    let escaped = records.iter().find(|record| &record[3] == "99").unwrap();
    assert_eq!((&escaped[6], &escaped[8], &escaped[9]), ("'=1+1", "'=100%", "5"));
    let book = world.caller("admin").get("/api/v1/indicators?format=xlsx").await.expect(200);
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(book.bytes)).unwrap();
    let sheet = std::io::read_to_string(package.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(sheet.contains("<t xml:space=\"preserve\">=1+1</t>") && !sheet.contains("<f"));
    assert!(sheet.contains("state=\"frozen\""));
}

#[actix_web::test]
async fn the_format_is_told_by_the_address_or_by_accept() {
    let world = world().await;
    let unit = world.caller("unit");
    for (path, accept, kind) in [
        ("budgets", "*/*", "application/json"),
        ("budgets", "text/html, application/json;q=0.9", "application/json"),
        ("budgets", "text/csv", "text/csv; charset=utf-8"),
        ("budgets", "application/json;q=0.5, text/csv;q=0.8", "text/csv; charset=utf-8"),
        ("budgets", "text/csv;q=0.2, */*", "application/json"),
        ("budgets", XLSX, XLSX),
        ("budgets?format=ndjson", "text/csv", "application/x-ndjson"),
    ] {
        let reply = accepting(unit, &format!("/api/v1/{path}"), accept).await.expect(200);
        assert_eq!(reply.header("content-type"), kind, "{path} {accept}");
        let vary: Vec<_> = reply.headers.get_all("vary").filter_map(|value| value.to_str().ok()).collect();
        assert!(vary.iter().any(|value| value.split(", ").any(|name| name == "Accept")), "{vary:?}");
    }
    let english =
        TestRequest::get().uri("/api/v1/budgets?format=csv").insert_header(("accept-language", "en"));
    let english = unit.send(english).await.expect(200);
    assert!(
        english.text.starts_with("\u{feff}Unit code,Fiscal year,Initial budget (10k yuan)"),
        "{}",
        english.text
    );
    assert!(english.header("content-disposition").starts_with("attachment; filename=\"budgets.csv\""));
    unit.get("/api/v1/budgets?format=pdf").await.expect(400);
}

#[actix_web::test]
async fn a_file_has_every_row_the_caller_sees_and_so_many_as_are_asked_for() {
    let world = world().await;
    world.add_user("stranger", Role::Bureau, None, Some("430102")).await;
    let lines = |reply: &Reply| reply.text.lines().count();
    let all = world.caller("unit").get("/api/v1/indicators?format=ndjson").await.expect(200);
    assert_eq!(lines(&all), 23);
    let nobodys = world.caller("stranger").get("/api/v1/indicators?format=ndjson").await.expect(200);
    assert_eq!(nobodys.text, "");
    let header = world.caller("stranger").get("/api/v1/indicators?format=csv").await.expect(200);
    assert_eq!(lines(&header), 1);
    let mut path = "/api/v1/indicators?format=ndjson&limit=10".to_owned();
    let mut walked = String::new();
    for wanted in [10, 10, 3] {
        let page = world.caller("unit").get(&path).await.expect(200);
        assert_eq!(lines(&page), wanted);
        walked.push_str(&page.text);
        path = page.header("link").split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    }
    assert_eq!((walked, path.as_str()), (all.text, ""));
}

/// The paths of what a schema describes.
fn leaves(schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    for (name, property) in schema["properties"].as_object().unwrap() {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        if property.get("properties").is_some() {
            leaves(property, &path, found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn tables_of_scores_have_a_column_for_all_that_their_rows_say() {
    let document = jixiao::app::openapi();
    for (grid, schema) in [(SCORES, "ScoreRow"), (RANKING, "RankedSheet")] {
        let mut paths = BTreeSet::new();
        leaves(&document["components"]["schemas"][schema], "", &mut paths);
        let columns: BTreeSet<String> = grid.columns.iter().map(|column| column.path.to_owned()).collect();
        assert_eq!(columns, paths, "{schema}");
    }
    let wires = |words: &[Word]| words.iter().map(|word| word.wire).collect::<Vec<_>>();
    assert_eq!(wires(STAGES), Stage::ALL.map(|stage| stage.to_string()));
    assert!(STAGES.iter().zip(Stage::ALL).all(|(word, stage)| word.zh == stage.text(Lang::Zh)));
    assert_eq!(
        wires(GRADES),
        [Grade::Excellent, Grade::Good, Grade::Fair, Grade::Poor].map(|grade| grade.to_string())
    );
    assert_eq!(wires(SHEETS), ["department", "project"]);
}

#[actix_web::test]
async fn scores_and_rankings_are_files_too() {
    let world = world().await;
    for (path, grid, first) in [
        ("scores?", SCORES, [UNIT, "中共岳阳市君山区委办公室", "2023"]),
        ("rankings?year=2023&", RANKING, ["1", UNIT, "中共岳阳市君山区委办公室"]),
    ] {
        let csv = world.caller("bureau").get(&format!("/api/v1/{path}format=csv")).await.expect(200);
        let mut reader = csv::Reader::from_reader(csv.bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let headers: Vec<String> = header_of(grid);
        assert_eq!(
            header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect::<Vec<_>>(),
            headers
        );
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 2, "the department's sheet and the project's");
        assert_eq!(records[0].iter().take(3).collect::<Vec<_>>(), first);
        let of = |name: &str| headers.iter().position(|header| header == name).unwrap();
        assert_eq!(
            (&records[0][of("最终总分（分）")], &records[0][of("等级")], &records[1][of("最终总分（分）")]),
            ("99", "优", "98")
        );
        let ndjson = world.caller("bureau").get(&format!("/api/v1/{path}format=ndjson")).await.expect(200);
        let line: Value = serde_json::from_str(ndjson.text.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&line["collection"], &line["unit"]["code"], &line["final_total"]),
            (&json!(grid.name), &json!(UNIT), &json!("99"))
        );
    }
}

fn header_of(grid: Grid) -> Vec<String> {
    grid.columns.iter().map(|column| column.header(Lang::Zh)).collect()
}

#[actix_web::test]
async fn a_text_that_no_cell_takes_is_told_before_a_workbook_is_begun() {
    let world = empty().await;
    let admin = world.caller("admin");
    let code = |number: u32| format!("430611{number:03}");
    let units: Vec<Value> =
        (1..=501).map(|n| json!({ "code": code(n), "name": format!("第{n}局") })).collect();
    let narratives: Vec<Value> = (1..=501)
        .map(|n| {
            let problems = if n == 501 { "长".repeat(32_768) } else { "短".to_owned() };
            json!({ "unit": code(n), "year": 2023, "sections": { "problems": problems } })
        })
        .collect();
    let bundle = json!({ "years": [{ "year": 2023 }], "units": units, "narratives": narratives });
    admin.post("/api/v1/imports?mode=commit", bundle).await.expect(200);
    let refused = admin.get("/api/v1/narratives?format=xlsx").await.expect(422);
    let error = &refused.json["errors"][0];
    assert_eq!(error["code"], "cell_too_long");
    let told = error["detail"].as_str().unwrap();
    assert!(told.starts_with("第 502 行（430611501/2023）“") && told.contains("32768 个字符"), "{told}");
    admin.get("/api/v1/narratives?format=xlsx&limit=500").await.expect(200);
    let file = admin.get("/api/v1/narratives?format=csv").await.expect(200);
    assert!(file.text.contains(&"长".repeat(32_768)));
}
