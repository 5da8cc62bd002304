//! The stages of an evaluation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::kernel::{Lang, Text};

/// Where an evaluation stands between the unit and the bureau.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 填报中: the unit fills the form.
    #[default]
    Draft,
    /// 主管部门审核中: handed in, waiting for the supervising department where the year asks for it; locked.
    DepartmentReview,
    /// 已提交: waiting for the bureau; locked for the unit.
    Submitted,
    /// 已退回: sent back with an opinion; the unit edits and submits again.
    Returned,
    /// 已通过: approved by the bureau; scores are final.
    Approved,
    /// 已公开: open to the public.
    Published,
}

impl Stage {
    /// Every stage, in the order of the workflow.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::DepartmentReview,
        Self::Submitted,
        Self::Returned,
        Self::Approved,
        Self::Published,
    ];

    /// The stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::DepartmentReview => "department_review",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Published => "published",
        }
    }

    /// Whether the unit may change its form now.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }

    /// Whether the scores are settled: what the finance system may read, and no longer provisional.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Approved | Self::Published)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a stage of an evaluation")]
pub struct UnknownStage;

impl FromStr for Stage {
    type Err = UnknownStage;
    fn from_str(text: &str) -> Result<Self, UnknownStage> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or(UnknownStage)
    }
}

impl Text for Stage {
    fn text(&self, lang: Lang) -> String {
        let (zh, en) = match self {
            Self::Draft => ("填报中", "draft"),
            Self::DepartmentReview => ("主管部门审核中", "department_review"),
            Self::Submitted => ("已提交", "submitted"),
            Self::Returned => ("已退回", "returned"),
            Self::Approved => ("已通过", "approved"),
            Self::Published => ("已公开", "published"),
        };
        lang.pick(zh, en).to_owned()
    }
}
