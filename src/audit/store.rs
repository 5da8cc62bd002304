//! The audit chains in the database.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::json;

use super::entity::{ChangeEntry, checkpoint, entry, head};
use crate::db::{Keyset, Work, keyset_page};

/// What the first entry of a chain follows.
pub const BEGINNING: &str = "";

/// The hash of a text, base64url.
#[must_use]
pub fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// A moment as it is hashed: what both engines keep of it.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The hash of an entry: over the hash of the one before and everything it says, as one JSON list.
#[must_use]
pub fn entry_hash(row: &entry::Model) -> String {
    let said = json!([
        row.prev_hash,
        row.chain,
        row.seq,
        moment(row.at),
        row.actor,
        row.role,
        row.unit_code,
        row.region_code,
        row.request_id,
        row.cause,
        row.changes,
    ]);
    hash(&said.to_string())
}

/// Appends an entry to a chain. The chain's head is held until the work is over, so entries follow one another.
pub async fn append(work: &Work<'_>, chain: &str, changes: &[ChangeEntry]) -> Result<(), DbErr> {
    let conn = work.conn();
    let first =
        head::ActiveModel { chain: Set(chain.to_owned()), seq: Set(1), hash: Set(BEGINNING.to_owned()) };
    let next = OnConflict::column(head::Column::Chain)
        .value(head::Column::Seq, Expr::col((head::Entity, head::Column::Seq)).add(1))
        .to_owned();
    // The hash is still that of the entry before: only the number has moved on.
    let head = head::Entity::insert(first).on_conflict(next).exec_with_returning(conn).await?;
    let actor = work.actor().clone();
    let mut row = entry::Model {
        id: 0,
        chain: chain.to_owned(),
        seq: head.seq,
        at: work.now(),
        actor: actor.name,
        role: actor.role.map(|role| role.to_string()),
        unit_code: actor.unit.map(|unit| unit.to_string()),
        region_code: actor.region.map(|region| region.to_string()),
        request_id: actor.request_id,
        cause: work.cause().map(str::to_owned),
        changes: serde_json::to_string(changes).map_err(|why| DbErr::Custom(why.to_string()))?,
        prev_hash: head.hash,
        hash: String::new(),
    };
    row.hash = entry_hash(&row);
    let mut new = entry::ActiveModel::from(row.clone()).reset_all();
    new.id = ActiveValue::NotSet;
    entry::Entity::insert(new).exec_without_returning(conn).await?;
    let head = head::ActiveModel { hash: Set(row.hash), ..Default::default() };
    head::Entity::update_many().set(head).filter(head::Column::Chain.eq(chain)).exec(conn).await?;
    Ok(())
}

/// Which entries are wanted.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of this chain.
    pub chain: Option<String>,
    /// By this account.
    pub actor: Option<String>,
    /// By this request.
    pub request_id: Option<String>,
}

impl Filter {
    fn condition(&self) -> Condition {
        let of =
            |column: entry::Column, wanted: &Option<String>| wanted.as_ref().map(|wanted| column.eq(wanted));
        Condition::all()
            .add_option(of(entry::Column::Chain, &self.chain))
            .add_option(of(entry::Column::Actor, &self.actor))
            .add_option(of(entry::Column::RequestId, &self.request_id))
    }
}

/// A page of entries.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    page: Keyset,
) -> Result<Vec<entry::Model>, DbErr> {
    keyset_page(entry::Entity::find().filter(filter.condition()), page).all(conn).await
}

/// How many entries match.
pub async fn count(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64, DbErr> {
    entry::Entity::find().filter(filter.condition()).count(conn).await
}

/// The next entries after this one, chain by chain.
pub async fn after(
    conn: &impl ConnectionTrait,
    chain: &str,
    seq: i64,
    limit: u64,
) -> Result<Vec<entry::Model>, DbErr> {
    let later = Condition::any()
        .add(entry::Column::Chain.gt(chain))
        .add(Condition::all().add(entry::Column::Chain.eq(chain)).add(entry::Column::Seq.gt(seq)));
    let ordered = entry::Entity::find().filter(later).order_by_asc(entry::Column::Chain);
    ordered.order_by_asc(entry::Column::Seq).limit(limit).all(conn).await
}

/// Where every chain stands.
pub async fn heads(conn: &impl ConnectionTrait) -> Result<Vec<head::Model>, DbErr> {
    head::Entity::find().all(conn).await
}

/// Every checkpoint, in their order.
pub async fn checkpoints(conn: &impl ConnectionTrait) -> Result<Vec<checkpoint::Model>, DbErr> {
    checkpoint::Entity::find().order_by_asc(checkpoint::Column::Seq).all(conn).await
}

/// Keeps a checkpoint.
pub async fn insert_checkpoint(work: &Work<'_>, row: checkpoint::Model) -> Result<(), DbErr> {
    checkpoint::ActiveModel::from(row).reset_all().insert(work.conn()).await.map(|_| ())
}
