//! Who may do what, and when.

mod access;
mod stage;

pub use access::{Action, Role, UnknownRole};
pub use stage::{Stage, UnknownStage};
