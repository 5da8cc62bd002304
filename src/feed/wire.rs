//! The feed on the wire.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, Ratio, RegionCode, UnitCode};
use jixiao_core::scoring::Grade;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::wire::UnitName;
use crate::http::wire::{
    PointsText, ProjectCodeText, RatioText, RegionCodeText, RuleSetText, Timestamp, YearNumber,
};
use crate::scores::wire::GradeWord;

/// What became of the scores of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// 已通过: they are settled.
    Approved,
    /// 已公开: they are public as well.
    Published,
    /// 已撤回: they count no more; the evaluation was reopened.
    Withdrawn,
}

/// 得分变动 what became of the scores of one sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreChange {
    /// 顺序号 its place in the feed; a later change has a higher one.
    #[schema(minimum = 1, example = 17)]
    pub seq: i64,
    /// 变动 `approved` 已通过, `published` 已公开, `withdrawn` 已撤回 (重新开放，原得分作废).
    #[schema(inline)]
    pub change: Became,
    /// 时间 when, UTC.
    pub changed_at: Timestamp,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 单位 the unit, as it was called then.
    #[schema(inline)]
    pub unit: UnitName,
    /// 行政区划代码 its region then.
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 项目编码 the project; null is the department's own sheet (部门整体支出).
    #[schema(value_type = Option<ProjectCodeText>)]
    pub project: Option<ProjectCode>,
    /// 名称 name of the project, or of the unit.
    #[schema(max_length = 300, example = "综合业务经费")]
    pub name: String,
    /// 评分规则集 the rules it was scored by.
    #[schema(value_type = RuleSetText)]
    pub rule_set: String,
    /// 预算执行率 execution rate; null when withdrawn, as are all scores.
    #[schema(value_type = Option<RatioText>)]
    pub execution_rate: Option<Ratio>,
    /// 自评总分 self total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub self_total: Option<Points>,
    /// 规则计算总分 computed total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub computed_total: Option<Points>,
    /// 复核总分 reviewed total, points; null when nothing was reviewed.
    #[schema(value_type = Option<PointsText>, example = json!(null))]
    pub reviewed_total: Option<Points>,
    /// 最终总分 final total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub final_total: Option<Points>,
    /// 等级 grade of the final total.
    #[schema(value_type = Option<GradeWord>)]
    pub grade: Option<Grade>,
    /// 是否完整 whether everything that must be scored was.
    pub complete: bool,
}

/// 一批得分变动 the next changes of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreChanges {
    /// 变动 in their order; empty when there is nothing new.
    #[schema(max_items = 500)]
    pub items: Vec<ScoreChange>,
    /// 续取游标 where to go on: send it as `since` next time. Always given, also when there is nothing new.
    #[schema(max_length = 1000, example = "c2lnbmVk")]
    pub next_cursor: String,
}

/// Longest wait for something new, seconds.
pub const LONGEST_WAIT: u64 = 30;

/// Where the feed is read from, and what of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangeParams {
    /// 预算年度 fiscal year.
    #[param(value_type = i32, minimum = 1990, maximum = 2100, example = 2023)]
    pub year: FiscalYear,
    /// 续取游标 `next_cursor` of the time before, with the same filters; without it the feed starts from its beginning.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
    pub since: Option<String>,
    /// 等待秒数 how long to wait if there is nothing new yet, seconds.
    #[param(minimum = 0, maximum = 30, example = 0)]
    pub wait: Option<u64>,
    /// 每批条数 changes at a time.
    #[param(minimum = 1, maximum = 500, example = 50)]
    pub limit: Option<u64>,
    /// 单位编码 unit.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    pub unit: Option<UnitCode>,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    pub region_code: Option<RegionCode>,
    /// 项目编码 project.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "P01")]
    pub project: Option<ProjectCode>,
    /// 名称包含 part of the project's name, or of the unit's for its own sheet.
    #[param(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$", example = "业务经费")]
    pub name_contains: Option<String>,
}
