//! Fiscal years (预算年度) and the rounds that regions run in them.

use sea_orm_migration::prelude::*;

use crate::columns::{date_null, id, number, restrict, stamped, tables, text, text_null, unique};

tables! {
    (
        vec![
            stamped(
                Table::create()
                    .table("years")
                    .col(id())
                    .col(number("year").unique_key())
                    .col(text("rule_set"))
                    .col(date_null("deadline"))
                    .col(text_null("note")),
            )
            .to_owned(),
            stamped(
                Table::create()
                    .table("rounds")
                    .col(id())
                    .col(number("year"))
                    .col(text("region_code"))
                    .col(date_null("opens_on"))
                    .col(date_null("deadline"))
                    .col(text_null("rule_set"))
                    .col(text_null("assigned_units"))
                    .col(text_null("note"))
                    .foreign_key(&mut restrict("year", "years", "year")),
            )
            .to_owned(),
        ],
        vec![unique("rounds_key", "rounds", &["year", "region_code"])],
    );
    drop "rounds", "years"
}
