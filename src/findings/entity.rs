//! Table `explanations`.

use std::fmt;
use std::str::FromStr;

use sea_orm::entity::prelude::*;

use crate::db::Coded;

/// What the reviewer made of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was accepted, with the evaluation.
    Accepted,
    /// It was sent back: another one is owed.
    Returned,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted",
            Self::Returned => "returned",
        })
    }
}

/// A word that names no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("want accepted or returned")]
pub struct UnknownVerdict;

impl FromStr for Verdict {
    type Err = UnknownVerdict;
    fn from_str(text: &str) -> Result<Self, UnknownVerdict> {
        match text {
            "accepted" => Ok(Self::Accepted),
            "returned" => Ok(Self::Returned),
            _ => Err(UnknownVerdict),
        }
    }
}

/// What a unit says to a finding. It is kept by check and place, so it survives edits elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "explanations")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The unit's year.
    pub evaluation_id: i64,
    /// The finding: its check and place.
    pub finding: String,
    /// 说明.
    pub explanation: String,
    /// Who gave it.
    pub given_by: String,
    /// When.
    pub given_at: DateTimeUtc,
    /// What the reviewer made of it, once they have.
    pub verdict: Option<Coded<Verdict>>,
}

/// None are declared: the child knows the parent, never the reverse.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
