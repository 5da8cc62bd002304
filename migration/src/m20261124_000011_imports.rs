//! Imports: what was brought in, when, by whom, with the bundle's own notes.

use sea_orm_migration::prelude::*;

use crate::columns::{id, moment, tables, text, text_null};

tables! {
    (
        vec![
            Table::create()
                .table("imports")
                .col(id())
                .col(text("imported_by"))
                .col(text("strategy"))
                .col(text("sha256"))
                .col(text("counts"))
                .col(text_null("meta"))
                .col(moment("created_at"))
                .to_owned(),
        ],
        vec![],
    );
    drop "imports"
}
