//! Audit: every change in its own transaction, with who, when, from what and to what, as hash chains that show
//! when somebody bent them. The database refuses to change what was written; signed checkpoints show a cut tail.
//!
//! * `entity`: the tables. * `hook`: writes the entries of a unit of work. * `verify`: finds the first broken entry.
//! * `checkpoint`: signs where all chains stand. * `routes`: for administrators.

mod checkpoint;
pub mod entity;
mod hook;
mod routes;
mod store;
mod told;
mod verify;
mod wire;

pub use checkpoint::{Checkpoint, Seal, take as take_checkpoint};
pub use hook::Chains;
pub use verify::{Break, Verdict, verify};

/// The operations on the audit chains.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::list).service(routes::verify);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::AuditEntryView, wire::AuditEntryList, wire::AuditVerdict)))]
pub struct Schemas;
