//! Cross-checks (勾稽关系): what a form says about itself that does not agree, and what must be explained before it
//! can be handed in.
//!
//! A [`Dossier`] holds the plain facts; every [`Check`] is data (name, severity, clause, words, hint) with one
//! function that looks at a dossier. [`check`] asks them all and applies the rule set's severities.
//!
//! | checks | look in |
//! |---|---|
//! | of what scoring has flagged | `scores.rs` (blocking) and `remarks.rs`; what each is about: `flags.rs` |
//! | sums of amounts | `sums.rs` |
//! | one table against another | `annexes.rs` |
//! | the text of the report against the tables | `figures.rs` |
//! | rows of a sheet among themselves | `rows.rs`; those that compute: `quantities.rs` |
//! | cells that were left empty | `cells.rs` |
//! | this year against the year before | `prior.rs` |
//!
//! A new check is an entry in the list of its file, and a paragraph in its test.

mod annexes;
mod cells;
pub mod dossier;
mod figures;
mod finding;
mod flags;
mod prior;
mod quantities;
mod registry;
mod remarks;
mod rows;
mod scores;
mod sums;
#[cfg(test)]
mod testing;
mod text;

pub use dossier::{CheckedSheet, Dossier};
pub use finding::{Finding, Place, Severity, Table, UnknownTable};
pub use registry::{Check, Words, checks, named, unknown};

use crate::scoring::rule_set::{CheckLevel, CheckRules};
use finding::Hit;

/// Every finding of a form, in the order of its tables and rows.
#[must_use]
pub fn check(dossier: &Dossier<'_>) -> Vec<Finding> {
    let mut hits = flags::hits(dossier);
    for check in checks() {
        hits.extend((check.look)(dossier).into_iter().map(|hit| (check, hit)));
    }
    let mut findings: Vec<Finding> =
        hits.into_iter().filter_map(|(check, hit)| judged(check, hit, dossier.rules)).collect();
    findings.sort_by_cached_key(|finding| {
        let Place { table, row, .. } = &finding.place;
        // `P01.10` stands behind `P01.2`.
        let (sheet, seq) = row.split_once('.').unwrap_or((row, ""));
        (*table, sheet.to_owned(), seq.parse::<u32>().unwrap_or(0))
    });
    findings
}

/// What a hit means under these rules; nothing where the check is off.
fn judged(check: &'static Check, hit: Hit, rules: &CheckRules) -> Option<Finding> {
    let Hit { place, expected, found, tolerance, zh, en, softened } = hit;
    let severity = match rules.severities.get(check.id) {
        None => check.severity,
        Some(CheckLevel::Block) => Severity::Block,
        Some(CheckLevel::Explain) => Severity::Explain,
        Some(CheckLevel::Note) => Severity::Note,
        Some(CheckLevel::Off) => return None,
    };
    // Whoever gave the reason on the form is not asked for it a second time.
    let severity = if softened && severity == Severity::Explain { Severity::Note } else { severity };
    Some(Finding { check, severity, place, expected, found, tolerance, zh, en })
}

#[cfg(test)]
mod tests {
    use super::testing::{Form, findings, row};
    use super::*;

    fn severity(form: &Form, id: &str) -> Option<Severity> {
        findings(form).into_iter().find(|finding| finding.check.id == id).map(|finding| finding.severity)
    }

    #[test]
    fn the_rule_set_says_how_severe_a_check_is() {
        let mut form = Form::new();
        form.total(["120", "100", "100"]);
        for (level, expected) in [
            (None, Some(Severity::Explain)),
            (Some(CheckLevel::Block), Some(Severity::Block)),
            (Some(CheckLevel::Explain), Some(Severity::Explain)),
            (Some(CheckLevel::Note), Some(Severity::Note)),
            (Some(CheckLevel::Off), None),
        ] {
            form.rules.severities =
                level.map(|level| ("budget_changed".to_owned(), level)).into_iter().collect();
            assert_eq!(severity(&form, "budget_changed"), expected);
        }
        // A reason takes the question away, and no more than that.
        form.reason = Some("年中追减".to_owned());
        form.rules.severities = [("budget_changed".to_owned(), CheckLevel::Block)].into();
        assert_eq!(severity(&form, "budget_changed"), Some(Severity::Block));
    }

    #[test]
    fn findings_come_in_the_order_of_the_form() {
        let mut form = Form::new();
        form.total(["120", "100", "100"]);
        form.staff = [Some(1), Some(2), None];
        for seq in [10, 2, 1] {
            form.indicators.push(row(seq, "培训", "12次", "20次", "5", "5"));
        }
        let places: Vec<String> = findings(&form)
            .into_iter()
            .filter(|finding| {
                ["over_achievement_unexplained", "budget_changed", "staff_over_quota"]
                    .contains(&finding.check.id)
            })
            .map(|finding| finding.place.to_string())
            .collect();
        assert_eq!(
            places,
            [
                "budgets::total.annual",
                "base_data::staff_on_duty",
                "indicators:.1:actual",
                "indicators:.2:actual",
                "indicators:.10:actual"
            ]
        );
    }
}
