//! Indicators of published evaluations, for others to take up.

use sea_orm_migration::prelude::*;

use crate::columns::{cascade, id, index, number, number_null, tables, text, text_null};

tables! {
    (
        vec![
            Table::create()
                .table("library_indicators")
                .col(id())
                .col(text("entry"))
                .col(number("evaluation_id"))
                .col(number("year"))
                .col(text("unit_code"))
                .col(text("department_code"))
                .col(text("level1"))
                .col(text("level2"))
                .col(text_null("category"))
                .col(text("name"))
                .col(text_null("target"))
                .col(text_null("direction"))
                .col(text("measure"))
                .col(number_null("weight"))
                .foreign_key(&mut cascade("evaluation_id", "evaluations"))
                .to_owned(),
        ],
        vec![
            index("library_indicators_by_entry", "library_indicators", &["entry"]),
            index("library_indicators_by_evaluation", "library_indicators", &["evaluation_id"]),
        ],
    );
    drop "library_indicators"
}
