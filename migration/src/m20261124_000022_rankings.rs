//! What a ranking walks down: an index for each way to rank a year's sheets, so that a page costs the same however
//! many sheets there are and however deep it lies. A summary gets its year and unit for it; neither ever changes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::text_or;

/// Creates the columns and indexes named in this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Each way to rank, and what comes of it: null where a sheet has no rank.
const RANKED: [(&str, &str); 4] = [
    ("final_key", "CASE WHEN complete THEN -final_total END"),
    ("self_key", "CASE WHEN complete THEN -self_total END"),
    ("execution_key", "-execution_rate"),
    ("gap_key", "-abs(self_total - reviewed_total)"),
];

/// After every key that ranks.
const LAST: i64 = i64::MAX;

/// What tells the sheets of one unit apart, its department sheet first.
const SHEET: (&str, &str) = ("sheet_key", "CASE WHEN project_id IS NULL THEN '' ELSE code END");

fn of_key(key: &str) -> String {
    format!("score_summaries_by_{key}")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        let year = ColumnDef::new("year").big_integer().not_null().default(0).to_owned();
        for column in [year, text_or("unit_code", "")] {
            manager
                .alter_table(Table::alter().table("score_summaries").add_column(column).to_owned())
                .await?;
        }
        let whose = "UPDATE score_summaries SET year = of.year, unit_code = of.unit_code \
            FROM evaluations AS of WHERE of.id = evaluation_id";
        conn.execute_unprepared(whose).await?;
        // Neither engine adds the kind of column that the other adds.
        let kind = match manager.get_database_backend() {
            DbBackend::Sqlite => "VIRTUAL",
            _ => "STORED",
        };
        let keys = RANKED.map(|(key, rank)| (key, "bigint", format!("COALESCE({rank}, {LAST})")));
        let (key, rank) = SHEET;
        for (key, of, rank) in keys.into_iter().chain([(key, "text", rank.to_owned())]) {
            let column = format!(
                "ALTER TABLE score_summaries ADD COLUMN {key} {of} NOT NULL GENERATED ALWAYS AS ({rank}) {kind}"
            );
            conn.execute_unprepared(&column).await?;
        }
        for (key, _) in RANKED {
            let mut ranked = Index::create().name(of_key(key)).table("score_summaries").to_owned();
            for column in ["year", key, "unit_code", SHEET.0] {
                ranked.col(column);
            }
            manager.create_index(ranked).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = RANKED.map(|(key, _)| key);
        for key in keys {
            manager.drop_index(Index::drop().name(of_key(key)).table("score_summaries").to_owned()).await?;
        }
        for column in keys.into_iter().chain([SHEET.0, "unit_code", "year"]) {
            let gone = Table::alter().table("score_summaries").drop_column(column).to_owned();
            manager.alter_table(gone).await?;
        }
        Ok(())
    }
}
