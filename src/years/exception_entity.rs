//! Table `round_exceptions`.

use jixiao_core::kernel::UnitCode;
use sea_orm::entity::prelude::*;

use crate::db::Coded;

/// What a bureau arranged with one unit: more time, or nothing to report.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "round_exceptions")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The round.
    pub round_id: i64,
    /// 单位编码.
    pub unit_code: Coded<UnitCode>,
    /// 延期至.
    pub due: Option<Date>,
    /// 免报原因.
    pub excused_reason: Option<String>,
    /// Counts changes.
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
