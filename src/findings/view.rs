//! Findings as they are shown: with what the unit says to them.

use jixiao_core::checks::{Finding, Severity};
use jixiao_core::kernel::{FiscalYear, Lang, Text as _, UnitCode};

use super::store::Assessment;
use super::wire::{FindingView, Findings};
use crate::db::Coded;
use crate::http::wire::Timestamp;

impl Findings {
    /// Everything that was found in a form.
    #[must_use]
    pub fn of(unit: &UnitCode, year: FiscalYear, assessment: &Assessment, lang: Lang) -> Self {
        let of = |finding| FindingView::of(finding, assessment, lang);
        let items: Vec<FindingView> = assessment.findings.iter().map(of).collect();
        Self { unit: unit.clone(), year, open: items.iter().filter(|item| item.open).count(), items }
    }
}

impl FindingView {
    /// One of an assessment's findings.
    #[must_use]
    pub fn of(finding: &Finding, assessment: &Assessment, lang: Lang) -> Self {
        let id = finding.id();
        let given = assessment.explanations.get(&id).filter(|_| finding.severity == Severity::Explain);
        Self {
            check: finding.check.id.to_owned(),
            severity: finding.severity,
            open: assessment.is_open(finding),
            table: finding.place.table,
            row: finding.place.row.clone(),
            field: finding.place.field.clone(),
            expected: finding.expected.clone(),
            found: finding.found.clone(),
            tolerance: finding.tolerance.clone(),
            text: finding.text(lang),
            hint: finding.check.hint.text(lang),
            explanation: given.map(|given| given.explanation.clone()),
            explained_by: given.map(|given| given.given_by.clone()),
            explained_at: given.map(|given| Timestamp(given.given_at)),
            verdict: given.and_then(|given| given.verdict.as_ref().map(|Coded(verdict)| verdict.to_string())),
            id,
        }
    }
}
