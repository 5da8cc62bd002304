//! The real program, started and stopped as an operator does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod commands;
mod hard;
mod keys;
mod postgres;
mod serving;
mod settings;
mod support;
