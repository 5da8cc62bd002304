//! Table `rule_sets`: those that a place has made for itself.

use jixiao_core::scoring::RuleSet;
use sea_orm::entity::prelude::*;

use crate::db::Json;

/// A rule set as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_sets")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// `name@version`, never changed.
    pub reference: String,
    /// 规则内容.
    pub definition: Json<RuleSet>,
    /// Counts changes of the row; the version of the rules is in their reference.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

/// None are declared: queries say their joins.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
