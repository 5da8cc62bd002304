//! Project expenditures (项目支出, annex 3): one form for each first-level project.

use sea_orm_migration::prelude::*;

use crate::columns::{cascade, id, number, stamped, tables, text, text_null, unique};

use crate::m20261124_000005_budgets::expenditure;

tables! {
    (
        vec![
            stamped(
                expenditure(
                    Table::create()
                        .table("project_expenditures")
                        .col(id())
                        .col(number("evaluation_id"))
                        .foreign_key(&mut cascade("evaluation_id", "evaluations")),
                )
                .col(text("code"))
                .col(text("name"))
                .col(text_null("supervising_department"))
                .col(text_null("implementing_unit")),
            )
            .to_owned(),
        ],
        vec![unique("project_expenditures_key", "project_expenditures", &["evaluation_id", "code"])],
    );
    drop "project_expenditures"
}
