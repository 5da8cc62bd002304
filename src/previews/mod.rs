//! Previews (试算): a bundle scored and checked as it is being filled, and nothing stored.

pub mod routes;
pub mod run;
pub mod wire;

/// The operations on previews.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::post);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::Preview)))]
pub struct Schemas;
