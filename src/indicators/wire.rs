//! Indicators on the wire.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, UnitCode};
use jixiao_core::scoring::{Attainment, Block, Category};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::part_routes::PartSort;
use crate::http::wire::{PointsText, ProjectCodeText, Stamp, UnitCodeText, YearNumber};
use crate::list_params;
use crate::tables::FileFormat;

/// `achieved` 达成预期, `partly` 部分达成, `not` 未达成.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AttainmentWord {
    /// 达成预期指标
    Achieved,
    /// 部分达成预期指标并具有一定效果
    Partly,
    /// 未达成预期指标且效果较差
    Not,
}

/// `output` 产出, `benefit` 效益, `satisfaction` 满意度, `cost` 成本.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum BlockWord {
    /// 产出
    Output,
    /// 效益
    Benefit,
    /// 满意度
    Satisfaction,
    /// 成本
    Cost,
}

/// `quantity` 数量, `quality` 质量, `timeliness` 时效, `cost` 成本, `economic` 经济,
/// `social` 社会, `ecological` 生态, `sustainability` 可持续影响, `service_satisfaction` 服务对象满意度.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum CategoryWord {
    /// 数量
    Quantity,
    /// 质量
    Quality,
    /// 时效
    Timeliness,
    /// 成本
    Cost,
    /// 经济效益
    Economic,
    /// 社会效益
    Social,
    /// 生态效益
    Ecological,
    /// 可持续影响
    Sustainability,
    /// 服务对象满意度
    ServiceSatisfaction,
}

/// 绩效指标 an indicator, as it is written and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorInput {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 项目编码 code of the project; null: the department sheet.
    #[serde(default)]
    #[schema(value_type = Option<ProjectCodeText>, example = json!(null))]
    pub project: Option<ProjectCode>,
    /// 序号 place in its sheet.
    #[schema(minimum = 1, maximum = 9999, example = 3)]
    pub seq: i32,
    /// 一级指标 level-1 category, as written.
    #[schema(min_length = 1, max_length = 100, example = "产出指标")]
    pub level1: String,
    /// 二级指标 level-2 category, as written.
    #[schema(max_length = 100, example = "数量指标")]
    pub level2: String,
    /// 三级指标 name of the indicator, as written.
    #[schema(min_length = 1, max_length = 500, example = "督促检查")]
    pub name: String,
    /// 年度指标值 target, as written.
    #[serde(default)]
    #[schema(max_length = 1000, example = "≥60次")]
    pub target: Option<String>,
    /// 实际完成值 actual, as written.
    #[serde(default)]
    #[schema(max_length = 1000, example = "70次")]
    pub actual: Option<String>,
    /// 分值 weight, points; null: a sub-row that is not scored.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub weight: Option<Points>,
    /// 自评得分 self score, points.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub self_score: Option<Points>,
    /// 完成档次 how far a qualitative indicator was attained.
    #[serde(default)]
    #[schema(value_type = Option<AttainmentWord>, example = json!(null))]
    pub attainment: Option<Attainment>,
    /// 偏差原因分析及改进措施 deviation reason.
    #[serde(default)]
    #[schema(max_length = 5000, example = json!(null))]
    pub deviation_reason: Option<String>,
}

/// 绩效指标 an indicator, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorView {
    /// 指标标识 opaque id, for its address.
    #[schema(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = "17")]
    pub id: String,
    /// What was written.
    #[serde(flatten)]
    pub indicator: IndicatorInput,
    /// 一级分块 block that the level-1 category stands for by the words that every rule set knows; null when it is none of
    /// them. What a rule set declares as its own is shown with the scores.
    #[schema(value_type = Option<BlockWord>)]
    pub block: Option<Block>,
    /// 二级类别 category that the level-2 category stands for; null when it is none of them.
    #[schema(value_type = Option<CategoryWord>)]
    pub category: Option<Category>,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页指标 a page of indicators.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorList {
    /// 指标 the indicators of this page.
    #[schema(max_items = 500)]
    pub items: Vec<IndicatorView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all indicators that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// The address of an indicator.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct IndicatorPath {
    /// 指标标识 opaque id of the indicator.
    #[param(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = "17")]
    pub id: String,
}

/// `department` 部门整体支出, `project` 项目支出.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SheetFilter {
    /// 部门整体支出
    Department,
    /// 项目支出
    Project,
}

list_params! {
    /// Filters of indicators.
    IndicatorParams, sort: PartSort,
    /// 单位编码 unit.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    unit: Option<UnitCode>,
    /// 预算年度 fiscal year.
    #[param(value_type = Option<i32>, minimum = 1990, maximum = 2100, example = 2023)]
    year: Option<FiscalYear>,
    /// 所属表 department sheet or project sheets.
    #[param(inline)]
    sheet: Option<SheetFilter>,
    /// 项目编码 project.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "P01")]
    project: Option<ProjectCode>,
    /// 导出格式 the whole list as a file, instead of a page of JSON; `Accept` does the same. Without `limit` it has every row.
    #[param(inline)]
    format: Option<FileFormat>,
}
