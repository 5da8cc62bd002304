//! Department budgets (annex 2: amounts, goals, signature).

use sea_orm_migration::prelude::*;

use crate::columns::{cascade, id, number, number_null, stamped, tables, text, text_null};

/// What the budget and each project form have in common: the amounts row, its score, goals, signature.
pub fn expenditure(table: &mut TableCreateStatement) -> &mut TableCreateStatement {
    table
        .col(number_null("weight"))
        .col(number_null("self_score"))
        .col(number_null("reviewed_score"))
        .col(number_null("initial"))
        .col(number_null("annual"))
        .col(number_null("executed"))
        .col(text("sources"))
        .col(text_null("goal_expected"))
        .col(text_null("goal_actual"))
        .col(text_null("deviation_reason"))
        .col(number_null("reported_total"))
        .col(text_null("signature"))
}

tables! {
    (
        vec![
            stamped(
                expenditure(
                    Table::create()
                        .table("budgets")
                        .col(id())
                        .col(number("evaluation_id").unique_key())
                        .foreign_key(&mut cascade("evaluation_id", "evaluations")),
                )
                .col(text("natures"))
                .col(number_null("personnel"))
                .col(number_null("public")),
            )
            .to_owned(),
        ],
        vec![],
    );
    drop "budgets"
}
