//! What comes out of a file, whatever its format: lines with their place, and what could not be read.

use std::sync::Arc;

use serde_json::Value;

use super::cell::Cell;
use super::collection::Collection;
use crate::http::FieldError;
use crate::http::problem::Message;

/// How much may be read at once. A few bytes of a file can stand for a row that takes a kilobyte, so what is read is
/// weighed by what it takes and not by what it came in.
#[derive(Clone, Copy, Debug)]
pub struct Room(usize);

impl Room {
    /// A row or object, in bytes, and each value in one.
    const OBJECT: usize = 700;
    const VALUE: usize = 150;

    /// As much as one request gets.
    pub const SERVED: Self = Self(160 << 20);
    /// As much as there is: for files of whoever runs the program.
    pub const ENDLESS: Self = Self(usize::MAX);

    /// Takes the room of so many rows or objects with so many values in them.
    pub fn take(&mut self, objects: usize, values: usize) -> Result<(), Fault> {
        let weight = objects.saturating_mul(Self::OBJECT).saturating_add(values.saturating_mul(Self::VALUE));
        let left = self.0.checked_sub(weight).ok_or_else(|| {
            Fault::too_large(
                "即时导入的行数过多（约 5 万行指标）：请拆分为几个文件；或以 CSV、NDJSON、JSON 发送一个文件并带 Prefer: respond-async，转为导入任务，不限行数",
                "More rows than are read at once (about 50,000 indicators): split the file; or send one file of CSV, NDJSON or JSON with Prefer: respond-async, as a job, which takes any number of rows",
            )
        })?;
        // What is endless does not grow less.
        self.0 = if self.0 == usize::MAX { usize::MAX } else { left };
        Ok(())
    }
}

/// Where lines come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The name of the file, where it has one.
    pub file: Option<String>,
    /// The sheet of the workbook.
    pub sheet: Option<String>,
    /// Columns by their path, as the header names them. Empty: the file is no table.
    pub headers: Vec<(&'static str, String)>,
}

impl Source {
    /// Whether people see rows and columns rather than JSON.
    #[must_use]
    pub fn is_table(&self) -> bool {
        !self.headers.is_empty()
    }
}

/// A row of a collection.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number as people see it: the header is row 1.
    pub number: usize,
    /// Its kind.
    pub collection: Collection,
    /// What it says.
    pub value: Value,
}

/// Something in a file that is no row.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// The number of the row as people see it.
    pub number: usize,
    /// The header of the column.
    pub column: Option<String>,
    /// What is wrong.
    pub error: FieldError,
    /// What was probably meant.
    pub nearest: Option<String>,
}

impl Flaw {
    /// Something wrong in this row.
    #[must_use]
    pub fn new(number: usize, error: FieldError) -> Self {
        Self { number, column: None, error, nearest: None }
    }
}

/// A file or sheet, read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Where from.
    pub source: Arc<Source>,
    /// Its rows.
    pub lines: Vec<Line>,
    /// Lines that are no rows.
    pub unread: Vec<Flaw>,
}

/// What is called with each row of a table in which something stands: its number, and its cells.
pub type Visit<'v> = dyn FnMut(usize, &[Cell]) -> Result<(), Fault> + 'v;

/// A file of which nothing can be used.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// It is beyond what is read.
    TooLarge(Message),
    /// It is not what it should be.
    Wrong {
        /// The file or sheet.
        source: Arc<Source>,
        /// Everything that is wrong.
        flaws: Vec<Flaw>,
    },
}

impl Fault {
    /// One thing is wrong with a file as a whole.
    #[must_use]
    pub fn of_file(source: &Source, error: FieldError) -> Self {
        Self::Wrong { source: Arc::new(source.clone()), flaws: vec![Flaw::new(0, error)] }
    }

    /// It is beyond what is read.
    #[must_use]
    pub fn too_large(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::TooLarge(Message::new(zh, en))
    }
}
