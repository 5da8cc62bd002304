//! CSV: rows of one collection, in the encodings and with the separators that spreadsheets write.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::cell::{AmountUnit, Cell};
use super::collection::Collection;
use super::layout::{Layout, MOST_COLUMNS};
use super::read::{Fault, Read as Rows, Room, Source};
use crate::http::FieldError;

/// Rows before the header that are passed over: a title, a unit of amounts.
const MOST_TITLES: usize = 10;
/// Characters of a cell; no spreadsheet has more but a written report may.
pub const LONGEST_CELL: usize = 50_000;

/// The text of a file: UTF-8 with or without a mark, UTF-16 with one, GB18030 where it is none of them.
pub fn decode<'a>(bytes: &'a [u8], source: &Source) -> Result<Cow<'a, str>, Fault> {
    let broken = || {
        let (zh, en) = (
            "文件编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV",
            "The encoding is not known; save as CSV in UTF-8 or GB18030",
        );
        Fault::of_file(source, FieldError::new("", "wrong_encoding", zh, en))
    };
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        if encoding == UTF_8
            && let Ok(text) = std::str::from_utf8(rest)
        {
            return Ok(Cow::Borrowed(text));
        }
        return encoding.decode_without_bom_handling_and_without_replacement(rest).ok_or_else(broken);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(broken)
}

/// Calls `visit` with each row that is not blank: its number, and its cells.
pub fn rows(
    text: &str,
    source: &Source,
    visit: impl FnMut(usize, &[Cell]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let separator = separator(text);
    measure(text, separator, source)?;
    rows_of(text.as_bytes(), separator, source, visit)
}

fn rows_of(
    text: impl Read,
    separator: u8,
    source: &Source,
    mut visit: impl FnMut(usize, &[Cell]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text);
    let mut record = csv::StringRecord::new();
    let (mut number, mut cells) = (0, Vec::new());
    loop {
        let before = reader.position().line();
        let is_there = reader.read_record(&mut record).map_err(|_| malformed(source))?;
        if !is_there {
            return Ok(());
        }
        // The reader passes over lines without anything in them; whoever looks at the file sees them.
        let lines = usize::try_from(reader.position().line().saturating_sub(before)).unwrap_or(usize::MAX);
        let inside: usize =
            record.iter().map(|cell| cell.bytes().filter(|byte| *byte == b'\n').count()).sum();
        number += 1 + lines.saturating_sub(inside + 1);
        // Spaces alone may be all that somebody wrote in a cell, but no row is made of them.
        let is_blank = record.iter().all(|cell| cell.trim().is_empty());
        let used = record.iter().enumerate().filter(|(_, cell)| !is_blank && !cell.is_empty()).last();
        let used = used.map_or(0, |(last, _)| last + 1);
        if used > MOST_COLUMNS {
            return Err(too_wide(source, number));
        }
        cells.clear();
        for cell in record.iter().take(used) {
            if cell.len() > LONGEST_CELL && cell.chars().count() > LONGEST_CELL {
                return Err(too_long(source, number));
            }
            cells.push(Cell::Text(cell.to_owned()));
        }
        if !cells.is_empty() {
            visit(number, &cells)?;
        }
    }
}

/// Columns that a row may have with nothing in them; spreadsheets have no more.
const MOST_SEPARATORS: usize = 16_384;
/// Bytes that a cell of so many characters may take.
const MOST_BYTES: usize = 8 * LONGEST_CELL;

/// Goes through a text without keeping anything of it: a row that is endless is found before it is held.
fn measure(text: &str, separator: u8, source: &Source) -> Result<(), Fault> {
    let (mut number, mut columns, mut length) = (1, 0, 0);
    let (mut in_quotes, mut was_quote) = (false, false);
    for byte in text.bytes() {
        length += 1;
        if length > MOST_BYTES {
            return Err(too_long(source, number));
        }
        match byte {
            // Two quotes within quotes stand for one.
            b'"' if in_quotes || length == 1 || was_quote => {
                was_quote = in_quotes;
                in_quotes = !in_quotes;
                continue;
            }
            _ if in_quotes => {}
            b'\n' => (number, columns, length) = (number + 1, 0, 0),
            b'\r' => (columns, length) = (0, 0),
            _ if byte == separator => {
                (columns, length) = (columns + 1, 0);
                if columns > MOST_SEPARATORS {
                    return Err(too_wide(source, number));
                }
            }
            _ => {}
        }
        was_quote = false;
    }
    Ok(())
}

/// A row has more columns than any table.
pub(super) fn too_wide(source: &Source, number: usize) -> Fault {
    Fault::of_file(
        source,
        FieldError::new(
            "",
            "too_many_columns",
            format!("第 {number} 行超过 {MOST_COLUMNS} 列"),
            format!("Row {number} has more than {MOST_COLUMNS} columns"),
        ),
    )
}

/// A cell has more characters than any text.
pub(super) fn too_long(source: &Source, number: usize) -> Fault {
    Fault::of_file(
        source,
        FieldError::new(
            "",
            "too_long",
            format!("第 {number} 行有单元格超过 {LONGEST_CELL} 个字符"),
            format!("Row {number} has a cell of more than {LONGEST_CELL} characters"),
        ),
    )
}

/// Reads the rows of `collection`.
pub fn read(
    bytes: &[u8],
    collection: Collection,
    unit: AmountUnit,
    source: &Source,
    room: &mut Room,
) -> Result<Rows, Fault> {
    let text = decode(bytes, source)?;
    let mut table = Table::new(collection, unit, source.clone(), room);
    rows(&text, source, |number, cells| table.row(number, cells))?;
    table.finish()
}

/// Bytes at the beginning of a text in which its separator is looked for.
const HEAD: u64 = 64 << 10;

/// Reads rows of `collection` as they come, from UTF-8: after each row `visit` takes what has been read so far.
pub fn stream(
    mut text: impl Read,
    collection: Collection,
    unit: AmountUnit,
    source: &Source,
    mut visit: impl FnMut(&mut Rows) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut head = Vec::new();
    text.by_ref().take(HEAD).read_to_end(&mut head).map_err(|_| malformed(source))?;
    let separator = separator(&String::from_utf8_lossy(&head));
    let mut room = Room::ENDLESS;
    let mut table = Table::new(collection, unit, source.clone(), &mut room);
    rows_of(head.as_slice().chain(text), separator, source, |number, cells| {
        table.row(number, cells)?;
        visit(&mut table.read)
    })?;
    visit(&mut table.finish()?)
}

fn malformed(source: &Source) -> Fault {
    Fault::of_file(source, FieldError::new("", "malformed_csv", "不是合法的 CSV", "Not valid CSV"))
}

/// The separator of the first line that has one: the one that it has most of.
fn separator(text: &str) -> u8 {
    for line in text.lines().take(MOST_TITLES) {
        // Whoever has a header longer than this is told so, whatever separates it.
        let line = line.get(..line.floor_char_boundary(MOST_SEPARATORS)).unwrap_or(line);
        let mut is_quoted = false;
        let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
        for byte in line.bytes() {
            is_quoted ^= byte == b'"';
            if let Some((_, count)) =
                counts.iter_mut().find(|(separator, _)| *separator == byte && !is_quoted)
            {
                *count += 1;
            }
        }
        if let Some((separator, _)) =
            counts.iter().rev().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0)
        {
            return *separator;
        }
    }
    b','
}

