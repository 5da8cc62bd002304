//! Oversight: how a year's scores are distributed, which sheets to look at again and why, one indicator across
//! units, and how sheets rank. It reads the summaries that are kept with every write, and writes nothing.

pub mod comparison_routes;
pub mod comparison_store;
pub mod comparison_wire;
pub mod ranking_routes;
pub mod ranking_store;
pub mod ranking_table;
pub mod ranking_wire;
pub mod risk;
pub mod routes;
pub mod statistics;
pub mod store;
pub mod wire;

/// The operations of oversight.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(routes::statistics)
        .service(routes::suggest)
        .service(comparison_routes::compare)
        .service(ranking_routes::rank);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(
    wire::Statistics,
    wire::ReviewSuggestions,
    comparison_wire::IndicatorComparison,
    ranking_wire::Ranking
)))]
pub struct Schemas;
