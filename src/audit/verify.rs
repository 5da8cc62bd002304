//! Finding the first entry that somebody bent: changed, removed, moved or cut off.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr};

use super::checkpoint::{Checkpoint, Seal, checkpoint_hash, heads};
use super::entity::{checkpoint, entry};
use super::store::{self, BEGINNING, entry_hash};
use crate::http::Message;

/// Entries that are read at once.
const BATCH: u64 = 2000;

/// Where a chain is broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The chain; `checkpoints` for those.
    pub chain: String,
    /// The first place in it that is not as it was written.
    pub seq: i64,
    /// What is wrong there, as a stable code.
    pub code: &'static str,
    /// What is wrong there.
    pub message: Message,
}

impl Break {
    fn new(chain: &str, seq: i64, code: &'static str, zh: &str, en: &str) -> Self {
        Self { chain: chain.to_owned(), seq, code, message: Message::new(zh, en) }
    }

    fn missing(chain: &str, seq: i64) -> Self {
        Self::new(chain, seq, "entry_missing", "此处的记录缺失", "The entry at this place is missing")
    }
}

/// What verifying came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Chains that were read.
    pub chains: u64,
    /// Entries that were read.
    pub entries: u64,
    /// Checkpoints that were read.
    pub checkpoints: u64,
    /// The first broken place, by the order of chains and entries.
    pub broken: Option<Break>,
}

/// A chain on its way through the entries.
struct Walk {
    chain: String,
    seq: i64,
    hash: String,
}

/// Verifies every chain: each entry's own hash, that it follows the one before, that none is missing, that the chain
/// ends where its head says, and that it holds what every checkpoint saw. To be run on a snapshot. With a `seal` the
/// checkpoints' signatures are verified as well; `kept` is a checkpoint that was kept outside.
pub async fn verify(
    conn: &impl ConnectionTrait,
    seal: Option<&Seal>,
    kept: Option<&Checkpoint>,
) -> Result<Verdict, DbErr> {
    let mut verdict = Verdict::default();
    let checkpoints = store::checkpoints(conn).await?;
    verdict.checkpoints = u64::try_from(checkpoints.len()).unwrap_or(u64::MAX);
    let mut seen: BTreeMap<(String, i64), String> = BTreeMap::new();
    if let Some(broken) = follow_checkpoints(&checkpoints, seal, kept, &mut seen) {
        verdict.broken = Some(broken);
        return Ok(verdict);
    }
    let mut ends: BTreeMap<String, (i64, String)> =
        store::heads(conn).await?.into_iter().map(|head| (head.chain, (head.seq, head.hash))).collect();

    let mut walk = Walk { chain: String::new(), seq: 0, hash: BEGINNING.to_owned() };
    loop {
        let batch = store::after(conn, &walk.chain, walk.seq, BATCH).await?;
        let is_last = batch.is_empty();
        for row in batch {
            if row.chain != walk.chain {
                if let Some(broken) = close(&walk, &mut ends) {
                    verdict.broken = Some(broken);
                    return Ok(verdict);
                }
                walk = Walk { chain: row.chain.clone(), seq: 0, hash: BEGINNING.to_owned() };
                verdict.chains += 1;
            }
            verdict.entries += 1;
            if let Some(broken) = step(&mut walk, &row, &mut seen) {
                verdict.broken = Some(broken);
                return Ok(verdict);
            }
        }
        if is_last {
            break;
        }
    }
    let cut = close(&walk, &mut ends)
        .or_else(|| ends.into_keys().next().map(|chain| Break::missing(&chain, 1)))
        .or_else(|| seen.into_keys().next().map(|(chain, seq)| Break::missing(&chain, seq)));
    verdict.broken = cut;
    Ok(verdict)
}

fn step(walk: &mut Walk, row: &entry::Model, seen: &mut BTreeMap<(String, i64), String>) -> Option<Break> {
    let place = walk.seq + 1;
    if row.seq != place {
        return Some(Break::missing(&row.chain, place));
    }
    let is_own = row.hash == entry_hash(row);
    if !is_own || row.prev_hash != walk.hash {
        let (zh, en) = if is_own {
            ("记录与前一条不相连", "The entry does not follow the one before")
        } else {
            ("记录的内容被改动", "What the entry says was changed")
        };
        return Some(Break::new(&row.chain, place, "entry_changed", zh, en));
    }
    if seen.remove(&(row.chain.clone(), row.seq)).is_some_and(|hash| hash != row.hash) {
        let (zh, en) = (
            "记录与检查点不符，整条链被重写",
            "The entry differs from a checkpoint: the chain was rewritten",
        );
        return Some(Break::new(&row.chain, place, "checkpoint_differs", zh, en));
    }
    walk.seq = place;
    walk.hash.clone_from(&row.hash);
    None
}

/// A chain ends where its head says.
fn close(walk: &Walk, ends: &mut BTreeMap<String, (i64, String)>) -> Option<Break> {
    if walk.seq == 0 {
        return None;
    }
    match ends.remove(&walk.chain) {
        Some((seq, hash)) if seq == walk.seq && hash == walk.hash => None,
        Some((seq, _)) if seq > walk.seq => Some(Break::missing(&walk.chain, walk.seq + 1)),
        _ => {
            let (zh, en) = ("链的末端与登记不符", "The chain does not end where it is said to");
            Some(Break::new(&walk.chain, walk.seq, "head_differs", zh, en))
        }
    }
}

fn follow_checkpoints(
    rows: &[checkpoint::Model],
    seal: Option<&Seal>,
    kept: Option<&Checkpoint>,
    seen: &mut BTreeMap<(String, i64), String>,
) -> Option<Break> {
    let broken = |seq, code, zh, en| Some(Break::new("checkpoints", seq, code, zh, en));
    let mut before = BEGINNING;
    for (row, place) in rows.iter().zip(1..) {
        let Some(heads) = heads(row).filter(|_| row.seq == place) else {
            return broken(place, "checkpoint_missing", "检查点缺失", "The checkpoint is missing");
        };
        if row.prev_hash != before || row.hash != checkpoint_hash(row) {
            return broken(place, "checkpoint_changed", "检查点被改动", "The checkpoint was changed");
        }
        if seal.is_some_and(|seal| !seal.has_signed(&row.hash, &row.signature)) {
            let (zh, en) =
                ("检查点的签名不符（或密钥已更换）", "The signature is not ours, or the secret was replaced");
            return broken(place, "signature_wrong", zh, en);
        }
        seen.extend(heads.into_iter().map(|(chain, seq, hash)| ((chain, seq), hash)));
        before = &row.hash;
    }
    let kept = kept?;
    match rows.iter().find(|row| row.seq == kept.seq) {
        Some(row) if row.hash == kept.hash => None,
        Some(_) => {
            let (zh, en) = ("与留存的检查点不符", "It differs from the checkpoint that was kept");
            broken(kept.seq, "checkpoint_differs", zh, en)
        }
        None => {
            let (zh, en) = ("留存的检查点已不在库中", "The checkpoint that was kept is gone");
            broken(kept.seq, "checkpoint_missing", zh, en)
        }
    }
}
