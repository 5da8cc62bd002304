//! Project expenditures on the wire.

use jixiao_core::kernel::{FiscalYear, Money, Points, ProjectCode, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::budgets::wire::{Amounts, Signature};
use crate::http::wire::{Amount, PointsText, ProjectCodeText, Stamp, UnitCodeText, YearNumber};

/// `current_year_appropriation` 当年财政拨款, `carry_over` 上年结转资金, `other` 其他资金.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectSource {
    /// 当年财政拨款
    CurrentYearAppropriation,
    /// 上年结转资金
    CarryOver,
    /// 其他资金
    Other,
}

/// 资金来源的一行 one row by fund source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectSourceAmounts {
    /// 资金来源 fund source.
    #[schema(inline)]
    pub source: ProjectSource,
    /// 年初预算数 initial amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "373.00")]
    pub initial: Option<Money>,
    /// 全年预算数 annual (adjusted) amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "373.00")]
    pub annual: Option<Money>,
    /// 全年执行数 executed amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "373.00")]
    pub executed: Option<Money>,
}

/// 项目支出 a project expenditure of a unit's year, as it is written and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectExpenditureInput {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 项目编码 code of the project within its unit and year.
    #[schema(value_type = ProjectCodeText)]
    pub code: ProjectCode,
    /// 项目名称 name of the project.
    #[schema(min_length = 1, max_length = 300, example = "区委办专项")]
    pub name: String,
    /// 主管部门 supervising department, as printed.
    #[serde(default)]
    #[schema(max_length = 200, example = "中共岳阳市君山区委办公室")]
    pub supervising_department: Option<String>,
    /// 实施单位 implementing unit, as printed.
    #[serde(default)]
    #[schema(max_length = 200, example = "中共岳阳市君山区委办公室")]
    pub implementing_unit: Option<String>,
    /// 预算执行率的分值 weight of the execution, points.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>)]
    pub weight: Option<Points>,
    /// 预算执行率的自评得分 self score of the execution, points.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>)]
    pub self_score: Option<Points>,
    /// 年度资金总额 total amounts.
    #[serde(default)]
    #[schema(inline)]
    pub total: Amounts,
    /// 按资金来源 by fund source.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub sources: Vec<ProjectSourceAmounts>,
    /// 年度预期目标 performance goal as expected.
    #[serde(default)]
    #[schema(max_length = 20000, example = "全面提高“三服务”工作能力水平。")]
    pub goal_expected: Option<String>,
    /// 年度目标实际完成情况 performance goal as achieved.
    #[serde(default)]
    #[schema(max_length = 20000, example = "全年组织起草把关各类文稿230余篇。")]
    pub goal_actual: Option<String>,
    /// 执行率或预算调整的原因 reason for low execution or in-year changes.
    #[serde(default)]
    #[schema(max_length = 5000, example = "部分尾款按合同次年支付。")]
    pub deviation_reason: Option<String>,
    /// 表上填写的总分 total as printed on the form, points.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>, example = "98")]
    pub reported_total: Option<Points>,
    /// 签章 signature.
    #[serde(default)]
    #[schema(inline)]
    pub signature: Signature,
}

/// 项目支出 a project expenditure, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectExpenditureView {
    /// What was written.
    #[serde(flatten)]
    pub project: ProjectExpenditureInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页项目支出 a page of project expenditures.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectExpenditureList {
    /// 项目支出 the project expenditures of this page.
    #[schema(max_items = 500)]
    pub items: Vec<ProjectExpenditureView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all project expenditures that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}
