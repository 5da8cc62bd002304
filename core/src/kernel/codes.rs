//! Codes by which people name units, regions and projects. They are text: leading zeros count.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is no code of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CodeError(&'static str);

/// A code is checked once, where it enters, and is trusted from there on.
macro_rules! code {
    ($name:ident, $check:expr, $why:literal) => {
        impl $name {
            /// The code as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = CodeError;
            fn from_str(text: &str) -> Result<Self, CodeError> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(CodeError($why)) }
            }
        }
        impl TryFrom<String> for $name {
            type Error = CodeError;
            fn try_from(text: String) -> Result<Self, CodeError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn plain(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The code of a budget unit (预算单位编码): `219001`, a department `219`. At most 32 letters, digits, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitCode(String);
code!(UnitCode, |t| plain(t, 32), "a unit code is 1 to 32 letters, digits or hyphens");

/// The code of a project (项目编码) within its unit and year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectCode(String);
code!(ProjectCode, |t| plain(t, 32), "a project code is 1 to 32 letters, digits or hyphens");

/// An administrative region by GB/T 2260: province `43`, prefecture `4306`, county `430611`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(String);
code!(
    RegionCode,
    |t| matches!(t.len(), 2 | 4 | 6) && t.bytes().all(|b| b.is_ascii_digit()),
    "a region code is 2, 4 or 6 digits (GB/T 2260)"
);

impl RegionCode {
    /// Whether `other` is this region or lies in it: a scope is a prefix of the code.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}
