//! The workflow on the wire.

use chrono::NaiveDate;
use jixiao_core::checks::Table;
use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use jixiao_core::workflow::Stage;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::wire::{StageWord, UnitName};
use crate::findings::wire::TableWord;
use crate::http::wire::{RegionCodeText, Timestamp, UnitCodeText, YearNumber};

/// 意见 what is said with a step.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RemarkInput {
    /// 意见 remark; may be left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 5000, example = "材料齐全")]
    pub opinion: Option<String>,
}

/// 单元格意见 what is said of one cell.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CellOpinionInput {
    /// 表 table.
    #[schema(value_type = TableWord, inline)]
    pub table: Table,
    /// 行 row, as in findings: `P01`, `P01.3`, `.3`; empty where a form has only one.
    #[serde(default)]
    #[schema(max_length = 60, example = ".8")]
    pub row: String,
    /// 字段 field, names joined by dots; empty: the row.
    #[serde(default)]
    #[schema(max_length = 100, example = "actual")]
    pub field: String,
    /// 意见 what is to be mended or shown.
    #[schema(min_length = 1, max_length = 5000, example = "请附满意度调查的样本数")]
    pub opinion: String,
    /// 审核结果标识 the finding whose explanation is not accepted; null: it is about the cell.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = json!(null))]
    pub finding: Option<String>,
}

/// 退回 what is said with a return.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReturnInput {
    /// 总体意见 opinion on the whole.
    #[schema(min_length = 1, max_length = 5000, example = "两处须补充说明")]
    pub opinion: String,
    /// 逐项意见 opinion on each cell; the unit answers each.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub cells: Vec<CellOpinionInput>,
    /// 重新提交截止日期 until when it may be handed in again; wanted when the deadline has passed.
    #[serde(default)]
    #[schema(example = "2024-04-15")]
    pub due: Option<NaiveDate>,
}

/// 重新开放 why something that was approved or published is opened again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReopenInput {
    /// 原因 why.
    #[schema(min_length = 1, max_length = 5000, example = "审计发现执行数有误，须更正")]
    pub reason: String,
    /// 重新提交截止日期 until when it may be handed in again; wanted when the deadline has passed.
    #[serde(default)]
    #[schema(example = "2024-09-30")]
    pub due: Option<NaiveDate>,
}

/// 答复 the answer to one opinion.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerInput {
    /// 意见标识 the opinion's `id`.
    #[schema(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = "5")]
    pub opinion: String,
    /// 答复 the answer.
    #[schema(min_length = 1, max_length = 5000, example = "已补充：发放问卷 120 份，满意 116 份")]
    pub answer: String,
}

/// 答复 answers to opinions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswersInput {
    /// 答复 one for each opinion.
    #[schema(min_items = 1, max_items = 1000)]
    pub answers: Vec<AnswerInput>,
}

/// 意见 what a reviewer said, and what the unit answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpinionView {
    /// 意见标识 opaque id.
    #[schema(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = "5")]
    pub id: String,
    /// 轮次 the submission it is about, from 1.
    #[schema(minimum = 1, example = 1)]
    pub round: i32,
    /// 表 table; null: the form as a whole.
    #[schema(value_type = Option<TableWord>, inline)]
    pub table: Option<Table>,
    /// 行 row; null: the form as a whole.
    #[schema(max_length = 60, example = ".8")]
    pub row: Option<String>,
    /// 字段 field; null: the form as a whole.
    #[schema(max_length = 100, example = "actual")]
    pub field: Option<String>,
    /// 审核结果标识 the finding whose explanation it is about.
    #[schema(max_length = 200, example = json!(null))]
    pub finding: Option<String>,
    /// 意见 what was said.
    #[schema(max_length = 5000, example = "请附满意度调查的样本数")]
    pub opinion: String,
    /// 审核人 account that said it.
    #[schema(max_length = 64, example = "bureau")]
    pub given_by: String,
    /// 时间 when, UTC.
    pub given_at: Timestamp,
    /// 答复 what the unit answered.
    #[schema(max_length = 5000, example = json!(null))]
    pub answer: Option<String>,
    /// 答复人 account that answered.
    #[schema(max_length = 64, example = json!(null))]
    pub answered_by: Option<String>,
    /// 答复时间 when it was answered, UTC.
    pub answered_at: Option<Timestamp>,
}

/// 意见 everything reviewers said of a unit's year.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opinions {
    /// 未答复数 opinions on cells of the last round that wait for an answer.
    #[schema(example = 0)]
    pub unanswered: usize,
    /// 意见 the opinions, oldest first.
    pub items: Vec<OpinionView>,
}

