//! `/imports`.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, post, web};
use jixiao_core::checks::{Finding, Severity};
use jixiao_core::kernel::{Lang, Text as _};
use jixiao_core::workflow::Role;
use serde_json::json;

use super::error_file;
use super::files::{self, File, Reading, Refused};
use super::report::{Assessed, Counts, Report, RowError};
use super::run::{Mode, Order, run};
use super::upload::received;
use super::wire::{
    Bundle, CsvText, ImportCounts, ImportErrorView, ImportFinding, ImportForm, ImportParams, ImportProblem,
    ImportReport, ImportedForm, ModeWord, RowLines, WorkbookFile,
};
use crate::db::Db;
use crate::http::envelope::{Language, preferred};
use crate::http::permission::Import;
use crate::http::problem::{Attached, MOST_ERRORS, printable, shortened};
use crate::http::{ApiError, Caller, ErrorCode, Once, Params, Partly, Repeatable, Schemas};
use crate::tables::format::TableFile;
use crate::tables::read::Room;
use crate::tables::{AmountUnit, Collection};

/// Import a bundle
///
/// 导入：一次写入多个单位、年度的数据，缺省按主键新建或更新（`strategy`）；缺省字段不动，null 清空。缺省要么全部写入，
/// 要么一行都不写；`atomic=false` 写入无误的行，部分有误时返回 207。所有错误一次列全。格式：JSON 包、NDJSON（每行一条，含 `collection`）、CSV（一类数据，`collection` 指明）、XLSX（每类一张表）、
/// 多个文件的表单；表头中英文均可，见导入模板。未写入时 `Accept: text/csv` 返回原文件加一列“导入错误”，改好后可原样再导入。`mode=validate` 只检查，并列出每套自评表的勾稽审核结果。重复导入同一文件结果为“未变”。
#[utoipa::path(
    tag = "imports",
    operation_id = "importBundle",
    params(ImportParams),
    request_body(content(
        (Bundle = "application/json"),
        (RowLines = "application/x-ndjson"),
        (CsvText = "text/csv"),
        (WorkbookFile = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (ImportForm = "multipart/form-data"),
    )),
    responses((status = 422,
        description = "有误，未写入任何数据；`Accept: text/csv` 返回原文件加错误列 Nothing was written; every bad row is named.",
        content((ImportProblem = "application/problem+json"), (TableFile = "text/csv")))),
    security(("oauth2" = ["import:write"]))
)]
#[post("/imports")]
#[expect(clippy::too_many_arguments, reason = "an import takes what every request brings, and more")]
pub async fn post(
    caller: Caller<Import>,
    Params(params): Params<ImportParams>,
    Language(lang): Language,
    once: Once,
    request: HttpRequest,
    payload: web::Payload,
    db: web::Data<Db>,
    schemas: web::Data<Schemas>,
) -> Result<Repeatable<Partly<ImportReport>>, ApiError> {
    let (files, sha256) = received(&request, payload).await?;
    let reading = Reading {
        collection: params.collection.map(Collection::from),
        unit: params.amount_unit.map(AmountUnit::from),
        room: Room::SERVED,
    };
    let told = Told::asked_for(&request, &files, lang);
    let bundle = web::block(move || files::read(&files, reading)).await.map_err(ApiError::internal)?;
    let bundle = bundle.map_err(|refused| match refused {
        Refused::Whole(error) => *error,
        Refused::Wrong(errors) => told.rejected(Counts::default(), errors),
    })?;
    let mode = match params.mode {
        ModeWord::Validate => Mode::Validate,
        ModeWord::Commit => Mode::Commit,
    };
    if params.stage.is_some() && caller.principal().role != Role::Admin {
        return Err(ApiError::new(ErrorCode::Forbidden).detail(
            "只有管理员可以把历史自评直接导入到已提交或已通过阶段",
            "Only an administrator imports historical evaluations at a later stage",
        ));
    }
    let (strategy, is_atomic) = (params.strategy.into(), params.atomic);
    let order = Order { mode, strategy, is_atomic, later: params.stage, sha256 };
    let work = db.begin(caller.principal()).await?;
    if let Some(reply) = once.replay(&work).await? {
        return Ok(reply);
    }
    let (work, report) = run(work, &schemas, caller.principal(), bundle, order).await?;
    let is_accepted = report.is_accepted();
    let Report { id, counts, errors, assessed, is_atomic: _ } = report;
    if !is_accepted {
        return Err(told.rejected(counts, errors));
    }
    let is_whole = errors.is_empty();
    let body = ImportReport {
        import_id: id.map(|id| id.to_string()),
        mode: params.mode,
        strategy: params.strategy,
        counts: counts.into(),
        errors: shown(errors, lang),
        forms: assessed.iter().take(MOST_FORMS).map(|form| checked(form, lang)).collect(),
    };
    let reply = Partly { body, is_whole };
    match mode {
        Mode::Commit => once.commit(work, reply).await,
        // Undone with the unit of work, the claim on the key included: checking twice is no harm.
        Mode::Validate => Ok(Repeatable::First(reply)),
    }
}

