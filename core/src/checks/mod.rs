//! Cross-checks (勾稽关系): what a form says about itself that does not agree, and what must be explained before it
//! can be handed in. What scoring has flagged is judged here; sums of amounts are checked here.

mod finding;
mod flags;
mod sums;

pub use finding::{Finding, Place, Severity, Table, UnknownTable};
pub use sums::PartSum;

use crate::kernel::ProjectCode;
use crate::scoring::Scorecard;

/// A scored sheet, and how its rows are named.
#[derive(Clone, Copy, Debug)]
pub struct CheckedSheet<'a> {
    /// The project; none: the department.
    pub project: Option<&'a ProjectCode>,
    /// What it came to.
    pub card: &'a Scorecard,
}

/// Everything that is checked of one form.
#[derive(Clone, Debug, Default)]
pub struct Dossier<'a> {
    /// Its sheets.
    pub sheets: Vec<CheckedSheet<'a>>,
    /// Amounts that are the sum of others.
    pub sums: Vec<PartSum>,
}

/// Every finding of a form, in the order of its sheets and rows.
#[must_use]
pub fn check(dossier: &Dossier<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if dossier.sheets.is_empty() {
        findings.push(finding::empty_form());
    }
    for sheet in &dossier.sheets {
        findings.extend(flags::of_sheet(*sheet));
    }
    findings.extend(dossier.sums.iter().filter_map(PartSum::check));
    findings
}
