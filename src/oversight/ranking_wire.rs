//! Rankings on the wire.

use jixiao_core::kernel::{FiscalYear, Points, Ratio, RegionCode, UnitCode};
use jixiao_core::scoring::Grade;
use jixiao_core::workflow::Stage;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::wire::{StageWord, UnitName};
use crate::http::wire::{PointsText, RatioText};
use crate::scores::wire::{GradeWord, SheetWord};
use crate::tables::FileFormat;

/// `final` 按最终总分, `self` 按自评总分, `execution` 按预算执行率, `gap` 按自评与复核之差.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RankBy {
    /// 最终总分, the highest first
    #[default]
    Final,
    /// 自评总分, the highest first
    #[serde(rename = "self")]
    SelfTotal,
    /// 预算执行率, the highest first
    Execution,
    /// 自评与复核之差, the largest first
    Gap,
}

/// 排名 a sheet and its rank.
#[derive(Debug, Serialize, ToSchema)]
pub struct RankedSheet {
    /// 名次 dense: equal values share a rank, and the next value has the next; null for what cannot be ranked.
    #[schema(minimum = 1, example = 1)]
    pub rank: Option<u64>,
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 阶段 where its evaluation stands.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 表的种类 kind of sheet.
    #[schema(inline)]
    pub sheet: SheetWord,
    /// 编码 code of the project, or of the unit for its department sheet.
    #[schema(max_length = 32, example = "430611101")]
    pub code: String,
    /// 名称 name of the project, or of the unit.
    #[schema(max_length = 500, example = "中共岳阳市君山区委办公室")]
    pub name: String,
    /// 自评总分 self total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub self_total: Option<Points>,
    /// 复核总分 reviewed total, points; null until something was reviewed.
    #[schema(value_type = Option<PointsText>, example = "97")]
    pub reviewed_total: Option<Points>,
    /// 最终总分 final total, points.
    #[schema(value_type = Option<PointsText>, example = "97")]
    pub final_total: Option<Points>,
    /// 预算执行率 execution rate.
    #[schema(value_type = Option<RatioText>, example = "0.9312")]
    pub execution_rate: Option<Ratio>,
    /// 等级 grade of the final total; null while incomplete.
    #[schema(value_type = Option<GradeWord>)]
    pub grade: Option<Grade>,
    /// 是否完整 whether everything that must be scored is: totals of others have no rank.
    pub complete: bool,
}

/// 排名 the sheets of a year by what they came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ranking {
    /// 表 the sheets of this page; equal ones by unit and project, those without a rank last.
    #[schema(max_items = 500)]
    pub items: Vec<RankedSheet>,
    /// 下一页游标 cursor of the next page; null on the last. Its ranks go on from those of this page.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all sheets that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// What is ranked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RankingParams {
    /// 预算年度 fiscal year.
    #[param(value_type = i32, minimum = 1990, maximum = 2100, example = 2023)]
    pub year: FiscalYear,
    /// 排名依据 what ranks; the final total if nothing is said.
    #[param(inline)]
    pub by: Option<RankBy>,
    /// 行政区划 region: its own units and those of the regions in it, ranked among themselves.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    pub region: Option<RegionCode>,
    /// 主管部门 supervising department: the units below it, ranked among themselves.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    pub parent: Option<UnitCode>,
    /// 表的种类 department sheets or project sheets; both if nothing is said.
    #[param(inline)]
    pub sheet: Option<SheetWord>,
    /// 每页条数 sheets of a page.
    #[param(minimum = 1, maximum = 500, example = 50)]
    pub limit: Option<u64>,
    /// 翻页游标 `next_cursor` of the page before, with the same filters.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
    pub cursor: Option<String>,
    /// 是否返回总数 whether to count all sheets that match.
    pub with_total: Option<bool>,
    /// 导出格式 the whole ranking as a file, instead of a page of JSON; `Accept` does the same. Without `limit` it has every row.
    #[param(inline)]
    pub format: Option<FileFormat>,
}
