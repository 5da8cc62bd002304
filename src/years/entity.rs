//! Table `years`.

use jixiao_core::kernel::FiscalYear;
use sea_orm::entity::prelude::*;

use crate::db::Int;

/// A year as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "years")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 预算年度, never changed.
    pub year: Int<FiscalYear>,
    /// 评分规则集 of regions that chose none, `name@version`.
    pub rule_set: String,
    /// 截止日期 of regions that set none.
    pub deadline: Option<Date>,
    /// 是否须经主管部门审核.
    pub department_review: bool,
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
