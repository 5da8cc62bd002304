//! Table `evaluations`.

use jixiao_core::kernel::{FiscalYear, UnitCode};
use jixiao_core::workflow::{Stage, State};
use sea_orm::entity::prelude::*;

use crate::db::{Chain, Coded, Int, Json};

/// A unit's year as stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evaluations")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 单位编码.
    pub unit_code: Coded<UnitCode>,
    /// 预算年度.
    pub year: Int<FiscalYear>,
    /// 阶段.
    pub stage: Coded<Stage>,
    /// Its stage with what is known of how it got there.
    pub state: Json<State>,
    /// How many times it was handed in.
    pub round: i32,
    /// Until when the bureau lets it be handed in again, beyond the round's deadline.
    pub due: Option<Date>,
    /// 评分规则集 by which it was last scored, `name@version`.
    pub rule_set: String,
    /// Who imported it for the unit, if the unit did not itself.
    pub on_behalf_of: Option<String>,
    /// Counts changes of any part.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When any part was last changed.
    pub updated_at: DateTimeUtc,
}

impl Model {
    /// Whether the unit of work at hand made it: the commit counts as its first change.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.version == 0
    }

    /// Where what happens to it is written down.
    #[must_use]
    pub fn chain(&self) -> Chain {
        Chain::Evaluation(self.unit_code.0.clone(), self.year.0)
    }
}

/// None are declared: the child knows the parent, never the reverse.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
