//! Who may do what, and when.

mod access;
mod stage;
mod state;
mod step;

pub use access::{Action, Role, UnknownRole};
pub use stage::{Stage, UnknownStage};
pub use state::{Mark, Refused, State, has_passed, today};
pub use step::{Relation, Step, UnknownStep};
