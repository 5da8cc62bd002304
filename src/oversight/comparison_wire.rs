//! Comparisons on the wire.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, RegionCode};
use jixiao_core::workflow::Stage;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::wire::{StageWord, UnitName};
use crate::http::wire::{PointsText, ProjectCodeText};

/// 同名指标 an indicator of the name.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedIndicator {
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 阶段 where its evaluation stands.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 项目编码 the project; null is the department's own sheet.
    #[schema(value_type = Option<ProjectCodeText>)]
    pub project: Option<ProjectCode>,
    /// 序号 place in its sheet.
    #[schema(minimum = 1, maximum = 9999, example = 3)]
    pub seq: i32,
    /// 年度指标值 target, as written.
    #[schema(max_length = 1000, example = "≥60次")]
    pub target: Option<String>,
    /// 实际完成值 actual, as written.
    #[schema(max_length = 1000, example = "70次")]
    pub actual: Option<String>,
    /// 分值 weight, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub weight: Option<Points>,
    /// 自评得分 self score, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub self_score: Option<Points>,
    /// 规则计算得分 computed score, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub computed_score: Option<Points>,
    /// 最终得分 final score, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub final_score: Option<Points>,
}

/// 同名指标对比 one indicator across units.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorComparison {
    /// 指标 by unit.
    #[schema(max_items = 100)]
    pub items: Vec<ComparedIndicator>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all of the name.
    #[schema(minimum = 0)]
    pub total: u64,
}

/// What is compared.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComparisonParams {
    /// 预算年度 fiscal year.
    #[param(value_type = i32, minimum = 1990, maximum = 2100, example = 2023)]
    pub year: FiscalYear,
    /// 指标名称 name of the indicator, as written.
    #[param(min_length = 1, max_length = 500, pattern = "^[^\\x00]*$", example = "督促检查")]
    pub name: String,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    pub region_code: Option<RegionCode>,
    /// 每页条数 indicators of a page.
    #[param(minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<u64>,
    /// 翻页游标 `next_cursor` of the page before, with the same filters.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
    pub cursor: Option<String>,
}
