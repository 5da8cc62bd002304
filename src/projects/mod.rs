//! Project expenditures (项目支出, annex 3): one form for each first-level project of a unit's year.

pub mod entity;
pub mod routes;
pub mod store;
pub mod wire;

/// The operations of this feature.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::get)
        .service(routes::put)
        .service(routes::patch)
        .service(routes::delete);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(
    wire::ProjectExpenditureInput,
    wire::ProjectExpenditureView,
    wire::ProjectExpenditureList
)))]
pub struct Schemas;
