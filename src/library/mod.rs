//! The library of indicators (指标库): what published evaluations measured, with its usual target, for others to take
//! up. The forms know no sector (行业); the supervising department stands for it, as a bureau of education does for
//! its schools.

pub mod entity;
pub mod hook;
pub mod routes;
pub mod store;
pub mod wire;

pub use hook::Library;

/// The operations on the library.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::list).service(routes::adopt);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::AdoptInput, wire::LibraryList)))]
pub struct Schemas;
