//! Budgets (部门整体支出, annex 2): amounts in total, by source and by nature, basic detail, goals, signature.

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
#[openapi(components(schemas(wire::BudgetInput, wire::BudgetView, wire::BudgetList)))]
pub struct Schemas;
