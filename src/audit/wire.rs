//! The audit chains on the wire.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::wire::Timestamp;
use crate::list_params;

/// 改动的字段 a field that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditField {
    /// 字段 where: names joined by dots.
    #[schema(max_length = 200, example = "total.annual")]
    pub field: String,
    /// 改前 what it was; null: it was not there.
    #[schema(value_type = Value, example = json!("5"))]
    pub before: Option<Value>,
    /// 改后 what it became; null: it is no longer there.
    #[schema(value_type = Value, example = json!("6"))]
    pub after: Option<Value>,
}

/// 一项改动 one thing that was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditChange {
    /// 动作 `make`, `change`, `remove`, or the step that was taken: `submit`, `return`, `approve`, …
    #[schema(max_length = 40, example = "change")]
    pub action: String,
    /// 对象 what kind of thing.
    #[schema(max_length = 40, example = "indicators")]
    pub entity: String,
    /// 对象标识 which one.
    #[schema(max_length = 200, example = "P01.3")]
    pub key: String,
    /// 字段 each field that differs.
    pub fields: Vec<AuditField>,
}

/// 审计记录 what one request changed in one chain; an import has one for each sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryView {
    /// 链 `administration`, or `evaluation:UNIT:YEAR`.
    #[schema(max_length = 80, example = "evaluation:430611101:2023")]
    pub chain: String,
    /// 序号 its place in the chain, from 1.
    #[schema(minimum = 1, example = 7)]
    pub seq: i64,
    /// 时间 when, UTC.
    pub at: Timestamp,
    /// 操作人 the account.
    #[schema(max_length = 64, example = "unit")]
    pub actor: String,
    /// 角色 what it was; null: the service itself or the command line.
    #[schema(max_length = 20, example = "unit")]
    pub role: Option<String>,
    /// 单位 the unit it acted for.
    #[schema(max_length = 32, example = "430611101")]
    pub unit: Option<String>,
    /// 行政区划 the region it acted for.
    #[schema(max_length = 6, example = json!(null))]
    pub region_code: Option<String>,
    /// 请求编号 the request.
    #[schema(max_length = 64, example = "0199d3a2-6f00-7c4e-9a51-3b8d2c0e4f10")]
    pub request_id: Option<String>,
    /// 缘由 what it came with, such as the digest of an imported file.
    #[schema(max_length = 200, example = json!(null))]
    pub cause: Option<String>,
    /// 改动 what was changed.
    pub changes: Vec<AuditChange>,
    /// 前一条的摘要 hash of the entry before; empty for the first.
    #[schema(max_length = 43, example = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")]
    pub prev_hash: String,
    /// 摘要 SHA-256 over the entry before and everything this one says, base64url.
    #[schema(max_length = 43, example = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")]
    pub hash: String,
}

/// 一页审计记录 a page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryList {
    /// 记录 the entries of this page.
    #[schema(max_items = 500)]
    pub items: Vec<AuditEntryView>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all entries that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// 校验结果 what verifying the chains came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditVerdict {
    /// 是否完好 whether every chain is as it was written.
    pub intact: bool,
    /// 链数 chains that were read.
    #[schema(example = 81)]
    pub chains: u64,
    /// 记录数 entries that were read.
    #[schema(example = 11234)]
    pub entries: u64,
    /// 检查点数 signed checkpoints that were read.
    #[schema(example = 12)]
    pub checkpoints: u64,
    /// 首个断点所在链 the chain of the first broken place; null when intact.
    #[schema(max_length = 80, example = json!(null))]
    pub broken_chain: Option<String>,
    /// 首个断点序号 the place in that chain; null when intact.
    #[schema(example = json!(null))]
    pub broken_seq: Option<i64>,
    /// 代码 stable code of what is wrong there; null when intact.
    #[schema(max_length = 40, example = json!(null))]
    pub code: Option<String>,
    /// 说明 what is wrong there; null when intact.
    #[schema(max_length = 200, example = json!(null))]
    pub detail: Option<String>,
}

/// Order of entries.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, ToSchema)]
pub enum AuditSort {
    /// As they were written, newest first.
    #[default]
    #[serde(rename = "-id")]
    IdDown,
    /// As they were written.
    #[serde(rename = "id")]
    Id,
}

list_params! {
    /// Filters of entries.
    AuditParams, sort: AuditSort,
    /// 链 `administration`, or `evaluation:UNIT:YEAR`.
    #[param(max_length = 80, pattern = "^[A-Za-z0-9:-]+$", example = "evaluation:430611101:2023")]
    chain: Option<String>,
    /// 操作人 account.
    #[param(max_length = 64, pattern = "^[^\\x00]*$", example = "unit")]
    actor: Option<String>,
    /// 请求编号 request.
    #[param(max_length = 64, pattern = "^[^\\x00]*$")]
    request_id: Option<String>,
}
