//! Evaluations on the wire.

use chrono::NaiveDate;
use jixiao_core::kernel::{FiscalYear, Points, RegionCode, UnitCode};
use jixiao_core::workflow::{Stage, Step};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::wire::{PointsText, RuleSetText, Stamp, Timestamp, UnitCodeText, YearNumber};
use crate::list_params;

/// `draft` 填报中, `department_review` 主管部门审核中, `submitted` 已提交, `returned` 已退回, `approved` 已通过,
/// `published` 已公开.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case", example = "draft")]
pub enum StageWord {
    /// 填报中
    Draft,
    /// 主管部门审核中
    DepartmentReview,
    /// 已提交
    Submitted,
    /// 已退回
    Returned,
    /// 已通过
    Approved,
    /// 已公开
    Published,
}

/// `edit` 填报, `submit` 提交, `endorse` 主管部门审核通过, `return` 退回, `rescore` 复核, `approve` 通过,
/// `publish` 公开, `reopen` 重新开放.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case", example = "submit")]
pub enum StepWord {
    /// 填报
    Edit,
    /// 提交
    Submit,
    /// 主管部门审核通过
    Endorse,
    /// 退回
    Return,
    /// 复核
    Rescore,
    /// 通过
    Approve,
    /// 公开
    Publish,
    /// 重新开放
    Reopen,
}

/// 单位 a unit, named.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitName {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub code: UnitCode,
    /// 单位名称 name of the unit.
    #[schema(max_length = 200, example = "中共岳阳市君山区委办公室")]
    pub name: String,
}

/// 绩效自评 a unit's year: where it stands and what it came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationView {
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 阶段 stage.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 可进行的操作 what you may do with it now.
    #[schema(value_type = Vec<StepWord>, max_items = 8, example = json!(["edit", "submit"]))]
    pub allowed_actions: Vec<Step>,
    /// 提交次数 how many times it was handed in.
    #[schema(minimum = 0, example = 1)]
    pub round: i32,
    /// 提交人 account that handed it in last; null when nobody has.
    #[schema(max_length = 64, example = "unit")]
    pub submitted_by: Option<String>,
    /// 提交时间 when it was handed in last, UTC; null when it was not.
    pub submitted_at: Option<Timestamp>,
    /// 截止日期 the last day on which it may be handed in, until 24:00 Asia/Shanghai; null: no limit.
    #[schema(example = "2024-03-31")]
    pub deadline: Option<NaiveDate>,
    /// 评分规则集 rule set it is scored by.
    #[schema(value_type = RuleSetText)]
    pub rule_set: String,
    /// 代填人 account that imported it for the unit; null when the unit did itself.
    #[schema(max_length = 64, example = "bureau")]
    pub on_behalf_of: Option<String>,
    /// 部门自评总分 self total of the department sheet, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub self_total: Option<Points>,
    /// 部门规则计算总分 computed total of the department sheet, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub computed_total: Option<Points>,
    /// 部门最终总分 final total of the department sheet, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub final_total: Option<Points>,
    /// 等级 grade of the department sheet: `excellent` 优, `good` 良, `fair` 中, `poor` 差.
    #[schema(max_length = 20, example = "excellent")]
    pub grade: Option<String>,
    /// 版本 when, and the tag of the whole form.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// 一页自评 a page of evaluations.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationList {
    /// 自评 the evaluations of this page.
    #[schema(max_items = 500)]
    pub items: Vec<EvaluationView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all evaluations that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of evaluations.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum EvaluationSort {
    /// By unit, then year.
    #[default]
    #[serde(rename = "unit")]
    Unit,
    /// By unit, then year, downwards.
    #[serde(rename = "-unit")]
    UnitDown,
    /// By last change.
    #[serde(rename = "updated_at")]
    UpdatedAt,
    /// By last change, newest first.
    #[serde(rename = "-updated_at")]
    UpdatedAtDown,
    /// By final total, lowest first.
    #[serde(rename = "final_total")]
    FinalTotal,
    /// By final total, highest first.
    #[serde(rename = "-final_total")]
    FinalTotalDown,
}

list_params! {
    /// Filters of evaluations.
    EvaluationParams, sort: EvaluationSort,
    /// 单位编码 unit.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    unit: Option<UnitCode>,
    /// 预算年度 fiscal year.
    #[param(value_type = Option<i32>, minimum = 1990, maximum = 2100, example = 2023)]
    year: Option<FiscalYear>,
    /// 阶段 stage.
    #[param(value_type = Option<StageWord>, inline)]
    stage: Option<Stage>,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    region_code: Option<RegionCode>,
}
