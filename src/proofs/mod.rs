//! Proofs (证明): everything by which a score can be computed again on a machine that has neither the database nor the
//! network: what was scored, the rules word for word, and what it came to.

pub mod routes;
pub mod verify;
pub mod wire;

pub use verify::{Difference, Unreadable, Verdict, verify};

/// The operations on proofs.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::get);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::Proof)))]
pub struct Schemas;
