//! Tables `import_jobs`, `import_job_chunks` and `import_job_pieces`.

use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use jixiao_core::workflow::Role;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kept::Kept;
use super::wire::JobState;
use crate::db::{Coded, Json};
use crate::http::Principal;
use crate::imports::Counts;
use crate::imports::files::Format;
use crate::imports::wire::{AmountUnitWord, CollectionWord, LaterStage, ModeWord, StrategyWord};

/// Who sent a job, with the rights of then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    username: String,
    role: Role,
    unit: Option<UnitCode>,
    region: Option<RegionCode>,
    request_id: Option<String>,
    is_service: bool,
}

impl From<&Principal> for Sender {
    fn from(caller: &Principal) -> Self {
        let Principal { username, role, unit, region, request_id, is_service, .. } = caller.clone();
        Self { username, role, unit, region, request_id, is_service }
    }
}

impl From<Sender> for Principal {
    fn from(sender: Sender) -> Self {
        let Sender { username, role, unit, region, request_id, is_service } = sender;
        let narrowed_to = None; // the token was good for an import when it was sent
        Self {
            username,
            role,
            unit,
            region,
            narrowed_to,
            request_id,
            is_service,
            must_change_password: false,
        }
    }
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// How the file is written.
    pub format: Format,
    /// How the body is packed, as `Content-Encoding` names it.
    pub encoding: Option<String>,
    /// The collection of rows that name none.
    pub collection: Option<CollectionWord>,
    /// In what unit amounts are stated, where the file does not say it.
    pub amount_unit: Option<AmountUnitWord>,
    /// Whether to write.
    pub mode: ModeWord,
    /// What rows are for.
    pub strategy: StrategyWord,
    /// All rows or none; otherwise the good ones.
    pub atomic: bool,
    /// The later stage of historical evaluations.
    pub later: Option<LaterStage>,
    /// Most bytes after decompression.
    pub most: u64,
    /// What the file itself says, once it was read.
    pub said: Said,
}

/// What a file says beside its rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// In what unit the rows as they were kept state amounts.
    pub amount_unit: Option<AmountUnitWord>,
    /// A bundle's own notes.
    pub meta: Option<Value>,
    /// The headers of a table, by the path of their column.
    pub headers: Vec<(String, String)>,
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Rows of the file.
    pub rows: usize,
    /// Rows that were judged.
    pub checked: usize,
    /// Rows that were gone through to be written.
    pub applied: usize,
    /// Units' years of the file.
    pub forms: usize,
    /// Units' years that were gone through to be written, in the order of their codes.
    pub forms_done: usize,
    /// The last of them.
    pub last: Option<(UnitCode, FiscalYear)>,
    /// What became of the rows.
    pub counts: Counts,
    /// Errors found, those included that are not kept.
    pub errors: usize,
}

/// A job.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_jobs")]
pub struct Model {
    /// Surrogate key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Account that sent it.
    pub sent_by: String,
    /// The same with its rights.
    pub sender: Json<Sender>,
    /// What was asked for.
    pub asked: Json<Asked>,
    /// SHA-256 of the body as it was sent.
    pub sha256: String,
    /// Its bytes.
    pub bytes: i64,
    /// What becomes of it.
    pub state: Coded<JobState>,
    /// Whether it is to end before it is done.
    pub is_cancelled: bool,
    /// The runner that works on it.
    pub runner: Option<String>,
    /// Until when nobody else takes it.
    pub lease_until: Option<DateTimeUtc>,
    /// How often it was taken since it last moved on.
    pub attempts: i32,
    /// The form up to which its present state has come.
    pub place: String,
    /// How far it is.
    pub progress: Json<Progress>,
    /// The first errors.
    pub errors: Json<Vec<Kept>>,
    /// The record of the import.
    pub import_id: Option<i64>,
    /// When it was sent.
    pub created_at: DateTimeUtc,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
    /// Whether nothing of its body is kept any more.
    pub is_cleared: bool,
}

/// None are declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A part of the body as it came.
pub mod chunk {
    use sea_orm::entity::prelude::*;

    /// A chunk.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_job_chunks")]
    pub struct Model {
        /// Surrogate key; chunks of a body follow one another by it.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The job.
        pub job_id: i64,
        /// The bytes.
        pub body: Vec<u8>,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of one form that were read together.
pub mod piece {
    use sea_orm::entity::prelude::*;

    /// A piece.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_job_pieces")]
    pub struct Model {
        /// Surrogate key; rows of a form follow one another by it.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The job.
        pub job_id: i64,
        /// The form, as [`crate::jobs::rows::Form`] writes it.
        pub form: String,
        /// How many rows.
        pub rows: i64,
        /// Bytes of the body.
        pub bytes: i64,
        /// The rows as JSON.
        pub body: String,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
