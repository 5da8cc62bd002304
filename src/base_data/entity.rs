//! Table `base_data`.

use sea_orm::entity::prelude::*;

use super::wire::{Building, Expense};
use crate::budgets::wire::Signature;
use crate::db::Json;

/// Base data as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "base_data")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The unit's year it belongs to.
    pub evaluation_id: i64,
    /// 编制数.
    pub staff_quota: Option<i32>,
    /// 在职人数.
    pub staff_on_duty: Option<i32>,
    /// 离退休人数.
    pub staff_retired: Option<i32>,
    /// 经费控制情况.
    pub expenses: Json<Vec<Expense>>,
    /// 楼堂馆所控制情况.
    pub buildings: Json<Vec<Building>>,
    /// 厉行节约保障措施.
    pub thrift_measures: Option<String>,
    /// 签章.
    pub signature: Option<Json<Signature>>,
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
