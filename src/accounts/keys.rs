//! The keys that sign access tokens: Ed25519, kept in the database so that every replica has them, sealed with
//! the installation's secret so that a copy of the database signs nothing.
//!
//! A key is believed because its private half opens with the secret. A public key that somebody wrote into the
//! table by hand therefore verifies nothing.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jixiao_core::kernel::{Lang, Text};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sea_orm::DbErr;
use serde_json::{Value, json};

use super::entity::signing_key;
use super::manage::COMMAND_LINE;
use super::secret::SecretKey;
use super::store;
use super::tokens::ACCESS_LIFETIME;
use crate::db::{Actor, Chain, Db, Deed, is_unique_violation};

/// How long a new key is published before it signs, and the old one goes on signing: by then every replica has
/// looked.
const HANDOVER: TimeDelta = TimeDelta::seconds(30);
/// How old the ring gets before somebody looks for new keys.
const REFRESH: TimeDelta = TimeDelta::seconds(15);
/// How often an unknown key is looked for: made-up key names cost one query a second, however many come.
const RETRY: TimeDelta = TimeDelta::seconds(1);
/// How much longer than its last token a retired key is kept, for clocks that differ.
const GRACE: TimeDelta = TimeDelta::seconds(60);

/// Why there are no keys to work with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The keys were sealed with another secret.
    #[error("the secret key does not open the signing keys of this database")]
    WrongSecret,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbErr),
    /// The cryptographic library failed, which it does only without randomness.
    #[error("no signing key could be made")]
    Crypto,
}

impl Text for KeyError {
    fn text(&self, lang: Lang) -> String {
        let zh = match self {
            Self::WrongSecret => "密钥打不开此数据库中的签名密钥：请使用建库时的密钥".to_owned(),
            Self::Db(why) => format!("数据库出错：{why}"),
            Self::Crypto => "无法生成签名密钥".to_owned(),
        };
        lang.pick(zh, self.to_string())
    }
}

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Crypto
    }
}

/// A key that was opened.
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// Signs.
    pub encoding: EncodingKey,
    /// Verifies.
    pub decoding: DecodingKey,
    public: String,
    created_at: DateTime<Utc>,
    retired_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    fn signs(&self, now: DateTime<Utc>) -> bool {
        self.retired_at.is_none_or(|retired| now < retired)
    }

    fn verifies(&self, now: DateTime<Utc>) -> bool {
        self.retired_at.is_none_or(|retired| now < retired + ACCESS_LIFETIME + GRACE)
    }
}

