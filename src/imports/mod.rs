//! Imports: rows of many kinds and units at once. A bundle is read into rows, every row is judged against what is
//! stored, and only then is anything written: all rows or none, or the good ones. An import error is what cannot be stored; a form that
//! contradicts itself is stored as the draft it is, and flagged by its scores.

pub mod ahead;
pub mod bundle;
pub mod entity;
pub mod error_file;
pub mod errors;
pub mod explain;
pub mod files;
pub mod fold;
pub mod glance;
pub mod judge;
pub mod offline;
pub mod plan;
pub mod reference;
pub mod report;
pub mod routes;
pub mod run;
pub mod shape;
pub mod suggest;
pub mod template_routes;
pub mod upload;
pub mod wire;
pub mod write;

pub use errors::Errors;
pub use report::{Counts, Report, RowError};
pub use run::{Mode, Order, Strategy, record, run};
pub use wire::LaterStage;

/// The operations of the import's templates; the import itself stands with the jobs, to which it hands large bodies.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(template_routes::get);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(
    wire::Bundle,
    wire::RowLines,
    wire::CsvText,
    wire::WorkbookFile,
    wire::ImportForm,
    wire::ImportReport,
    wire::ImportProblem
)))]
pub struct Schemas;
