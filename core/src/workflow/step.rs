//! The steps of the workflow: from which stages, by whom.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Action, Role, Stage};
use crate::kernel::{Lang, Text};

/// Something that can be done with an evaluation as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 填报: change the form's parts.
    Edit,
    /// 提交: hand it in.
    Submit,
    /// 主管部门审核通过: pass it on to the bureau.
    Endorse,
    /// 退回: send it back with an opinion.
    Return,
    /// 复核: give a reviewed score.
    Rescore,
    /// 通过: settle the scores.
    Approve,
    /// 公开: freeze a snapshot and show it to everyone.
    Publish,
    /// 重新开放: let the unit correct what was approved or published.
    Reopen,
}

/// What the one who asks is to the evaluation's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The unit itself.
    Own,
    /// A supervising department (主管部门) above it.
    Superior,
    /// The finance bureau of its region.
    Bureau,
}

impl Relation {
    /// What an account of this role is to a unit that it sees; nothing for those who take no step.
    #[must_use]
    pub fn of(role: Role, is_own_unit: bool) -> Option<Self> {
        match role {
            Role::Unit if is_own_unit => Some(Self::Own),
            Role::Unit => Some(Self::Superior),
            Role::Bureau => Some(Self::Bureau),
            Role::Admin | Role::Reader => None,
        }
    }
}

/// One line of the table: the step, from this stage, by that one, who needs this permission.
type Line = (Step, Stage, Relation, Action);

/// THE table of the workflow. What is not in it does not happen.
const TABLE: &[Line] = &[
    (Step::Edit, Stage::Draft, Relation::Own, Action::WriteForms),
    (Step::Edit, Stage::Returned, Relation::Own, Action::WriteForms),
    (Step::Submit, Stage::Draft, Relation::Own, Action::Submit),
    (Step::Submit, Stage::Returned, Relation::Own, Action::Submit),
    (Step::Endorse, Stage::DepartmentReview, Relation::Superior, Action::Endorse),
    (Step::Return, Stage::DepartmentReview, Relation::Superior, Action::Return),
    (Step::Return, Stage::Submitted, Relation::Bureau, Action::Return),
    (Step::Rescore, Stage::Submitted, Relation::Bureau, Action::Review),
    (Step::Approve, Stage::Submitted, Relation::Bureau, Action::Review),
    (Step::Publish, Stage::Approved, Relation::Bureau, Action::Publish),
    (Step::Reopen, Stage::Approved, Relation::Bureau, Action::Review),
    (Step::Reopen, Stage::Published, Relation::Bureau, Action::Review),
];

impl Step {
    /// Every step, in the order of the workflow.
    pub const ALL: [Self; 8] = [
        Self::Edit,
        Self::Submit,
        Self::Endorse,
        Self::Return,
        Self::Rescore,
        Self::Approve,
        Self::Publish,
        Self::Reopen,
    ];

    /// The stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Submit => "submit",
            Self::Endorse => "endorse",
            Self::Return => "return",
            Self::Rescore => "rescore",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Reopen => "reopen",
        }
    }

    /// Whether it can be taken from this stage at all.
    #[must_use]
    pub fn starts_from(self, stage: Stage) -> bool {
        TABLE.iter().any(|line| line.0 == self && line.1 == stage)
    }

    /// Whether somebody of this relation, whose permissions `may` knows, can take it from this stage.
    #[must_use]
    pub fn is_open_to(self, stage: Stage, relation: Relation, may: impl Fn(Action) -> bool) -> bool {
        TABLE
            .iter()
            .any(|&(step, from, by, action)| step == self && from == stage && by == relation && may(action))
    }

    /// The steps that somebody of this relation can take from this stage.
    #[must_use]
    pub fn open(stage: Stage, relation: Option<Relation>, may: impl Fn(Action) -> bool) -> Vec<Self> {
        let open = |step: &Self| relation.is_some_and(|relation| step.is_open_to(stage, relation, &may));
        Self::ALL.into_iter().filter(open).collect()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a step of the workflow")]
pub struct UnknownStep;

impl FromStr for Step {
    type Err = UnknownStep;
    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        Self::ALL.into_iter().find(|step| step.as_str() == text).ok_or(UnknownStep)
    }
}

impl Text for Step {
    fn text(&self, lang: Lang) -> String {
        let zh = match self {
            Self::Edit => "填报",
            Self::Submit => "提交",
            Self::Endorse => "主管部门审核通过",
            Self::Return => "退回",
            Self::Rescore => "复核",
            Self::Approve => "通过",
            Self::Publish => "公开",
            Self::Reopen => "重新开放",
        };
        lang.pick(zh, self.as_str()).to_owned()
    }
}
