//! Roles, actions, and the one table that says who may do what.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::kernel::{Lang, Text};

/// What a person or a program is to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 填报单位: fills its own unit's form; a supervising department (主管部门) also sees its subordinates.
    Unit,
    /// 财政局绩效科: opens its region's round, sees the units of its region, reviews.
    Bureau,
    /// 管理员: users, units, years, rule sets.
    Admin,
    /// The finance system's account: reads approved scores.
    Reader,
}

impl Role {
    /// Every role, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Unit, Self::Bureau, Self::Admin, Self::Reader];

    /// The stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Bureau => "bureau",
            Self::Admin => "admin",
            Self::Reader => "reader",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is one of unit, bureau, admin, reader")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

impl Text for Role {
    fn text(&self, lang: Lang) -> String {
        let (zh, en) = match self {
            Self::Unit => ("填报单位", "submitting unit"),
            Self::Bureau => ("财政局", "finance bureau"),
            Self::Admin => ("管理员", "administrator"),
            Self::Reader => ("财政系统只读账号", "read-only finance system"),
        };
        lang.pick(zh, en).to_owned()
    }
}

/// Something a caller may be allowed to do. Its word is also the OAuth2 scope by which a token is narrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// See units.
    ReadUnits,
    /// Create, change and remove units.
    WriteUnits,
    /// See years and their rounds.
    ReadYears,
    /// Create, change and remove years.
    WriteYears,
    /// Open a region's round: deadline, rule set, units.
    WriteRounds,
    /// See rule sets.
    ReadRuleSets,
    /// Make, change and remove rule sets.
    WriteRuleSets,
    /// Try out what a rule set would make of what is stored.
    Simulate,
    /// See a unit's form and each of its parts, drafts included.
    ReadForms,
    /// Fill the own unit's form.
    WriteForms,
    /// Import bundles.
    Import,
    /// See scores; a reader sees approved ones only.
    ReadScores,
    /// Hand the own unit's form in, explain findings, answer opinions.
    Submit,
    /// Pass or return what a subordinate handed in, where the round asks its supervising department.
    Endorse,
    /// Send back what was handed in: the bureau, and the supervising department where the year asks for it.
    Return,
    /// Re-score and approve what was handed in, or open it again.
    Review,
    /// Make an approved evaluation public.
    Publish,
    /// See who changed what.
    ReadAudit,
    /// See accounts and service accounts.
    ReadUsers,
    /// Make and change accounts and service accounts.
    WriteUsers,
    /// See who one is, and change the own password. It comes with every token, so no scope stands for it.
    OwnAccount,
}

impl Action {
    /// Every action that a scope stands for.
    pub const ALL: [Self; 20] = [
        Self::ReadUnits,
        Self::WriteUnits,
        Self::ReadYears,
        Self::WriteYears,
        Self::WriteRounds,
        Self::ReadRuleSets,
        Self::WriteRuleSets,
        Self::Simulate,
        Self::ReadForms,
        Self::WriteForms,
        Self::Import,
        Self::ReadScores,
        Self::Submit,
        Self::Endorse,
        Self::Return,
        Self::Review,
        Self::Publish,
        Self::ReadAudit,
        Self::ReadUsers,
        Self::WriteUsers,
    ];

    /// The OAuth2 scope that stands for it; empty for what comes with every token.
    #[must_use]
    pub const fn scope(self) -> &'static str {
        match self {
            Self::ReadUnits => "units:read",
            Self::WriteUnits => "units:write",
            Self::ReadYears => "years:read",
            Self::WriteYears => "years:write",
            Self::WriteRounds => "rounds:write",
            Self::ReadRuleSets => "rule-sets:read",
            Self::WriteRuleSets => "rule-sets:write",
            Self::Simulate => "rule-sets:simulate",
            Self::ReadForms => "forms:read",
            Self::WriteForms => "forms:write",
            Self::Import => "import:write",
            Self::ReadScores => "scores:read",
            Self::Submit => "forms:submit",
            Self::Endorse => "forms:endorse",
            Self::Return => "forms:return",
            Self::Review => "reviews:write",
            Self::Publish => "publications:write",
            Self::ReadAudit => "audit:read",
            Self::ReadUsers => "users:read",
            Self::WriteUsers => "users:write",
            Self::OwnAccount => "",
        }
    }

    /// The roles that may. What is not listed here may not: the table is the only way in.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::ReadUnits | Self::ReadYears | Self::ReadRuleSets | Self::ReadScores | Self::OwnAccount => {
                &[Role::Unit, Role::Bureau, Role::Admin, Role::Reader]
            }
            Self::ReadForms | Self::Import => &[Role::Unit, Role::Bureau, Role::Admin],
            Self::WriteRounds | Self::Simulate => &[Role::Bureau, Role::Admin],
            Self::WriteUnits
            | Self::WriteYears
            | Self::WriteRuleSets
            | Self::ReadAudit
            | Self::ReadUsers
            | Self::WriteUsers => &[Role::Admin],
            // The claim belongs to the unit: not even an administrator edits it in place.
            Self::WriteForms | Self::Submit | Self::Endorse => &[Role::Unit],
            Self::Return => &[Role::Unit, Role::Bureau],
            // Reviewing is the bureau's: an administrator keeps the house and judges nobody.
            Self::Review | Self::Publish => &[Role::Bureau],
        }
    }

    /// Whether `role` may do this.
    #[must_use]
    pub fn allows(self, role: Role) -> bool {
        self.roles().contains(&role)
    }

    /// Whether only a person may: who manages accounts, or reads what others did, is somebody with a name.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        ["users:", "audit:"].iter().any(|kind| self.scope().starts_with(kind))
    }

    /// The action of an OAuth2 scope.
    #[must_use]
    pub fn of_scope(scope: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.scope() == scope)
    }
}
