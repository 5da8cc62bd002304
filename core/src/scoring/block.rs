//! The parts of a sheet in which points are summed: those that every form has words for, and those that a rule
//! set declares as its own.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule_set::Title;
use super::words::{Block, UnknownName, compact};
use crate::kernel::{Lang, Text};

/// Where points are summed: the execution row, a block, or what could not be classified. A plain word of 1 to 32
/// lower-case letters, digits and underscores that begins with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockName(Cow<'static, str>);

impl BlockName {
    /// 预算执行率.
    pub const EXECUTION: Self = Self(Cow::Borrowed("execution"));
    /// 成本指标.
    pub const COST: Self = Self(Cow::Borrowed("cost"));
    /// A level-1 name that is none of the known.
    pub const OTHER: Self = Self(Cow::Borrowed("other"));
    /// What every rule set knows, in the order of the form, each with its name in Chinese and English.
    pub const KNOWN: [(Self, &'static str, &'static str); 5] = [
        (Self::EXECUTION, "预算执行率", "budget execution"),
        (Self(Cow::Borrowed("output")), "产出指标", "output"),
        (Self(Cow::Borrowed("benefit")), "效益指标", "benefit"),
        (Self(Cow::Borrowed("satisfaction")), "满意度指标", "satisfaction"),
        (Self::COST, "成本指标", "cost"),
    ];

    /// The word itself, as it stands in rule sets and on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every rule set knows it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        Self::KNOWN.iter().any(|(known, ..)| known == self)
    }

    /// The names of one that needs no declaration.
    pub(super) fn known_title(&self) -> Option<Title> {
        let (_, zh, en) = Self::KNOWN.iter().find(|(known, ..)| known == self)?;
        Some(Title { zh: (*zh).to_owned(), en: (*en).to_owned() })
    }
}

/// A known one by its name, one of a rule set's own by its word.
impl Text for BlockName {
    fn text(&self, lang: Lang) -> String {
        let known =
            Self::KNOWN.iter().chain(&[(Self::OTHER, "其他", "other")]).find(|(known, ..)| known == self);
        known.map_or(self.as_str(), |(_, zh, en)| lang.pick(zh, en)).to_owned()
    }
}

impl From<Block> for BlockName {
    fn from(block: Block) -> Self {
        Self(Cow::Borrowed(block.as_str()))
    }
}

impl FromStr for BlockName {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let fits = begins && text.len() <= 32 && text.bytes().all(plain);
        fits.then(|| Self(Cow::Owned(text.to_owned()))).ok_or(UnknownName)
    }
}

impl fmt::Display for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BlockName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BlockName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| {
            serde::de::Error::custom("a block is 1 to 32 lower-case letters, digits and underscores")
        })
    }
}

/// A block that only this rule set has, such as 决策 or 过程.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnBlock {
    /// Its name, none of the known ones.
    pub name: BlockName,
    /// What people call it.
    pub title: Title,
    /// A level-1 cell in which one of these stands belongs to it, whatever the known words say.
    pub words: Vec<String>,
}

impl OwnBlock {
    /// Whether a level-1 cell names it.
    pub(super) fn is_named_in(&self, level1: &str) -> bool {
        let cell = compact(level1);
        self.words.iter().any(|word| cell.contains(word.as_str()))
    }
}

/// A block with what people call it, for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBlock {
    /// Which.
    pub name: BlockName,
    /// What people call it.
    pub title: Title,
}

impl NamedBlock {
    /// Its word in rule sets and on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.name.as_str()
    }
}
