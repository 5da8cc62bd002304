//! Scores as they were answered a moment ago. The finance system asks for the same ones again and again, and what they
//! come to follows from the form's version: so they are kept by it, and nothing has to be thrown away when a form
//! changes. Each process keeps its own.

use std::fmt;

use actix_web::web::Bytes;
use jixiao_core::kernel::Lang;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// Bytes that are kept at most.
const ROOM: u64 = 32 << 20;
/// About as many answers fit in.
const ANSWERS: usize = 2_000;

/// What an answer follows from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The evaluation.
    pub evaluation: i64,
    /// Its version.
    pub version: i64,
    /// The language of the explanations.
    pub lang: Lang,
    /// Whether the derivation is with it.
    pub explain: bool,
}

impl Key {
    /// The ETag of the answer. The words differ by language and by what was asked for, so the tag does too.
    #[must_use]
    pub fn etag(&self) -> String {
        let how = if self.explain { ".explained" } else { "" };
        format!("\"{}.{}.{}{how}\"", self.evaluation, self.version, self.lang.tag())
    }
}

#[derive(Clone, Debug)]
struct ByLength;

impl Weighter<Key, Bytes> for ByLength {
    fn weight(&self, _: &Key, answer: &Bytes) -> u64 {
        u64::try_from(answer.len()).unwrap_or(u64::MAX).max(1)
    }
}

/// Answers, the most wanted ones.
pub struct Kept(Cache<Key, Bytes, ByLength>);

impl Default for Kept {
    fn default() -> Self {
        Self(Cache::with_weighter(ANSWERS, ROOM, ByLength))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("answers", &self.0.len()).finish_non_exhaustive()
    }
}

impl Kept {
    /// The answer, if it is there.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Bytes> {
        self.0.get(key)
    }

    /// Keeps an answer.
    pub fn keep(&self, key: Key, answer: Bytes) {
        self.0.insert(key, answer);
    }
}
