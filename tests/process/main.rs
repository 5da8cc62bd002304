//! The real program, started and stopped as an operator does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod again;
mod canaries;
mod commands;
#[path = "../common/database.rs"]
mod database;
mod generating;
mod headers;
mod jobs;
mod keys;
mod limits;
mod long_rows;
mod plans;
mod postgres;
#[path = "../common/program.rs"]
mod program;
mod proving;
mod serving;
mod settings;
mod support;
mod walkthrough;
