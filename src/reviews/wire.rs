//! Reviews on the wire.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, RegionCode};
use jixiao_core::workflow::Stage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluations::wire::{StageWord, UnitName};
use crate::http::wire::{PointsText, ProjectCodeText, Timestamp, YearNumber};
use crate::list_params;

/// `indicator` 指标, `execution` 预算执行率, `sheet` 整张表.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "indicator")]
pub enum ReviewKind {
    /// 指标
    Indicator,
    /// 预算执行率
    Execution,
    /// 整张表
    Sheet,
}

/// 复核一项 a reviewed score.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RescoreItem {
    /// 复核对象 what gets a score.
    #[schema(inline)]
    pub kind: ReviewKind,
    /// 项目编码 project; null: the department sheet.
    #[serde(default)]
    #[schema(value_type = Option<ProjectCodeText>, example = json!(null))]
    pub project: Option<ProjectCode>,
    /// 指标序号 number of the indicator; null for execution and sheet.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 9999, example = 8)]
    pub seq: Option<i32>,
    /// 复核得分 reviewed score, from 0 to the weight (to 100 for a sheet); null takes it back.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>, example = "7")]
    pub score: Option<Points>,
    /// 复核理由 why.
    #[schema(min_length = 1, max_length = 5000, example = "佐证材料只覆盖七成服务对象")]
    pub reason: String,
}

/// 复核 reviewed scores.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RescoreInput {
    /// 复核 one for each thing that gets a score.
    #[schema(min_items = 1, max_items = 1000)]
    pub scores: Vec<RescoreItem>,
}

/// 复核 a reviewed score, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// 复核对象 what got a score.
    #[schema(inline)]
    pub kind: ReviewKind,
    /// 项目编码 project; null: the department sheet.
    #[schema(value_type = Option<ProjectCodeText>, example = json!(null))]
    pub project: Option<ProjectCode>,
    /// 指标序号 number of the indicator.
    #[schema(example = 8)]
    pub seq: Option<i32>,
    /// 复核得分 reviewed score.
    #[schema(value_type = PointsText, example = "7")]
    pub score: Points,
    /// 复核理由 why.
    #[schema(max_length = 5000, example = "佐证材料只覆盖七成服务对象")]
    pub reason: String,
    /// 复核人 account.
    #[schema(max_length = 64, example = "bureau")]
    pub reviewed_by: String,
    /// 复核时间 when, UTC.
    pub reviewed_at: Timestamp,
}

/// 复核 the reviewed scores of a unit's year.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reviews {
    /// 复核 each of them.
    pub items: Vec<ReviewView>,
}

/// 复核差距 a sheet that was reviewed, and how far the review is from the claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewGap {
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 阶段 stage.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 项目编码或单位编码 code of the project, or of the unit for its department sheet.
    #[schema(max_length = 32, example = "430611101")]
    pub code: String,
    /// 名称 name of the project or unit.
    #[schema(max_length = 500, example = "中共岳阳市君山区委办公室")]
    pub name: String,
    /// 自评总分 self total, points.
    #[schema(value_type = PointsText, example = "99")]
    pub self_total: Points,
    /// 复核总分 reviewed total, points.
    #[schema(value_type = PointsText, example = "97")]
    pub reviewed_total: Points,
    /// 差距 self minus reviewed, points; below zero when the review gives more.
    #[schema(max_length = 12, pattern = r"^-?[0-9]{1,6}(\.[0-9]{1,4})?$", example = "2")]
    pub gap: String,
}

/// 复核差距排名 reviewed sheets, the largest gap first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewRanking {
    /// 排名 the sheets of this page.
    #[schema(max_items = 500)]
    pub items: Vec<ReviewGap>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all reviewed sheets that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of reviewed sheets.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum GapSort {
    /// The largest gap first, whichever way it goes.
    #[default]
    #[serde(rename = "-gap")]
    GapDown,
    /// The smallest gap first.
    #[serde(rename = "gap")]
    Gap,
}

list_params! {
    /// Filters of reviewed sheets.
    ReviewParams, sort: GapSort,
    /// 预算年度 fiscal year.
    #[param(value_type = Option<i32>, minimum = 1990, maximum = 2100, example = 2023)]
    year: Option<FiscalYear>,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    region_code: Option<RegionCode>,
}
