//! The audit chains, which the database itself refuses to change, their heads, and signed checkpoints over them.

use sea_orm_migration::prelude::*;

use crate::columns::{frozen, id, index, moment, number, text, text_null, thaw, unique};

/// Creates the tables named in this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_entries")
                    .col(id())
                    .col(text("chain"))
                    .col(number("seq"))
                    .col(moment("at"))
                    .col(text("actor"))
                    .col(text_null("role"))
                    .col(text_null("unit_code"))
                    .col(text_null("region_code"))
                    .col(text_null("request_id"))
                    .col(text_null("cause"))
                    .col(text("changes"))
                    .col(text("prev_hash"))
                    .col(text("hash"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("audit_entries_key", "audit_entries", &["chain", "seq"])).await?;
        manager.create_index(index("audit_entries_by_actor", "audit_entries", &["actor", "id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_heads")
                    .col(text("chain").primary_key())
                    .col(number("seq"))
                    .col(text("hash"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_checkpoints")
                    .col(number("seq").primary_key())
                    .col(moment("at"))
                    .col(text("heads"))
                    .col(text("prev_hash"))
                    .col(text("hash"))
                    .col(text("kid"))
                    .col(text("signature"))
                    .to_owned(),
            )
            .await?;
        frozen(manager, "audit_entries").await?;
        frozen(manager, "audit_checkpoints").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_checkpoints", "audit_entries"] {
            thaw(manager, table).await?;
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("audit_heads").to_owned()).await
    }
}
