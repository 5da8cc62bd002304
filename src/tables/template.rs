//! Templates: a table with nothing in it but its header and what is to be written there, or with rows as an example.

use std::io;

use jixiao_core::kernel::Lang;
use serde_json::Value;

use super::column::{Column, Kind, Word};
use super::format::FileFormat;
use super::grid::Grid;
use super::show::Shown;
use super::words::FLAGS;
use super::write::workbook::{Prompt, Style, Workbook, width};
use super::write::{Sink, Writer, cells, header};

/// The sheet of notes, which the import passes over.
const NOTES: [&str; 2] = ["填写说明", "Instructions"];
/// Widths of its columns.
const WIDTHS: [u32; 4] = [28, 8, 60, 60];

/// Writes the template of a table with these rows in it.
pub fn write(format: FileFormat, grid: Grid, lang: Lang, rows: &[Value]) -> io::Result<Vec<u8>> {
    if format == FileFormat::Xlsx {
        return workbook(&grid, lang, rows);
    }
    let mut writer = Writer::begin(format, grid, lang)?;
    rows.iter().try_for_each(|row| writer.row(row))?;
    writer.finish()
}

/// The table with drop-down lists and a note at each column, and all notes on a sheet of their own.
fn workbook(grid: &Grid, lang: Lang, rows: &[Value]) -> io::Result<Vec<u8>> {
    let sink = Sink::default();
    let mut book = Workbook::begin(sink.clone(), &[grid.title(lang), lang.pick(NOTES[0], NOTES[1])])?;
    book.begin_sheet(grid.columns.iter().map(width))?;
    header(&mut book, grid, lang)?;
    for row in rows {
        book.row(&cells(grid, lang, row), |_| Style::Text)?;
    }
    let prompts = grid.columns.iter().enumerate().map(|(place, column)| Prompt {
        place,
        shown: (column.header(lang), column.note.to_owned()),
        words: words(column).iter().map(|word| lang.pick(word.zh, word.en)).collect(),
    });
    book.end_sheet(&prompts.collect::<Vec<_>>())?;
    notes(&mut book, grid, lang)?;
    book.finish()?;
    Ok(sink.take())
}

fn notes(book: &mut Workbook, grid: &Grid, lang: Lang) -> io::Result<()> {
    book.begin_sheet(WIDTHS)?;
    let heads = lang.pick(["列", "必填", "填写说明", "可填内容"], ["Column", "Required", "Note", "One of"]);
    book.row(&heads.map(|head| Shown::Text(head.to_owned())), |_| Style::Header)?;
    for column in grid.columns {
        let required = if column.required { lang.pick("是", "Yes") } else { "" };
        let cells = [column.header(lang), required.to_owned(), column.note.to_owned(), options(column, lang)];
        book.row(
            &cells.map(|cell| if cell.is_empty() { Shown::Nothing } else { Shown::Text(cell) }),
            |_| Style::Text,
        )?;
    }
    book.end_sheet(&[])
}

/// The words that the cells of a column are chosen from.
const fn words(column: &Column) -> &'static [Word] {
    match column.kind {
        Kind::Choice(words) => words,
        Kind::Flag => FLAGS,
        _ => &[],
    }
}

/// The words of a column, those of each value of a list behind its name.
fn options(column: &Column, lang: Lang) -> String {
    let named = |words: &[Word]| {
        let names: Vec<&str> = words.iter().map(|word| lang.pick(word.zh, word.en)).collect();
        names.join(lang.pick("、", ", "))
    };
    let Kind::List(entries) = column.kind else { return named(words(column)) };
    let entries = entries.iter().filter_map(|entry| match entry.kind {
        Kind::Choice(words) => Some(format!("{}: {}", lang.pick(entry.zh, entry.en), named(words))),
        _ => None,
    });
    entries.collect::<Vec<_>>().join("\n")
}
