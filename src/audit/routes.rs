//! `/audit`.

use actix_web::{HttpRequest, get, web};
use serde_json::json;

use super::checkpoint::Seal;
use super::entity::entry::{Column, Model};
use super::entity::{ChangeEntry, FieldChange};
use super::store::{self, Filter};
use super::verify as verifying;
use super::wire::{
    AuditChange, AuditEntryList, AuditEntryView, AuditField, AuditParams, AuditSort, AuditVerdict,
};
use crate::db::{Db, Keyset, SortColumn};
use crate::http::envelope::Language;
use crate::http::permission::ReadAudit;
use crate::http::wire::Timestamp;
use crate::http::{ApiError, Caller, Cursors, Listed, Params, Shown};

/// List audit entries
///
/// 审计记录：谁、何时、把什么从什么改成什么。每个单位年度一条链，其他事务共用一条链；记录只增不改。
#[utoipa::path(tag = "audit", operation_id = "listAuditEntries", params(AuditParams), security(("oauth2" = ["audit:read"])))]
#[get("/audit/entries")]
pub async fn list(
    _: Caller<ReadAudit>,
    Params(params): Params<AuditParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
) -> Result<Listed<AuditEntryList>, ApiError> {
    let page = params.page(&request, &cursors)?;
    let keyset = Keyset {
        columns: vec![SortColumn::of(Column::Id)],
        descending: matches!(params.sort.unwrap_or_default(), AuditSort::IdDown),
        after: page.after(),
        limit: page.limit,
    };
    let filter = Filter { chain: params.chain, actor: params.actor, request_id: params.request_id };
    let mut rows = store::list(db.reader(), &filter, keyset).await?;
    let next_cursor = cursors.close(&page, &mut rows, |row| vec![json!(row.id)]);
    let total = match params.with_total {
        Some(true) => Some(store::count(db.reader(), &filter).await?),
        _ => None,
    };
    let items = rows.into_iter().map(AuditEntryView::from).collect();
    Ok(Listed { body: AuditEntryList { items, next_cursor: next_cursor.clone(), total }, next_cursor })
}

/// Verify the audit chains
///
/// 校验全部审计链：逐条核对摘要与次序、末端登记和签名检查点，指出首个断点。
#[utoipa::path(tag = "audit", operation_id = "verifyAudit", security(("oauth2" = ["audit:read"])))]
#[get("/audit/verification")]
pub async fn verify(
    _: Caller<ReadAudit>,
    Language(lang): Language,
    db: web::Data<Db>,
    seal: web::Data<Seal>,
) -> Result<Shown<AuditVerdict>, ApiError> {
    let snapshot = db.snapshot().await?;
    let verdict = verifying::verify(&snapshot, Some(&seal), None).await?;
    let (chain, seq, code, detail) = match verdict.broken {
        None => (None, None, None, None),
        Some(broken) => (
            Some(broken.chain),
            Some(broken.seq),
            Some(broken.code.to_owned()),
            Some(broken.message.in_lang(lang)),
        ),
    };
    Ok(Shown(AuditVerdict {
        intact: chain.is_none(),
        chains: verdict.chains,
        entries: verdict.entries,
        checkpoints: verdict.checkpoints,
        broken_chain: chain,
        broken_seq: seq,
        code,
        detail,
    }))
}

impl From<Model> for AuditEntryView {
    fn from(row: Model) -> Self {
        // What cannot be read any more is shown as no change; verifying names it.
        let changes: Vec<ChangeEntry> = serde_json::from_str(&row.changes).unwrap_or_default();
        Self {
            chain: row.chain,
            seq: row.seq,
            at: Timestamp(row.at),
            actor: row.actor,
            role: row.role,
            unit: row.unit_code,
            region_code: row.region_code,
            request_id: row.request_id,
            cause: row.cause,
            changes: changes.into_iter().map(AuditChange::from).collect(),
            prev_hash: row.prev_hash,
            hash: row.hash,
        }
    }
}

impl From<ChangeEntry> for AuditChange {
    fn from(entry: ChangeEntry) -> Self {
        let (action, entity, key) = (entry.action.clone(), entry.entity.clone(), entry.key.clone());
        let field = |FieldChange { field, before, after }| AuditField { field, before, after };
        Self { action, entity, key, fields: entry.fields().into_iter().map(field).collect() }
    }
}
