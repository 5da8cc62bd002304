//! The workflow between units and the bureau: handing in, sending back with opinions, approving, opening again; what
//! was said of each cell and answered; what changed between two rounds; and the story of it all.
//!
//! Which step is possible when, and for whom, stands in the core's table. `step` prepares and takes one; `store`
//! keeps what was handed in, said and done.

pub mod cells;
pub mod entity;
pub mod history_routes;
pub mod opinion_routes;
pub mod progress;
pub mod progress_routes;
pub mod step;
pub mod step_routes;
pub mod store;
pub mod wire;

/// The operations of the workflow.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(step_routes::submit)
        .service(step_routes::endorse)
        .service(step_routes::send_back)
        .service(step_routes::approve)
        .service(step_routes::reopen)
        .service(opinion_routes::list)
        .service(opinion_routes::answer)
        .service(history_routes::history)
        .service(history_routes::changes)
        .service(progress_routes::progress);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(
    wire::RemarkInput,
    wire::ReturnInput,
    wire::ReopenInput,
    wire::AnswersInput,
    wire::Opinions,
    wire::History,
    wire::FormChanges,
    wire::Progress
)))]
pub struct Schemas;
