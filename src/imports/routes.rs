//! `/imports`.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, web};
use jixiao_core::checks::{Finding, Severity};
use jixiao_core::kernel::{Lang, Text as _};
use jixiao_core::workflow::Role;
use serde_json::json;

use super::error_file;
use super::errors::Errors;
use super::files::{self, File, Reading, Refused};
use super::report::{Assessed, Counts, Report, RowError};
use super::run::{Mode, Order, run};
use super::upload::received;
use super::wire::{
    ImportCounts, ImportErrorView, ImportFinding, ImportParams, ImportReport, ImportedForm, ModeWord,
};
use crate::db::Db;
use crate::http::envelope::preferred;
use crate::http::permission::Import;
use crate::http::problem::{Attached, MOST_ERRORS, printable, shortened};
use crate::http::{ApiError, Caller, ErrorCode, Once, Partly, Principal, Repeatable, Schemas};
use crate::tables::read::Room;
use crate::tables::{AmountUnit, Collection};

/// Imports a body that is small enough to be answered at once.
#[expect(clippy::too_many_arguments, reason = "an import takes what every request brings, and more")]
pub async fn at_once(
    caller: Caller<Import>,
    params: ImportParams,
    lang: Lang,
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
        Refused::Wrong(errors) => told.rejected(Counts::default(), errors.into()),
    })?;
    let mode = match params.mode {
        ModeWord::Validate => Mode::Validate,
        ModeWord::Commit => Mode::Commit,
    };
    check_stage(&params, caller.principal())?;
    let (strategy, is_atomic) = (params.strategy.into(), params.atomic);
    let order = Order { mode, strategy, is_atomic, later: params.stage, sha256, is_piece: false };
    let work = db.begin(caller.principal()).await?;
    if let Some(reply) = once.replay(&work).await.map_err(uncounted)? {
        return Ok(reply);
    }
    let (work, report) = run(work, &schemas, caller.principal(), bundle, order).await?;
    let is_accepted = report.is_accepted();
    let Report { id, counts, errors, assessed, is_atomic: _, reference: _ } = report;
    if !is_accepted {
        return Err(told.rejected(counts, errors));
    }
    let is_whole = errors.is_empty();
    let file = if is_whole { None } else { told.file(&errors)? };
    let body = ImportReport {
        import_id: id.map(|id| id.to_string()),
        mode: params.mode,
        strategy: params.strategy,
        counts: counts.into(),
        errors_total: errors.count(),
        errors: shown(errors, lang),
        forms: assessed.iter().take(MOST_FORMS).map(|form| checked(form, lang)).collect(),
    };
    let reply = Partly { body, is_whole, file };
    match mode {
        Mode::Commit => once.commit(work, reply).await,
        // Undone with the unit of work, the claim on the key included: checking twice is no harm.
        Mode::Validate => Ok(Repeatable::First(reply)),
    }
}

/// A refusal of an import whose rows were not looked at, with the counts that every one of its 422s has.
#[must_use]
pub fn uncounted(error: ApiError) -> ApiError {
    if error.code != ErrorCode::IdempotencyKeyReused {
        return error;
    }
    let counts = ImportCounts::from(Counts::default());
    ApiError { extra: Some(json!({ "errors": [], "errors_total": 0, "counts": counts })), ..error }
}

/// 403 where somebody else than an administrator imports at a later stage.
pub fn check_stage(params: &ImportParams, caller: &Principal) -> Result<(), ApiError> {
    if params.stage.is_none() || caller.role == Role::Admin {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::Forbidden).detail(
        "只有管理员可以把历史自评直接导入到已提交或已通过阶段",
        "Only an administrator imports historical evaluations at a later stage",
    ))
}

/// The errors that an answer names.
fn shown(errors: Errors, lang: Lang) -> Vec<ImportErrorView> {
    errors.into_kept().into_iter().take(MOST_ERRORS).map(|error| view(error, lang)).collect()
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

    fn rejected(&self, counts: Counts, errors: Errors) -> ApiError {
        match self.file(&errors) {
            Ok(file) => ApiError { file, ..rejected(self.lang, counts, errors) },
            Err(why) => why,
        }
    }

    /// What was sent, with its errors, where it was asked for.
    fn file(&self, errors: &Errors) -> Result<Option<Attached>, ApiError> {
        let Some(files) = &self.files else { return Ok(None) };
        let bytes = error_file::write(files, errors, self.lang).map_err(ApiError::internal)?;
        Ok(Some(Attached(bytes.into())))
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
pub fn rejected(lang: Lang, counts: Counts, errors: Errors) -> ApiError {
    let (all, failed, total) = (errors.count(), counts.failed, counts.total);
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
