//! Units (预算单位).

use sea_orm_migration::prelude::*;

use crate::columns::{id, index, restrict, stamped, tables, text, text_null};

tables! {
    (
        vec![
            stamped(
                Table::create()
                    .table("units")
                    .col(id())
                    .col(text("code").unique_key())
                    .col(text("name"))
                    .col(text_null("region_code"))
                    .col(text_null("parent_code"))
                    .foreign_key(&mut restrict("parent_code", "units", "code")),
            )
            .to_owned(),
        ],
        vec![
            index("units_by_region", "units", &["region_code"]),
            index("units_by_parent", "units", &["parent_code"]),
        ],
    );
    drop "units"
}
