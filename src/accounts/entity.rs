//! The tables of who may sign in.

use std::fmt;
use std::str::FromStr;

/// The hash of a password as a PHC string. Not even the log sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The PHC string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PasswordHash {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([REDACTED])")
    }
}

/// Accounts.
pub mod user {
    use jixiao_core::kernel::{RegionCode, UnitCode};
    use jixiao_core::workflow::Role;
    use sea_orm::entity::prelude::*;

    use super::PasswordHash;
    use crate::db::Coded;

    /// An account.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        /// The key, and the subject of tokens.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The name to sign in with, in its canonical form.
        #[sea_orm(unique)]
        pub username: String,
        /// The hash of the password.
        pub password_hash: Coded<PasswordHash>,
        /// What the account is.
        pub role: Coded<Role>,
        /// The unit of a `unit` account.
        pub unit_code: Option<Coded<UnitCode>>,
        /// The region of a `bureau` account, or the one a `reader` is confined to.
        pub region_code: Option<Coded<RegionCode>>,
        /// Whether it may not sign in.
        pub disabled: bool,
        /// Tokens of another version no longer count.
        pub token_version: i32,
        /// When it was made.
        pub created_at: DateTimeUtc,
        /// When it was last changed.
        pub updated_at: DateTimeUtc,
    }

    /// None that are followed in code; the database guards them.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Refresh tokens, used ones included: a used one that comes back betrays a thief.
pub mod refresh_token {
    use sea_orm::entity::prelude::*;

    /// A refresh token.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_tokens")]
    pub struct Model {
        /// The key.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// SHA-256 of the token; the token itself is not kept.
        #[sea_orm(unique)]
        pub token_hash: String,
        /// What one sign-in led to: each token in it came from the one before.
        pub family: String,
        /// Whose it is.
        pub user_id: i64,
        /// The scopes it is narrowed to, if it is.
        pub scope: Option<String>,
        /// When it expires if it is not used.
        pub expires_at: DateTimeUtc,
        /// When the family expires, used or not.
        pub family_expires_at: DateTimeUtc,
        /// When it was used.
        pub used_at: Option<DateTimeUtc>,
        /// When it was revoked.
        pub revoked_at: Option<DateTimeUtc>,
    }

    /// None that are followed in code; the database guards them.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Failed attempts to sign in.
pub mod login_failure {
    use sea_orm::entity::prelude::*;

    /// The recent failures of one account or address.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "login_failures")]
    pub struct Model {
        /// Whose failures: a hash of the name or address, since people type passwords into the wrong field.
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        /// How many.
        pub failures: i32,
        /// The first of them.
        pub first_at: DateTimeUtc,
        /// Until when no further attempt is looked at.
        pub blocked_until: Option<DateTimeUtc>,
    }

    /// None that are followed in code; the database guards them.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The keys that sign access tokens.
pub mod signing_key {
    use sea_orm::entity::prelude::*;

    /// A signing key.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        /// Its name, which tokens carry.
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        /// The public half, base64url: for people who look; the service trusts the sealed half alone.
        pub public_key: String,
        /// The private half (PKCS#8), sealed with the installation's secret, base64url.
        pub sealed_private_key: String,
        /// When it was made.
        pub created_at: DateTimeUtc,
        /// When it stopped signing.
        pub retired_at: Option<DateTimeUtc>,
    }

    /// None that are followed in code; the database guards them.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
