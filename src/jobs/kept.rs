//! Errors as a job keeps them: in both languages, for whoever asks later.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::problem::{MOST_ERRORS, Message, printable, shortened};
use crate::imports::wire::ImportErrorView;
use crate::imports::{Errors, RowError};
use jixiao_core::kernel::Lang;

/// An error of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    collection: String,
    row: usize,
    key: String,
    pointer: String,
    column: Option<String>,
    code: String,
    zh: String,
    en: String,
    found: Option<Value>,
    nearest: Option<String>,
}

impl From<RowError> for Kept {
    fn from(error: RowError) -> Self {
        let RowError { collection, row, key, error, source: _, column, nearest } = error;
        let short = |text: String| printable(&text, 200);
        let Message { zh, en } = error.message;
        Self {
            collection: collection.to_owned(),
            row,
            key: short(key),
            pointer: printable(&error.pointer, 500),
            column: column.map(short),
            code: error.code.to_owned(),
            zh: printable(&zh, 2000),
            en: printable(&en, 2000),
            found: error.found.map(shortened),
            nearest: nearest.map(short),
        }
    }
}

impl Kept {
    /// For the wire, in one language. A job has one file, which has no name.
    #[must_use]
    pub fn view(self, lang: Lang) -> ImportErrorView {
        let Self { collection, row, key, pointer, column, code, zh, en, found, nearest } = self;
        let detail = lang.pick(zh, en);
        let (file, sheet) = (None, None);
        ImportErrorView { file, sheet, collection, row, key, pointer, column, code, detail, found, nearest }
    }
}

/// Keeps errors until there are enough of them. Gives back how many there were.
pub fn keep(kept: &mut Vec<Kept>, errors: Errors) -> usize {
    let count = errors.count();
    let room = MOST_ERRORS.saturating_sub(kept.len());
    kept.extend(errors.into_kept().into_iter().take(room).map(Kept::from));
    count
}
