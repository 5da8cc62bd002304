//! `/evaluations/{unit}/{year}/findings` and `/explanations`.

use std::collections::BTreeSet;

use actix_web::{get, post, web};
use jixiao_core::checks::{Finding, Severity};

use super::store::{self, assess};
use super::wire::{CheckList, CheckView, ExplanationsInput, Findings};
use crate::db::Db;
use crate::evaluations::store as evaluations;
use crate::http::envelope::Language;
use crate::http::permission::{ReadForms, ReadRuleSets, Submit};
use crate::http::wire::UnitYearPath;
use crate::http::{ApiError, Body, Caller, Changed, FieldError, Fresh, Once, Repeatable, Shown, etag};

/// List checks
///
/// 全部勾稽审核项：名称、默认级别、依据、核对内容、处理建议。级别和界限可由评分规则集的 `checks` 改变。
#[utoipa::path(tag = "evaluations", operation_id = "listChecks", security(("oauth2" = ["rule-sets:read"])))]
#[get("/checks")]
pub async fn checks(_: Caller<ReadRuleSets>, Language(lang): Language) -> Result<Shown<CheckList>, ApiError> {
    Ok(Shown(CheckList {
        items: jixiao_core::checks::checks().map(|check| CheckView::of(check, lang)).collect(),
    }))
}

/// List findings of a form
///
/// 勾稽审核：列出全部问题。`block` 必须修改，`explain` 须说明原因，`note` 仅提示；`open` 为真的不处理不能提交。
#[utoipa::path(tag = "evaluations", operation_id = "listFindings", params(UnitYearPath), security(("oauth2" = ["forms:read"])))]
#[get("/evaluations/{unit}/{year}/findings")]
pub async fn list(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    Language(lang): Language,
    db: web::Data<Db>,
) -> Result<Fresh<Findings>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let assessment = assess(&snapshot, &evaluation).await?;
    Ok(Fresh {
        body: Findings::of(&path.unit, path.year, &assessment, lang),
        etag: etag(evaluation.id, evaluation.version),
    })
}

/// Explain findings
///
/// 填报单位对 `explain` 级问题作出说明，一次可说明多项；审核人能看到。说明按审核项和位置保存，修改别处不会丢失。
#[utoipa::path(
    tag = "evaluations",
    operation_id = "explainFindings",
    params(UnitYearPath),
    request_body = ExplanationsInput,
    security(("oauth2" = ["forms:submit"]))
)]
#[post("/evaluations/{unit}/{year}/explanations")]
pub async fn explain(
    caller: Caller<Submit>,
    path: web::Path<UnitYearPath>,
    Language(lang): Language,
    once: Once,
    Body(input): Body<ExplanationsInput>,
    db: web::Data<Db>,
) -> Result<Repeatable<Changed<Findings>>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    if let Some(reply) = once.replay(&work).await? {
        return Ok(reply);
    }
    let existing = evaluations::find(work.conn(), &caller.reading(), &path.unit, path.year).await?;
    existing.ok_or_else(ApiError::no_form)?;
    let evaluation = evaluations::open(&mut work, caller.principal(), &path.unit, path.year).await??;
    let before = assess(work.conn(), &evaluation).await?;
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, one) in input.explanations.iter().enumerate() {
        if !seen.insert(&one.finding) {
            errors.push(FieldError::new(
                format!("/explanations/{index}/finding"),
                "repeated_key",
                "同一项说明了两次",
                "Explained twice",
            ));
        }
        let known = before.findings.iter().find(|finding| finding.id() == one.finding);
        if let Some(error) = cannot_be_explained(index, known) {
            errors.push(error);
        }
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    for one in input.explanations {
        let current = before.explanations.get(&one.finding);
        store::explain(&mut work, &evaluation, current, &one.finding, one.explanation).await?;
    }
    let after = assess(work.conn(), &evaluation).await?;
    let reply = Changed {
        body: Findings::of(&path.unit, path.year, &after, lang),
        etag: etag(evaluation.id, evaluation.version + 1),
    };
    once.commit(work, reply).await
}

fn cannot_be_explained(index: usize, finding: Option<&Finding>) -> Option<FieldError> {
    let at = format!("/explanations/{index}/finding");
    match finding.map(|finding| finding.severity) {
        Some(Severity::Explain) => None,
        Some(_) => Some(FieldError::new(
            at,
            "not_explainable",
            "此项不接受说明：block 级问题须修改，note 级只是提示",
            "This finding takes no explanation: a block must be mended, a note is only shown",
        )),
        None => Some(FieldError::new(
            at,
            "unknown_finding",
            "没有这一项问题（可能已经修改好），请重新读取 findings",
            "There is no such finding (it may have been mended); read the findings again",
        )),
    }
}
