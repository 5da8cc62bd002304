//! The library on the wire.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, UnitCode};
use jixiao_core::scoring::Category;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::wire::{PointsText, ProjectCodeText, YearNumber};
use crate::indicators::wire::CategoryWord;

/// 指标库条目 an indicator that published evaluations have.
#[derive(Debug, Serialize, ToSchema)]
pub struct LibraryEntry {
    /// 条目标识 by which it is taken up.
    #[schema(pattern = "^[0-9a-f]{32}$", max_length = 32, example = "9f86d081884c7d659a2feaa0c55ad015")]
    pub entry: String,
    /// 一级指标 level-1 category.
    #[schema(max_length = 100, example = "产出指标")]
    pub level1: String,
    /// 二级指标 level-2 category.
    #[schema(max_length = 100, example = "数量指标")]
    pub level2: String,
    /// 二级类别 category that level 2 stands for; null when it is none of them.
    #[schema(value_type = Option<CategoryWord>, inline)]
    pub category: Option<Category>,
    /// 三级指标 name of the indicator.
    #[schema(max_length = 500, example = "督促检查")]
    pub name: String,
    /// 常用指标值 the target it mostly has.
    #[schema(max_length = 1000, example = "≥60次")]
    pub usual_target: Option<String>,
    /// 方向 which side of the target is good: `at_least`, `at_most`, `equal`, `range`, `date`; null: words.
    #[schema(max_length = 20, example = "at_least")]
    pub direction: Option<String>,
    /// 计量单位 unit of measure; empty where there is none.
    #[schema(max_length = 1000, example = "次")]
    pub measure: String,
    /// 最低分值 lowest weight, points.
    #[schema(value_type = Option<PointsText>, example = "4")]
    pub weight_min: Option<Points>,
    /// 最高分值 highest weight, points.
    #[schema(value_type = Option<PointsText>, example = "10")]
    pub weight_max: Option<Points>,
    /// 使用次数 sheets that have it.
    #[schema(minimum = 1, example = 12)]
    pub uses: i64,
    /// 使用单位数 units that have it.
    #[schema(minimum = 1, example = 5)]
    pub units: i64,
    /// 最近年度 last year it was used in.
    #[schema(value_type = YearNumber)]
    pub last_year: FiscalYear,
}

/// 一页指标库 a page of the library.
#[derive(Debug, Serialize, ToSchema)]
pub struct LibraryList {
    /// 条目 by name.
    #[schema(max_items = 500)]
    pub items: Vec<LibraryEntry>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
}

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LibraryParams {
    /// 名称或二级指标包含 part of the indicator's name, or of its level-2 category.
    #[param(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$", example = "检查")]
    pub q: Option<String>,
    /// 主管部门编码 used below this supervising department: it stands for the sector.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    pub department: Option<UnitCode>,
    /// 每页条数 entries of a page.
    #[param(minimum = 1, maximum = 500, example = 50)]
    pub limit: Option<u64>,
    /// 翻页游标 `next_cursor` of the page before, with the same filters.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
    pub cursor: Option<String>,
}

/// 选用指标 an entry to take up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AdoptInput {
    /// 条目标识 which entry.
    #[schema(pattern = "^[0-9a-f]{32}$", max_length = 32, example = "9f86d081884c7d659a2feaa0c55ad015")]
    pub entry: String,
    /// 项目编码 the project; null: the department sheet.
    #[serde(default)]
    #[schema(value_type = Option<ProjectCodeText>, example = json!(null))]
    pub project: Option<ProjectCode>,
    /// 序号 place in its sheet; null: the next one that is free.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 9999, example = json!(null))]
    pub seq: Option<i32>,
    /// 分值 weight, points.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub weight: Option<Points>,
}
