//! Scores: sheets put together from a form, scored by the core, and kept as summaries for lists.

pub mod assemble;
pub mod figures;
pub mod foreseen;
pub mod hook;
pub mod kept;
pub mod ratios;
pub mod read;
pub mod recent;
pub mod routes;
pub mod step_wire;
pub mod store;
pub mod table;
pub mod verify;
pub mod view;
pub mod wire;

pub use hook::Summaries;
pub use kept::Kept;

/// The operations on scores.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::list).service(routes::get).service(ratios::get);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::Scores, ratios::BaseRatios, wire::ScoreRow, wire::ScoreList)))]
pub struct Schemas;
