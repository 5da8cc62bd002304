//! The workflow: where an evaluation stands, what was handed in and said about it, and who must report until when.

use sea_orm_migration::prelude::*;

use crate::columns::{
    cascade, date_null, flag_false, frozen, id, index, moment, moment_null, number, number_null, restrict,
    small, small_null, small_zero, stamped, text, text_null, text_or, thaw, unique,
};

/// Creates the tables and columns named in this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that earlier tables get: table and column.
fn added() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("evaluations", text_or("state", "{\"stage\":\"draft\"}")),
        ("evaluations", small_zero("round")),
        ("evaluations", date_null("due")),
        ("years", flag_false("department_review")),
        ("rounds", text_null("assigned_under")),
    ]
}

/// What the bureau finds has a table of its own now.
const MOVED: [&str; 3] = ["budgets", "project_expenditures", "indicators"];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("submissions")
            .col(id())
            .col(number("evaluation_id"))
            .col(small("round"))
            .col(text("submitted_by"))
            .col(moment("submitted_at"))
            .col(text("content"))
            .col(text("sha256"))
            .foreign_key(&mut cascade("evaluation_id", "evaluations"))
            .to_owned(),
        Table::create()
            .table("opinions")
            .col(id())
            .col(number("evaluation_id"))
            .col(small("round"))
            .col(text_null("place"))
            .col(text_null("finding"))
            .col(text("opinion"))
            .col(text("given_by"))
            .col(moment("given_at"))
            .col(text_null("answer"))
            .col(text_null("answered_by"))
            .col(moment_null("answered_at"))
            .foreign_key(&mut cascade("evaluation_id", "evaluations"))
            .to_owned(),
        Table::create()
            .table("explanations")
            .col(id())
            .col(number("evaluation_id"))
            .col(text("finding"))
            .col(text("explanation"))
            .col(text("given_by"))
            .col(moment("given_at"))
            .col(text_null("verdict"))
            .foreign_key(&mut cascade("evaluation_id", "evaluations"))
            .to_owned(),
        Table::create()
            .table("reviews")
            .col(id())
            .col(number("evaluation_id"))
            .col(text("kind"))
            .col(text_null("project"))
            .col(small_null("seq"))
            .col(number("score"))
            .col(text("reason"))
            .col(text("reviewed_by"))
            .col(moment("reviewed_at"))
            .foreign_key(&mut cascade("evaluation_id", "evaluations"))
            .to_owned(),
        Table::create()
            .table("steps")
            .col(id())
            .col(number("evaluation_id"))
            .col(small("round"))
            .col(text("step"))
            .col(text("from_stage"))
            .col(text("to_stage"))
            .col(text("taken_by"))
            .col(text_null("role"))
            .col(moment("taken_at"))
            .col(text_null("opinion"))
            .col(text("details"))
            .foreign_key(&mut cascade("evaluation_id", "evaluations"))
            .to_owned(),
        stamped(
            Table::create()
                .table("round_exceptions")
                .col(id())
                .col(number("round_id"))
                .col(text("unit_code"))
                .col(date_null("due"))
                .col(text_null("excused_reason"))
                .foreign_key(&mut cascade("round_id", "rounds"))
                .foreign_key(&mut restrict("unit_code", "units", "code")),
        )
        .to_owned(),
        Table::create()
            .table("publications")
            .col(id())
            .col(text("unit_code"))
            .col(text("unit_name"))
            .col(text_null("region_code"))
            .col(number("year"))
            .col(small("edition"))
            .col(text("content"))
            .col(text("sha256"))
            .col(number_null("self_total"))
            .col(number_null("final_total"))
            .col(text_null("grade"))
            .col(text("published_by"))
            .col(moment("published_at"))
            .to_owned(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in added() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        for table in MOVED {
            manager.alter_table(Table::alter().table(table).drop_column("reviewed_score").to_owned()).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            unique("submissions_key", "submissions", &["evaluation_id", "round"]),
            index("opinions_by_evaluation", "opinions", &["evaluation_id"]),
            unique("explanations_key", "explanations", &["evaluation_id", "finding"]),
            index("reviews_by_evaluation", "reviews", &["evaluation_id"]),
            index("steps_by_evaluation", "steps", &["evaluation_id"]),
            unique("round_exceptions_key", "round_exceptions", &["round_id", "unit_code"]),
            unique("publications_key", "publications", &["unit_code", "year", "edition"]),
            index("publications_by_year", "publications", &["year", "unit_code"]),
        ] {
            manager.create_index(index).await?;
        }
        frozen(manager, "publications").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        thaw(manager, "publications").await?;
        for table in [
            "publications",
            "round_exceptions",
            "steps",
            "reviews",
            "explanations",
            "opinions",
            "submissions",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for table in MOVED {
            let column = number_null("reviewed_score");
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        for (table, column) in added().into_iter().rev() {
            let name = column.get_column_name().clone();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
