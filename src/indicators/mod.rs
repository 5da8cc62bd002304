//! Indicators (绩效指标): what the money was to achieve, and what it did, in a department's or a project's sheet.

mod desk;
pub mod entity;
pub mod routes;
pub mod store;
pub mod wire;

pub use desk::Desk;

/// The operations of this feature.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::get)
        .service(routes::post)
        .service(routes::put)
        .service(routes::patch)
        .service(routes::delete);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::IndicatorInput, wire::IndicatorView, wire::IndicatorList)))]
pub struct Schemas;
