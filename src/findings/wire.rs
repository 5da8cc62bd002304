//! Findings on the wire.

use jixiao_core::checks::{Check, Severity, Table};
use jixiao_core::kernel::{FiscalYear, Lang, Text as _, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::wire::{Timestamp, UnitCodeText, YearNumber};

/// `block` 必须修改, `explain` 须说明原因, `note` 提示.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case", example = "explain")]
pub enum SeverityWord {
    /// 必须修改
    Block,
    /// 须说明原因
    Explain,
    /// 提示
    Note,
}

/// `budgets` 部门整体支出, `base_data` 基础数据表, `project_expenditures` 项目支出, `indicators` 绩效指标,
/// `narratives` 自评报告.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case", example = "indicators")]
pub enum TableWord {
    /// 部门整体支出
    Budgets,
    /// 基础数据表
    BaseData,
    /// 项目支出
    ProjectExpenditures,
    /// 绩效指标
    Indicators,
    /// 自评报告
    Narratives,
}

/// 审核结果 something that a check has found in a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// 标识 check and place; an explanation is kept under it.
    #[schema(max_length = 300, example = "over_achievement_unexplained:indicators:.1:actual")]
    pub id: String,
    /// 审核项 stable name of the check.
    #[schema(max_length = 60, example = "over_achievement_unexplained")]
    pub check: String,
    /// 级别 what it means.
    #[schema(value_type = SeverityWord)]
    pub severity: Severity,
    /// 是否仍须处理 whether it stands in the way of submitting: mend it, or explain it.
    #[schema(example = true)]
    pub open: bool,
    /// 表 table.
    #[schema(value_type = TableWord, inline)]
    pub table: Table,
    /// 行 row: `P01` a project, `P01.3` and `.3` an indicator of a project and of the department; empty: the only one.
    #[schema(max_length = 60, example = ".1")]
    pub row: String,
    /// 字段 field, names joined by dots; empty: the row.
    #[schema(max_length = 100, example = "actual")]
    pub field: String,
    /// 应为 what was expected.
    #[schema(max_length = 200, example = json!(null))]
    pub expected: Option<String>,
    /// 实为 what is there.
    #[schema(max_length = 200, example = json!(null))]
    pub found: Option<String>,
    /// 允许误差 how far the two may differ, 万元; null: not at all, or they are no amounts.
    #[schema(max_length = 40, example = json!(null))]
    pub tolerance: Option<String>,
    /// 说明 what is wrong.
    #[schema(
        max_length = 2000,
        example = "“积极开展理论学习.培训”：超出目标 66.67%，未说明原因（目标 12次，实际 20次）"
    )]
    pub text: String,
    /// 处理建议 what to do about it.
    #[schema(max_length = 500, example = "在偏差原因一栏说明：目标为何偏低，或任务为何增加")]
    pub hint: String,
    /// 单位的说明 what the unit says to it.
    #[schema(max_length = 5000, example = json!(null))]
    pub explanation: Option<String>,
    /// 说明人 account that explained it.
    #[schema(max_length = 64, example = json!(null))]
    pub explained_by: Option<String>,
    /// 说明时间 when it was explained, UTC.
    pub explained_at: Option<Timestamp>,
    /// 审核意见 `accepted`, or `returned`: another explanation is owed.
    #[schema(max_length = 20, example = json!(null))]
    pub verdict: Option<String>,
}

/// 审核结果 what was found in a unit's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct Findings {
    /// 单位编码 unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 未处理数 findings that stand in the way of submitting.
    #[schema(example = 2)]
    pub open: usize,
    /// 审核结果 the findings, in the order of the form.
    pub items: Vec<FindingView>,
}

/// 审核项 a cross-check.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckView {
    /// 名称 stable name: findings carry it, and a rule set changes its severity by it.
    #[schema(max_length = 60, example = "public_expenditure")]
    pub id: String,
    /// 默认级别 what its findings mean where the rule set says nothing else.
    #[schema(value_type = SeverityWord, inline)]
    pub severity: Severity,
    /// 依据 clause or source.
    #[schema(max_length = 200, example = "自评报告与附表：表间勾稽关系")]
    pub clause: String,
    /// 标题 what it is called.
    #[schema(max_length = 100, example = "公用经费与基础数据表")]
    pub title: String,
    /// 核对内容 what it compares.
    #[schema(max_length = 500, example = "报告中的公用经费（基本支出明细）与基础数据表的公用经费")]
    pub compares: String,
    /// 处理建议 what to do about a finding.
    #[schema(max_length = 500, example = "核对两处口径；属实的说明差在哪里")]
    pub hint: String,
}

/// 全部审核项 every cross-check.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckList {
    /// 审核项 the checks, the blocking ones of scores first.
    #[schema(max_items = 500)]
    pub items: Vec<CheckView>,
}

/// 一项说明 what the unit says to one finding.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExplanationInput {
    /// 审核结果标识 the finding's `id`.
    #[schema(min_length = 1, max_length = 300, example = "budget_changed:budgets::total.annual")]
    pub finding: String,
    /// 说明 the explanation; null takes it back.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 5000, example = "年中追减会议费 92.37 万元")]
    pub explanation: Option<String>,
}

/// 说明 what the unit says to findings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExplanationsInput {
    /// 说明 one for each finding.
    #[schema(min_items = 1, max_items = 500)]
    pub explanations: Vec<ExplanationInput>,
}

impl CheckView {
    /// What people are told of a check.
    #[must_use]
    pub fn of(check: &Check, lang: Lang) -> Self {
        Self {
            id: check.id.to_owned(),
            severity: check.severity,
            clause: check.clause.text(lang),
            title: check.title.text(lang),
            compares: check.compares.text(lang),
            hint: check.hint.text(lang),
        }
    }
}
