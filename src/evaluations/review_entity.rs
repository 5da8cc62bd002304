//! Table `reviews`: what the bureau found (复核), beside what the unit claims. One row for each thing it gave a score.

use std::fmt;
use std::str::FromStr;

use jixiao_core::kernel::{Points, ProjectCode};
use sea_orm::entity::prelude::*;

use crate::db::{Coded, Int};

/// What of a sheet was given a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An indicator.
    Indicator,
    /// The execution row.
    Execution,
    /// The sheet as a whole: it stands above the sum.
    Sheet,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Indicator => "indicator",
            Self::Execution => "execution",
            Self::Sheet => "sheet",
        })
    }
}

/// A word that names nothing that can be reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("want indicator, execution or sheet")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        [Self::Indicator, Self::Execution, Self::Sheet]
            .into_iter()
            .find(|kind| kind.to_string() == text)
            .ok_or(UnknownKind)
    }
}

/// A reviewed score.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reviews")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The unit's year.
    pub evaluation_id: i64,
    /// What was given a score.
    pub kind: Coded<Kind>,
    /// The project; none: the department sheet.
    pub project: Option<Coded<ProjectCode>>,
    /// The indicator's number.
    pub seq: Option<i32>,
    /// 复核得分.
    pub score: Int<Points>,
    /// 复核理由.
    pub reason: String,
    /// Who gave it.
    pub reviewed_by: String,
    /// When.
    pub reviewed_at: DateTimeUtc,
}

/// None are declared: the child knows the parent, never the reverse.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
