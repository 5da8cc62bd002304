//! What goes in: one form as people filled it.

use serde::{Deserialize, Serialize};

use super::ratios::BaseData;
use super::{Attainment, SheetKind};
use crate::kernel::{FiscalYear, Money, Points};

/// One self-evaluation form (自评表): the execution row and the indicators, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// 预算年度: the year that a date without a year means.
    pub year: FiscalYear,
    /// Which of the two forms it is.
    pub kind: SheetKind,
    /// 预算执行 row: only the total, never its 其中 parts.
    pub execution: ExecutionRow,
    /// 基础数据表, for a department's ratios.
    pub base_data: Option<BaseData>,
    /// 绩效指标 rows in the order of the form.
    pub indicators: Vec<IndicatorRow>,
    /// 总分 as printed on the form.
    pub reported_total: Option<Points>,
    /// 复核总分: a review of the whole, which stands above the sum of reviewed rows.
    pub reviewed_total: Option<Points>,
}

/// The total row of the budget table (年度资金总额).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionRow {
    /// 年初预算数, in 万元.
    pub initial: Option<Money>,
    /// 全年预算数 (after adjustments), in 万元: what the rate divides by.
    pub annual: Option<Money>,
    /// 全年执行数, in 万元.
    pub executed: Option<Money>,
    /// 分值; without one the row is not scored.
    pub weight: Option<Points>,
    /// 得分 that the unit claims.
    pub self_score: Option<Points>,
    /// 复核得分 that the bureau found.
    pub reviewed_score: Option<Points>,
}

/// One row of the indicator table (三级指标).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorRow {
    /// Its place on the form.
    pub seq: i32,
    /// 一级指标 as written.
    pub level1: String,
    /// 二级指标 as written.
    pub level2: String,
    /// 三级指标 as written.
    pub name: String,
    /// 年度指标值 as written.
    pub target: Option<String>,
    /// 实际完成值 as written.
    pub actual: Option<String>,
    /// 分值; a row without one is a sub-row (其中…) and is not scored.
    pub weight: Option<Points>,
    /// 得分 that the unit claims.
    pub self_score: Option<Points>,
    /// 复核得分 that the bureau found.
    pub reviewed_score: Option<Points>,
    /// How far a qualitative goal was reached, if anyone said so.
    pub attainment: Option<Attainment>,
    /// 偏差原因分析及改进措施.
    pub deviation_reason: Option<String>,
}
