//! Years and rounds on the wire.

use chrono::NaiveDate;
use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::wire::{RegionCodeText, RuleSetText, Stamp, UnitCodeText, YearNumber};
use crate::list_params;
use crate::tables::FileFormat;

fn default_rule_set() -> String {
    crate::rule_sets::DEFAULT.to_owned()
}

/// 预算年度 a year with the defaults of its rounds, as it is written and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct YearInput {
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 评分规则集 rule set of regions that choose none.
    #[serde(default = "default_rule_set")]
    #[schema(value_type = RuleSetText, default = "mof-2020@1")]
    pub rule_set: String,
    /// 截止日期 deadline of regions that set none; it ends at 24:00 Asia/Shanghai.
    #[serde(default)]
    #[schema(example = "2024-03-31")]
    pub deadline: Option<NaiveDate>,
    /// 主管部门审核 whether what is handed in goes to the unit's supervising department before the bureau.
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub department_review: bool,
    /// 备注 note.
    #[serde(default)]
    #[schema(max_length = 2000, example = "2023 年度绩效自评")]
    pub note: Option<String>,
}

/// 预算年度 a year, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearView {
    /// What was written.
    #[serde(flatten)]
    pub year: YearInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页年度 a page of years.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearList {
    /// 年度 the years of this page.
    #[schema(max_items = 500)]
    pub items: Vec<YearView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all years, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// 地区轮次 a region's round in a year, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoundInput {
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 行政区划代码 region of the round; it reaches the regions in it.
    #[schema(value_type = RegionCodeText)]
    pub region_code: RegionCode,
    /// 开始日期 the day from which units fill.
    #[serde(default)]
    #[schema(example = "2024-01-15")]
    pub opens_on: Option<NaiveDate>,
    /// 截止日期 deadline; it ends at 24:00 Asia/Shanghai; null: the year's.
    #[serde(default)]
    #[schema(example = "2024-03-31")]
    pub deadline: Option<NaiveDate>,
    /// 评分规则集 rule set; null: the year's.
    #[serde(default)]
    #[schema(value_type = Option<RuleSetText>)]
    pub rule_set: Option<String>,
    /// 应填报单位 codes of the units that must report; null: all of the region, or those of `assigned_under`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<UnitCodeText>>, max_items = 20000)]
    pub assigned_units: Option<Vec<UnitCode>>,
    /// 应填报单位 the units below this supervising department must report; null: see `assigned_units`.
    #[serde(default)]
    #[schema(value_type = Option<UnitCodeText>, example = json!(null))]
    pub assigned_under: Option<UnitCode>,
    /// 备注 note.
    #[serde(default)]
    #[schema(max_length = 2000, example = "请于截止日期前提交")]
    pub note: Option<String>,
}

/// 地区轮次 a region's round, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundView {
    /// What was written.
    #[serde(flatten)]
    pub round: RoundInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页轮次 a page of rounds.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundList {
    /// 轮次 the rounds of this page.
    #[schema(max_items = 500)]
    pub items: Vec<RoundView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all rounds of the year, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of years.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum YearSort {
    /// Oldest first.
    #[serde(rename = "year")]
    Year,
    /// Newest first.
    #[default]
    #[serde(rename = "-year")]
    YearDown,
}

/// Order of rounds.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum RoundSort {
    /// By region.
    #[default]
    #[serde(rename = "region_code")]
    Region,
    /// By region, downwards.
    #[serde(rename = "-region_code")]
    RegionDown,
}

list_params! {
    /// Filters of years.
    YearParams, sort: YearSort,
    /// 导出格式 the whole list as a file, instead of a page of JSON; `Accept` does the same. Without `limit` it has every row.
    #[param(inline)]
    format: Option<FileFormat>,
}

list_params! {
    /// Filters of rounds.
    RoundParams, sort: RoundSort,
}

/// The address of an exception of a round.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RoundExceptionPath {
    /// 预算年度 fiscal year.
    #[param(inline, value_type = YearNumber, example = 2023)]
    pub year: FiscalYear,
    /// 行政区划代码 region of the round.
    #[param(inline, value_type = RegionCodeText, example = "430611")]
    pub region_code: RegionCode,
    /// 单位编码 code of the unit.
    #[param(inline, value_type = UnitCodeText, example = "430611101")]
    pub unit: UnitCode,
}

/// 个别安排 what a bureau arranged with one unit: more time, nothing to report, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoundExceptionInput {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 延期至 its own deadline; it ends at 24:00 Asia/Shanghai; null: the round's.
    #[serde(default)]
    #[schema(example = "2024-04-15")]
    pub due: Option<NaiveDate>,
    /// 免报原因 why it has nothing to report; null: it must report.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000, example = json!(null))]
    pub excused_reason: Option<String>,
}

/// 个别安排 what a bureau arranged with one unit, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundExceptionView {
    /// What was written.
    #[serde(flatten)]
    pub exception: RoundExceptionInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页个别安排 a page of exceptions.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundExceptionList {
    /// 个别安排 the exceptions of this page.
    #[schema(max_items = 500)]
    pub items: Vec<RoundExceptionView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all exceptions of the round, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of exceptions.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum RoundExceptionSort {
    /// By unit.
    #[default]
    #[serde(rename = "unit")]
    Unit,
    /// By unit, downwards.
    #[serde(rename = "-unit")]
    UnitDown,
}

list_params! {
    /// Filters of exceptions.
    RoundExceptionParams, sort: RoundExceptionSort,
}
