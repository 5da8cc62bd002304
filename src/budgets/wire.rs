//! Budgets on the wire, and what they have in common with project forms.

use chrono::NaiveDate;
use jixiao_core::kernel::{FiscalYear, Money, Points, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::wire::{Amount, PointsText, Stamp, UnitCodeText, YearNumber};

/// 资金情况 the amounts of a total row, 万元.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Amounts {
    /// 年初预算数 initial amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "1105.56")]
    pub initial: Option<Money>,
    /// 全年预算数 annual (adjusted) amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>)]
    pub annual: Option<Money>,
    /// 全年执行数 executed amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>)]
    pub executed: Option<Money>,
}

/// `general_public` 一般公共预算, `government_fund` 政府性基金, `state_capital` 国有资本经营预算,
/// `social_insurance_fund` 社会保险基金, `non_tax_revenue` 财政专户管理的非税收入, `other` 其他资金.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetSource {
    /// 一般公共预算
    GeneralPublic,
    /// 政府性基金
    GovernmentFund,
    /// 国有资本经营预算
    StateCapital,
    /// 社会保险基金
    SocialInsuranceFund,
    /// 财政专户管理的非税收入
    NonTaxRevenue,
    /// 其他资金
    Other,
}

/// 按收入性质的一行 one row by fund source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BudgetSourceAmounts {
    /// 资金来源 fund source.
    #[schema(inline)]
    pub source: BudgetSource,
    /// 年初预算数 initial amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "1105.56")]
    pub initial: Option<Money>,
    /// 全年预算数 annual (adjusted) amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>)]
    pub annual: Option<Money>,
    /// 全年执行数 executed amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>)]
    pub executed: Option<Money>,
}

/// `basic` 基本支出, `project` 项目支出.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// 基本支出
    Basic,
    /// 项目支出
    Project,
}

/// 按支出性质的一行 one row by nature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NatureAmounts {
    /// 支出性质 nature of expenditure.
    #[schema(inline)]
    pub nature: Nature,
    /// 年初预算数 initial amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "861.24")]
    pub initial: Option<Money>,
    /// 全年预算数 annual (adjusted) amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "861.24")]
    pub annual: Option<Money>,
    /// 全年执行数 executed amount, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "861.24")]
    pub executed: Option<Money>,
}

/// 基本支出明细 what basic expenditure consists of, 万元.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BasicDetail {
    /// 人员经费 personnel expenditure, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "588.14")]
    pub personnel: Option<Money>,
    /// 公用经费 public expenditure, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "273.10")]
    pub public: Option<Money>,
}

/// 签章 who filled the form and who answers for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// 填表人 who filled it.
    #[serde(default)]
    #[schema(max_length = 100, example = "王芳")]
    pub filled_by: Option<String>,
    /// 填报日期 when it was filled.
    #[serde(default)]
    #[schema(example = "2024-03-05")]
    pub filled_on: Option<NaiveDate>,
    /// 联系电话 telephone.
    #[serde(default)]
    #[schema(max_length = 50, example = "0730-8123456")]
    pub telephone: Option<String>,
    /// 单位负责人 head of the unit.
    #[serde(default)]
    #[schema(max_length = 100, example = "李明")]
    pub head: Option<String>,
}

/// 部门整体支出 department expenditure of a unit's year, as it is written and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BudgetInput {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
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
    /// 按收入性质 by fund source.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub sources: Vec<BudgetSourceAmounts>,
    /// 按支出性质 by nature of expenditure.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub natures: Vec<NatureAmounts>,
    /// 基本支出明细 detail of basic expenditure.
    #[serde(default)]
    pub basic_detail: BasicDetail,
    /// 年度预期目标 performance goal as expected.
    #[serde(default)]
    #[schema(max_length = 20000, example = "围绕部门职责，积极推动各项工作任务的落实见效。")]
    pub goal_expected: Option<String>,
    /// 年度目标实际完成情况 performance goal as achieved.
    #[serde(default)]
    #[schema(max_length = 20000, example = "各项工作任务全面完成。")]
    pub goal_actual: Option<String>,
    /// 执行率或预算调整的原因 reason for low execution or in-year changes.
    #[serde(default)]
    #[schema(max_length = 5000, example = "年中人员调出，相应调减预算。")]
    pub deviation_reason: Option<String>,
    /// 表上填写的总分 total as printed on the form, points.
    #[serde(default)]
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub reported_total: Option<Points>,
    /// 签章 signature.
    #[serde(default)]
    #[schema(inline)]
    pub signature: Signature,
}

/// 部门整体支出 department expenditure, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetView {
    /// What was written.
    #[serde(flatten)]
    pub budget: BudgetInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页部门整体支出 a page of budgets.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetList {
    /// 部门整体支出 the budgets of this page.
    #[schema(max_items = 500)]
    pub items: Vec<BudgetView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all budgets that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}
