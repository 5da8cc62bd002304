//! Signed checkpoints: where every chain stood at a moment. Somebody who cuts the tail of a chain and mends its head
//! cannot make the signature that says it was longer; and a checkpoint kept outside shows that the last ones went.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::entity::checkpoint;
use super::store::{self, BEGINNING, hash, moment};
use crate::db::{Actor, Db};

/// Signs checkpoints with a key that follows from the installation's secret, so that all replicas have the same.
pub struct Seal {
    pair: Ed25519KeyPair,
    kid: String,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Seal {
    /// From 32 bytes derived from the secret.
    ///
    /// # Panics
    ///
    /// Never: any 32 bytes are the seed of a key.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        #[expect(clippy::expect_used, reason = "any 32 bytes are a seed, and an unsigned checkpoint is none")]
        let pair = pair.expect("32 bytes are a seed");
        let kid = hash(&URL_SAFE_NO_PAD.encode(pair.public_key().as_ref())).chars().take(16).collect();
        Self { pair, kid }
    }

    /// The name of its key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    fn sign(&self, hash: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.sign(hash.as_bytes()))
    }

    /// Whether this is its signature of that hash.
    #[must_use]
    pub fn has_signed(&self, hash: &str, signature: &str) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.pair.public_key().as_ref());
        URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|signature| key.verify(hash.as_bytes(), &signature).is_ok())
    }
}

/// A chain, its last entry and that entry's hash.
pub type Head = (String, i64, String);

/// A checkpoint, as it is kept outside of the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Its place among the checkpoints, from 1.
    pub seq: i64,
    /// When it was taken, UTC.
    pub at: String,
    /// How many chains had moved.
    pub chains: usize,
    /// Its hash, over the one before and where the chains stood.
    pub hash: String,
    /// The key that signed it.
    pub kid: String,
    /// The signature of the hash.
    pub signature: String,
}

/// The hash of a checkpoint: over the one before and everything it says.
#[must_use]
pub fn checkpoint_hash(row: &checkpoint::Model) -> String {
    hash(&json!([row.prev_hash, row.seq, moment(row.at), row.heads]).to_string())
}

/// The chains of a checkpoint.
#[must_use]
pub fn heads(row: &checkpoint::Model) -> Option<Vec<Head>> {
    serde_json::from_str(&row.heads).ok()
}

/// Takes a checkpoint, unless nothing was written since the last one.
pub async fn take(db: &Db, seal: &Seal) -> Result<Option<Checkpoint>, DbErr> {
    let work = db.begin(Actor::service("audit")).await?;
    let before = store::checkpoints(work.conn()).await?;
    let mut known: BTreeMap<String, i64> = BTreeMap::new();
    for (chain, seq, _) in before.iter().filter_map(heads).flatten() {
        known.insert(chain, seq);
    }
    let moved: Vec<Head> = store::heads(work.conn())
        .await?
        .into_iter()
        .filter(|head| known.get(&head.chain) != Some(&head.seq))
        .map(|head| (head.chain, head.seq, head.hash))
        .collect();
    if moved.is_empty() {
        return Ok(None);
    }
    let last = before.last();
    let mut row = checkpoint::Model {
        seq: last.map_or(1, |last| last.seq + 1),
        at: work.now(),
        heads: serde_json::to_string(&moved).map_err(|why| DbErr::Custom(why.to_string()))?,
        prev_hash: last.map_or_else(|| BEGINNING.to_owned(), |last| last.hash.clone()),
        hash: String::new(),
        kid: seal.kid.clone(),
        signature: String::new(),
    };
    row.hash = checkpoint_hash(&row);
    row.signature = seal.sign(&row.hash);
    let taken = Checkpoint {
        seq: row.seq,
        at: moment(row.at),
        chains: moved.len(),
        hash: row.hash.clone(),
        kid: row.kid.clone(),
        signature: row.signature.clone(),
    };
    // Two replicas that take one at the same moment: the number is unique, and one of them is enough.
    match store::insert_checkpoint(&work, row).await {
        Err(why) if crate::db::is_unique_violation(&why) => return Ok(None),
        outcome => outcome?,
    }
    work.commit().await?;
    Ok(Some(taken))
}
