//! Tables `score_changes` and `score_change_heads`.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, Ratio, RegionCode, UnitCode};
use jixiao_core::scoring::Grade;
use jixiao_core::workflow::Stage;
use sea_orm::entity::prelude::*;

use crate::db::{Coded, Int};

/// What became of one sheet. The database refuses to change or remove it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "score_changes")]
pub struct Model {
    /// Its place in the feed, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When.
    pub at: DateTimeUtc,
    /// The evaluation it belongs to.
    pub evaluation_id: i64,
    /// 预算年度.
    pub year: Int<FiscalYear>,
    /// 阶段 from now on; one that is not settled takes the scores back.
    pub stage: Coded<Stage>,
    /// 单位编码.
    pub unit_code: Coded<UnitCode>,
    /// 单位名称 as it was then.
    pub unit_name: String,
    /// 行政区划 as it was then.
    pub region_code: Option<Coded<RegionCode>>,
    /// The project; none: the department sheet.
    pub project: Option<Coded<ProjectCode>>,
    /// Name of the project, or of the unit.
    pub name: String,
    /// 评分规则集 by which it was scored.
    pub rule_set: String,
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
    /// 等级.
    pub grade: Option<Coded<Grade>>,
    /// Whether everything that must be scored was.
    pub complete: bool,
}

/// None are declared: a change outlives what it was about.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The counter.
pub mod head {
    use sea_orm::entity::prelude::*;

    /// The last place that was given out; there is one row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "score_change_heads")]
    pub struct Model {
        /// Always 1.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The last place.
        pub seq: i64,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
