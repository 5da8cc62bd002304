//! Rule sets (评分规则): the data by which forms are scored, named `name@version`. Some come with the program; an
//! administrator makes others. Once something was handed in under one it never changes: a change is a new version.

pub mod entity;
pub mod routes;
pub mod store;
pub mod wire;

use jixiao_core::scoring::RuleSet;

/// What scores a year for which nothing else was chosen.
pub const DEFAULT: &str = "mof-2020@1";

/// The rule set of this reference that comes with the program.
#[must_use]
pub fn preset(reference: &str) -> Option<&'static RuleSet> {
    RuleSet::presets().iter().find(|rules| rules.reference() == reference)
}

/// The operations on rule sets.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::list).service(routes::get).service(routes::put).service(routes::delete);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(
    wire::RuleSetInput,
    wire::RuleSetView,
    wire::RuleSetSummary,
    wire::RuleSetList
)))]
pub struct Schemas;
