//! The rows of a body, one after another: what is held in memory is one row, never the file.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::copy::Copied;
use super::entity::Said;
use super::input::{Chunks, LONGEST_ROW, Limited, RowEnd, Trouble, Utf8, unpacked};
use super::members::members;
use super::weight::weight;
use crate::http::FieldError;
use crate::imports::RowError;
use crate::imports::bundle::{Collection, RowText, of_file};
use crate::imports::files::{Format, Reading, no_collection};
use crate::tables::read::{Fault, Flaw, Source};
use crate::tables::{columns, csv, ndjson};

/// To what a row belongs: the order of these texts is the order in which rows are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Years and units.
    Reference,
    /// A unit's year.
    Of(UnitCode, FiscalYear),
    /// Nothing that could be told. Such rows are judged alone.
    Nothing(usize),
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference => f.write_str("0"),
            Self::Of(unit, year) => write!(f, "1/{unit}/{}", year.get()),
            Self::Nothing(part) => write!(f, "2/{part:09}"),
        }
    }
}

impl Form {
    /// Reads what `Display` writes; a form that is none is nothing.
    #[must_use]
    pub fn read(text: &str) -> Self {
        if text == "0" {
            return Self::Reference;
        }
        let of = text.strip_prefix("1/").and_then(|rest| rest.rsplit_once('/')).and_then(|(unit, year)| {
            let year: i32 = year.parse().ok()?;
            Some((unit.parse().ok()?, year.try_into().ok()?))
        });
        match of {
            Some((unit, year)) => Self::Of(unit, year),
            None => Self::Nothing(text.strip_prefix("2/").and_then(|part| part.parse().ok()).unwrap_or(0)),
        }
    }
}

/// The form that a row belongs to.
fn form_of(collection: Collection, index: usize, row: &Copied) -> Form {
    if matches!(collection, Collection::Years | Collection::Units) {
        return Form::Reference;
    }
    let unit = row.unit.as_ref().and_then(|unit| unit.parse().ok());
    let year = row.year.and_then(|year| i32::try_from(year).ok());
    match (unit, year.and_then(|year| year.try_into().ok())) {
        (Some(unit), Some(year)) => Form::Of(unit, year),
        _ => Form::Nothing(index / 1000),
    }
}

/// A row as it is kept until it is its turn: a line of JSON.
fn line_of(collection: Collection, index: usize, number: usize, row: &Copied) -> Option<String> {
    let said = std::str::from_utf8(&row.text).ok()?;
    Some(format!("{{\"c\":\"{}\",\"i\":{index},\"n\":{number},\"v\":{said}}}", collection.as_str()))
}

/// A row of an import, from the line that was kept of it.
pub fn row(line: &str, source: &Arc<Source>) -> Result<Option<RowText>, serde_json::Error> {
    /// What [`line_of`] writes.
    #[derive(Deserialize)]
    struct Line<'a> {
        c: &'a str,
        i: usize,
        n: usize,
        #[serde(borrow)]
        v: &'a RawValue,
    }
    let Line { c, i, n, v } = serde_json::from_str(line)?;
    let source = Arc::clone(source);
    let row = |collection| RowText { collection, index: i, text: v.get().into(), source, number: n };
    Ok(Collection::named(c).map(row))
}

/// The source of a job's rows, from what was kept of its header.
#[must_use]
pub fn source(collection: Option<Collection>, said: &Said) -> Arc<Source> {
    let known = collection.map(columns).unwrap_or_default();
    let header = |(path, name): &(String, String)| {
        let column = known.iter().find(|column| column.path == path.as_str())?;
        Some((column.path, name.clone()))
    };
    Arc::new(Source { headers: said.headers.iter().filter_map(header).collect(), ..Source::default() })
}

/// What came out of a body: rows, or lines that are none.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows, each as the line that is kept of it, with its form.
    pub rows: Vec<(String, String)>,
    /// Lines that are none.
    pub unread: Vec<RowError>,
}

/// Rows that are handed on together, and bytes of them: a file of a few megabytes can unpack to rows that are longer than
/// all that fits into memory.
const TOGETHER: usize = 500;
const BYTES_TOGETHER: usize = 256 << 10;

/// Takes rows on their way.
pub struct Sink<'a> {
    hand_on: &'a mut dyn FnMut(Batch) -> bool,
    batch: Batch,
    bytes: usize,
    next: BTreeMap<Collection, usize>,
    row_end: RowEnd,
}

impl fmt::Debug for Sink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("batch", &self.batch).finish_non_exhaustive()
    }
}

/// A row whose values are more than those of any row there is, however few bytes they are.
fn weighed(row: &[u8], collection: &str, number: usize) -> Result<(), Fault> {
    if weight(row) <= LONGEST_ROW {
        return Ok(());
    }
    let (zh, en) = (format!("{collection}第 {number} 行"), format!("{collection} row {number}"));
    Err(Fault::too_large(
        format!("{}的值过多，请检查文件", zh.trim_start()),
        format!("{}: more values than any row can have; look at the file", en.trim_start()),
    ))
}

/// Nobody wants more rows.
fn unwanted() -> Fault {
    Fault::too_large("任务已停止", "The job has stopped")
}

