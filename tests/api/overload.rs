//! How many requests are served at once: who comes beyond it is told so at once, and nobody else notices.

use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, web};
use futures_util::future::join_all;
use jixiao::http::envelope::envelope;
use jixiao::http::overload::{AtOnce, Class, Overload, overload};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::support::world;

/// An application whose work takes until the test says so.
macro_rules! app {
    ($at_once:expr, $gate:expr) => {{
        let gate = web::Data::from(std::sync::Arc::clone(&$gate));
        let class_of: fn(&actix_web::dev::RequestHead) -> Class =
            |head| match head.uri.path().split('/').nth(1) {
                Some("read") => Class::Read,
                Some("write") => Class::Write,
                Some("import") => Class::Import,
                _ => Class::SignIn,
            };
        let app = App::new()
            .app_data(gate)
            .app_data(web::Data::new(Overload::new($at_once, class_of)))
            .service(web::resource("/panic").to(async || -> HttpResponse { panic!("as planned") }))
            .default_service(web::to(async |gate: web::Data<Semaphore>| {
                gate.acquire().await.unwrap().forget();
                HttpResponse::Ok().finish()
            }))
            .wrap(from_fn(overload))
            .wrap(from_fn(envelope));
        Rc::new(init_service(app).await)
    }};
}

fn gate() -> std::sync::Arc<Semaphore> {
    std::sync::Arc::new(Semaphore::new(0))
}

async fn problem(response: ServiceResponse<impl actix_web::body::MessageBody>) -> Value {
    let bytes = to_bytes(response.into_body()).await.ok().unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

const TWO: AtOnce = AtOnce { reads: 2, writes: 2, imports: 2, sign_ins: 2 };

#[actix_web::test]
async fn who_finds_no_place_is_told_at_once_and_in_his_language() {
    let gate = gate();
    let app = app!(TWO, gate);
    for path in ["/read", "/write", "/import", "/sign-in"] {
        let ask = || try_call_service(app.as_ref(), TestRequest::get().uri(path).to_request());
        let served = actix_web::rt::spawn({
            let app = Rc::clone(&app);
            let requests = [0; 2].map(|_| TestRequest::get().uri(path).to_request());
            async move { join_all(requests.map(|request| try_call_service(app.as_ref(), request))).await }
        });
        tokio::task::yield_now().await;
        for (language, words) in [("zh", "正在处理的请求已满"), ("en", "As many requests as can be")]
        {
            let request = TestRequest::get().uri(path).insert_header(("accept-language", language));
            let started = Instant::now();
            let refused = try_call_service(app.as_ref(), request.to_request()).await.unwrap();
            assert!(started.elapsed() < Duration::from_millis(50), "{path}: {:?}", started.elapsed());
            assert_eq!(refused.status(), 503, "{path}");
            for (name, value) in [
                ("retry-after", "1"),
                ("content-type", "application/problem+json"),
                ("x-content-type-options", "nosniff"),
            ] {
                assert_eq!(refused.headers().get(name).unwrap(), value, "{path}");
            }
            let told = problem(refused).await;
            assert_eq!(told["code"], "unavailable");
            assert!(told["detail"].as_str().unwrap().starts_with(words), "{told}");
        }
        gate.add_permits(2);
        let served = served.await.unwrap();
        assert!(served.iter().all(|answer| answer.as_ref().unwrap().status() == 200), "{path}");
        // Their places are free again.
        gate.add_permits(1);
        assert_eq!(ask().await.unwrap().status(), 200, "{path}");
    }
}

#[actix_web::test]
async fn no_kind_of_work_takes_the_places_of_another() {
    let gate = gate();
    let app = app!(AtOnce { reads: 1, ..TWO }, gate);
    let ask = |path: &str| {
        let (app, request) = (Rc::clone(&app), TestRequest::get().uri(path).to_request());
        async move { try_call_service(app.as_ref(), request).await.unwrap().status().as_u16() }
    };
    let read = actix_web::rt::spawn(ask("/read"));
    tokio::task::yield_now().await;
    assert_eq!(ask("/read").await, 503);
    gate.add_permits(2);
    assert_eq!(ask("/write").await, 200, "writes have places of their own");
    assert_eq!(read.await.unwrap(), 200);
}

#[actix_web::test]
async fn no_limit_is_no_limit_and_a_panic_keeps_no_place() {
    let gate = gate();
    let app = app!(AtOnce { reads: 0, sign_ins: 1, ..TWO }, gate);
    gate.add_permits(600);
    let requests =
        (0..600).map(|_| try_call_service(app.as_ref(), TestRequest::get().uri("/read").to_request()));
    assert!(join_all(requests).await.iter().all(|answer| answer.as_ref().unwrap().status() == 200));
    for _ in 0..3 {
        let panics = try_call_service(app.as_ref(), TestRequest::get().uri("/panic").to_request()).await;
        let answer = panics.unwrap_err().error_response();
        assert_eq!(answer.status(), 500, "and not 503: the place of the one before is free");
    }
}

#[actix_web::test]
async fn a_rush_on_the_real_application_leaves_every_answer_documented() {
    let world = world().await;
    let unit = world.caller("unit");
    // More at once than the default lets in: each is served or told to come again, and nothing else happens.
    unit.get("/api/v1/units").await.expect(200);
    let answers = join_all((0..400).map(|_| unit.get("/api/v1/units"))).await;
    let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|reply| reply.status == 200);
    assert!(served.len() >= 256 && !refused.is_empty(), "{} served", served.len());
    assert!(refused.iter().all(|reply| reply.status == 503 && reply.header("retry-after") == "1"));
    unit.get("/api/v1/units").await.expect(200);
}
