//! What is wrong with an import as a file: its own tables with a column of errors, to be mended there and sent again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use jixiao_core::kernel::Lang;

use super::errors::Errors;
use super::files::{File, Format};
use super::report::RowError;
use crate::tables::cell::Cell;
use crate::tables::escape::{escape, unescape};
use crate::tables::layout::{ERRORS, Layout};
use crate::tables::read::{Fault, Source, Visit};
use crate::tables::write::{BOM, lines};
use crate::tables::{Collection, csv, xlsx};

/// Errors by the row that they are about; 0: the table as a whole.
type ByRow<'e> = BTreeMap<usize, Vec<&'e RowError>>;

type Csv = ::csv::Writer<Vec<u8>>;

/// The tables of `files`, each row with what is wrong with it, as CSV that Excel opens. What is no table (JSON) is
/// followed by a list of its errors.
pub fn write<B: AsRef<[u8]>>(files: &[File<B>], errors: &Errors, lang: Lang) -> io::Result<Vec<u8>> {
    let mut out = lines(BOM.to_vec());
    let mut listed: Vec<&RowError> = Vec::new();
    let mut open: Vec<&RowError> = errors.kept().iter().collect();
    if errors.more() > 0 {
        let (all, kept) = (errors.count(), open.len());
        out.write_record([lang.pick(
            format!("共 {all} 处错误，本文件只列出前 {kept} 处"),
            format!("There are {all} errors; this file names the first {kept}"),
        )])?;
    }
    for file in files {
        let bytes = file.bytes.as_ref();
        let source = Source { file: file.name.clone(), ..Source::default() };
        let (mine, others): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|error| error.source.file == file.name);
        open = others;
        let is_written = match file.format {
            Format::Csv => table(&mut out, &source, &by_row(&mine), lang, files.len() > 1, &mut |visit| {
                csv::rows(&csv::decode(bytes, &source)?, &source, visit)
            })?,
            Format::Xlsx => workbook(&mut out, bytes, &source, &mine, lang)?,
            Format::Json | Format::Ndjson => false,
        };
        if !is_written {
            listed.extend(mine);
        }
    }
    listed.extend(open);
    if !listed.is_empty() {
        list(&mut out, &listed, lang)?;
    }
    let mut bytes = out.into_inner().map_err(|why| io::Error::other(why.to_string()))?;
    // Whoever sends a NUL is told of it; no spreadsheet shows one, and PostgreSQL keeps none.
    bytes.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
    Ok(bytes)
}

fn by_row<'e>(errors: &[&'e RowError]) -> ByRow<'e> {
    let mut found = ByRow::new();
    for error in errors {
        found.entry(error.row).or_default().push(error);
    }
    found
}

/// Each sheet of a workbook that a collection names. Whether there was one.
fn workbook(
    out: &mut Csv,
    bytes: &[u8],
    source: &Source,
    errors: &[&RowError],
    lang: Lang,
) -> io::Result<bool> {
    let Ok(mut book) = xlsx::Workbook::open(bytes, source) else { return Ok(false) };
    let sheets = book.sheets.clone();
    let mut told = Vec::new();
    for sheet in &sheets {
        let of = Source { sheet: Some(sheet.name.clone()), ..source.clone() };
        let mine: Vec<&RowError> =
            errors.iter().copied().filter(|error| error.source.sheet == of.sheet).collect();
        if mine.is_empty() {
            continue;
        }
        let rows: Rows<'_> = &mut |visit| book.rows(sheet, &of, visit);
        if table(out, &of, &by_row(&mine), lang, sheets.len() > 1, rows)? {
            told.push(&sheet.name);
        }
    }
    let is_told = |error: &&RowError| error.source.sheet.as_ref().is_some_and(|name| told.contains(&name));
    let left: Vec<&RowError> = errors.iter().copied().filter(|error| !is_told(error)).collect();
    if !told.is_empty() && !left.is_empty() {
        list(out, &left, lang)?;
    }
    Ok(!told.is_empty())
}

