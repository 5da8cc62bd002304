//! Table `indicators`.

use jixiao_core::kernel::Points;
use jixiao_core::scoring::Attainment;
use sea_orm::entity::prelude::*;

use crate::db::{Coded, Int};

/// An indicator as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "indicators")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The unit's year it belongs to.
    pub evaluation_id: i64,
    /// The project; none: the department sheet.
    pub project_id: Option<i64>,
    /// 序号.
    pub seq: i32,
    /// 一级指标, as written.
    pub level1: String,
    /// 二级指标, as written.
    pub level2: String,
    /// 三级指标, as written.
    pub name: String,
    /// 年度指标值, as written.
    pub target: Option<String>,
    /// 实际完成值, as written.
    pub actual: Option<String>,
    /// 分值.
    pub weight: Option<Int<Points>>,
    /// 自评得分.
    pub self_score: Option<Int<Points>>,
    /// 完成档次 of a qualitative indicator.
    pub attainment: Option<Coded<Attainment>>,
    /// 偏差原因分析及改进措施.
    pub deviation_reason: Option<String>,
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