/// Rows on their way through a header.
#[derive(Debug)]
pub(super) struct Table<'r> {
    room: &'r mut Room,
    collection: Collection,
    unit: AmountUnit,
    source: Source,
    layout: Option<Layout>,
    titles: Vec<(usize, Vec<Cell>)>,
    read: Rows,
}

impl<'r> Table<'r> {
    pub(super) fn new(collection: Collection, unit: AmountUnit, source: Source, room: &'r mut Room) -> Self {
        Self { room, collection, unit, source, layout: None, titles: Vec::new(), read: Rows::default() }
    }

    /// Takes a row. The header is the first that names a column; before it there may be a title.
    pub(super) fn row(&mut self, number: usize, cells: &[Cell]) -> Result<(), Fault> {
        if let Some(layout) = &self.layout {
            // A cell without a header is kept with words about it.
            let (known, all) = (layout.width(), cells.len());
            self.room.take(1 + all.saturating_sub(known), known)?;
            self.read.lines.extend(layout.line(number, cells));
            return Ok(());
        }
        if Layout::known(self.collection, cells) >= 2 {
            return self.begin(number, cells);
        }
        self.titles.push((number, cells.to_vec()));
        if self.titles.len() > MOST_TITLES { self.begin_at_first() } else { Ok(()) }
    }

    fn begin(&mut self, number: usize, cells: &[Cell]) -> Result<(), Fault> {
        let layout = Layout::read(self.collection, self.unit, cells, number, self.source.clone())?;
        self.read.source = layout.source();
        self.layout = Some(layout);
        Ok(())
    }

    /// No row looks like a header: the first is one with errors.
    fn begin_at_first(&mut self) -> Result<(), Fault> {
        let mut titles = std::mem::take(&mut self.titles).into_iter();
        if let Some((number, cells)) = titles.next() {
            self.begin(number, &cells)?;
        }
        let lines = titles.filter_map(|(number, cells)| self.layout.as_ref()?.line(number, &cells));
        self.read.lines.extend(lines);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Rows, Fault> {
        if self.layout.is_none() {
            self.begin_at_first()?;
        }
        if self.layout.is_none() {
            self.read.source = std::sync::Arc::new(self.source);
        }
        Ok(self.read)
    }
}