/// The errors that an answer names.
fn shown(mut errors: Vec<RowError>, lang: Lang) -> Vec<ImportErrorView> {
    errors.dedup(); // a cell that could not be read breaks several rules, and is told once
    errors.into_iter().take(MOST_ERRORS).map(|error| view(error, lang)).collect()
}

/// How the caller is told what is wrong: as a problem document, or as a file.
struct Told {
    lang: Lang,
    /// What was sent, where it is to be sent back with its errors.
    files: Option<Vec<File<Bytes>>>,
}

impl Told {
    fn asked_for(request: &HttpRequest, files: &[File<Bytes>], lang: Lang) -> Self {
        let known = |kind: &str| match kind {
            "text/csv" => Some(true),
            "*/*" | "application/*" | "application/json" | "application/problem+json" => Some(false),
            _ => None,
        };
        let wants_file = preferred(request.headers(), &header::ACCEPT, known).unwrap_or_default();
        Self { lang, files: wants_file.then(|| files.to_vec()) }
    }

    fn rejected(&self, counts: Counts, mut errors: Vec<RowError>) -> ApiError {
        errors.dedup();
        let file = self.files.as_ref().map(|files| error_file::write(files, &errors, self.lang));
        match file.transpose() {
            Ok(file) => ApiError { file: file.map(Attached::csv), ..rejected(self.lang, counts, errors) },
            Err(why) => ApiError::internal(why),
        }
    }
}

/// Forms, and findings of each, that a report shows.
const MOST_FORMS: usize = 1000;
const MOST_FINDINGS: usize = 20;

fn checked(Assessed { unit, year, findings }: &Assessed, lang: Lang) -> ImportedForm {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let stands = |finding: &&Finding| finding.severity != Severity::Note;
    let shown = findings.iter().filter(stands).take(MOST_FINDINGS).map(|finding| ImportFinding {
        id: finding.id(),
        severity: finding.severity,
        text: finding.text(lang),
        hint: finding.check.hint.text(lang),
    });
    ImportedForm {
        unit: unit.clone(),
        year: *year,
        block: count(Severity::Block),
        explain: count(Severity::Explain),
        note: count(Severity::Note),
        findings: shown.collect(),
    }
}

/// The answer that names every row that is wrong.
#[must_use]
pub fn rejected(lang: Lang, counts: Counts, mut errors: Vec<RowError>) -> ApiError {
    errors.dedup();
    let (all, failed, total) = (errors.len(), counts.failed, counts.total);
    let extra =
        json!({ "errors": shown(errors, lang), "errors_total": all, "counts": ImportCounts::from(counts) });
    let error = ApiError { extra: Some(extra), ..ApiError::new(ErrorCode::ImportRejected) };
    if total == 0 {
        return error;
    }
    error.detail(
        format!("{total} 行中有 {failed} 行有误，共 {all} 处；未写入任何数据"),
        format!("{failed} of {total} rows are wrong, {all} errors in all; nothing was written"),
    )
}

fn view(error: RowError, lang: Lang) -> ImportErrorView {
    let RowError { collection, row, key, error, source, column, nearest } = error;
    let short = |text: &String| printable(text, 200);
    ImportErrorView {
        file: source.file.as_ref().map(short),
        sheet: source.sheet.as_ref().map(short),
        collection: collection.to_owned(),
        row,
        key: printable(&key, 200),
        pointer: printable(&error.pointer, 500),
        column: column.as_ref().map(short),
        code: error.code.to_owned(),
        detail: printable(&error.message.in_lang(lang), 2000),
        found: error.found.map(shortened),
        nearest: nearest.as_ref().map(short),
    }
}

impl From<Counts> for ImportCounts {
    fn from(counts: Counts) -> Self {
        let Counts { total, created, updated, unchanged, failed, not_in_file, removed } = counts;
        Self { total, created, updated, unchanged, failed, not_in_file, removed }
    }
}
