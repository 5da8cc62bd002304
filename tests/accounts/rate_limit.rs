//! How fast one caller may ask.

use std::net::SocketAddr;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};
use jixiao::http::client::{Network, TrustedProxies};
use jixiao::http::envelope::envelope;
use jixiao::http::rate_limit::{CallerLimits, RateLimitSettings, rate_limit, rate_limit_by_address};

macro_rules! app {
    ($settings:expr) => {
        init_service(
            App::new()
                .app_data(web::Data::new(CallerLimits::new($settings)))
                .app_data(web::Data::new(TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()])))
                .wrap(from_fn(rate_limit))
                .wrap(from_fn(envelope))
                .route("/", web::get().to(async || HttpResponse::Ok().finish()))
                .route("/panic", web::get().to(async || -> HttpResponse { panic!("as planned") })),
        )
        .await
    };
}

fn get(peer: &str) -> TestRequest {
    let peer: SocketAddr = peer.parse().unwrap();
    TestRequest::get().uri("/").peer_addr(peer)
}

fn header(response: &actix_web::dev::ServiceResponse, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[actix_web::test]
async fn every_answer_says_what_is_left_and_the_last_one_when_to_come_back() {
    let app = app!(RateLimitSettings { per_second: 1, burst: 3 });
    for left in [2, 1, 0] {
        let response = call_service(&app, get("192.0.2.1:9").to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "ratelimit-policy"), "\"caller\";q=3;w=3");
        assert!(header(&response, "ratelimit").starts_with(&format!("\"caller\";r={left};t=")));
    }
    let refused = call_service(&app, get("192.0.2.1:9").to_request()).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&refused, "content-type"), "application/problem+json");
    assert_eq!(header(&refused, "retry-after"), "1");
    assert_eq!(header(&refused, "ratelimit"), "\"caller\";r=0;t=1");
}

#[actix_web::test]
async fn callers_are_told_apart_by_token_then_by_address() {
    let app = app!(RateLimitSettings { per_second: 1, burst: 1 });
    let status = async |request: TestRequest| call_service(&app, request.to_request()).await.status();
    let token = |text: &'static str| get("192.0.2.1:9").insert_header(("authorization", text));
    assert_eq!(status(token("Bearer one")).await, StatusCode::OK);
    assert_eq!(status(token("Bearer one")).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status(token("Bearer two")).await, StatusCode::OK);
    assert_eq!(status(get("192.0.2.1:9")).await, StatusCode::OK);
    assert_eq!(status(get("192.0.2.1:10")).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status(get("192.0.2.2:9")).await, StatusCode::OK);
}

#[actix_web::test]
async fn where_tokens_are_given_out_a_made_up_one_is_nobody() {
    let limits = CallerLimits::new(RateLimitSettings { per_second: 1, burst: 1 });
    let app = App::new()
        .app_data(web::Data::new(limits))
        .app_data(web::Data::new(TrustedProxies(Vec::new())))
        .wrap(from_fn(rate_limit_by_address))
        .wrap(from_fn(envelope))
        .route("/", web::get().to(async || HttpResponse::Ok().finish()));
    let app = init_service(app).await;
    let status = async |text: &'static str| {
        let request = get("192.0.2.1:9").insert_header(("authorization", text));
        call_service(&app, request.to_request()).await.status()
    };
    assert_eq!(status("Basic b25l").await, StatusCode::OK);
    assert_eq!(status("Basic dHdv").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status("Bearer three").await, StatusCode::TOO_MANY_REQUESTS);
}

#[actix_web::test]
async fn only_a_trusted_proxy_says_whom_it_asks_for() {
    let app = app!(RateLimitSettings { per_second: 1, burst: 1 });
    let status = async |request: TestRequest| call_service(&app, request.to_request()).await.status();
    let via = |peer: &str, hops: &'static str| get(peer).insert_header(("x-forwarded-for", hops));
    assert_eq!(status(via("192.0.2.1:9", "203.0.113.1")).await, StatusCode::OK);
    assert_eq!(status(via("192.0.2.1:9", "203.0.113.2")).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status(via("10.0.0.1:9", "203.0.113.1")).await, StatusCode::OK);
    assert_eq!(status(via("10.0.0.1:9", "203.0.113.2, 10.0.0.2")).await, StatusCode::OK);
    assert_eq!(status(via("10.0.0.2:9", "6.6.6.6, 203.0.113.2")).await, StatusCode::TOO_MANY_REQUESTS);
}

#[actix_web::test]
async fn nothing_is_said_where_nothing_is_limited() {
    let app = app!(RateLimitSettings { per_second: 0, burst: 0 });
    for _ in 0..50 {
        let response = call_service(&app, get("192.0.2.1:9").to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "ratelimit"), "");
    }
}

#[actix_web::test]
async fn a_panic_is_an_answer_too() {
    let app = app!(RateLimitSettings { per_second: 0, burst: 0 });
    let request = TestRequest::get().uri("/panic").to_request();
    let error = actix_web::test::try_call_service(&app, request).await.unwrap_err();
    let response = error.error_response();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
    assert!(response.headers().contains_key("x-request-id"));
    let ok = call_service(&app, get("192.0.2.1:9").to_request()).await;
    assert_eq!(ok.status(), StatusCode::OK);
}

#[test]
fn networks_are_ranges() {
    let contains =
        |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
    assert!(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"));
    assert!(contains("0.0.0.0/0", "203.0.113.1") && !contains("0.0.0.0/0", "::1"));
    assert!(contains("192.0.2.1", "192.0.2.1") && !contains("192.0.2.1", "192.0.2.2"));
    assert!(contains("10.0.0.0/8", "::ffff:10.0.0.1"));
    assert!(contains("2001:db8::/32", "2001:db8:1::1") && !contains("2001:db8::/32", "2001:db9::1"));
    assert!(contains("::/0", "2001:db8::1") && contains("::1/128", "::1"));
    for bad in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "a/8", "10.0.0.0/"] {
        assert!(bad.parse::<Network>().is_err(), "{bad}");
    }
}
