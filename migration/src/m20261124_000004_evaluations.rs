//! Evaluations: a unit's year, the root that its form's parts hang on.

use sea_orm_migration::prelude::*;

use crate::columns::{id, index, number, restrict, stamped, tables, text, text_null, unique};

tables! {
    (
        vec![
            stamped(
                Table::create()
                    .table("evaluations")
                    .col(id())
                    .col(text("unit_code"))
                    .col(number("year"))
                    .col(text("stage"))
                    .col(text("rule_set"))
                    .col(text_null("on_behalf_of"))
                    .foreign_key(&mut restrict("unit_code", "units", "code"))
                    .foreign_key(&mut restrict("year", "years", "year")),
            )
            .to_owned(),
        ],
        vec![
            unique("evaluations_key", "evaluations", &["unit_code", "year"]),
            index("evaluations_by_year", "evaluations", &["year", "unit_code"]),
        ],
    );
    drop "evaluations"
}
