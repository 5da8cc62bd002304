//! Narratives: the sections of the written report.

use sea_orm_migration::prelude::*;

use crate::columns::{cascade, id, number, stamped, tables, text};

tables! {
    (
        vec![
            stamped(
                Table::create()
                    .table("narratives")
                    .col(id())
                    .col(number("evaluation_id").unique_key())
                    .col(text("sections"))
                    .foreign_key(&mut cascade("evaluation_id", "evaluations")),
            )
            .to_owned(),
        ],
        vec![],
    );
    drop "narratives"
}
