//! `/imports` and `/import-jobs`.

use std::collections::BTreeMap;

use actix_web::body::BoxBody;
use actix_web::{HttpRequest, HttpResponse, Responder, get, post, web};
use jixiao_core::workflow::Role;
use serde_json::json;
use utoipa::openapi::{Content, RefOr, Response};
use utoipa::{IntoResponses, PartialSchema as _};

use super::entity::{Column, Model, Progress};
use super::receive::{self, Arriving, Received};
use super::store::{self, Filter};
use super::wire::{
    ImportJob, ImportJobErrors, ImportJobList, ImportJobParams, ImportJobPath, ImportJobRows, ImportJobUnits,
    JobSort,
};
use crate::db::{Db, Keyset, SortColumn, StoredReply};
use crate::http::envelope::Language;
use crate::http::once::Keep;
use crate::http::permission::Import;
use crate::http::wire::Timestamp;
use crate::http::{
    Accepted, ApiError, Caller, Cursors, ErrorCode, Listed, Once, Params, Partly, Principal, Repeatable,
    Schemas, Shown,
};
use crate::imports::routes::{at_once, check_stage, uncounted};
use crate::imports::wire::{
    Bundle, CsvText, ImportForm, ImportParams, ImportProblem, ImportReport, RowLines, WorkbookFile,
};
use crate::tables::format::TableFile;

/// What an import is answered with.
#[derive(Debug)]
pub enum Imported {
    /// It was done at once.
    Done(Partly<ImportReport>),
    /// It is worked on.
    Job(Accepted<ImportJob>),
}

impl Responder for Imported {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Done(reply) => reply.respond_to(request),
            Self::Job(reply) => reply.respond_to(request),
        }
    }
}

impl Keep for Imported {
    fn kept(&self) -> Result<StoredReply, ApiError> {
        match self {
            Self::Done(reply) => reply.kept(),
            Self::Job(reply) => reply.kept(),
        }
    }
}

impl IntoResponses for Imported {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut all = Partly::<ImportReport>::responses();
        let mut accepted = Accepted::<ImportJob>::responses();
        // Written out, as words are: a reference would tie all that speaks of jobs to all that speaks of bundles.
        for response in accepted.values_mut() {
            if let RefOr::T(response) = response {
                for content in response.content.values_mut() {
                    if let RefOr::T(content) = content {
                        content.schema = Some(ImportJob::schema());
                    }
                }
            }
        }
        all.extend(accepted);
        if let Some(RefOr::T(partly)) = all.get_mut("207") {
            "部分成功，其余见各项错误；`Accept: text/csv` 返回原文件加错误列 Done in part; the errors name the rest."
                .clone_into(&mut partly.description);
            let file = RefOr::T(Content::new(Some(TableFile::schema())));
            partly.content.insert("text/csv".to_owned(), file);
        }
        all
    }
}

/// Import a bundle
///
/// 导入：一次写入多个单位、年度的数据，缺省按主键新建或更新（`strategy`）；缺省字段不动，null 清空。缺省要么全部写入，
/// 要么一行都不写；`atomic=false` 写入无误的行，部分有误时返回 207。所有错误一次列全。格式：JSON 包、NDJSON（每行一条，含 `collection`）、CSV（一类数据，`collection` 指明）、XLSX（每类一张表）、
/// 多个文件的表单；表头中英文均可，见导入模板。有误时 `Accept: text/csv` 返回原文件加一列“导入错误”，改好后可原样再导入。`mode=validate` 只检查，并列出每套自评表的勾稽审核结果。重复导入同一文件结果为“未变”。
/// 超过即时处理上限（缺省 20 MiB）的正文，或带 `Prefer: respond-async` 的请求，转为导入任务：返回 202，进度见 `GET /import-jobs/{job}`；
/// 任务接受 NDJSON、CSV、JSON，先检查全部行，再逐个单位年度写入。
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
        content((ImportProblem = "application/problem+json"), (inline(TableFile) = "text/csv")))),
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
) -> Result<Repeatable<Imported>, ApiError> {
    let body = match receive::look(&request, payload.into_inner()).await? {
        Arriving::Small(payload) => {
            let reply = at_once(caller, params, lang, once, request, payload, db, schemas).await?;
            return Ok(match reply {
                Repeatable::First(reply) => Repeatable::First(Imported::Done(reply)),
                Repeatable::Again(reply) => Repeatable::Again(reply),
            });
        }
        Arriving::Large(body) => body,
    };
    check_stage(&params, caller.principal())?;
    let asked = receive::asked(&request, params)?;
    let received = receive::keep(&db, &request, caller.principal(), asked, body).await?;
    let Received { job, bytes, sha256 } = received;
    let work = db.begin(caller.principal()).await?;
    match once.replay(&work).await.map_err(uncounted) {
        Ok(None) => {}
        other => {
            // It came before, or cannot come like this: what was kept of it is not needed.
            drop(work);
            store::clear(&db, job, true).await?;
            return other?.ok_or_else(|| ApiError::internal("a repetition without its answer"));
        }
    }
    let job = store::received(&work, job, bytes, sha256).await?;
    let location = format!("/api/v1/import-jobs/{}", job.id);
    once.commit(work, Imported::Job(Accepted { body: view(&job), location })).await
}

