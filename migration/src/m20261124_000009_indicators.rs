//! Indicators (绩效指标) of a department's or a project's sheet.

use sea_orm_migration::prelude::*;

use crate::columns::{
    cascade, id, index, number, number_null, small, stamped, tables, text, text_null, unique,
};

tables! {
    (
        vec![
            stamped(
                Table::create()
                    .table("indicators")
                    .col(id())
                    .col(number("evaluation_id"))
                    .col(number_null("project_id"))
                    .col(small("seq"))
                    .col(text("level1"))
                    .col(text("level2"))
                    .col(text("name"))
                    .col(text_null("target"))
                    .col(text_null("actual"))
                    .col(number_null("weight"))
                    .col(number_null("self_score"))
                    .col(number_null("reviewed_score"))
                    .col(text_null("attainment"))
                    .col(text_null("deviation_reason"))
                    .foreign_key(&mut cascade("evaluation_id", "evaluations"))
                    .foreign_key(&mut cascade("project_id", "project_expenditures")),
            )
            .to_owned(),
        ],
        vec![
            // NULL is distinct from NULL in a unique index, so the department sheet needs one of its own.
            unique("indicators_key_of_project", "indicators", &["project_id", "seq"])
                .and_where(Expr::col("project_id").is_not_null())
                .to_owned(),
            unique("indicators_key_of_department", "indicators", &["evaluation_id", "seq"])
                .and_where(Expr::col("project_id").is_null())
                .to_owned(),
            index("indicators_by_evaluation", "indicators", &["evaluation_id", "project_id", "seq"]),
        ],
    );
    drop "indicators"
}
