//! Table `rounds`.

use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use sea_orm::entity::prelude::*;

use crate::db::{Coded, Int, Json};

/// A region's round as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rounds")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 预算年度.
    pub year: Int<FiscalYear>,
    /// 行政区划代码 of the region.
    pub region_code: Coded<RegionCode>,
    /// 开始日期.
    pub opens_on: Option<Date>,
    /// 截止日期, 24:00 Asia/Shanghai; none: the year's.
    pub deadline: Option<Date>,
    /// 评分规则集; none: the year's.
    pub rule_set: Option<String>,
    /// 应填报单位; none: all of the region.
    pub assigned_units: Option<Json<Vec<UnitCode>>>,
    /// 应填报单位: those below this supervising department.
    pub assigned_under: Option<Coded<UnitCode>>,
    /// 备注.
    pub note: Option<String>,
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
