//! The API as its callers see it. Every answer of every test is held against the document.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod accounts;
mod bodies;
mod bulk;
mod calls;
mod checks;
mod clearing;
mod concurrency;
mod corpus;
#[path = "../common/dice.rs"]
mod dice;
mod document;
mod envelope;
mod error_files;
mod exports;
mod feed;
mod findings;
mod foreign;
mod forms;
mod glance;
mod holding;
mod hostile;
mod import_formats;
mod import_words;
mod imports;
mod jobs;
mod library;
mod lists;
mod matrix;
mod model;
mod narrowing;
mod overload;
mod oversight;
mod pages;
mod parts;
mod proofs;
mod rankings;
mod ratios;
mod refusals;
mod repetition;
mod rescoring;
mod resources;
mod rule_sets;
mod scores;
mod simulations;
mod stages;
mod story;
mod strategies;
mod support;
mod tables;
mod templates;
mod together;
mod units_and_years;
mod walking;
mod workflow;
mod working;
