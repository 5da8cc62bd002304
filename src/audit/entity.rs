//! Tables `audit_entries`, `audit_heads` and `audit_checkpoints`.

use jixiao_core::kernel::{Difference, differences};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing that was changed, as it is written down. What was made or removed is there as a whole; which of its fields
/// differ from nothing is told when somebody asks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ChangeEntry {
    /// `make`, `change`, `remove`, or the step that was taken.
    pub action: String,
    /// What kind of thing.
    pub entity: String,
    /// Which one.
    pub key: String,
    /// Of what was changed each field that differs.
    #[serde(default)]
    fields: Vec<FieldChange>,
    /// What was removed.
    #[serde(default)]
    before: Value,
    /// What was made, or what was said of a step.
    #[serde(default)]
    after: Value,
}

impl ChangeEntry {
    /// Each field that differs.
    #[must_use]
    pub fn fields(self) -> Vec<FieldChange> {
        let Self { mut fields, before, after, .. } = self;
        fields.extend(differences(&before, &after).into_iter().map(FieldChange::from));
        fields
    }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Where.
    pub field: String,
    /// What it was.
    pub before: Option<Value>,
    /// What it became.
    pub after: Option<Value>,
}

impl From<Difference> for FieldChange {
    fn from(Difference { path, before, after }: Difference) -> Self {
        Self { field: path, before, after }
    }
}

/// Entries.
pub mod entry {
    use sea_orm::entity::prelude::*;

    /// What one unit of work changed in one chain.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_entries")]
    pub struct Model {
        /// Surrogate key, in the order of writing.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The chain.
        pub chain: String,
        /// Its place in it, from 1.
        pub seq: i64,
        /// When.
        pub at: DateTimeUtc,
        /// Who.
        pub actor: String,
        /// What they were.
        pub role: Option<String>,
        /// For which unit.
        pub unit_code: Option<String>,
        /// For which region.
        pub region_code: Option<String>,
        /// By which request.
        pub request_id: Option<String>,
        /// What it came with.
        pub cause: Option<String>,
        /// The changes, as the JSON text that is hashed.
        pub changes: String,
        /// Hash of the entry before.
        pub prev_hash: String,
        /// Hash of this entry.
        pub hash: String,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where each chain stands.
pub mod head {
    use sea_orm::entity::prelude::*;

    /// The last entry of a chain.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_heads")]
    pub struct Model {
        /// The chain.
        #[sea_orm(primary_key, auto_increment = false)]
        pub chain: String,
        /// Its last entry.
        pub seq: i64,
        /// That entry's hash.
        pub hash: String,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Checkpoints.
pub mod checkpoint {
    use sea_orm::entity::prelude::*;

    /// A signature over where the chains stood.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_checkpoints")]
    pub struct Model {
        /// Its place among the checkpoints, from 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        /// When.
        pub at: DateTimeUtc,
        /// Chains that moved since the one before: the JSON text that is hashed.
        pub heads: String,
        /// Hash of the checkpoint before.
        pub prev_hash: String,
        /// Hash of this one.
        pub hash: String,
        /// The key that signed it.
        pub kid: String,
        /// The signature of its hash, base64url.
        pub signature: String,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
