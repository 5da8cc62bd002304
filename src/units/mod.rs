//! Units (预算单位): who spends and fills the form. A unit may have a parent, its supervising department
//! (主管部门), and a region, by which a bureau reaches it.

pub mod entity;
pub mod routes;
pub mod store;
pub mod wire;

/// The operations on units.
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
#[openapi(components(schemas(wire::UnitInput, wire::UnitView, wire::UnitList)))]
pub struct Schemas;
