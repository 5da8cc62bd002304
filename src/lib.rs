//! Jixiao (绩效): an open service for Chinese budget-performance self-evaluation (预算绩效自评).
//!
//! The map of the floors; imports run downwards only, and `tests/architecture.rs` holds them to it:
//!
//! * [`cli`]: the commands.
//! * [`app`]: the assembly, used by the commands, the tests and the document's writer.
//! * FLOOR 4, the features, each after those it builds on: [`tables`] → [`units`], [`rule_sets`], [`years`] →
//!   [`evaluations`] → [`budgets`], [`base_data`], [`projects`], [`narratives`] → [`indicators`] → [`forms`] →
//!   [`scores`] → [`proofs`] → [`simulations`] → [`findings`] → [`workflow`] → [`reviews`] → [`publications`] → [`feed`] →
//!   [`library`] → [`oversight`] → [`imports`] → [`jobs`] → [`previews`] → [`audit`]; beside them [`accounts`], [`generate`] and [`health`].
//! * FLOOR 3, [`http`]: problems, callers, conditions, paging, the document that also validates.
//! * FLOOR 2, [`db`]: one engine behind another's face, and the one way to write.
//! * FLOORS 0 and 1 are the crate `jixiao_core`: the words of the domain, the scoring rules, roles and stages.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod base_data;
pub mod budgets;
pub mod cli;
pub mod config;
pub mod db;
pub mod demo;
pub mod evaluations;
pub mod feed;
pub mod findings;
pub mod forms;
pub mod generate;
pub mod health;
pub mod http;
pub mod imports;
pub mod indicators;
pub mod jobs;
pub mod library;
pub mod narratives;
pub mod oversight;
pub mod previews;
pub mod projects;
pub mod proofs;
pub mod publications;
pub mod reviews;
pub mod rule_sets;
pub mod scores;
pub mod simulations;
pub mod tables;
pub mod units;
pub mod workflow;
pub mod years;
