//! The audit chains in the database.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::entity::{checkpoint, entry, head};
use crate::db::{
    Actor, Keyset, Target, Work, add_up_rows, insert_rows, keyset_page, on_all_cores, replace_rows,
};

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
    let said = (
        &row.prev_hash,
        &row.chain,
        row.seq,
        moment(row.at),
        &row.actor,
        &row.role,
        &row.unit_code,
        &row.region_code,
        &row.request_id,
        &row.cause,
        &row.changes,
    );
    let mut digest = BufWriter::new(Digest(digest::Context::new(&digest::SHA256)));
    // Texts and numbers always serialise, and a digest takes all bytes.
    let _ = serde_json::to_writer(&mut digest, &said);
    let digest = digest.into_inner().map(|Digest(context)| context.finish());
    digest.map(|digest| URL_SAFE_NO_PAD.encode(digest)).unwrap_or_default()
}

/// A digest of what is written to it, so that what is hashed is never held as a whole.
struct Digest(digest::Context);

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of an entry that say what a row does.
const A_ROW: usize = 512;

/// What an entry says.
#[derive(Debug)]
pub struct Said {
    /// Who did it.
    pub by: Arc<Actor>,
    /// The changes, as the text that is hashed.
    pub changes: String,
}

/// Appends entries to chains. The heads are held until the work is over, so entries follow one another; in the order of
/// the chains' names, so that two who write several never wait in a circle.
pub async fn append(work: &Work<'_>, entries: BTreeMap<String, Vec<Said>>) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let conn = work.conn();
    let counted: Vec<head::ActiveModel> = entries
        .iter()
        .map(|(chain, entries)| head::ActiveModel {
            chain: Set(chain.clone()),
            seq: Set(i64::try_from(entries.len()).unwrap_or(i64::MAX)),
            hash: Set(BEGINNING.to_owned()),
        })
        .collect();
    // The hash is still that of the entry before: only the number has moved on.
    let all = [head::Column::Chain, head::Column::Seq, head::Column::Hash];
    let moved = add_up_rows(conn, counted, Target::Key, head::Column::Seq, &all).await?;
    let moved = moved.iter().map(|row| head::Model::from_query_result(row, ""));
    let mut heads: BTreeMap<String, head::Model> =
        moved.map(|head| head.map(|head| (head.chain.clone(), head))).collect::<Result<_, _>>()?;
    let blank = entry::Model {
        id: 0,
        chain: String::new(),
        seq: 0,
        at: work.now(),
        actor: String::new(),
        role: None,
        unit_code: None,
        region_code: None,
        request_id: None,
        cause: work.cause().map(str::to_owned),
        changes: String::new(),
        prev_hash: String::new(),
        hash: String::new(),
    };
    // As long a text as this is hashed in the time that a row takes elsewhere.
    let rows = entries.values().flatten().map(|said| said.changes.len() / A_ROW).sum();
    let chains = entries.into_iter().filter_map(|(chain, entries)| Some((heads.remove(&chain)?, entries)));
    let linked =
        on_all_cores(rows, chains.collect(), move |(head, entries)| linked(&blank, head, entries)).await?;
    let (mut rows, mut heads) = (Vec::new(), Vec::new());
    for (head, entries) in linked {
        heads.push(head::ActiveModel::from(head).reset_all());
        rows.extend(entries.into_iter().map(|row| {
            let mut new = entry::ActiveModel::from(row).reset_all();
            new.id = ActiveValue::NotSet;
            new
        }));
    }
    insert_rows(conn, rows).await?;
    replace_rows(conn, heads, Target::Key).await
}

/// The entries of a chain whose head has moved on already, each with the hash of the one before.
fn linked(
    blank: &entry::Model,
    mut head: head::Model,
    entries: Vec<Said>,
) -> (head::Model, Vec<entry::Model>) {
    let first = head.seq + 1 - i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let rows = (first..).zip(entries).map(|(seq, Said { by, changes })| {
        let mut row = entry::Model {
            chain: head.chain.clone(),
            seq,
            actor: by.name.clone(),
            role: by.role.map(|role| role.to_string()),
            unit_code: by.unit.as_ref().map(ToString::to_string),
            region_code: by.region.as_ref().map(ToString::to_string),
            request_id: by.request_id.clone(),
            changes,
            prev_hash: std::mem::take(&mut head.hash),
            ..blank.clone()
        };
        row.hash = entry_hash(&row);
        head.hash.clone_from(&row.hash);
        row
    });
    let rows = rows.collect();
    (head, rows)
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
