//! Rule sets on the wire.

use jixiao_core::scoring::RuleSet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::entity::Model;
use crate::http::etag;
use crate::http::wire::{RuleSetText, Timestamp};

/// 规则内容 the rules as data. The core's type reads them; `schema.json` describes them to people and checks them first,
/// and a test holds every rule set that comes with the program against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleSetInput(pub RuleSet);

impl PartialSchema for RuleSetInput {
    fn schema() -> RefOr<Schema> {
        let mut schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap_or_default();
        // To begin from: the default's rules, under the name that the address of the example has.
        let example = RuleSet::presets().iter().find(|rules| rules.reference() == super::DEFAULT);
        if let (Some(example), Some(members)) = (example, schema.as_object_mut()) {
            let example = RuleSet { name: "county".into(), ..example.clone() };
            members.insert("examples".into(), json!([example]));
        }
        // A description that does not parse would leave the schema empty, which a test notices.
        serde_json::from_value(schema).unwrap_or_default()
    }
}

impl ToSchema for RuleSetInput {}

/// 评分规则集 a rule set.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSetView {
    /// 名称及版本 name and version, as years and rounds refer to it.
    #[schema(value_type = RuleSetText)]
    pub reference: String,
    /// 是否随程序提供 whether it comes with the program.
    pub preset: bool,
    /// 是否已固定 whether it can no longer change: it comes with the program, or something was handed in under it.
    pub fixed: bool,
    /// 规则内容 the rules.
    pub definition: RuleSetInput,
    /// 新建时间 when it was made, UTC; null if it comes with the program.
    pub created_at: Option<Timestamp>,
    /// 最后修改时间 when it was last changed, UTC; null if it comes with the program.
    pub updated_at: Option<Timestamp>,
    /// 版本标记 the tag to change it with, for `If-Match`.
    #[schema(max_length = 64, pattern = "^\"[^\"]+\"$", example = "\"17.3\"")]
    pub etag: String,
}

/// 规则集概要 a rule set without its rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSetSummary {
    /// 名称及版本 name and version, as years and rounds refer to it.
    #[schema(value_type = RuleSetText)]
    pub reference: String,
    /// 中文名称 what it is called in Chinese.
    #[schema(max_length = 200, example = "项目支出绩效评价管理办法")]
    pub title_zh: String,
    /// 英文名称 what it is called in English.
    #[schema(max_length = 200, example = "Ministry of Finance, evaluation of project expenditure")]
    pub title_en: String,
    /// 是否随程序提供 whether it comes with the program.
    pub preset: bool,
    /// 是否已固定 whether it can no longer change: it comes with the program, or something was handed in under it.
    pub fixed: bool,
}

impl RuleSetSummary {
    /// Of this rule set.
    #[must_use]
    pub fn of(rules: &RuleSet, preset: bool, fixed: bool) -> Self {
        Self {
            reference: rules.reference(),
            title_zh: rules.title.zh.clone(),
            title_en: rules.title.en.clone(),
            preset,
            fixed,
        }
    }
}

impl RuleSetView {
    /// One that comes with the program.
    #[must_use]
    pub fn preset(rules: &RuleSet) -> Self {
        Self {
            reference: rules.reference(),
            preset: true,
            fixed: true,
            definition: RuleSetInput(rules.clone()),
            created_at: None,
            updated_at: None,
            etag: format!("\"{}\"", rules.reference()),
        }
    }

    /// One of the database's.
    #[must_use]
    pub fn stored(row: Model, fixed: bool) -> Self {
        Self {
            reference: row.reference,
            preset: false,
            fixed,
            definition: RuleSetInput(row.definition.0),
            created_at: Some(Timestamp(row.created_at)),
            updated_at: Some(Timestamp(row.updated_at)),
            etag: etag(row.id, row.version),
        }
    }
}

/// 一页规则集 a page of rule sets.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSetList {
    /// 规则集 the rule sets of this page.
    #[schema(max_items = 500)]
    pub items: Vec<RuleSetSummary>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all rule sets.
    #[schema(minimum = 0)]
    pub total: usize,
}

/// Which page of the rule sets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RuleSetParams {
    /// 每页条数 rule sets of a page.
    #[param(minimum = 1, maximum = 500, example = 50)]
    pub limit: Option<u64>,
    /// 翻页游标 `next_cursor` of the page before.
    #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
    pub cursor: Option<String>,
}

/// The address of a rule set.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RuleSetPath {
    /// 名称及版本 name and version of the rule set.
    #[param(inline, value_type = RuleSetText, example = "mof-2020@1")]
    pub reference: String,
}

/// The address of a rule set that is a place's own.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OwnRuleSetPath {
    /// 名称及版本 name and version of the rule set, as its definition has them.
    #[param(inline, value_type = RuleSetText, example = "county@1")]
    pub reference: String,
}
