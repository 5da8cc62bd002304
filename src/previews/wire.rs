//! Previews on the wire.

use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::findings::wire::{FindingView, Findings};
use crate::http::wire::{RuleSetText, UnitCodeText, YearNumber};
use crate::scores::wire::Scores;

/// By what is scored.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewParams {
    /// 规则集 rule set to score by; the default one if it is not given.
    #[param(inline, value_type = Option<RuleSetText>, example = "mof-2020@1")]
    pub rule_set: Option<String>,
}

/// 试算结果 what the forms of a bundle come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// 得分 the scores of each unit's year in the bundle.
    #[schema(max_items = 20000)]
    pub scores: Vec<Scores>,
    /// 审核结果 what the checks find in each of them, in the same order.
    #[schema(max_items = 20000)]
    pub findings: Vec<PreviewFindings>,
}

/// 一套表的审核结果 what was found in a form of the bundle.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewFindings {
    /// 单位编码 unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 未处理数 findings that would stand in the way of submitting.
    #[schema(minimum = 0, example = 2)]
    pub open: usize,
    /// 审核结果 the findings, in the order of the form.
    #[schema(max_items = 100_000, inline)]
    pub items: Vec<FindingView>,
}

impl From<Findings> for PreviewFindings {
    fn from(Findings { unit, year, open, items }: Findings) -> Self {
        Self { unit, year, open, items }
    }
}
