//! Who may sign in: users, their refresh tokens, failed attempts, and the keys that sign tokens.

use sea_orm_migration::prelude::*;

use crate::columns::{
    cascade, flag, id, index, moment, moment_null, number, restrict, small, tables, text, text_null,
};

tables! {
    (
        vec![
            Table::create()
                .table("users")
                .col(id())
                .col(text("username").unique_key())
                .col(text("password_hash"))
                .col(text("role"))
                .col(text_null("unit_code"))
                .col(text_null("region_code"))
                .col(flag("disabled"))
                .col(small("token_version"))
                .col(moment("created_at"))
                .col(moment("updated_at"))
                .foreign_key(&mut restrict("unit_code", "units", "code"))
                .to_owned(),
            Table::create()
                .table("refresh_tokens")
                .col(id())
                .col(text("token_hash").unique_key())
                .col(text("family"))
                .col(number("user_id"))
                .col(text_null("scope"))
                .col(moment("expires_at"))
                .col(moment("family_expires_at"))
                .col(moment_null("used_at"))
                .col(moment_null("revoked_at"))
                .foreign_key(&mut cascade("user_id", "users"))
                .to_owned(),
            Table::create()
                .table("login_failures")
                .col(text("subject").primary_key())
                .col(small("failures"))
                .col(moment("first_at"))
                .col(moment_null("blocked_until"))
                .to_owned(),
            Table::create()
                .table("signing_keys")
                .col(text("kid").primary_key())
                .col(text("public_key"))
                .col(text("sealed_private_key"))
                .col(moment("created_at"))
                .col(moment_null("retired_at"))
                .to_owned(),
        ],
        vec![
            index("refresh_tokens_by_family", "refresh_tokens", &["family"]),
            index("refresh_tokens_by_user", "refresh_tokens", &["user_id"]),
        ],
    );
    drop "signing_keys", "login_failures", "refresh_tokens", "users"
}
