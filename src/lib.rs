//! stub
pub mod accounts;
pub mod app;
pub mod base_data;
pub mod budgets;
pub mod db;
pub mod evaluations;
pub mod forms;
pub mod health;
pub mod http;
pub mod imports;
pub mod indicators;
pub mod narratives;
pub mod projects;
pub mod rule_sets;
pub mod scores;
pub mod units;
pub mod years;
