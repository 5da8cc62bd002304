//! Imports that are too large to be answered at once. The body is kept in the database as it comes, where every replica
//! finds it; one of them takes the job, sorts its rows by form, judges them all and then writes form after form, in
//! units of work that are small enough for others to write in between. What was written is noted in the same
//! transaction, so that whoever takes over after a crash goes on exactly there.

pub mod apply;
pub mod batches;
pub mod copy;
pub mod entity;
pub mod input;
pub mod kept;
pub mod members;
pub mod pack;
pub mod receive;
pub mod routes;
pub mod rows;
pub mod runner;
pub mod stage;
pub mod store;
pub mod weight;
pub mod wire;

pub use runner::Runner;

/// The operations of imports, large and small.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::post);
    config.service(routes::list);
    config.service(routes::get);
    config.service(routes::errors);
    config.service(routes::cancel);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::ImportJob, wire::ImportJobErrors, wire::ImportJobList)))]
pub struct Schemas;
