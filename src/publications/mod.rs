//! Publications (公开): an approved evaluation frozen with its content, rules and scores, readable by everyone. An
//! edition never changes: a correction is another edition beside it, and the database refuses to touch either.

pub mod entity;
pub mod public_routes;
pub mod routes;
pub mod store;
pub mod wire;

/// The operation that publishes.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::publish);
}

/// What everyone may read, below `/api/v1/public`.
pub fn configure_public(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(public_routes::list).service(public_routes::latest).service(public_routes::edition);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::PublicationList, wire::Publication)))]
pub struct Schemas;