/// 一步 one step of the story.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// 时间 when, UTC.
    pub at: Timestamp,
    /// 操作人 account.
    #[schema(max_length = 64, example = "bureau")]
    pub by: String,
    /// 角色 what it was; null: the command line.
    #[schema(max_length = 20, example = "bureau")]
    pub role: Option<String>,
    /// 操作 `submit`, `endorse`, `return`, `answer`, `rescore`, `approve`, `publish`, `reopen` or `import`.
    #[schema(max_length = 20, example = "return")]
    pub step: String,
    /// 原阶段 from this stage.
    #[schema(value_type = StageWord, inline)]
    pub from: Stage,
    /// 新阶段 to this stage.
    #[schema(value_type = StageWord, inline)]
    pub to: Stage,
    /// 轮次 how many times it had been handed in.
    #[schema(minimum = 0, example = 1)]
    pub round: i32,
    /// 意见 what was said.
    #[schema(max_length = 5000, example = "两处须补充说明")]
    pub opinion: Option<String>,
    /// 详情 what else is to be told, a line each.
    #[schema(max_items = 2000)]
    pub details: Vec<String>,
}

/// 办理过程 the story of a unit's year.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// 步骤 the steps, oldest first.
    pub items: Vec<HistoryEntry>,
}

/// 改动 a cell that differs between two rounds.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellChangeView {
    /// 表 table.
    #[schema(value_type = TableWord, inline)]
    pub table: Table,
    /// 行 row.
    #[schema(max_length = 60, example = ".8")]
    pub row: String,
    /// 字段 field; empty: the row.
    #[schema(max_length = 100, example = "deviation_reason")]
    pub field: String,
    /// 改前 what it was; null: it was not there.
    #[schema(value_type = Value, example = json!(null))]
    pub before: Option<Value>,
    /// 改后 what it is; null: it is no longer there.
    #[schema(value_type = Value, example = json!("样本偏少"))]
    pub after: Option<Value>,
}

/// 两轮之间的改动 what differs between two rounds.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormChanges {
    /// 前一轮 the earlier submission, from 1.
    #[schema(minimum = 1, example = 1)]
    pub from_round: i32,
    /// 后一轮 the later submission; null: the form as it is now.
    #[schema(minimum = 1, example = 2)]
    pub to_round: Option<i32>,
    /// 改动 each cell that differs.
    pub items: Vec<CellChangeView>,
}

/// Which rounds are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesParams {
    /// 前一轮 the earlier submission; left out: the one before the last, or the last while the form is being corrected.
    #[param(minimum = 1, maximum = 9999, example = 1)]
    pub from_round: Option<i32>,
    /// 后一轮 the later submission; left out: the last one, or the form as it is now while it is being corrected.
    #[param(minimum = 1, maximum = 9999, example = 2)]
    pub to_round: Option<i32>,
}

/// 各阶段数量 how many units stand at a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageCount {
    /// 阶段 stage.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 数量 units.
    #[schema(example = 12)]
    pub count: usize,
}

/// 逾期单位 a unit that has not handed in after its deadline.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverdueUnit {
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 阶段 its stage; null: it has not begun.
    #[schema(value_type = Option<StageWord>, inline)]
    pub stage: Option<Stage>,
    /// 截止日期 its deadline.
    #[schema(example = "2024-03-31")]
    pub deadline: NaiveDate,
}

/// 轮次进度 how far a region's round has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 行政区划代码 region.
    #[schema(value_type = RegionCodeText)]
    pub region_code: RegionCode,
    /// 应填报数 units that must report, the excused ones left out.
    #[schema(example = 80)]
    pub assigned: usize,
    /// 免报数 units that were excused.
    #[schema(example = 2)]
    pub excused: usize,
    /// 未开始数 units that have not begun.
    #[schema(example = 5)]
    pub not_started: usize,
    /// 各阶段数量 units at each stage.
    #[schema(max_items = 10)]
    pub stages: Vec<StageCount>,
    /// 逾期数 units that have not handed in after their deadline.
    #[schema(example = 1)]
    pub overdue_count: usize,
    /// 逾期单位 the first 500 of them.
    #[schema(max_items = 500)]
    pub overdue: Vec<OverdueUnit>,
}

/// Which units are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProgressParams {
    /// 主管部门 only units below this supervising department.
    #[param(inline, value_type = Option<UnitCodeText>, example = "430611")]
    pub parent_code: Option<UnitCode>,
}
