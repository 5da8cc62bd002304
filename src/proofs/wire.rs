//! Proofs on the wire, and in files.

use jixiao_core::kernel::{FiscalYear, ProjectCode, UnitCode};
use jixiao_core::scoring::{BlockScore, IndicatorScore, RuleSet, Scorecard, Sheet};
use jixiao_core::workflow::Stage;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::evaluations::wire::StageWord;
use crate::http::wire::{ProjectCodeText, UnitCodeText, YearNumber};
use crate::scores::assemble::ScoredSheet;
use crate::scores::read::ScoredYear;

/// The one format that there is so far.
pub const FORMAT: u32 = 1;

/// 一张表 a sheet: what was scored, and what it came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofSheet {
    /// 项目编码 code of the project; null: the department sheet.
    #[schema(value_type = Option<ProjectCodeText>, example = json!(null))]
    pub project: Option<ProjectCode>,
    /// 计分所用数据 what was scored, whole and as it was written: amounts, indicators, annex 1, reviewed scores, printed total.
    #[schema(value_type = Object)]
    pub inputs: Sheet,
    /// 结果 what it came to: totals, grade, each block, each row with its rule and scores, flags.
    #[schema(value_type = Object)]
    pub results: Value,
}

/// 得分证明 all by which a score can be computed again offline: `jixiao score --verify FILE`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// 格式版本 version of the format.
    #[schema(minimum = 1, maximum = 1, example = 1)]
    pub format: u32,
    /// 单位编码 unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 单位名称 its name.
    #[schema(max_length = 200, example = "中共岳阳市君山区委办公室")]
    pub unit_name: String,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 阶段 stage.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 规则内容 the rules word for word, so that it can be verified when they have long been replaced.
    #[schema(value_type = Object)]
    pub rule_set: RuleSet,
    /// 各表 the sheets: the department's, if there is one, then each project's.
    #[schema(max_items = 501)]
    pub sheets: Vec<ProofSheet>,
    /// 内容摘要 SHA-256 of the rest as canonical text: keys in order, no spaces (`jq -cjS 'del(.sha256)'`).
    #[schema(
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    pub sha256: String,
}

impl Proof {
    /// The proof of a scored year, not yet with its digest.
    #[must_use]
    pub fn of(year: ScoredYear) -> Self {
        let ScoredYear { evaluation, unit, rules, sheets } = year;
        let sheets = sheets.into_iter().map(|ScoredSheet { project, card, sheet, .. }| ProofSheet {
            project,
            inputs: sheet,
            results: results(&card),
        });
        Self {
            format: FORMAT,
            unit: unit.code,
            unit_name: unit.name,
            year: evaluation.year.0,
            stage: evaluation.stage.0,
            rule_set: rules,
            sheets: sheets.collect(),
            sha256: String::new(),
        }
    }

    /// The text that the digest is of.
    pub fn canonical(&self) -> serde_json::Result<String> {
        let mut value = serde_json::to_value(self)?;
        if let Some(members) = value.as_object_mut() {
            members.remove("sha256");
        }
        // A map of serde_json is ordered by its keys, so this text is the canonical one.
        Ok(value.to_string())
    }
}

/// What a sheet came to, to the digit.
#[must_use]
pub fn results(card: &Scorecard) -> Value {
    let codes = |flags: &[jixiao_core::scoring::Flag]| -> Vec<&'static str> {
        flags.iter().map(jixiao_core::scoring::Flag::code).collect()
    };
    let block = |block: &BlockScore| {
        json!({
            "block": block.block,
            "weight": block.weight,
            "self_score": block.self_score,
            "computed_score": block.computed_score,
            "reviewed_score": block.reviewed_score,
            "final_score": block.final_score,
        })
    };
    let row = |row: &IndicatorScore| {
        json!({
            "seq": row.seq,
            "rule": row.rule,
            "computed_score": row.computed_score,
            "final_score": row.final_score,
            "flags": codes(&row.flags),
        })
    };
    let ratio = |ratio: &jixiao_core::scoring::ratios::BaseRatio| json!({ "ratio": ratio.ratio, "value": ratio.value.ok(), "score": ratio.score });
    json!({
        "self_total": card.self_total,
        "computed_total": card.computed_total,
        "reviewed_total": card.reviewed_total,
        "final_total": card.final_total,
        "grade": card.grade,
        "complete": card.complete,
        "flags": codes(&card.flags),
        "execution": {
            "rate": card.execution.rate,
            "computed_score": card.execution.computed_score,
            "final_score": card.execution.final_score,
            "flags": codes(&card.execution.flags),
        },
        "blocks": card.blocks.iter().map(block).collect::<Vec<_>>(),
        "indicators": card.indicators.iter().map(row).collect::<Vec<_>>(),
        "ratios": card.ratios.iter().map(ratio).collect::<Vec<_>>(),
    })
}
