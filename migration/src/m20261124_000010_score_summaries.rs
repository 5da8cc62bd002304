//! Score summaries: one row a sheet, kept in the transaction that changes its sources.

use sea_orm_migration::prelude::*;

use crate::columns::{cascade, flag, id, index, number, number_null, tables, text, text_null, unique};

tables! {
    (
        vec![
            Table::create()
                .table("score_summaries")
                .col(id())
                .col(number("evaluation_id"))
                .col(number_null("project_id"))
                .col(text("code"))
                .col(text("name"))
                .col(number_null("execution_rate"))
                .col(number_null("self_total"))
                .col(number_null("computed_total"))
                .col(number_null("reviewed_total"))
                .col(number_null("final_total"))
                .col(number_null("reported_total"))
                .col(text_null("grade"))
                .col(flag("complete"))
                .foreign_key(&mut cascade("evaluation_id", "evaluations"))
                .foreign_key(&mut cascade("project_id", "project_expenditures"))
                .to_owned(),
        ],
        vec![
            unique("score_summaries_key_of_project", "score_summaries", &["project_id"])
                .and_where(Expr::col("project_id").is_not_null())
                .to_owned(),
            unique("score_summaries_key_of_department", "score_summaries", &["evaluation_id"])
                .and_where(Expr::col("project_id").is_null())
                .to_owned(),
            index("score_summaries_by_evaluation", "score_summaries", &["evaluation_id"]),
        ],
    );
    drop "score_summaries"
}
