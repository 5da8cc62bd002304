//! Years (预算年度) and rounds: a year holds defaults, a region's round what its bureau decides: opening,
//! deadline, rule set, the units that must report.

pub mod calendar;
pub mod entity;
pub mod exception_entity;
pub mod exception_routes;
pub mod exception_store;
pub mod round_entity;
pub mod round_routes;
pub mod round_store;
pub mod routes;
pub mod store;
pub mod wire;

/// The operations on years and rounds.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::get)
        .service(routes::put)
        .service(routes::patch)
        .service(routes::delete)
        .service(round_routes::list)
        .service(round_routes::get)
        .service(round_routes::put)
        .service(round_routes::patch)
        .service(round_routes::delete)
        .service(exception_routes::list)
        .service(exception_routes::get)
        .service(exception_routes::put)
        .service(exception_routes::delete);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(
    wire::YearInput,
    wire::YearView,
    wire::YearList,
    wire::RoundInput,
    wire::RoundView,
    wire::RoundList,
    wire::RoundExceptionInput,
    wire::RoundExceptionView,
    wire::RoundExceptionList
)))]
pub struct Schemas;
