//! Statistics and suggestions on the wire.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, Ratio, RegionCode};
use jixiao_core::scoring::Grade;
use jixiao_core::workflow::Stage;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::wire::{StageWord, UnitName};
use crate::http::wire::{PointsText, ProjectCodeText, RatioText, YearNumber};
use crate::scores::wire::GradeWord;

/// `region` 按地区, `department` 按主管部门, `block` 按一级指标分块.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// 按地区
    #[default]
    Region,
    /// 按主管部门: units without one stand for themselves
    Department,
    /// 按分块: each block of each sheet, measured out of 100
    Block,
}

/// 分段 how many lie in a band.
#[derive(Debug, Serialize, ToSchema)]
pub struct Band {
    /// 下限 lower bound, included: points of 100, or per cent; the next band's bound is not.
    #[schema(minimum = 0, maximum = 100, example = 90)]
    pub from: i32,
    /// 张数 sheets.
    #[schema(minimum = 0, example = 17)]
    pub sheets: usize,
}

/// 等级分布 how many have a grade.
#[derive(Debug, Serialize, ToSchema)]
pub struct GradeCount {
    /// 等级 grade.
    #[schema(value_type = GradeWord, inline)]
    pub grade: Grade,
    /// 张数 sheets.
    #[schema(minimum = 0, example = 17)]
    pub sheets: usize,
}

/// 一组的统计 what a group comes to.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsRow {
    /// 分组 region code, code of the supervising department, or block; null: all of them, or units without a region.
    #[schema(max_length = 32, example = "430611")]
    pub key: Option<String>,
    /// 名称 name of the department, where you may see it, or of the block.
    #[schema(max_length = 300, example = json!(null))]
    pub name: Option<String>,
    /// 自评数 evaluations that were handed in.
    #[schema(minimum = 0, example = 12)]
    pub evaluations: usize,
    /// 表数 their sheets; by block, the sheets that have it.
    #[schema(minimum = 0, example = 40)]
    pub sheets: usize,
    /// 平均分 mean of the final totals, points; of a block, its share in per cent.
    #[schema(value_type = Option<PointsText>, example = "93.25")]
    pub mean_score: Option<Points>,
    /// 中位分 their median.
    #[schema(value_type = Option<PointsText>, example = "95")]
    pub median_score: Option<Points>,
    /// 平均扣分 mean of the points lost.
    #[schema(value_type = Option<PointsText>, example = "6.75")]
    pub mean_loss: Option<Points>,
    /// 得分分布 how the final totals are distributed.
    #[schema(max_items = 7)]
    pub score_bands: Vec<Band>,
    /// 等级分布 grades of complete sheets.
    #[schema(max_items = 4)]
    pub grades: Vec<GradeCount>,
    /// 平均执行率 mean of the execution rates.
    #[schema(value_type = Option<RatioText>, example = "0.9312")]
    pub mean_execution_rate: Option<Ratio>,
    /// 执行率中位数 their median.
    #[schema(value_type = Option<RatioText>, example = "0.98")]
    pub median_execution_rate: Option<Ratio>,
    /// 执行率分布 how the execution rates are distributed, per cent.
    #[schema(max_items = 7)]
    pub execution_bands: Vec<Band>,
    /// 自评满分占比 share of sheets that claim every point.
    #[schema(value_type = Option<RatioText>, example = "0.125")]
    pub full_claims_share: Option<Ratio>,
    /// 未说明原因的扣分 deductions without a reason; null by block.
    #[schema(minimum = 0, example = 3)]
    pub unexplained_deductions: Option<u64>,
}

/// 统计 how a year's scores are distributed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statistics {
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 合计 all that you see.
    pub overall: StatisticsRow,
    /// 分组 by their key.
    #[schema(max_items = 500)]
    pub items: Vec<StatisticsRow>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
}

/// What statistics are about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatisticsParams {
    /// 预算年度 fiscal year.
    #[param(value_type = i32, minimum = 1990, maximum = 2100, example = 2023)]
    pub year: FiscalYear,
    /// 分组方式 what the groups are; regions if nothing is said.
    #[param(inline)]
    pub by: Option<By>,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    pub region_code: Option<RegionCode>,
    /// 每页组数 groups of a page.
    #[param(minimum = 1, maximum = 500, example = 50)]
    pub limit: Option<u64>,
    /// 翻页游标 `next_cursor` of the page before, with the same filters.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
    pub cursor: Option<String>,
}

/// 复核理由 something that makes a sheet worth a look.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reason {
    /// 代码 `actuals_repeat_targets`, `high_score_at_low_execution`, `overclaim`, `jump`, `all_points_claimed`, `deductions_unexplained`, `many_remarks`.
    #[schema(max_length = 50, example = "all_points_claimed")]
    pub code: String,
    /// 说明 words in the language asked for.
    #[schema(max_length = 300, example = "自评满分")]
    pub text: String,
}

/// 复核建议 a sheet to look at again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewSuggestion {
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 阶段 where its evaluation stands.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 项目编码 the project; null is the department's own sheet.
    #[schema(value_type = Option<ProjectCodeText>)]
    pub project: Option<ProjectCode>,
    /// 名称 name of the project, or of the unit.
    #[schema(max_length = 300, example = "区委办专项")]
    pub name: String,
    /// 自评总分 self total, points.
    #[schema(value_type = Option<PointsText>, example = "100")]
    pub self_total: Option<Points>,
    /// 最终总分 final total, points.
    #[schema(value_type = Option<PointsText>, example = "97")]
    pub final_total: Option<Points>,
    /// 预算执行率 execution rate.
    #[schema(value_type = Option<RatioText>, example = "0.62")]
    pub execution_rate: Option<Ratio>,
    /// 风险值 sum of what its reasons weigh; 0: picked by chance alone.
    #[schema(minimum = 0, example = 40)]
    pub risk: u32,
    /// 理由 why.
    #[schema(max_items = 20)]
    pub reasons: Vec<Reason>,
    /// 随机抽取 whether chance picks it as well.
    pub by_chance: bool,
}

/// 复核建议 which sheets to look at again, those at most risk first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewSuggestions {
    /// 表 the sheets of this page.
    #[schema(max_items = 500)]
    pub items: Vec<ReviewSuggestion>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all sheets that are suggested.
    #[schema(minimum = 0)]
    pub total: usize,
}

/// Which sheets are looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestionParams {
    /// 预算年度 fiscal year.
    #[param(value_type = i32, minimum = 1990, maximum = 2100, example = 2023)]
    pub year: FiscalYear,
    /// 随机比例 per cent of all sheets that chance picks beside those at risk; 5 if nothing is said. The same share picks the same sheets.
    #[param(minimum = 0, maximum = 100, example = 5)]
    pub sample: Option<u64>,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    pub region_code: Option<RegionCode>,
    /// 每页条数 sheets of a page.
    #[param(minimum = 1, maximum = 500, example = 50)]
    pub limit: Option<u64>,
    /// 翻页游标 `next_cursor` of the page before, with the same filters.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
    pub cursor: Option<String>,
}
