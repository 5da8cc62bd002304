//! Table `publications`.

use jixiao_core::kernel::{FiscalYear, Points, RegionCode, UnitCode};
use sea_orm::entity::prelude::*;

use crate::db::{Coded, Int};

/// An edition of a unit's year. The database refuses to change or remove it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publications")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 单位编码.
    pub unit_code: Coded<UnitCode>,
    /// 单位名称 as it was then.
    pub unit_name: String,
    /// 行政区划 as it was then.
    pub region_code: Option<Coded<RegionCode>>,
    /// 预算年度.
    pub year: Int<FiscalYear>,
    /// Which edition, from 1.
    pub edition: i32,
    /// What is public, as the JSON text that is hashed: keys in order, no spaces.
    pub content: String,
    /// SHA-256 of the content, hex.
    pub sha256: String,
    /// 自评总分 of the department sheet.
    pub self_total: Option<Int<Points>>,
    /// 最终总分 of the department sheet.
    pub final_total: Option<Int<Points>>,
    /// 等级 of the department sheet.
    pub grade: Option<String>,
    /// Who published it.
    pub published_by: String,
    /// When.
    pub published_at: DateTimeUtc,
}

/// None are declared: an edition outlives what it was made of.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
