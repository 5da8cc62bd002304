//! What must hold of any bytes at all, for the fuzzer to break and for `tests/api/corpus.rs` to replay: readers end, within
//! their limits, and what they have read is written and read again as it was.

use jixiao::tables::read::{Read, Room, Source};
use jixiao::tables::show::{pick, show};
use jixiao::tables::write::Writer;
use jixiao::tables::{
    AmountUnit, Collection, FileFormat, Kind, cell, csv as table, ndjson as lines, xlsx as book,
};
use jixiao_core::kernel::{FiscalYear, Lang};
use jixiao_core::scoring::target::{Actual, Context, Target};
use serde_json::Value;

/// Few megabytes: a reader that takes more than it may is found soon.
const ROOM: Room = Room::SERVED;

fn first(bytes: &[u8]) -> Option<(Collection, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    Some((Collection::ALL[usize::from(*first) % Collection::ALL.len()], rest))
}

/// A table of the collection that the first byte tells.
pub fn csv(bytes: &[u8]) {
    let Some((collection, rest)) = first(bytes) else { return };
    if let Ok(read) = table::read(rest, collection, AmountUnit::WanYuan, &Source::default(), &mut { ROOM }) {
        again(&read);
    }
}

/// A workbook.
pub fn xlsx(bytes: &[u8]) {
    for read in
        book::read(bytes, None, AmountUnit::WanYuan, &Source::default(), &mut { ROOM }).into_iter().flatten()
    {
        again(&read);
    }
}

/// Lines that each name their collection, or are of the one that the first byte tells.
pub fn ndjson(bytes: &[u8]) {
    let Some((collection, rest)) = first(bytes) else { return };
    let read = lines::read(rest, Some(collection), AmountUnit::Yuan, Source::default(), &mut { ROOM });
    for line in read.into_iter().flat_map(|read| read.lines) {
        // Whatever stands in a row, it can be shown.
        for column in line.collection.grid().columns {
            let _ = show(column, Lang::Zh, &line.value);
        }
    }
}

/// A cell of 年度指标值 or 实际完成值. What was read says the same when it is written in the words of the reader's own.
pub fn target(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(year) = FiscalYear::try_from(2023) else { return };
    for name in ["", "投诉率"] {
        let context = Context { year, category: None, name };
        let _ = Target::parse(text, &context).to_string();
        let _ = format!("{:?}", Actual::parse(text, &context));
    }
}

/// Writes each row and reads it again.
fn again(read: &Read) {
    for line in read.lines.iter().filter(|line| is_whole(line.collection, &line.value)) {
        let grid = line.collection.grid();
        for lang in [Lang::Zh, Lang::En] {
            let mut writer = Writer::begin(FileFormat::Csv, grid, lang).expect("memory does not fail");
            writer.row(&line.value).expect("memory does not fail");
            let file = writer.finish().expect("memory does not fail");
            let source = Source::default();
            let read = table::read(&file, line.collection, AmountUnit::WanYuan, &source, &mut { ROOM });
            let read = read.expect("what was written is read");
            // A row of nothing but empty lists is no row.
            let [back] = read.lines.as_slice() else { continue };
            let (before, after) = (pick(&grid, &line.value), pick(&grid, &back.value));
            for column in grid.columns {
                let at = |row| column.path.split('.').try_fold(row, |value: &Value, name| value.get(name));
                if at(&line.value).is_some_and(|value| !value.is_null()) {
                    let (before, after) = (Value::from(before.clone()), Value::from(after.clone()));
                    assert_eq!(
                        at(&after),
                        at(&before),
                        "{} in {}",
                        column.path,
                        String::from_utf8_lossy(&file)
                    );
                }
            }
        }
    }
}

/// Whether every cell could be read, and the lists are of entries.
fn is_whole(collection: Collection, row: &Value) -> bool {
    collection.grid().columns.iter().all(|column| {
        let value = column.path.split('.').try_fold(row, |value: &Value, name| value.get(name));
        match (column.kind, value) {
            (Kind::List(entries), Some(Value::Array(items))) => items.iter().all(|item| {
                item.as_object().is_some_and(|item| {
                    item.len() <= entries.len()
                        && item.iter().all(|(name, value)| {
                            entries.iter().any(|entry| entry.name == name)
                                && matches!(value, Value::Null | Value::String(_))
                        })
                })
            }),
            (_, Some(value)) => cell::why_unreadable(value).is_none(),
            (_, None) => true,
        }
    })
}
