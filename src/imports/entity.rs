//! Table `imports`: what was brought in, when, and by whom.

use sea_orm::entity::prelude::*;

use super::report::Counts;
use crate::db::Json;

/// An import as recorded.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Account that imported.
    pub imported_by: String,
    /// How rows were treated.
    pub strategy: String,
    /// SHA-256 of the body.
    pub sha256: String,
    /// What became of the rows.
    pub counts: Json<Counts>,
    /// The bundle's own notes, kept as they came.
    pub meta: Option<Json<serde_json::Value>>,
    /// When.
    pub created_at: DateTimeUtc,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
