//! Base data (基础数据表, annex 1).

use sea_orm_migration::prelude::*;

use crate::columns::{cascade, id, number, small_null, stamped, tables, text, text_null};

tables! {
    (
        vec![
            stamped(
                Table::create()
                    .table("base_data")
                    .col(id())
                    .col(number("evaluation_id").unique_key())
                    .col(small_null("staff_quota"))
                    .col(small_null("staff_on_duty"))
                    .col(small_null("staff_retired"))
                    .col(text("expenses"))
                    .col(text("buildings"))
                    .col(text_null("thrift_measures"))
                    .col(text_null("signature"))
                    .foreign_key(&mut cascade("evaluation_id", "evaluations")),
            )
            .to_owned(),
        ],
        vec![],
    );
    drop "base_data"
}
