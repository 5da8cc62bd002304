//! Rule sets on the wire.

use jixiao_core::scoring::RuleSet;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::http::wire::RuleSetText;

/// 评分规则集 a rule set.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSetView {
    /// 名称及版本 name and version, as years and rounds refer to it.
    #[schema(value_type = RuleSetText)]
    pub reference: String,
    /// 中文名称 what it is called in Chinese.
    #[schema(max_length = 200, example = "财政部 2020 年项目支出绩效自评")]
    pub title_zh: String,
    /// 英文名称 what it is called in English.
    #[schema(max_length = 200, example = "Ministry of Finance 2020, self-evaluation")]
    pub title_en: String,
    /// 规则内容 the rules as data: blocks and weights, formulas, tiers, grades, rounding.
    #[schema(value_type = Object)]
    pub definition: Value,
}

/// 全部规则集 all rule sets.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSetList {
    /// 规则集 the rule sets.
    #[schema(max_items = 500)]
    pub items: Vec<RuleSetView>,
}

/// The address of a rule set.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RuleSetPath {
    /// 名称及版本 name and version of the rule set.
    #[param(inline, value_type = RuleSetText, example = "mof-2020@1")]
    pub reference: String,
}

impl From<&RuleSet> for RuleSetView {
    fn from(rules: &RuleSet) -> Self {
        Self {
            reference: rules.reference(),
            title_zh: rules.title.zh.clone(),
            title_en: rules.title.en.clone(),
            definition: serde_json::to_value(rules).unwrap_or_default(),
        }
    }
}