/// The keys as this process knows them.
pub struct KeyRing {
    sealing: [u8; 32],
    known: RwLock<Known>,
    turn: tokio::sync::Mutex<()>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("known", &self.known).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Known {
    keys: Vec<Arc<SigningKey>>,
    looked_at: Option<DateTime<Utc>>,
}

impl KeyRing {
    /// An empty ring that opens keys sealed with `secret`.
    #[must_use]
    pub fn new(secret: &SecretKey) -> Self {
        Self {
            sealing: secret.derive("signing keys"),
            known: RwLock::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Loads the keys, and makes the first one if there is none. Replicas that start together end up with the
    /// same one.
    pub async fn ensure_signing_key(&self, db: &Db) -> Result<(), KeyError> {
        self.load(db).await?;
        if self.current(db.clock().now()).is_some() {
            return Ok(());
        }
        self.add_key(db, false).await?;
        self.load(db).await
    }

    /// Makes a new key. It signs after half a minute, when every replica knows it; the old ones stop then, and
    /// verify until the last token they signed has expired.
    pub async fn rotate(&self, db: &Db) -> Result<(), KeyError> {
        self.load(db).await?;
        self.add_key(db, true).await?;
        self.load(db).await
    }

    async fn add_key(&self, db: &Db, retire_others: bool) -> Result<(), KeyError> {
        let pair = Ed25519KeyPair::generate()?;
        let actor = if retire_others { COMMAND_LINE } else { "accounts" };
        let mut work = db.begin(Actor::service(actor)).await?;
        // The name counts on: of two replicas that make the first key, the later one finds the key there, or,
        // when neither sees the other's yet, the name taken.
        let count = store::count_signing_keys(work.conn()).await?;
        if !retire_others
            && store::signing_keys(work.conn()).await?.iter().any(|key| key.retired_at.is_none())
        {
            return Ok(());
        }
        let kid = format!("{}-{}", work.now().format("%Y%m%d"), count + 1);
        let sealed_private_key = seal(&self.sealing, &kid, pair.to_pkcs8()?.as_ref())?;
        if retire_others {
            store::retire_signing_keys(&work, work.now() + HANDOVER).await?;
            let deed = Deed::taken("rotate", &json!({ "signs_from": work.now() + HANDOVER }));
            work.record(Chain::Administration, "signing_key", kid.clone(), deed);
        }
        let key = signing_key::Model {
            kid,
            public_key: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
            sealed_private_key,
            created_at: work.now(),
            retired_at: None,
        };
        match store::insert_signing_key(&work, key).await {
            Ok(()) => Ok(work.commit().await?),
            Err(why) if is_unique_violation(&why) => Ok(()),
            Err(why) => Err(why.into()),
        }
    }

    async fn load(&self, db: &Db) -> Result<(), KeyError> {
        let rows = store::signing_keys(db.reader()).await?;
        let keys: Result<Vec<_>, KeyError> =
            rows.into_iter().map(|row| open(&self.sealing, row).map(Arc::new)).collect();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.looked_at = Some(db.clock().now());
        known.keys = keys?;
        Ok(())
    }

    /// Looks for new keys unless somebody did so within `interval`; one task looks, the others wait for it.
    async fn load_unless_within(&self, db: &Db, interval: TimeDelta) -> Result<(), DbErr> {
        let now = db.clock().now();
        let is_recent = || {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.looked_at.is_some_and(|looked| (now - looked).abs() < interval)
        };
        if is_recent() {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        if is_recent() {
            return Ok(());
        }
        match self.load(db).await {
            Err(KeyError::Db(why)) => Err(why),
            Err(why) => {
                // The keys that were opened before stay: one bad row must not lock everybody out.
                tracing::error!(cause = %why, "signing keys cannot be read");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Sees to it that keys made elsewhere are known before they sign. Costs a query four times a minute.
    pub async fn refresh(&self, db: &Db) -> Result<(), DbErr> {
        self.load_unless_within(db, REFRESH).await
    }

    /// The key of this name, if its tokens still count.
    pub async fn find(&self, db: &Db, kid: &str) -> Result<Option<Arc<SigningKey>>, DbErr> {
        let now = db.clock().now();
        if let Some(key) = self.get(kid, now) {
            return Ok(Some(key));
        }
        self.load_unless_within(db, RETRY).await?;
        Ok(self.get(kid, now))
    }

    /// The key of this name as far as this process knows.
    #[must_use]
    pub fn get(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.keys.iter().find(|key| key.kid == kid && key.verifies(now)).cloned()
    }

    /// The key that signs now: the newest that every replica has had time to see.
    #[must_use]
    pub fn current(&self, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let signing = || known.keys.iter().filter(|key| key.signs(now));
        signing()
            .filter(|key| key.created_at + HANDOVER <= now)
            .max_by_key(|key| key.created_at)
            .or_else(|| signing().min_by_key(|key| key.created_at))
            .cloned()
    }

    /// The public keys as a JWK set (RFC 7517), for whoever wants to verify tokens without asking.
    #[must_use]
    pub fn public_keys(&self, now: DateTime<Utc>) -> Value {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let view = |key: &Arc<SigningKey>| json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.public });
        json!({ "keys": known.keys.iter().filter(|key| key.verifies(now)).map(view).collect::<Vec<_>>() })
    }
}

/// Seals a private key; its name is bound to it, so sealed keys cannot change places.
fn seal(sealing: &[u8; 32], kid: &str, private: &[u8]) -> Result<String, KeyError> {
    let mut sealed = private.to_vec();
    let nonce = RandomizedNonceKey::new(&AES_256_GCM, sealing)?
        .seal_in_place_append_tag(Aad::from(kid.as_bytes()), &mut sealed)?;
    let mut all = nonce.as_ref().to_vec();
    all.extend_from_slice(&sealed);
    Ok(URL_SAFE_NO_PAD.encode(all))
}

fn open(sealing: &[u8; 32], row: signing_key::Model) -> Result<SigningKey, KeyError> {
    let signing_key::Model { kid, public_key: _, sealed_private_key, created_at, retired_at } = row;
    let all = URL_SAFE_NO_PAD.decode(sealed_private_key).map_err(|_| KeyError::WrongSecret)?;
    let (nonce, sealed) = all.split_at_checked(NONCE_LEN).ok_or(KeyError::WrongSecret)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    let mut sealed = sealed.to_vec();
    let private = RandomizedNonceKey::new(&AES_256_GCM, sealing)?
        .open_in_place(nonce, Aad::from(kid.as_bytes()), &mut sealed)
        .map_err(|_| KeyError::WrongSecret)?;
    let pair = Ed25519KeyPair::from_pkcs8(private).map_err(|_| KeyError::WrongSecret)?;
    let public = pair.public_key().as_ref();
    Ok(SigningKey {
        kid,
        encoding: EncodingKey::from_ed_der(private),
        decoding: DecodingKey::from_ed_der(public),
        public: URL_SAFE_NO_PAD.encode(public),
        created_at,
        retired_at,
    })
}
