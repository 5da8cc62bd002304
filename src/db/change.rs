//! What a unit of work changed, as its stores say it. The audit chain is written from this.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::Serialize;

use super::Actor;

/// Where a change is written down: each evaluation has a chain of its own, so that units never wait for one
/// another, and everything else shares one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chain {
    /// Units, years, rounds, accounts.
    Administration,
    /// A unit's year.
    Evaluation(UnitCode, FiscalYear),
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Administration => f.write_str("administration"),
            Self::Evaluation(unit, year) => write!(f, "evaluation:{unit}:{year}"),
        }
    }
}

/// A word that names no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chain is administration or evaluation:UNIT:YEAR")]
pub struct UnknownChain;

impl FromStr for Chain {
    type Err = UnknownChain;
    fn from_str(text: &str) -> Result<Self, UnknownChain> {
        if text == "administration" {
            return Ok(Self::Administration);
        }
        let rest = text.strip_prefix("evaluation:").ok_or(UnknownChain)?;
        let (unit, year) = rest.rsplit_once(':').ok_or(UnknownChain)?;
        let year: i32 = year.parse().map_err(|_| UnknownChain)?;
        Ok(Self::Evaluation(
            unit.parse().map_err(|_| UnknownChain)?,
            year.try_into().map_err(|_| UnknownChain)?,
        ))
    }
}

/// One thing that was changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where it is written down.
    pub chain: Chain,
    /// What kind of thing it is: `unit`, `indicators`, `evaluation`, …
    pub entity: &'static str,
    /// Which one.
    pub key: String,
    /// What happened to it.
    pub deed: Deed,
    /// Who did it.
    pub by: Arc<Actor>,
}

/// What happened to a thing. States are JSON texts of what people may see: never a secret, never a hash of one. As
/// texts, because an import keeps thousands of them until its work is over, and values take many times the room.
#[derive(Clone, Debug)]
pub enum Deed {
    /// It was made.
    Made(String),
    /// It was changed, from one state to another.
    Changed(String, String),
    /// It was removed.
    Removed(String),
    /// A step was taken with it, and what was said of the step.
    Taken(&'static str, String),
}

impl Deed {
    /// It was made like this.
    pub fn made(after: &impl Serialize) -> Self {
        Self::Made(text(after))
    }

    /// It was changed from one state to another.
    pub fn changed(before: &impl Serialize, after: &impl Serialize) -> Self {
        Self::Changed(text(before), text(after))
    }

    /// It was removed, and was like this.
    pub fn removed(before: &impl Serialize) -> Self {
        Self::Removed(text(before))
    }

    /// A step of this name was taken, of which this was said.
    pub fn taken(step: &'static str, said: &impl Serialize) -> Self {
        Self::Taken(step, text(said))
    }

    /// The stable word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Made(_) => "make",
            Self::Changed(..) => "change",
            Self::Removed(_) => "remove",
            Self::Taken(step, _) => step,
        }
    }
}

fn text(of: &impl Serialize) -> String {
    // Our own structs of strings and numbers always serialise.
    serde_json::to_string(of).unwrap_or_else(|_| "null".to_owned())
}
