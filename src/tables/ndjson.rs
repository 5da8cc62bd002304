//! NDJSON: a row a line, each of the collection that it names.

use serde_json::Value;

use super::cell::{AmountUnit, to_wan_yuan};
use super::collection::Collection;
use super::columns::columns;
use super::nearest::nearest;
use super::read::{Fault, Flaw, Line, Read, Room, Source};
use crate::http::FieldError;
use crate::http::body::{Weight, parsed, weigh};
use crate::http::problem::shortened;

/// Reads every line. One that names no collection is a row of `collection`.
pub fn read(
    bytes: &[u8],
    collection: Option<Collection>,
    unit: AmountUnit,
    source: Source,
    room: &mut Room,
) -> Result<Read, Fault> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut read = Read { source: std::sync::Arc::new(source), ..Read::default() };
    for (place, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = place + 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let Weight { objects, values } = weigh(line);
        room.take(objects.max(1), values)?;
        match self::line(number, line, collection, unit) {
            Ok(line) => read.lines.push(line),
            Err(flaw) => read.unread.push(flaw),
        }
    }
    Ok(read)
}

/// Reads one line that is not blank.
pub fn line(
    number: usize,
    line: &[u8],
    collection: Option<Collection>,
    unit: AmountUnit,
) -> Result<Line, Flaw> {
    let (collection, mut value) = row(line, collection).map_err(|flaw| Flaw { number, ..flaw })?;
    if unit == AmountUnit::Yuan {
        to_wan_yuan(columns(collection), &mut value);
    }
    Ok(Line { number, collection, value })
}

fn row(line: &[u8], collection: Option<Collection>) -> Result<(Collection, Value), Flaw> {
    let wrong = |code, zh: String, en: String| Flaw::new(0, FieldError::new("", code, zh, en));
    let value = parsed(line).map_err(|error| {
        let told = error.detail.map_or_else(
            || ("不是合法的 JSON".to_owned(), "Not valid JSON".to_owned()),
            |detail| (detail.zh, detail.en),
        );
        // The line is known; what helps is the place in it.
        wrong("malformed_json", told.0.replace("第 1 行", ""), told.1.replace("line 1, ", ""))
    })?;
    let Value::Object(mut row) = value else {
        return Err(wrong("wrong_type", "应为对象 {…}".into(), "Want an object".into()));
    };
    let collection = match row.remove("collection") {
        None => collection.ok_or_else(|| {
            wrong(
                "missing_collection",
                "缺少 collection，如 \"collection\": \"indicators\"".into(),
                "The member collection is missing, such as \"collection\": \"indicators\"".into(),
            )
        })?,
        Some(Value::String(name)) => Collection::named(&name).ok_or_else(|| {
            let near = nearest(&name, Collection::ALL.map(Collection::as_str));
            let flaw = wrong(
                "unknown_collection",
                format!("没有名为“{}”的数据类别", name.chars().take(40).collect::<String>()),
                format!("There is no collection “{}”", name.chars().take(40).collect::<String>()),
            );
            Flaw {
                nearest: near.map(str::to_owned),
                error: flaw.error.found(shortened(Value::String(name))),
                ..flaw
            }
        })?,
        Some(other) => {
            let flaw = wrong("wrong_type", "collection 应为字符串".into(), "collection is a string".into());
            return Err(Flaw { error: flaw.error.found(shortened(other)), ..flaw });
        }
    };
    Ok((collection, Value::Object(row)))
}
