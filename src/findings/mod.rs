//! Findings (勾稽关系审核结果): what does not agree in a form, and what the unit says to it.

pub mod entity;
pub mod facts;
pub mod routes;
pub mod store;
mod view;
pub mod wire;

pub use facts::findings;
pub use store::{Assessment, assess};

/// The operations on findings.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::checks).service(routes::list).service(routes::explain);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::CheckList, wire::Findings, wire::ExplanationsInput)))]
pub struct Schemas;
