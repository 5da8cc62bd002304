//! Table `units`.

use jixiao_core::kernel::{RegionCode, UnitCode};
use sea_orm::entity::prelude::*;

use crate::db::Coded;

/// A unit as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "units")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 单位编码, never changed.
    pub code: Coded<UnitCode>,
    /// 单位名称.
    pub name: String,
    /// 行政区划代码; none: the administrator's alone.
    pub region_code: Option<Coded<RegionCode>>,
    /// 主管部门编码.
    pub parent_code: Option<Coded<UnitCode>>,
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
