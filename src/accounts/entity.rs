//! The tables of who may sign in.

use std::fmt;
use std::str::FromStr;

/// A hash that not even the log sees.
macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The text of the hash.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = std::convert::Infallible;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([REDACTED])"))
            }
        }
    };
}

hash! {
    /// The hash of a password as a PHC string.
    PasswordHash
}
hash! {
    /// SHA-256 of a service account's secret: 256 random bits need no slow hash.
    SecretHash
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
        /// Whether the password is only the first one, which has to be changed.
        pub must_change: bool,
        /// Counts changes.
        pub version: i64,
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

/// Accounts of programs.
pub mod service_account {
    use jixiao_core::kernel::{RegionCode, UnitCode};
    use jixiao_core::workflow::Role;
    use sea_orm::entity::prelude::*;

    use super::SecretHash;
    use crate::db::Coded;

    /// A service account.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_accounts")]
    pub struct Model {
        /// The key.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The name to sign in with, and the subject of tokens.
        #[sea_orm(unique)]
        pub client_id: String,
        /// What people call it.
        pub name: String,
        /// The hash of the secret.
        pub secret_hash: Coded<SecretHash>,
        /// What the account is.
        pub role: Coded<Role>,
        /// The unit of a `unit` account.
        pub unit_code: Option<Coded<UnitCode>>,
        /// The region of a `bureau` account, or the one a `reader` is confined to.
        pub region_code: Option<Coded<RegionCode>>,
        /// What it may do, as OAuth writes it.
        pub scopes: String,
        /// Until when it counts.
        pub expires_at: DateTimeUtc,
        /// Whether it may not sign in.
        pub disabled: bool,
        /// Tokens of another version no longer count.
        pub token_version: i32,
        /// When it last got a token.
        pub last_used_at: Option<DateTimeUtc>,
        /// Counts changes.
        pub version: i64,
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
