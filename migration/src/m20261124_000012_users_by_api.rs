//! Accounts get a version, so that they can be changed by API, and a mark while their password is only the first;
//! programs get accounts of their own.

use sea_orm_migration::prelude::*;

use crate::columns::{flag, id, moment, moment_null, restrict, small, stamped, text, text_null};

/// Changes `users` and creates `service_accounts`.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column at a time: SQLite alters no more at once.
        for mut column in [
            ColumnDef::new("version").big_integer().not_null().default(1).to_owned(),
            ColumnDef::new("must_change").boolean().not_null().default(false).to_owned(),
        ] {
            manager.alter_table(Table::alter().table("users").add_column(&mut column).to_owned()).await?;
        }
        let mut service_accounts = Table::create();
        service_accounts
            .table("service_accounts")
            .col(id())
            .col(text("client_id").unique_key())
            .col(text("name"))
            .col(text("secret_hash"))
            .col(text("role"))
            .col(text_null("unit_code"))
            .col(text_null("region_code"))
            .col(text("scopes"))
            .col(moment("expires_at"))
            .col(flag("disabled"))
            .col(small("token_version"))
            .col(moment_null("last_used_at"))
            .foreign_key(&mut restrict("unit_code", "units", "code"));
        manager.create_table(stamped(&mut service_accounts).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("service_accounts").to_owned()).await?;
        for column in ["must_change", "version"] {
            manager.alter_table(Table::alter().table("users").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
