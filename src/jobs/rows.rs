//! The rows of a body, one after another: what is held in memory is one row, never the file.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::copy::{self, Copied};
use super::entity::Said;
use super::input::{Chunks, Limited, RowEnd, Trouble, Utf8, unpacked};
use crate::http::FieldError;
use crate::imports::RowError;
use crate::imports::bundle::{self, AmountUnit, Collection, RowText, of_file};
use crate::imports::files::{Format, Reading, no_collection};
use crate::imports::wire::AmountUnitWord;
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

/// Nobody wants more rows.
fn unwanted() -> Fault {
    Fault::too_large("任务已停止", "The job has stopped")
}

impl Sink<'_> {
    fn row(&mut self, collection: Collection, number: usize, row: &Copied) -> Result<(), Fault> {
        let next = self.next.entry(collection).or_default();
        let index = *next;
        *next += 1;
        let number = if number == 0 { index + 1 } else { number };
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
        sink.row_end.mark();
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

fn members(text: impl Read, reading: Reading, sink: &mut Sink<'_>) -> Result<Said, Fault> {
    let (mut others, mut stopped) = (Map::new(), None);
    let mut json = serde_json::Deserializer::from_reader(text);
    let outcome = json.deserialize_map(Members { sink, others: &mut others, stopped: &mut stopped });
    let outcome = outcome.and_then(|()| json.end());
    if let Some(fault) = stopped {
        return Err(fault);
    }
    let source = Source::default();
    outcome.map_err(|why| {
        let (line, column) = (why.line(), why.column());
        let error = if why.is_data() {
            let (zh, en) =
                ("应为对象 {…}，各类数据为数组 […]", "Want an object, with an array for each collection");
            FieldError::new("", "wrong_type", format!("第 {line} 行：{zh}"), format!("Line {line}: {en}"))
        } else {
            FieldError::new(
                "",
                "malformed_json",
                format!("第 {line} 行第 {column} 列起不是合法的 JSON"),
                format!("Not valid JSON from line {line}, column {column}"),
            )
        };
        Fault::of_file(&source, error)
    })?;
    // A bundle of what is left says what is wrong with it; the row is there for it to have one.
    others.insert(Collection::Years.as_str().to_owned(), json!([null]));
    let read = bundle::read(Value::Object(others.clone())).map_err(|errors| {
        let flaws =
            errors.into_iter().map(|error| Flaw { nearest: error.nearest, ..Flaw::new(0, error.error) });
        Fault::Wrong { source: Arc::default(), flaws: flaws.collect() }
    })?;
    let says_unit = others.get("amount_unit").is_some_and(|unit| !unit.is_null());
    let unit = if says_unit { read.amount_unit } else { reading.unit.unwrap_or_default() };
    let amount_unit = (unit == AmountUnit::Yuan).then_some(AmountUnitWord::Yuan);
    Ok(Said { amount_unit, meta: read.meta, headers: Vec::new() })
}

/// The members of a bundle.
struct Members<'a, 's> {
    sink: &'a mut Sink<'s>,
    others: &'a mut Map<String, Value>,
    stopped: &'a mut Option<Fault>,
}

impl<'de> Visitor<'de> for Members<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { sink, others, stopped } = self;
        while let Some(name) = members.next_key::<String>()? {
            let all = Collection::ALL.into_iter();
            match all.into_iter().find(|collection| collection.as_str() == name) {
                Some(collection) => members.next_value_seed(Rows { collection, sink, stopped })?,
                None => drop(others.insert(name, members.next_value()?)),
            }
        }
        Ok(())
    }
}

/// The rows of one collection of a bundle.
struct Rows<'a, 's> {
    collection: Collection,
    sink: &'a mut Sink<'s>,
    stopped: &'a mut Option<Fault>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, rows: D) -> Result<(), D::Error> {
        rows.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element_seed(copy::Row)? {
            if let Err(fault) = self.sink.row(self.collection, 0, &row) {
                *self.stopped = Some(fault);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
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
        self.1.mark();
        self.0.read(into)
    }
}
