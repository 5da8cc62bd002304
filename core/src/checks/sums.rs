//! Part sums: an amount that is the sum of others.

use super::{Finding, Place, Severity};
use crate::kernel::Money;

/// An amount, and the amounts it should be the sum of. 万元.
#[derive(Clone, Debug)]
pub struct PartSum {
    /// The check's stable name.
    pub check: &'static str,
    /// Where the whole stands.
    pub place: Place,
    /// What the whole and its parts are called, 中文: `全年预算数 = 各资金来源之和`.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// The whole.
    pub whole: Option<Money>,
    /// Its parts; those that were left empty count as nothing.
    pub parts: Vec<Option<Money>>,
}

impl PartSum {
    /// A finding where both sides were filled and differ. A whole without any part was not broken down.
    pub(super) fn check(&self) -> Option<Finding> {
        let whole = self.whole?;
        let parts: Vec<Money> = self.parts.iter().copied().flatten().collect();
        if parts.is_empty() {
            return None;
        }
        let sum = Money::from_scaled(parts.iter().map(|part| part.scaled()).sum());
        if sum == whole {
            return None;
        }
        Some(Finding {
            check: self.check,
            severity: Severity::Block,
            place: self.place.clone(),
            expected: Some(sum.to_string()),
            found: Some(whole.to_string()),
            zh: format!("{}：应为 {sum} 万元，实为 {whole} 万元", self.zh),
            en: format!("{}: the parts sum to {sum} 万元, the whole is {whole} 万元", self.en),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Table;

    fn sum(whole: &str, parts: &[&str]) -> Option<Finding> {
        let money = |text: &str| text.parse::<Money>().ok();
        PartSum {
            check: "sources_sum",
            place: Place::new(Table::Budgets, "", "total.annual"),
            zh: "合计",
            en: "total",
            whole: money(whole),
            parts: parts.iter().map(|part| money(part)).collect(),
        }
        .check()
    }

    #[test]
    fn a_whole_is_the_sum_of_its_parts_to_the_fen() {
        assert!(sum("861.24", &["588.14", "273.10"]).is_none());
        let found = sum("861.24", &["588.14", "273.11"]).unwrap();
        assert_eq!(found.expected.as_deref(), Some("861.25"));
        assert_eq!(found.found.as_deref(), Some("861.24"));
    }

    #[test]
    fn what_was_not_filled_is_not_compared() {
        assert!(sum("", &["1"]).is_none());
        assert!(sum("1", &["", ""]).is_none());
        assert!(sum("1", &["1", ""]).is_none());
    }
}
