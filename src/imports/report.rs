//! What an import comes to.

use std::sync::Arc;

use jixiao_core::checks::Finding;
use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::{Deserialize, Serialize};

use super::errors::Errors;
use crate::http::FieldError;
use crate::tables::read::Source;

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows in the file.
    pub total: usize,
    /// Rows that were made.
    pub created: usize,
    /// Rows that were changed.
    pub updated: usize,
    /// Rows that said the same already.
    pub unchanged: usize,
    /// Rows with an error.
    pub failed: usize,
    /// Stored rows of the touched sheets that the file did not have and that stay.
    pub not_in_file: usize,
    /// Stored rows of the touched sheets that the file did not have and that went.
    #[serde(default)]
    pub removed: usize,
}

impl Counts {
    /// Adds what became of other rows.
    pub fn add(&mut self, other: Self) {
        let Self { total, created, updated, unchanged, failed, not_in_file, removed } = other;
        self.total += total;
        self.created += created;
        self.updated += updated;
        self.unchanged += unchanged;
        self.failed += failed;
        self.not_in_file += not_in_file;
        self.removed += removed;
    }
}

/// An error of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowError {
    /// The collection it stands in; empty for the bundle itself.
    pub collection: &'static str,
    /// Its number in its file, as people see it: the place in a bundle, the line of NDJSON, the row of a table, where
    /// the header is row 1. 0: it is about the file.
    pub row: usize,
    /// Its key, as far as it can be told.
    pub key: String,
    /// What is wrong and where.
    pub error: FieldError,
    /// The file or sheet.
    pub source: Arc<Source>,
    /// The header of the column, as the file has it.
    pub column: Option<String>,
    /// What was probably meant.
    pub nearest: Option<String>,
}

/// An import that was checked, and written unless something was wrong or only validation was asked for.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Its record; none: nothing was written.
    pub id: Option<i64>,
    /// What became of the rows.
    pub counts: Counts,
    /// What is wrong.
    pub errors: Errors,
    /// What the checks find in each form that the file touches; only where it is validated and accepted.
    pub assessed: Vec<Assessed>,
    /// Whether one error refuses them all.
    pub is_atomic: bool,
    /// What of the counts is about years and units.
    pub reference: Counts,
}

impl Report {
    /// Whether something of the file stands: all of it, or what is good of it. An import of which no row could be
    /// taken never counts as one that went well.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        let Counts { created, updated, unchanged, .. } = self.counts;
        self.errors.is_empty() || (!self.is_atomic && created + updated + unchanged > 0)
    }
}

/// What the checks find in a form as it would be.
#[derive(Clone, Debug)]
pub struct Assessed {
    /// The unit.
    pub unit: UnitCode,
    /// The year.
    pub year: FiscalYear,
    /// The findings.
    pub findings: Vec<Finding>,
}
