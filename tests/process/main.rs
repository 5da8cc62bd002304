//! The real program, started and stopped as an operator does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod canaries;
mod commands;
mod hard;
mod headers;
mod limits;
mod postgres;
mod serving;
mod settings;
mod support;
