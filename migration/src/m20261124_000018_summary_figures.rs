//! What oversight counts of each sheet, beside its totals. Sheets that were scored before are counted when the service
//! starts: the schema cannot score.

use sea_orm_migration::prelude::*;

use crate::columns::text_null;

/// Creates the column named in this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = text_null("figures");
        manager.alter_table(Table::alter().table("score_summaries").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("score_summaries").drop_column("figures").to_owned()).await
    }
}
