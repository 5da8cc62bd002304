//! Units on the wire.

use jixiao_core::kernel::{RegionCode, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::wire::{RegionCodeText, Stamp, UnitCodeText};
use crate::list_params;
use crate::tables::FileFormat;

/// 预算单位 a unit, as it is written and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnitInput {
    /// 单位编码 code of the unit; leading zeros count.
    #[schema(value_type = UnitCodeText)]
    pub code: UnitCode,
    /// 单位名称 name of the unit.
    #[schema(min_length = 1, max_length = 200, example = "中共岳阳市君山区委办公室")]
    pub name: String,
    /// 行政区划代码 region (GB/T 2260); without one the unit is the administrator's alone.
    #[serde(default)]
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 主管部门编码 code of the supervising department.
    #[serde(default)]
    #[schema(value_type = Option<UnitCodeText>, example = "430611")]
    pub parent_code: Option<UnitCode>,
}

/// 预算单位 a unit, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitView {
    /// What was written.
    #[serde(flatten)]
    pub unit: UnitInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页单位 a page of units.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitList {
    /// 单位 the units of this page.
    #[schema(max_items = 500)]
    pub items: Vec<UnitView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all units that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of units.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum UnitSort {
    /// By code.
    #[default]
    #[serde(rename = "code")]
    Code,
    /// By code, downwards.
    #[serde(rename = "-code")]
    CodeDown,
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// By name, downwards.
    #[serde(rename = "-name")]
    NameDown,
    /// By last change.
    #[serde(rename = "updated_at")]
    UpdatedAt,
    /// By last change, newest first.
    #[serde(rename = "-updated_at")]
    UpdatedAtDown,
}

list_params! {
    /// Filters of units.
    UnitParams, sort: UnitSort,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    region_code: Option<RegionCode>,
    /// 主管部门 supervising department: its direct subordinates.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32)]
    parent_code: Option<UnitCode>,
    /// 名称包含 part of the name.
    #[param(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$", example = "君山")]
    name_contains: Option<String>,
    /// 导出格式 the whole list as a file, instead of a page of JSON; `Accept` does the same. Without `limit` it has every row.
    #[param(inline)]
    format: Option<FileFormat>,
}
