//! A cell that begins like a formula is run by the spreadsheet that opens it. In CSV it gets an apostrophe in front, and
//! the reader takes exactly that apostrophe off again.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula, and what one drops before it looks for one.
const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Text as a CSV cell. A number is no formula; a text that is there and empty is an apostrophe alone.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let bare = text.trim_start_matches('\'');
    let is_number = bare.len() == text.len()
        && text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().any(|byte| byte.is_ascii_digit());
    if (bare.is_empty() || bare.starts_with(STARTS)) && !is_number {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Text as a cell of a workbook, which knows text from formulas: only what [`unescape`] would take off is doubled.
#[must_use]
pub fn escape_text_cell(text: &str) -> Cow<'_, str> {
    if text.is_empty() || text.starts_with('\'') { escape(text) } else { Cow::Borrowed(text) }
}

/// What a cell says without the apostrophe that [`escape`] put there.
#[must_use]
pub fn unescape(cell: &str) -> &str {
    let bare = cell.trim_start_matches('\'');
    if bare.is_empty() || bare.starts_with(STARTS) { cell.strip_prefix('\'').unwrap_or(cell) } else { cell }
}
