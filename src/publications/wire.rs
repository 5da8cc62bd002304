//! Publications on the wire.

use jixiao_core::kernel::{FiscalYear, Points, RegionCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::wire::UnitName;
use crate::http::wire::{PointsText, RegionCodeText, Timestamp, UnitCodeText, YearNumber};
use crate::list_params;

/// 公开版本 an edition, without its content.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationRow {
    /// 单位 the unit, as it was called then.
    #[schema(inline)]
    pub unit: UnitName,
    /// 行政区划代码 its region then.
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 版次 which edition, from 1.
    #[schema(minimum = 1, example = 1)]
    pub edition: i32,
    /// 部门自评总分 what the unit claimed, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub self_total: Option<Points>,
    /// 部门最终总分 what counts, points.
    #[schema(value_type = Option<PointsText>, example = "97")]
    pub final_total: Option<Points>,
    /// 等级 grade: `excellent` 优, `good` 良, `fair` 中, `poor` 差.
    #[schema(max_length = 20, example = "excellent")]
    pub grade: Option<String>,
    /// 内容摘要 SHA-256 of the content's canonical text: keys in order, no spaces (`jq -cjS .content`).
    #[schema(
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    pub sha256: String,
    /// 公开时间 when, UTC.
    pub published_at: Timestamp,
}

/// 公开版本 an edition with its content.
#[derive(Debug, Serialize, ToSchema)]
pub struct Publication {
    /// What it is.
    #[serde(flatten)]
    pub row: PublicationRow,
    /// 公开内容 what is public: `form` the form, `rule_set` the rules, `scores` every score explained, `reviews` what the bureau found.
    #[schema(value_type = Object)]
    pub content: Value,
}

/// 一页公开版本 a page of editions.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationList {
    /// 公开版本 the last edition of each unit's year.
    #[schema(max_items = 500)]
    pub items: Vec<PublicationRow>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// The address of an edition.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct EditionPath {
    /// 单位编码 code of the unit.
    #[param(inline, value_type = UnitCodeText, example = "430611101")]
    pub unit: jixiao_core::kernel::UnitCode,
    /// 预算年度 fiscal year.
    #[param(inline, value_type = YearNumber, example = 2023)]
    pub year: FiscalYear,
    /// 版次 which edition, from 1.
    #[param(minimum = 1, maximum = 9999, example = 1)]
    pub edition: i32,
}

/// Order of editions.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum PublicationSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-published_at")]
    PublishedAtDown,
    /// Oldest first.
    #[serde(rename = "published_at")]
    PublishedAt,
}

list_params! {
    /// Filters of editions.
    PublicationParams, sort: PublicationSort,
    /// 预算年度 fiscal year.
    #[param(value_type = Option<i32>, minimum = 1990, maximum = 2100, example = 2023)]
    year: Option<FiscalYear>,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    region_code: Option<RegionCode>,
    /// 名称包含 part of the unit's name.
    #[param(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$", example = "君山")]
    name_contains: Option<String>,
}
