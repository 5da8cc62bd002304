//! Templates of imports: empty they say what is wanted, and with their example they are taken as they are.

use jixiao::tables::{Collection, Kind, columns};
use jixiao_core::kernel::Lang;
use serde_json::Value;

use crate::import_formats::{XLSX, send};
use crate::support::{Reply, World, world};

async fn template(world: &World, path: &str) -> Reply {
    world.caller("unit").get(&format!("/api/v1/import-templates/{path}")).await
}

fn part(book: &Reply, name: &str) -> String {
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(&book.bytes)).unwrap();
    std::io::read_to_string(package.by_name(name).unwrap()).unwrap()
}

#[actix_web::test]
async fn a_filled_template_is_imported_unchanged() {
    let world = world().await;
    let report: Value = serde_json::from_str(jixiao::demo::REPORT).unwrap();
    for collection in Collection::ALL {
        let name = collection.as_str();
        let rows = report[name].as_array().unwrap().len();
        for (format, kind) in [("csv", "text/csv"), ("xlsx", XLSX)] {
            let filled = template(&world, &format!("{name}.{format}?example=true")).await.expect(200);
            let query = format!("mode=commit&collection={name}");
            let reply = send(world.caller("admin"), &query, kind, filled.bytes).await.expect(200);
            let counts = &reply.json["counts"];
            assert_eq!(
                (&counts["total"], &counts["unchanged"]),
                (&rows.into(), &rows.into()),
                "{name}.{format}"
            );
            // Nothing filled in is nothing to import.
            let empty = template(&world, &format!("{name}.{format}")).await.expect(200);
            let reply = send(world.caller("admin"), &query, kind, empty.bytes).await;
            reply.expect(422).expect_errors(&[("", "no_rows")]);
        }
    }
}

#[actix_web::test]
async fn a_workbook_says_what_is_wanted_in_each_column() {
    let world = world().await;
    for collection in Collection::ALL {
        let book = template(&world, &format!("{}.xlsx", collection.as_str())).await.expect(200);
        let (sheet, notes) =
            (part(&book, "xl/worksheets/sheet1.xml"), part(&book, "xl/worksheets/sheet2.xml"));
        assert!(sheet.contains("state=\"frozen\""));
        assert!(part(&book, "xl/workbook.xml").contains(&format!("name=\"{}\"", collection.title(Lang::Zh))));
        for column in columns(collection) {
            let head = column.header(Lang::Zh);
            let note = column.note.replace('"', "&quot;");
            assert!(
                sheet.contains(&format!(">{head}</t>")) && sheet.contains(&format!("promptTitle=\"{head}\"")),
                "{head}"
            );
            assert!(notes.contains(&format!(">{note}</t>")), "{note}");
            assert!(note.chars().count() <= 255 && head.chars().count() <= 32, "Excel shows no more: {head}");
            if let Kind::Choice(words) = column.kind {
                let list: Vec<&str> = words.iter().map(|word| word.zh).collect();
                assert!(sheet.contains(&format!("<formula1>\"{}\"</formula1>", list.join(","))), "{head}");
            }
        }
    }
    let english = actix_web::test::TestRequest::get().uri("/api/v1/import-templates/years.xlsx");
    let english =
        world.caller("admin").send(english.insert_header(("accept-language", "en"))).await.expect(200);
    assert!(part(&english, "xl/worksheets/sheet1.xml").contains("<formula1>\"Yes,No\"</formula1>"));
    let disposition = english.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"years.xlsx\"; filename*=UTF-8''Years.xlsx");
}

#[actix_web::test]
async fn there_is_a_template_of_each_collection_and_of_nothing_else() {
    let world = world().await;
    let csv = template(&world, "units.csv").await.expect(200);
    assert_eq!(csv.text, "\u{feff}单位编码,单位名称,行政区划代码,主管部门编码\r\n");
    for path in ["scores.csv", "units.pdf", "units", "units.csv.xlsx", ".csv"] {
        template(&world, path).await.expect(404);
    }
    template(&world, "units.csv?example=perhaps").await.expect(400);
    world.caller("reader").get("/api/v1/import-templates/units.csv").await.expect(403);
}
