//! The finance system's feed: what became of settled scores, change after change. Each sheet that is approved,
//! published or reopened appends one row, in the transaction of the step; nothing is ever altered. The places are
//! given out by a counter that is held until the commit, so what is read up to the counter is complete: a reader
//! that goes on from where it stopped misses nothing and sees nothing twice.

pub mod entity;
pub mod hook;
pub mod lookout;
pub mod routes;
pub mod store;
pub mod wire;

pub use hook::Feed;
pub use lookout::Lookout;

/// The operation of the feed.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::changes);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::ScoreChanges)))]
pub struct Schemas;
