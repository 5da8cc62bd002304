//! Table `budgets`.

use jixiao_core::kernel::{Money, Points};
use sea_orm::entity::prelude::*;

use super::wire::{BudgetSourceAmounts, NatureAmounts, Signature};
use crate::db::{Int, Json};

/// A department budget as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budgets")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The unit's year it belongs to.
    pub evaluation_id: i64,
    /// 分值 of the execution.
    pub weight: Option<Int<Points>>,
    /// 自评得分 of the execution.
    pub self_score: Option<Int<Points>>,
    /// 年初预算数.
    pub initial: Option<Int<Money>>,
    /// 全年预算数.
    pub annual: Option<Int<Money>>,
    /// 全年执行数.
    pub executed: Option<Int<Money>>,
    /// 按资金来源.
    pub sources: Json<Vec<BudgetSourceAmounts>>,
    /// 预期目标.
    pub goal_expected: Option<String>,
    /// 实际完成情况.
    pub goal_actual: Option<String>,
    /// 偏差原因 of the execution.
    pub deviation_reason: Option<String>,
    /// 表上填写的总分.
    pub reported_total: Option<Int<Points>>,
    /// 签章.
    pub signature: Option<Json<Signature>>,
    /// 按支出性质.
    pub natures: Json<Vec<NatureAmounts>>,
    /// 人员经费.
    pub personnel: Option<Int<Money>>,
    /// 公用经费.
    pub public: Option<Int<Money>>,
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
