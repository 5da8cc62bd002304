//! Forms: a unit's year as one document, as a front end saves it and `jixiao score` reads it. It is the bundle
//! of the import without its years and units.

pub mod carry;
pub mod export;
pub mod routes;
pub mod store;
pub mod wire;

/// The operations on whole forms.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(routes::get).service(routes::put).service(routes::delete).service(carry::post);
}

/// The schemas of this feature's bodies.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(carry::CarriedForm, wire::UnitForm)))]
pub struct Schemas;
