//! Indexes for what is looked for in all years at once: nothing of it is found by reading a whole table.

use sea_orm_migration::prelude::*;

use crate::columns::index;

/// Creates the indexes named in this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

type Of = (&'static str, &'static str, &'static [&'static str]);

const SEARCHED: [Of; 11] = [
    // The units of a region: what a bureau may see is in each of its queries.
    ("units", "units_in_region", &["region_code", "code"]),
    ("units", "units_by_name", &["name", "id"]),
    // What hangs on a unit is looked for whenever the unit is written.
    ("users", "users_of_unit", &["unit_code"]),
    ("service_accounts", "service_accounts_of_unit", &["unit_code"]),
    ("round_exceptions", "round_exceptions_of_unit", &["unit_code"]),
    ("users", "users_by_change", &["updated_at", "id"]),
    ("audit_entries", "audit_entries_by_request", &["request_id", "id"]),
    // An edition's row holds the whole form, so its list is never sorted.
    ("publications", "publications_by_time", &["published_at", "id"]),
    ("publications", "publications_of_year_by_time", &["year", "published_at", "id"]),
    ("library_indicators", "library_indicators_in_order", &["name", "entry"]),
    ("library_indicators", "library_indicators_of_department", &["department_code", "name", "entry"]),
];

/// What the first of them says too.
const BEFORE: Of = ("units", "units_by_region", &["region_code"]);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, columns) in SEARCHED {
            manager.create_index(index(name, table, columns)).await?;
        }
        let (table, name, _) = BEFORE;
        manager.drop_index(Index::drop().name(name).table(table).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, _) in SEARCHED {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        let (table, name, columns) = BEFORE;
        manager.create_index(index(name, table, columns)).await
    }
}
