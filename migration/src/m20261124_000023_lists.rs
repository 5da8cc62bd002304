//! Indexes in the order of the lists, so that a page costs as much in a province as in a county.

use sea_orm_migration::prelude::*;

use crate::columns::index;

/// Creates the indexes named in this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// What is listed by the time of its change.
const LISTED: [(&str, &str); 7] = [
    ("units", "units_by_change"),
    ("evaluations", "evaluations_by_change"),
    ("budgets", "budgets_by_change"),
    ("base_data", "base_data_by_change"),
    ("project_expenditures", "project_expenditures_by_change"),
    ("narratives", "narratives_by_change"),
    ("indicators", "indicators_by_change"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("indicators_by_evaluation").table("indicators").to_owned())
            .await?;
        // As the list is ordered, word for word: an index on an expression serves no other.
        let in_order = "CREATE INDEX indicators_in_order ON indicators \
            (evaluation_id, (COALESCE(project_id, 0)), seq, id)";
        manager.get_connection().execute_unprepared(in_order).await?;
        for (table, name) in LISTED {
            manager.create_index(index(name, table, &["updated_at", "id"])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in LISTED {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        manager.drop_index(Index::drop().name("indicators_in_order").table("indicators").to_owned()).await?;
        let before = index("indicators_by_evaluation", "indicators", &["evaluation_id", "project_id", "seq"]);
        manager.create_index(before).await
    }
}