/// Whose jobs a caller sees: their own; an administrator all.
fn seen(caller: &Principal) -> Filter {
    let sent_by = (caller.role != Role::Admin).then(|| caller.username.clone());
    Filter { sent_by, state: None }
}

/// List import jobs
///
/// 导入任务列表：本账号发送的任务；管理员看全部。各任务的逐行错误见单个任务。
#[utoipa::path(
    tag = "imports",
    operation_id = "listImportJobs",
    params(ImportJobParams),
    security(("oauth2" = ["import:write"]))
)]
#[get("/import-jobs")]
pub async fn list(
    caller: Caller<Import>,
    Params(params): Params<ImportJobParams>,
    request: HttpRequest,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Listed<ImportJobList>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let keyset = Keyset {
        columns: vec![SortColumn::of(Column::Id)],
        descending: matches!(params.sort.unwrap_or_default(), JobSort::IdDown),
        after: page.after(),
        limit: page.limit,
    };
    let filter = Filter { state: params.state, ..seen(caller.principal()) };
    let mut rows = store::list(db.reader(), &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![json!(row.id)]);
    let total = match params.with_total {
        Some(true) => Some(store::count(db.reader(), &filter).await?),
        _ => None,
    };
    let items = rows.iter().map(view).collect();
    Ok(Listed { body: ImportJobList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Follow an import job
///
/// 导入任务：状态、进度（行和单位年度）和结果；结束后一直可查。只有发送者和管理员可见。
#[utoipa::path(
    tag = "imports",
    operation_id = "getImportJob",
    params(ImportJobPath),
    security(("oauth2" = ["import:write"]))
)]
#[get("/import-jobs/{job}")]
pub async fn get(
    caller: Caller<Import>,
    path: web::Path<ImportJobPath>,
    db: web::Data<Db>,
) -> Result<Shown<ImportJob>, ApiError> {
    Ok(Shown(view(&find(&db, &caller, &path).await?)))
}

/// List the errors of an import job
///
/// 导入任务的错误：前 1,000 处，逐行列出位置、内容和改法。
#[utoipa::path(
    tag = "imports",
    operation_id = "listImportJobErrors",
    params(ImportJobPath),
    security(("oauth2" = ["import:write"]))
)]
#[get("/import-jobs/{job}/errors")]
pub async fn errors(
    caller: Caller<Import>,
    path: web::Path<ImportJobPath>,
    Language(lang): Language,
    db: web::Data<Db>,
) -> Result<Shown<ImportJobErrors>, ApiError> {
    let job = find(&db, &caller, &path).await?;
    Ok(Shown(ImportJobErrors { items: job.errors.0.into_iter().map(|error| error.view(lang)).collect() }))
}

async fn find(db: &Db, caller: &Caller<Import>, path: &ImportJobPath) -> Result<Model, ApiError> {
    let job = store::find(db.reader(), &seen(caller.principal()), id(path)?).await?;
    job.ok_or_else(ApiError::not_found)
}

/// Cancel an import job
///
/// 取消导入任务：在两个单位年度之间停下；已写入的单位年度保留，`units` 说明到哪里为止。已结束的任务不能取消。
#[utoipa::path(
    tag = "imports",
    operation_id = "cancelImportJob",
    params(ImportJobPath),
    security(("oauth2" = ["import:write"]))
)]
#[post("/import-jobs/{job}/cancel")]
pub async fn cancel(
    caller: Caller<Import>,
    path: web::Path<ImportJobPath>,
    db: web::Data<Db>,
) -> Result<Shown<ImportJob>, ApiError> {
    let (id, seen) = (id(&path)?, seen(caller.principal()));
    let work = db.begin(caller.principal()).await?;
    store::find(work.conn(), &seen, id).await?.ok_or_else(ApiError::not_found)?;
    if !store::cancel(&work, id).await? {
        return Err(ApiError::new(ErrorCode::IllegalStep)
            .detail("任务已结束，不能取消", "The job has ended and cannot be cancelled"));
    }
    let job = store::find(work.conn(), &seen, id).await?.ok_or_else(ApiError::not_found)?;
    work.commit().await?;
    Ok(Shown(view(&job)))
}

fn id(path: &ImportJobPath) -> Result<i64, ApiError> {
    // One address for each: `+7` and `07` parse as well, and are none that was given out.
    let id: i64 = path.job.parse().map_err(|_| ApiError::not_found())?;
    if id.to_string() == path.job { Ok(id) } else { Err(ApiError::not_found()) }
}

fn view(job: &Model) -> ImportJob {
    let Progress { rows, checked, applied, forms, forms_done, last, counts, errors: error_count } =
        job.progress.0.clone();
    let asked = &job.asked.0;
    let (last_unit, last_year) = last.unzip();
    ImportJob {
        id: job.id.to_string(),
        state: job.state.0,
        sent_by: job.sent_by.clone(),
        mode: asked.mode,
        strategy: asked.strategy,
        atomic: asked.atomic,
        bytes: job.bytes,
        sha256: job.sha256.clone(),
        rows: ImportJobRows { total: rows, checked, applied },
        units: ImportJobUnits { of: forms, done: forms_done, last_unit, last_year },
        counts: counts.into(),
        error_count,
        import_id: job.import_id.map(|id| id.to_string()),
        created_at: Timestamp(job.created_at),
        ended_at: job.ended_at.map(Timestamp),
    }
}
