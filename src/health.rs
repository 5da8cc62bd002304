//! What an operator's probes ask. These addresses stand outside the API's document: they answer machines that
//! watch, not machines that work.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::accounts::Accounts;
use crate::db::Db;
use crate::http::{ApiError, Draining};

/// `/livez`, `/readyz`, `/version`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/livez").get(livez))
        .service(web::resource("/readyz").get(readyz))
        .service(web::resource("/version").get(version));
}

/// 200 as long as the process runs; never asks the database.
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

/// 200 when requests can be served: schema current, keys loaded, database answering, not about to stop.
async fn readyz(
    db: web::Data<Db>,
    accounts: web::Data<Accounts>,
    draining: web::Data<Draining>,
) -> HttpResponse {
    // A ping is no unit of work: giving up on it loses nothing.
    let answers = tokio::time::timeout(Duration::from_secs(1), db.ping());
    if !draining.is_on() && accounts.is_ready() && answers.await.is_ok_and(|ping| ping.is_ok()) {
        HttpResponse::Ok().json(json!({ "status": "ready" }))
    } else {
        HttpResponse::from_error(ApiError::unavailable())
    }
}

async fn version() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "name": "jixiao", "version": env!("CARGO_PKG_VERSION") }))
}
