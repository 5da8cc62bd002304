//! Narratives on the wire.

use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::wire::{Stamp, UnitCodeText, YearNumber};

/// 自评报告各部分 the sections of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sections {
    /// 部门（单位）基本情况 profile of the unit.
    #[serde(default)]
    #[schema(max_length = 50000, example = "区委办是区委的办事机构。")]
    pub unit_profile: Option<String>,
    /// 一般公共预算支出情况 general public budget.
    #[serde(default)]
    #[schema(max_length = 50000, example = "2023年全年预算资金1013.19万元。")]
    pub general_public_budget: Option<String>,
    /// 政府性基金预算支出情况 government fund budget.
    #[serde(default)]
    #[schema(max_length = 50000, example = "无此项支出。")]
    pub government_fund_budget: Option<String>,
    /// 国有资本经营预算支出情况 state capital budget.
    #[serde(default)]
    #[schema(max_length = 50000, example = "无此项支出。")]
    pub state_capital_budget: Option<String>,
    /// 社会保险基金预算支出情况 social insurance fund budget.
    #[serde(default)]
    #[schema(max_length = 50000, example = "无此项支出。")]
    pub social_insurance_fund_budget: Option<String>,
    /// 部门整体支出绩效情况 performance.
    #[serde(default)]
    #[schema(max_length = 50000, example = "部门整体支出绩效自评得分99分。")]
    pub performance: Option<String>,
    /// 存在的问题及原因分析 problems and their causes.
    #[serde(default)]
    #[schema(max_length = 50000, example = "绩效管理知识的学习存在局限性。")]
    pub problems: Option<String>,
    /// 下一步改进措施 improvements.
    #[serde(default)]
    #[schema(max_length = 50000, example = "细化预算编制工作。")]
    pub improvements: Option<String>,
    /// 自评结果拟应用和公开情况 use and disclosure of the result.
    #[serde(default)]
    #[schema(max_length = 50000, example = "在规定时间内公开至本单位门户网站。")]
    pub use_and_disclosure: Option<String>,
    /// 其他需要说明的情况 other.
    #[serde(default)]
    #[schema(max_length = 50000, example = "无。")]
    pub other: Option<String>,
}

/// 自评报告正文 the written report of a unit's year, as it is written and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NarrativeInput {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 各部分 the sections.
    #[serde(default)]
    pub sections: Sections,
}

/// 自评报告正文 the written report, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct NarrativeView {
    /// What was written.
    #[serde(flatten)]
    pub narrative: NarrativeInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页报告 a page of narratives.
#[derive(Debug, Serialize, ToSchema)]
pub struct NarrativeList {
    /// 报告 the narratives of this page.
    #[schema(max_items = 500)]
    pub items: Vec<NarrativeView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all narratives that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}
