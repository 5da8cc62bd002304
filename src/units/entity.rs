//! Table `units`.

use jixiao_core::kernel::{RegionCode, UnitCode};
use sea_orm::entity::prelude::*;

use crate::db::{Coded, Scope};

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

impl Model {
    /// Whether it lies in a scope, as far as its own row tells: what is below another unit, the database alone knows.
    #[must_use]
    pub fn is_in(&self, scope: &Scope) -> bool {
        match scope {
            Scope::All => true,
            Scope::Region(region) => {
                self.region_code.as_ref().is_some_and(|own| own.0.as_str().starts_with(region.as_str()))
            }
            Scope::Unit(code) | Scope::UnitAndBelow(code) => self.code.0 == *code,
            Scope::Nothing => false,
        }
    }
}

/// None are declared: queries say their joins.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
