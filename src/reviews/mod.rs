//! Reviews (复核): the scores the bureau gives beside what the unit claims and what the rules compute, and where the
//! two are furthest apart.

pub mod routes;
pub mod store;
pub mod wire;

/// The operations on reviews.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::rescore).service(routes::of_evaluation).service(routes::rank);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::RescoreInput, wire::Reviews, wire::ReviewRanking)))]
pub struct Schemas;
