//! Base data (基础数据表, annex 1): staffing, expense control, procurement, buildings.

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
#[openapi(components(schemas(wire::BaseDataInput, wire::BaseDataView, wire::BaseDataList)))]
pub struct Schemas;
