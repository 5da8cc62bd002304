//! skeleton
/// Which side of a target is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is good (≥).
    AtLeast,
    /// Less is good (≤).
    AtMost,
}

impl Direction {
    /// `≥` or `≤`.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => "≥",
            Self::AtMost => "≤",
        }
    }
}
