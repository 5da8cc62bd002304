//! What became of settled scores, change after change, which the database itself refuses to alter; and the counter
//! that gives each its place. What is settled already is its beginning.

use sea_orm_migration::prelude::*;

use crate::columns::{flag, frozen, id, index, moment, number, number_null, text, text_null, thaw};

/// Creates the tables named in this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const BEGINNING: &str = "INSERT INTO score_changes (seq, at, evaluation_id, year, stage, unit_code, unit_name, \
    region_code, project, name, rule_set, execution_rate, self_total, computed_total, reviewed_total, final_total, \
    grade, complete) \
    SELECT row_number() OVER (ORDER BY e.updated_at, e.id, s.id), e.updated_at, e.id, e.year, e.stage, u.code, u.name, \
    u.region_code, CASE WHEN s.project_id IS NULL THEN NULL ELSE s.code END, \
    CASE WHEN s.project_id IS NULL THEN u.name ELSE s.name END, e.rule_set, s.execution_rate, s.self_total, \
    s.computed_total, s.reviewed_total, s.final_total, s.grade, s.complete \
    FROM score_summaries s JOIN evaluations e ON e.id = s.evaluation_id JOIN units u ON u.code = e.unit_code \
    WHERE e.stage IN ('approved', 'published')";

const HEAD: &str =
    "INSERT INTO score_change_heads (id, seq) SELECT 1, COALESCE(MAX(seq), 0) FROM score_changes";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("score_changes")
                    .col(number("seq").primary_key())
                    .col(moment("at"))
                    .col(number("evaluation_id"))
                    .col(number("year"))
                    .col(text("stage"))
                    .col(text("unit_code"))
                    .col(text("unit_name"))
                    .col(text_null("region_code"))
                    .col(text_null("project"))
                    .col(text("name"))
                    .col(text("rule_set"))
                    .col(number_null("execution_rate"))
                    .col(number_null("self_total"))
                    .col(number_null("computed_total"))
                    .col(number_null("reviewed_total"))
                    .col(number_null("final_total"))
                    .col(text_null("grade"))
                    .col(flag("complete"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(Table::create().table("score_change_heads").col(id()).col(number("seq")).to_owned())
            .await?;
        for index in [
            index("score_changes_by_year", "score_changes", &["year", "seq"]),
            index("score_changes_by_evaluation", "score_changes", &["evaluation_id", "seq"]),
        ] {
            manager.create_index(index).await?;
        }
        for fill in [BEGINNING, HEAD] {
            manager.get_connection().execute_unprepared(fill).await?;
        }
        frozen(manager, "score_changes").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        thaw(manager, "score_changes").await?;
        for table in ["score_change_heads", "score_changes"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