impl Sink<'_> {
    pub(super) fn row(&mut self, collection: Collection, number: usize, row: &Copied) -> Result<(), Fault> {
        let next = self.next.entry(collection).or_default();
        let index = *next;
        *next += 1;
        let number = if number == 0 { index + 1 } else { number };
        weighed(&row.text, collection.as_str(), number)?;
        let line = line_of(collection, index, number, row).ok_or_else(|| broken(&Source::default()))?;
        self.bytes += line.len();
        self.batch.rows.push((form_of(collection, index, row).to_string(), line));
        self.row_end.mark();
        self.pass()
    }

    fn flaw(&mut self, source: &Arc<Source>, flaw: Flaw) -> Result<(), Fault> {
        self.batch.unread.push(of_file(source, flaw));
        self.row_end.mark();
        self.pass()
    }

    fn pass(&mut self) -> Result<(), Fault> {
        let are_few = self.batch.rows.len() + self.batch.unread.len() < TOGETHER;
        if are_few && self.bytes < BYTES_TOGETHER { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Fault> {
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        if (self.hand_on)(batch) { Ok(()) } else { Err(unwanted()) }
    }
}

/// What is to be read.
#[derive(Clone, Debug)]
pub struct Body {
    /// How it is written.
    pub format: Format,
    /// How it is packed.
    pub packed: Option<String>,
    /// The encoding of a table.
    pub encoding: &'static encoding_rs::Encoding,
    /// What is said of it.
    pub reading: Reading,
    /// Most bytes of it.
    pub most: u64,
}

/// Reads a body to its end. Takes processor time and waits for chunks: not for an async thread.
pub fn read(body: &Body, chunks: Chunks, hand_on: &mut dyn FnMut(Batch) -> bool) -> Result<Said, Fault> {
    let source = Source::default();
    let unpacked = unpacked(chunks, body.packed.as_deref()).map_err(|_| broken(&source))?;
    let (limited, row_end, trouble) = Limited::new(unpacked, body.most);
    let mut sink = Sink { hand_on, batch: Batch::default(), bytes: 0, next: BTreeMap::new(), row_end };
    let said = match body.format {
        Format::Ndjson => lines(BufReader::new(limited), body.reading, &mut sink),
        Format::Csv => table(Utf8::new(limited, body.encoding), body.reading, &mut sink),
        Format::Json => members(BufReader::new(limited), body.reading, &mut sink),
        Format::Xlsx => Err(broken(&source)),
    };
    let said = said.map_err(|fault| trouble.or(fault))?;
    sink.flush()?;
    Ok(said)
}

fn broken(source: &Source) -> Fault {
    let (zh, en) =
        ("无法读取：压缩内容不完整或编码不对", "Cannot be read: it is packed wrongly or cut short");
    Fault::of_file(source, FieldError::new("", "unreadable", zh, en))
}

fn lines(mut text: impl BufRead, reading: Reading, sink: &mut Sink<'_>) -> Result<Said, Fault> {
    let source = Arc::<Source>::default();
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        if text.read_until(b'\n', &mut line).map_err(|_| broken(&source))? == 0 {
            return Ok(Said::default());
        }
        number += 1;
        let bytes = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line) } else { &line };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            sink.row_end.mark();
            continue;
        }
        weighed(bytes, "", number)?;
        match ndjson::line(number, bytes, reading.collection, reading.unit.unwrap_or_default()) {
            Ok(line) => sink.row(line.collection, line.number, &Copied::from(&line.value))?,
            Err(flaw) => sink.flaw(&source, flaw)?,
        }
    }
}

fn table(text: impl Read, reading: Reading, sink: &mut Sink<'_>) -> Result<Said, Fault> {
    let source = Source::default();
    let collection = reading.collection.ok_or_else(|| no_collection(&source))?;
    let mut headers = Vec::new();
    csv::stream(text, collection, reading.unit.unwrap_or_default(), &source, |read| {
        sink.row_end.pass();
        if headers.is_empty() {
            headers.clone_from(&read.source.headers);
        }
        for line in read.lines.drain(..) {
            sink.row(line.collection, line.number, &Copied::from(&line.value))?;
        }
        for flaw in read.unread.drain(..) {
            sink.flaw(&read.source, flaw)?;
        }
        Ok(())
    })?;
    let headers = headers.into_iter().map(|(path, name)| (path.to_owned(), name)).collect();
    Ok(Said { headers, ..Said::default() })
}

/// Whether a body whose format is a table needs its encoding to be found out first, and what it is. Takes processor
/// time and waits for chunks: not for an async thread.
pub fn encoding(
    packed: Option<&str>,
    most: u64,
    chunks: Chunks,
) -> Result<&'static encoding_rs::Encoding, Fault> {
    let source = Source::default();
    let unpacked = unpacked(chunks, packed).map_err(|_| broken(&source))?;
    let (limited, row_end, trouble) = Limited::new(unpacked, most);
    let found = super::input::encoding_of(Unrowed(limited, row_end));
    found.map_err(|_| trouble.or(broken(&source)))?.ok_or_else(|| wrong_encoding(&source, trouble))
}

fn wrong_encoding(source: &Source, _: Trouble) -> Fault {
    let (zh, en) = (
        "文件编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV",
        "The encoding is not known; save as CSV in UTF-8 or GB18030",
    );
    Fault::of_file(source, FieldError::new("", "wrong_encoding", zh, en))
}

/// A text whose rows are not looked at.
struct Unrowed<R>(R, RowEnd);

impl<R: Read> Read for Unrowed<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1.pass();
        self.0.read(into)
    }
}