/// Goes through a table's rows.
type Rows<'r> = &'r mut dyn FnMut(&mut Visit<'_>) -> Result<(), Fault>;

/// A table with its errors in a column behind all others. False: it cannot be read to its end, and nothing is written.
fn table(
    out: &mut Csv,
    source: &Source,
    errors: &ByRow<'_>,
    lang: Lang,
    is_titled: bool,
    rows: Rows<'_>,
) -> io::Result<bool> {
    let (mut width, mut header) = (0, None);
    let measured = rows(&mut |number, cells| {
        width = width.max(cells.len());
        let is_header = || Collection::ALL.iter().any(|one| Layout::known(*one, cells) >= 2);
        if header.is_none() && is_header() {
            header = Some(number);
        }
        Ok(())
    });
    if measured.is_err() {
        return Ok(false);
    }
    if is_titled {
        let names = [&source.file, &source.sheet].into_iter().flatten().map(String::as_str);
        out.write_record([escape(&names.collect::<Vec<_>>().join(" ")).as_ref()])?;
    }
    // What is wrong with the table stands above it: below the header's own word there is no place for it.
    let above = [Some(0), header].into_iter().flatten().filter_map(|row| errors.get(&row));
    for error in above.flatten() {
        out.write_record([escape(&words(error, lang)).as_ref()])?;
    }
    let mut outcome = Ok(());
    let _ = rows(&mut |number, cells| {
        let told = match errors.get(&number) {
            _ if Some(number) == header => lang.pick(ERRORS[0], ERRORS[1]).to_owned(),
            Some(errors) => {
                let all: Vec<String> = errors.iter().map(|error| words(error, lang)).collect();
                all.join(lang.pick("；", "; "))
            }
            None => String::new(),
        };
        if outcome.is_ok() {
            outcome = row(out, cells, width, &told);
        }
        Ok(())
    });
    outcome.map(|()| true)
}

fn row(out: &mut Csv, cells: &[Cell], width: usize, told: &str) -> io::Result<()> {
    for place in 0..width {
        // The input is somebody's: what would be run as a formula is written so that it is not, and read as before.
        let text = match cells.get(place) {
            Some(Cell::Text(text) | Cell::Failed(text)) if !text.is_empty() => escape(unescape(text)),
            _ => Cow::Borrowed(""),
        };
        out.write_field(text.as_ref())?;
    }
    out.write_field(harmless(told).as_ref())?;
    Ok(out.write_record(None::<&[u8]>)?)
}

/// Text that no spreadsheet runs; nothing stays nothing.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.is_empty() { Cow::Borrowed(text) } else { escape(text) }
}

/// An error in a sentence: column, what is wrong, what was found, what was meant.
fn words(error: &RowError, lang: Lang) -> String {
    let mut told = error.error.message.clone().in_lang(lang);
    if let Some(column) = &error.column {
        told = format!("{column}{}{told}", lang.pick("：", ": "));
    }
    let found = error.error.found.as_ref().map(|found| match found {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let found = found.map(|found| format!("{}{found}", lang.pick("实际为 ", "found ")));
    let near = error.nearest.as_ref().map(|near| format!("{}{near}", lang.pick("是否为 ", "meant ")));
    let more: Vec<String> = found.into_iter().chain(near).collect();
    if more.is_empty() {
        return told;
    }
    let more = more.join(lang.pick("，", ", "));
    format!("{told}{}", lang.pick(format!("（{more}）"), format!(" ({more})")))
}

/// An error a row, for what is no table.
fn list(out: &mut Csv, errors: &[&RowError], lang: Lang) -> io::Result<()> {
    out.write_record(lang.pick(
        ["文件", "工作表", "数据类别", "行号", "主键", "列", "代码", "错误说明"],
        ["File", "Sheet", "Collection", "Row", "Key", "Column", "Code", "Error"],
    ))?;
    for error in errors {
        let RowError { collection, row, key, error: what, source, column, .. } = error;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let place = column.clone().unwrap_or_else(|| what.pointer.clone());
        let told = RowError { column: None, ..(*error).clone() };
        let cells = [
            text(&source.file),
            text(&source.sheet),
            (*collection).to_owned(),
            row.to_string(),
            key.clone(),
            place,
            what.code.to_owned(),
            words(&told, lang),
        ];
        out.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?;
    }
    Ok(())
}
