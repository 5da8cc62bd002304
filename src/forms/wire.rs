//! Forms on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base_data::wire::BaseDataInput;
use crate::budgets::wire::BudgetInput;
use crate::indicators::wire::IndicatorInput;
use crate::narratives::wire::NarrativeInput;
use crate::projects::wire::ProjectExpenditureInput;

/// 整套自评表 everything a unit fills in for one year, in the format of an import bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnitForm {
    /// 部门整体支出 department expenditure; none or one.
    #[serde(default)]
    #[schema(max_items = 1)]
    pub budgets: Vec<BudgetInput>,
    /// 基础数据表 base data; none or one.
    #[serde(default)]
    #[schema(max_items = 1)]
    pub base_data: Vec<BaseDataInput>,
    /// 项目支出 project expenditures.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub project_expenditures: Vec<ProjectExpenditureInput>,
    /// 绩效指标 indicators of the department and of its projects.
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub indicators: Vec<IndicatorInput>,
    /// 自评报告正文 the written report; none or one.
    #[serde(default)]
    #[schema(max_items = 1)]
    pub narratives: Vec<NarrativeInput>,
}
