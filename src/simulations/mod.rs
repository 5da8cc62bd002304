//! What if (模拟): every evaluation of a year scored again under another rule set, and nothing written.

pub mod routes;
pub mod run;
pub mod tally;
pub mod wire;

/// The operations on simulations.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::simulate);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::Simulation)))]
pub struct Schemas;
