//! Rule sets (评分规则): the data by which forms are scored. They ship with the program, are named
//! `name@version`, and never change once released: a change is a new version.

pub mod routes;
pub mod wire;

use jixiao_core::scoring::RuleSet;

/// What scores a year for which nothing else was chosen.
pub const DEFAULT: &str = "mof-2020@1";

/// The rule set of a reference `name@version`.
#[must_use]
pub fn find(reference: &str) -> Option<&'static RuleSet> {
    RuleSet::presets().iter().find(|rules| rules.reference() == reference)
}

/// The operations on rule sets.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::list).service(routes::get);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(wire::RuleSetView, wire::RuleSetList)))]
pub struct Schemas;
