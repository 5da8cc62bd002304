//! The only author of Jixiao's database schema, for SQLite and PostgreSQL alike.
//!
//! One table family per file, up and down. Every migration runs in a transaction on both engines (SQLite
//! would not do so by itself), and never imports an entity: entities move on, a migration stays.
//!
//! Quantities are fixed-scale integers: amounts in 0.01 元, points in 0.0001, ratios in a millionth.

pub use sea_orm_migration::{MigrationStatus, MigratorTrait};
use sea_orm_migration::{MigrationTrait, async_trait};

mod columns;
mod m20261124_000001_units;
mod m20261124_000002_years;
mod m20261124_000003_accounts;
mod m20261124_000004_evaluations;
mod m20261124_000005_budgets;
mod m20261124_000006_base_data;
mod m20261124_000007_project_expenditures;
mod m20261124_000008_narratives;
mod m20261124_000009_indicators;
mod m20261124_000010_score_summaries;
mod m20261124_000011_imports;
mod m20261124_000012_users_by_api;
mod m20261124_000013_audit;
mod m20261124_000014_idempotency;
mod m20261124_000015_workflow;
mod m20261124_000016_rule_sets;
mod m20261124_000017_score_changes;
mod m20261124_000018_summary_figures;
mod m20261124_000019_library_indicators;
mod m20261124_000021_import_jobs;
mod m20261124_000022_rankings;
mod m20261124_000023_lists;
mod m20261124_000024_searched;

/// The migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_units::Migration),
            Box::new(m20261124_000002_years::Migration),
            Box::new(m20261124_000003_accounts::Migration),
            Box::new(m20261124_000004_evaluations::Migration),
            Box::new(m20261124_000005_budgets::Migration),
            Box::new(m20261124_000006_base_data::Migration),
            Box::new(m20261124_000007_project_expenditures::Migration),
            Box::new(m20261124_000008_narratives::Migration),
            Box::new(m20261124_000009_indicators::Migration),
            Box::new(m20261124_000010_score_summaries::Migration),
            Box::new(m20261124_000011_imports::Migration),
            Box::new(m20261124_000012_users_by_api::Migration),
            Box::new(m20261124_000013_audit::Migration),
            Box::new(m20261124_000014_idempotency::Migration),
            Box::new(m20261124_000015_workflow::Migration),
            Box::new(m20261124_000016_rule_sets::Migration),
            Box::new(m20261124_000017_score_changes::Migration),
            Box::new(m20261124_000018_summary_figures::Migration),
            Box::new(m20261124_000019_library_indicators::Migration),
            Box::new(m20261124_000021_import_jobs::Migration),
            Box::new(m20261124_000022_rankings::Migration),
            Box::new(m20261124_000023_lists::Migration),
            Box::new(m20261124_000024_searched::Migration),
        ]
    }
}
