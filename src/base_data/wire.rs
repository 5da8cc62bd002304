//! Base data on the wire.

use jixiao_core::kernel::{Area, FiscalYear, Money, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::budgets::wire::Signature;
use crate::http::wire::{Amount, AreaText, Stamp, UnitCodeText, YearNumber};

/// `three_public` 三公经费, `official_vehicles` 公务用车购置和维护, `vehicle_purchase` 公车购置, `vehicle_operation`
/// 公车运行维护, `overseas_travel` 出国经费, `official_reception` 公务接待, `project` 项目支出, `business_operations`
/// 业务工作经费, `operation_and_maintenance` 运行维护经费, `special_fund` 专项资金, `public` 公用经费, `office` 办公经费,
/// `utilities_and_travel` 水电差旅费, `meetings_and_training` 会议培训费, `government_procurement` 政府采购,
/// `basic_budget_adjustment` 基本支出预算调整.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpenseItem {
    /// 三公经费
    ThreePublic,
    /// 公务用车购置和维护经费
    OfficialVehicles,
    /// 公车购置
    VehiclePurchase,
    /// 公车运行维护
    VehicleOperation,
    /// 出国经费
    OverseasTravel,
    /// 公务接待
    OfficialReception,
    /// 项目支出
    Project,
    /// 业务工作经费
    BusinessOperations,
    /// 运行维护经费
    OperationAndMaintenance,
    /// 专项资金（一个专项一行，名称填 `name`）
    SpecialFund,
    /// 公用经费
    Public,
    /// 办公经费
    Office,
    /// 水费、电费、差旅费
    UtilitiesAndTravel,
    /// 会议费、培训费
    MeetingsAndTraining,
    /// 政府采购金额
    GovernmentProcurement,
    /// 部门基本支出预算调整
    BasicBudgetAdjustment,
}

/// 经费控制的一行 one row of expense control, 万元.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Expense {
    /// 经费项目 which expense.
    #[schema(inline)]
    pub item: ExpenseItem,
    /// 名称 its name, where a form has several of one kind.
    #[serde(default)]
    #[schema(max_length = 200, example = "市级专项资金")]
    pub name: Option<String>,
    /// 上年决算数 final account of the prior year, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "5.42")]
    pub prior_final: Option<Money>,
    /// 本年预算数 budget, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "5.32")]
    pub budget: Option<Money>,
    /// 本年决算数 final account, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "2.14")]
    pub r#final: Option<Money>,
}

/// 楼堂馆所控制的一行 a building completed in the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Building {
    /// 项目名称 name of the building.
    #[serde(default)]
    #[schema(max_length = 200, example = "业务用房")]
    pub name: Option<String>,
    /// 批复规模 approved size, ㎡.
    #[serde(default)]
    #[schema(value_type = Option<AreaText>)]
    pub approved_area: Option<Area>,
    /// 实际规模 actual size, ㎡.
    #[serde(default)]
    #[schema(value_type = Option<AreaText>)]
    pub actual_area: Option<Area>,
    /// 预算投资 budgeted investment, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "320.00")]
    pub budget_investment: Option<Money>,
    /// 实际投资 actual investment, 万元.
    #[serde(default)]
    #[schema(value_type = Option<Amount>, example = "318.50")]
    pub actual_investment: Option<Money>,
}

/// 基础数据表 base data of a unit's year (annex 1), as it is written and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BaseDataInput {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 编制数 staff quota, persons.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000, example = 30)]
    pub staff_quota: Option<i32>,
    /// 在职人数 staff on duty, persons.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000, example = 30)]
    pub staff_on_duty: Option<i32>,
    /// 离退休人数 retired staff, persons.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000, example = 31)]
    pub staff_retired: Option<i32>,
    /// 经费控制情况 expense control.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub expenses: Vec<Expense>,
    /// 楼堂馆所控制情况 buildings.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub buildings: Vec<Building>,
    /// 厉行节约保障措施 thrift measures.
    #[serde(default)]
    #[schema(max_length = 20000, example = "严格控制“三公”经费开支。")]
    pub thrift_measures: Option<String>,
    /// 签章 signature.
    #[serde(default)]
    #[schema(inline)]
    pub signature: Signature,
}

/// 基础数据表 base data, as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaseDataView {
    /// What was written.
    #[serde(flatten)]
    pub base_data: BaseDataInput,
    /// When, and the tag to change it with.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页基础数据 a page of base data.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaseDataList {
    /// 基础数据 the base data of this page.
    #[schema(max_items = 500)]
    pub items: Vec<BaseDataView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all base data that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}
