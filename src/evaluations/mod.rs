//! Evaluations (绩效自评): a unit's year, the root of everything the unit fills in. Budget, base data, project
//! expenditures, narrative and indicators are its parts: they share its stage and its lock, each with a version
//! of its own, so that clerks who work on different parts do not collide.

pub mod entity;
pub mod figures;
pub mod opening;
pub mod part;
pub mod part_resource;
pub mod part_routes;
mod part_write;
pub mod review_entity;
pub mod routes;
pub mod shown;
pub mod store;
pub mod summary_entity;
pub mod sync;
pub mod wire;

pub use part::Part;
pub use store::Versions;

/// The operations on evaluations.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::list).service(routes::get);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::EvaluationView, wire::EvaluationList)))]
pub struct Schemas;
