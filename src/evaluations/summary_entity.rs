//! Table `score_summaries`: one row a sheet, written with every change of its sources, read by lists.

use jixiao_core::kernel::{FiscalYear, Points, Ratio, UnitCode};
use sea_orm::entity::prelude::*;

use super::figures::Figures;
use crate::db::{Coded, Int, Json};

/// A sheet's totals as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "score_summaries")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The unit's year.
    pub evaluation_id: i64,
    /// The project; none: the department sheet.
    pub project_id: Option<i64>,
    /// Code of the project, or of the unit for its department sheet.
    pub code: String,
    /// Name of the project, or of the unit.
    pub name: String,
    /// 预算执行率.
    pub execution_rate: Option<Int<Ratio>>,
    /// 自评总分.
    pub self_total: Option<Int<Points>>,
    /// 规则计算总分.
    pub computed_total: Option<Int<Points>>,
    /// 复核总分.
    pub reviewed_total: Option<Int<Points>>,
    /// 最终总分.
    pub final_total: Option<Int<Points>>,
    /// 表上填写的总分.
    pub reported_total: Option<Int<Points>>,
    /// 等级.
    pub grade: Option<String>,
    /// Whether everything that must be scored is.
    pub complete: bool,
    /// What oversight counts of it; none: scored before anybody counted.
    pub figures: Option<Json<Figures>>,
    /// 预算年度 of its evaluation, which never changes: rankings walk down a year.
    pub year: Int<FiscalYear>,
    /// 单位编码 of its evaluation, which never changes: ties of a ranking stand by unit.
    pub unit_code: Coded<UnitCode>,
}

/// None are declared: queries say their joins.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
