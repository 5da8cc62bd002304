//! Answers to requests that may come twice.

use sea_orm_migration::prelude::*;

use crate::columns::{id, index, moment, small_null, tables, text, unique};

tables! {
    (
        vec![
            Table::create()
                .table("idempotency_keys")
                .col(id())
                .col(text("principal"))
                .col(text("route"))
                .col(text("key"))
                .col(text("body_hash"))
                .col(small_null("status"))
                .col(text("headers"))
                .col(text("body"))
                .col(moment("created_at"))
                .to_owned(),
        ],
        vec![
            unique("idempotency_keys_key", "idempotency_keys", &["principal", "route", "key"]),
            index("idempotency_keys_by_age", "idempotency_keys", &["created_at"]),
        ],
    );
    drop "idempotency_keys"
}
