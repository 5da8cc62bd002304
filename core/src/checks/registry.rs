//! All checks, by name.

use super::finding::{Hit, Severity};
use super::{Dossier, annexes, cells, figures, prior, quantities, remarks, rows, scores, sums};
use crate::kernel::{Lang, Text};
use crate::scoring::rule_set::CheckRules;

/// Words in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// 中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// Words in both languages.
pub(super) const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { zh, en }
}

impl Text for Words {
    fn text(&self, lang: Lang) -> String {
        lang.pick(self.zh, self.en).to_owned()
    }
}

/// A check: what people are told of it, and what it looks at.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its stable name.
    pub id: &'static str,
    /// What its findings mean where the rule set says nothing else.
    pub severity: Severity,
    /// Where it comes from: a clause, the form itself, or what reviewers do.
    pub clause: Words,
    /// What it is called.
    pub title: Words,
    /// What it compares.
    pub compares: Words,
    /// What to do about a finding.
    pub hint: Words,
    /// What it finds.
    pub(super) look: fn(&Dossier<'_>) -> Vec<Hit>,
}

impl PartialEq for Check {
    /// A check is its name.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Check {}

/// 财预〔2020〕10号 on how a self-evaluation is scored.
pub(super) const METHOD: Words = words(
    "财预〔2020〕10号《项目支出绩效评价管理办法》：单位自评的评分方法",
    "Caiyu [2020] No. 10: how a self-evaluation is scored",
);
/// 财预〔2020〕10号 on weights.
pub(super) const WEIGHTS: Words = words(
    "财预〔2020〕10号《项目支出绩效评价管理办法》：单位自评指标的权重",
    "Caiyu [2020] No. 10: weights of a self-evaluation",
);
/// What the form itself asks for.
pub(super) const FORM: Words =
    words("自评表：表内填写要求", "the self-evaluation form: what its cells ask for");
/// Sums within a table.
pub(super) const WITHIN: Words =
    words("自评表：表内勾稽关系", "the self-evaluation form: cross-checks within a table");
/// Figures of two tables.
pub(super) const BETWEEN: Words =
    words("自评报告与附表：表间勾稽关系", "report and annexes: cross-checks between tables");
/// What a rule set may ask for, and many bureaus do.
pub(super) const LOCAL: Words = words("各地财政局的自评工作要求", "what finance bureaus ask for");
/// What reviewers look for.
pub(super) const REVIEW: Words = words("财政复核的常见关注点", "what reviewers look for");

const LISTS: [&[Check]; 9] = [
    scores::CHECKS,
    remarks::CHECKS,
    sums::CHECKS,
    annexes::CHECKS,
    figures::CHECKS,
    quantities::CHECKS,
    rows::CHECKS,
    cells::CHECKS,
    prior::CHECKS,
];

/// Every check.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    LISTS.into_iter().flatten()
}

/// The check of this name.
#[must_use]
pub fn named(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id == id)
}

/// The names in a rule set's severities that no check has: each is a mistake, or a bureau would believe that it had
/// softened what it had not.
#[must_use]
pub fn unknown(rules: &CheckRules) -> Vec<&str> {
    rules.severities.keys().map(String::as_str).filter(|id| named(id).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::RuleSet;
    use crate::scoring::rule_set::CheckLevel;

    #[test]
    fn every_check_says_in_both_languages_what_it_is_about() {
        for check in checks() {
            assert_eq!(checks().filter(|other| other.id == check.id).count(), 1, "{} stands twice", check.id);
            assert!(check.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", check.id);
            for Words { zh, en } in [check.clause, check.title, check.compares, check.hint] {
                assert!(!zh.is_ascii() && en.chars().any(|c| c.is_ascii_alphabetic()), "{}: {zh}", check.id);
            }
        }
    }

    #[test]
    fn rule_sets_know_the_checks_whose_severity_they_change() {
        for rules in RuleSet::presets() {
            assert_eq!(unknown(&rules.checks), [""; 0], "{}", rules.name);
        }
        let mut rules = RuleSet::presets()[0].checks.clone();
        for name in ["budget_changed", "budget_change"] {
            rules.severities.insert(name.to_owned(), CheckLevel::Note);
        }
        assert_eq!(unknown(&rules), ["budget_change"]);
    }
    #[test]
    fn a_check_is_its_name_and_words_are_said_in_their_language() {
        let late = named("late").unwrap();
        assert!(late == named("late").unwrap() && late != named("overclaim").unwrap());
        assert_eq!([late.title.text(Lang::Zh), late.title.text(Lang::En)], ["逾期", "late"]);
    }
}
