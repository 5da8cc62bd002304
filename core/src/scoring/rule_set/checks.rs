//! What a bureau decides about cross-checks. The checks themselves stand above scoring and know their names; here
//! are only the numbers they are held to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::{Money, Ratio};

/// Severities and thresholds of the cross-checks (勾稽关系).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRules {
    /// Severities other than those that the checks come with, by the name of the check. A name that no check has is
    /// a problem of the rule set, found by [`checks::unknown`](crate::checks::unknown).
    pub severities: BTreeMap<String, CheckLevel>,
    /// A change against the year before by more than this share is a jump: `0.3` is 30 %.
    pub jump: Ratio,
    /// By how much two amounts that must agree may differ, 万元.
    pub amount_tolerance: Money,
}

/// What a finding of a check is to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckLevel {
    /// It must be mended.
    Block,
    /// It must be explained.
    Explain,
    /// It is shown.
    Note,
    /// The check is not made.
    Off,
}
