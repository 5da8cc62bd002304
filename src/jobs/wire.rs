//! Jobs on the wire.

use std::fmt;
use std::str::FromStr;

use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::wire::{Timestamp, UnitCodeText, YearNumber};
use crate::imports::wire::{ImportCounts, ImportErrorView, ModeWord, StrategyWord};
use crate::list_params;

/// `received` 已收到, `validating` 检查中, `applying` 写入中, `done` 完成, `failed` 失败, `cancelled` 已取消.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// On its way; nobody is told of it yet.
    #[schema(skip)]
    #[serde(skip)]
    Receiving,
    /// 已收到
    Received,
    /// 检查中
    Validating,
    /// 写入中
    Applying,
    /// 完成
    Done,
    /// 失败
    Failed,
    /// 已取消
    Cancelled,
}

impl JobState {
    /// Every state, in their order.
    pub const ALL: [Self; 7] = [
        Self::Receiving,
        Self::Received,
        Self::Validating,
        Self::Applying,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Received => "received",
            Self::Validating => "validating",
            Self::Applying => "applying",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing comes after it.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the state of a job")]
pub struct UnknownState;

impl FromStr for JobState {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

/// 进度（行） how far it is, in rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportJobRows {
    /// 总行数 rows of the file; 0 until it was read.
    #[schema(example = 1_650_000)]
    pub total: usize,
    /// 已检查 rows that were judged. Without `atomic` rows are judged when they are written.
    #[schema(example = 1_650_000)]
    pub checked: usize,
    /// 已写入 rows that were gone through to be written.
    #[schema(example = 640_000)]
    pub applied: usize,
}

/// 进度（单位年度） how far the writing is, in units' years, each of which is written whole or not at all.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportJobUnits {
    /// 总数 units' years of the file.
    #[schema(example = 12_000)]
    pub of: usize,
    /// 已处理 those that were gone through, in the order of their codes.
    #[schema(example = 4_650)]
    pub done: usize,
    /// 最后处理的单位 unit of the last of them: it and all before it are in, but for what the errors name.
    #[schema(value_type = Option<UnitCodeText>)]
    pub last_unit: Option<UnitCode>,
    /// 最后处理的年度 its fiscal year.
    #[schema(value_type = Option<YearNumber>)]
    pub last_year: Option<FiscalYear>,
}

/// 导入任务 an import that is worked on beside the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportJob {
    /// 任务编号 id of the job.
    #[schema(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = "1")]
    pub id: String,
    /// 状态 `received`, `validating`, `applying`; it ends as `done`, `failed` or `cancelled`.
    #[schema(inline, example = "applying")]
    pub state: JobState,
    /// 发送账号 the account that sent it.
    #[schema(max_length = 64, example = "bureau")]
    pub sent_by: String,
    /// 导入方式 whether it writes.
    #[schema(inline)]
    pub mode: ModeWord,
    /// 写入策略 what rows are for.
    #[schema(inline)]
    pub strategy: StrategyWord,
    /// 全部或不写 whether one error refuses them all.
    #[schema(example = true)]
    pub atomic: bool,
    /// 字节数 bytes of the body as it was sent.
    #[schema(example = 734_003_200)]
    pub bytes: i64,
    /// SHA-256 of the body as it was sent.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        max_length = 64,
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    pub sha256: String,
    /// 进度（行） in rows.
    #[schema(inline)]
    pub rows: ImportJobRows,
    /// 进度（单位年度） in units' years.
    #[schema(inline)]
    pub units: ImportJobUnits,
    /// 各行结果 what became of the rows so far; while they are judged, what would.
    #[schema(inline)]
    pub counts: ImportCounts,
    /// 错误数 how many errors there are.
    #[schema(example = 0)]
    pub error_count: usize,
    /// 导入编号 id of the import's record; null where nothing was written, or not all of it.
    #[schema(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = json!(null))]
    pub import_id: Option<String>,
    /// 发送时间 when it was sent, UTC.
    pub created_at: Timestamp,
    /// 结束时间 when it ended, UTC.
    pub ended_at: Option<Timestamp>,
}

/// 导入任务的错误 what is wrong with the rows of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportJobErrors {
    /// 逐行错误 the first 1,000 errors.
    #[schema(inline, max_items = 1000)]
    pub items: Vec<ImportErrorView>,
}

/// 导入任务列表 a page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportJobList {
    /// 任务 the jobs.
    #[schema(max_items = 500)]
    pub items: Vec<ImportJob>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all that match, if it was asked for.
    #[schema(minimum = 0, example = 3)]
    pub total: Option<u64>,
}

/// Orders of jobs.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum JobSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-id")]
    IdDown,
    /// Oldest first.
    #[serde(rename = "id")]
    Id,
}

list_params! {
    /// Filters of jobs.
    ImportJobParams, sort: JobSort,
    /// 状态 jobs in this state.
    #[param(inline)]
    state: Option<JobState>,
}

/// The address of a job.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ImportJobPath {
    /// 任务编号 id of the job.
    #[param(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = "1")]
    pub job: String,
}
