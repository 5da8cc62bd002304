//! Table `library_indicators`: each indicator of each published evaluation, as it was last published.

use jixiao_core::kernel::{FiscalYear, Points, UnitCode};
use jixiao_core::scoring::Category;
use sea_orm::entity::prelude::*;

use crate::db::{Coded, Int};

/// One use of an entry.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "library_indicators")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The entry it is a use of: the same for the same name, block, category, direction and unit of measure.
    pub entry: String,
    /// The evaluation it was published with.
    pub evaluation_id: i64,
    /// 预算年度.
    pub year: Int<FiscalYear>,
    /// 单位编码.
    pub unit_code: Coded<UnitCode>,
    /// 主管部门编码 then; the unit itself where it has none.
    pub department_code: Coded<UnitCode>,
    /// 一级指标, as written.
    pub level1: String,
    /// 二级指标, as written.
    pub level2: String,
    /// The category that it stands for, if one.
    pub category: Option<Coded<Category>>,
    /// 三级指标.
    pub name: String,
    /// 年度指标值, as written.
    pub target: Option<String>,
    /// Which side of the target is good: `at_least`, `at_most`, `equal`, `range` or `date`; none: words.
    pub direction: Option<String>,
    /// 计量单位; empty where there is none.
    pub measure: String,
    /// 分值.
    pub weight: Option<Int<Points>>,
}

/// None are declared: queries say their joins.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
