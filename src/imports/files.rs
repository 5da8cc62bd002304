//! Files of every format that an import takes, read into one bundle.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bundle::{self, Bundle, no_rows, of_file};
use super::glance;
use super::report::RowError;
use crate::db::sha256;
use crate::http::body::{Weight, parsed, weigh};
use crate::http::problem::Message;
use crate::http::{ApiError, ErrorCode, FieldError};
use crate::tables::cell::to_wan_yuan;
use crate::tables::read::{Fault, Flaw, Line, Read, Room, Source};
use crate::tables::{AmountUnit, Collection, columns, csv, ndjson, xlsx};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A JSON bundle.
    Json,
    /// A JSON row a line.
    Ndjson,
    /// Rows of one collection.
    Csv,
    /// A sheet for each collection.
    Xlsx,
}

/// The types of a request's body that are read, beside `multipart/form-data`.
pub const TYPES: [&str; 4] = [
    "application/json",
    "application/x-ndjson",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

impl Format {
    /// By the type that a body is said to have.
    #[must_use]
    pub fn of_type(kind: &str) -> Option<Self> {
        match kind {
            "application/json" => Some(Self::Json),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Some(Self::Ndjson),
            "text/csv" | "text/tab-separated-values" => Some(Self::Csv),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// By the end of a file's name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "csv" | "tsv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

impl Format {
    /// By what is in it, where no name tells.
    #[must_use]
    pub fn of_content(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
        let is_whole = |line: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
        let (first, rest) =
            text.iter().position(|byte| *byte == b'\n').map_or((text, &[][..]), |end| text.split_at(end));
        match text {
            [b'P', b'K', 3, 4, ..] => Self::Xlsx,
            // A bundle may stand on one line, but then nothing follows it.
            [b'{', ..] if is_whole(first) && !rest.trim_ascii().is_empty() => Self::Ndjson,
            [b'{' | b'[', ..] => Self::Json,
            _ => Self::Csv,
        }
    }
}

/// A file as it came.
#[derive(Clone, Debug)]
pub struct File<B> {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// How it is written.
    pub format: Format,
    /// What is in it.
    pub bytes: B,
}

/// What tells several files from others: their names and what is in them.
#[must_use]
pub fn digest<B: AsRef<[u8]>>(files: &[File<B>]) -> String {
    let told = files.iter().map(|File { name, bytes, .. }| format!("{name:?} {}", sha256(bytes.as_ref())));
    sha256(told.collect::<Vec<_>>().join("\n").as_bytes())
}

/// What is said of files that they do not say themselves.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The collection of rows that name none.
    pub collection: Option<Collection>,
    /// In what unit amounts are stated.
    pub unit: Option<AmountUnit>,
    /// How much of them is read.
    pub room: Room,
}

/// Why files are no bundle.
#[derive(Debug)]
pub enum Refused {
    /// One cannot be read at all.
    Whole(Box<ApiError>),
    /// Everything that is wrong with them.
    Wrong(Vec<RowError>),
}

/// Reads files into one bundle. Takes processor time: not for an async thread.
pub fn read<B: AsRef<[u8]>>(files: &[File<B>], mut reading: Reading) -> Result<Bundle, Refused> {
    if let [File { format: Format::Json, bytes, .. }] = files {
        return json(bytes.as_ref(), &mut reading);
    }
    let (mut whole, mut wrong) = (Bundle::default(), Vec::new());
    for file in files {
        let source = Source { file: file.name.clone(), ..Source::default() };
        match add(&mut whole, file, &mut reading, files.len() == 1, source) {
            Ok(()) => {}
            Err(Refused::Wrong(errors)) => wrong.extend(errors),
            Err(whole) => return Err(whole),
        }
    }
    if wrong.is_empty() && whole.rows.is_empty() && whole.unread.is_empty() {
        wrong.push(no_rows());
    }
    if wrong.is_empty() { Ok(whole) } else { Err(Refused::Wrong(wrong)) }
}

fn json(bytes: &[u8], reading: &mut Reading) -> Result<Bundle, Refused> {
    let unit = reading.unit;
    let Weight { objects, values } = weigh(bytes);
    reading.room.take(objects, values).map_err(|fault| refused(vec![fault]))?;
    let says = |unit: Option<&Value>| unit.is_some_and(|unit| !unit.is_null());
    let (says_unit, bundle) = if let Some((rows, others)) = glance::read(bytes) {
        (says(others.get("amount_unit")), bundle::read_members(others, rows))
    } else {
        let value = parsed(bytes).map_err(|error| match lone_surrogate(&error) {
            Some(lone) => Refused::Wrong(vec![of_file(&Arc::default(), Flaw::new(0, lone))]),
            None => Refused::Whole(Box::new(error)),
        })?;
        (says(value.get("amount_unit")), bundle::read(value))
    };
    let mut bundle = bundle.map_err(Refused::Wrong)?;
    if let Some(unit) = unit.filter(|_| !says_unit) {
        bundle.amount_unit = unit;
    }
    Ok(bundle)
}

/// Half of a character that takes two: its syntax is JSON's, but it stands for nothing that could be stored.
fn lone_surrogate(error: &ApiError) -> Option<FieldError> {
    let place = error
        .detail
        .clone()
        .filter(|_| error.cause.as_ref().is_some_and(|why| why.contains("hex escape")))?;
    Some(FieldError::new(
        "",
        "lone_surrogate",
        format!("有不成对的 \\uD800–\\uDFFF 转义：{}", place.zh),
        format!("An escape \\uD800 to \\uDFFF stands alone: {}", place.en),
    ))
}

fn add<B: AsRef<[u8]>>(
    whole: &mut Bundle,
    file: &File<B>,
    reading: &mut Reading,
    is_alone: bool,
    source: Source,
) -> Result<(), Refused> {
    let (bytes, unit) = (file.bytes.as_ref(), reading.unit.unwrap_or_default());
    // A file among several is known by its name; one alone by what was said of it.
    let stem = file.name.as_deref().map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let named = stem.and_then(Collection::named);
    let collection = if is_alone { reading.collection.or(named) } else { named.or(reading.collection) };
    let one = |fault| refused(vec![fault]);
    match file.format {
        Format::Json => {
            let source = Arc::new(source);
            let Bundle { amount_unit, meta, rows, .. } =
                json(bytes, reading).map_err(|refused| match refused {
                    Refused::Wrong(errors) => {
                        let errors = errors.into_iter();
                        Refused::Wrong(
                            errors.map(|error| RowError { source: Arc::clone(&source), ..error }).collect(),
                        )
                    }
                    whole @ Refused::Whole(_) => whole,
                })?;
            whole.meta = whole.meta.take().or(meta);
            let lines = rows.into_iter().map(|row| {
                let mut row = row.read();
                if amount_unit == AmountUnit::Yuan {
                    to_wan_yuan(columns(row.collection), &mut row.value);
                }
                Line { number: row.number, collection: row.collection, value: row.value }
            });
            whole.add(Read { source: Arc::clone(&source), lines: lines.collect(), unread: Vec::new() });
        }
        Format::Ndjson => {
            whole.add(ndjson::read(bytes, collection, unit, source, &mut reading.room).map_err(one)?);
        }
        Format::Csv => {
            let collection = collection.ok_or_else(|| one(no_collection(&source)))?;
            whole.add(csv::read(bytes, collection, unit, &source, &mut reading.room).map_err(one)?);
        }
        Format::Xlsx => {
            for sheet in xlsx::read(bytes, collection, unit, &source, &mut reading.room).map_err(refused)? {
                whole.add(sheet);
            }
        }
    }
    Ok(())
}

/// Rows of a CSV do not say of which collection they are.
#[must_use]
pub fn no_collection(source: &Source) -> Fault {
    let names = Collection::ALL.map(Collection::as_str).join(", ");
    Fault::of_file(
        source,
        FieldError::new(
            "",
            "missing_collection",
            format!(
                "CSV 只含一类数据：请用参数 collection 指明，或以其命名文件，如 indicators.csv；可选 {names}"
            ),
            format!(
                "CSV has rows of one collection: name it by the parameter collection, or the file, such as indicators.csv; one of {names}"
            ),
        ),
    )
}

pub(crate) fn refused(faults: Vec<Fault>) -> Refused {
    let mut errors = Vec::new();
    for fault in faults {
        match fault {
            Fault::TooLarge(Message { zh, en }) => {
                return Refused::Whole(Box::new(ApiError::new(ErrorCode::TooLarge).detail(zh, en)));
            }
            Fault::Wrong { source, flaws } => {
                errors.extend(flaws.into_iter().map(|flaw| of_file(&source, flaw)));
            }
        }
    }
    Refused::Wrong(errors)
}
