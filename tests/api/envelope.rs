//! What surrounds every answer.

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, web};
use jixiao::app;
use jixiao::http::envelope::envelope;
use serde_json::{Value, json};

use crate::support::{UNIT, request, world};

#[actix_web::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let world = world().await;
    let (anon, unit) = (world.caller("anon"), world.caller("unit"));
    for reply in [
        unit.get("/api/v1/units").await.expect(200),
        anon.get("/api/v1/units").await.expect(401),
        anon.get("/nowhere").await.expect(404),
        unit.send(request(Method::DELETE, "/api/v1/units")).await.expect(405),
        anon.get("/livez").await.expect(200),
    ] {
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert!(reply.header("cache-control").contains("no-"));
        assert!(reply.header("server").is_empty());
    }
    assert_eq!(anon.get("/api/v1/units").await.header("www-authenticate"), "Bearer");
    let page = anon.get("/docs/").await.expect(200);
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
}

#[actix_web::test]
async fn a_request_keeps_its_id_if_it_has_a_good_one() {
    let world = world().await;
    let with = |id: &str| TestRequest::get().uri("/livez").insert_header(("x-request-id", id));
    assert_eq!(world.caller("anon").send(with("abc-1.2_3")).await.header("x-request-id"), "abc-1.2_3");
    for bad in ["", "with space", "a;b", &"x".repeat(65)] {
        let id = world.caller("anon").send(with(bad)).await.header("x-request-id").to_owned();
        assert_eq!(id.len(), 36, "{bad} became {id}");
    }
}

#[actix_web::test]
async fn every_documented_address_names_the_methods_it_takes() {
    let world = world().await;
    let unit = world.caller("unit");
    for (path, item) in app::openapi()["paths"].as_object().unwrap() {
        let path = path.replace("{year}", "2023").replace("{region_code}", "430611").replace(['{', '}'], "");
        let declared: Vec<String> =
            item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if declared.iter().any(|known| known == method) {
                continue;
            }
            let reply = unit.send(request(method.parse().unwrap(), &path)).await.expect(405);
            let allow: Vec<&str> = reply.header("allow").split(", ").collect();
            assert!(declared.iter().all(|known| allow.contains(&known.as_str())), "{path}: {allow:?}");
            assert!(!allow.contains(&method), "{path}: {allow:?}");
        }
        let options = unit.send(request(Method::OPTIONS, &path)).await.expect(204);
        assert!(options.header("allow").contains("OPTIONS"), "{path}");
    }
}

#[actix_web::test]
async fn head_is_get() {
    let world = world().await;
    let path = format!("/api/v1/units/{UNIT}");
    let (head, get) = (
        world.caller("unit").send(request(Method::HEAD, &path)).await,
        world.caller("unit").get(&path).await,
    );
    assert_eq!((head.status, head.etag()), (get.status, get.etag()));
}

#[actix_web::test]
async fn only_configured_origins_may_call_from_a_browser() {
    let world = world().await;
    let preflight = |origin: &str| {
        request(Method::OPTIONS, "/api/v1/units")
            .insert_header(("origin", origin))
            .insert_header(("access-control-request-method", "PUT"))
            .insert_header(("access-control-request-headers", "authorization,if-match"))
    };
    let known = world.caller("anon").send(preflight("https://jx.example.gov.cn")).await;
    assert_eq!(known.header("access-control-allow-origin"), "https://jx.example.gov.cn");
    let foreign = world.caller("anon").send(preflight("https://evil.example")).await;
    assert!(foreign.header("access-control-allow-origin").is_empty());
    let get = TestRequest::get().uri("/api/v1/units").insert_header(("origin", "https://jx.example.gov.cn"));
    let get = world.caller("unit").send(get).await.expect(200);
    assert!(get.header("access-control-expose-headers").to_lowercase().contains("etag"));
}

#[actix_web::test]
async fn the_language_is_the_callers() {
    let world = world().await;
    for (accepted, wanted) in [
        ("", "没有找到"),
        ("en", "Not found"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "没有找到"),
        ("de, en;q=0.5, zh;q=0.4", "Not found"),
        ("fr", "没有找到"),
        ("en;q=0, zh", "没有找到"),
        ("en;q=nonsense", "没有找到"),
    ] {
        let get = TestRequest::get().uri("/nowhere").insert_header(("accept-language", accepted));
        let reply = world.caller("anon").send(get).await.expect(404);
        assert_eq!(
            (&reply.json["title"], &reply.json["code"]),
            (&json!(wanted), &json!("not_found")),
            "{accepted}"
        );
        let vary = reply.headers.get_all("vary").any(|value| value == "Accept-Language");
        assert!(vary, "{accepted}");
    }
}

#[actix_web::test]
async fn bodies_that_cannot_be_read_are_refused_with_a_reason() {
    let world = world().await;
    let unit = world.caller("unit");
    let path = format!("/api/v1/narratives/{UNIT}/2023");
    let put = |body: &str, kind: &str| {
        TestRequest::put()
            .uri(&path)
            .insert_header(("if-match", "*"))
            .insert_header(("content-type", kind))
            .set_payload(body.to_owned())
    };
    let json_type = "application/json";
    let malformed = unit.send(put("{\"unit\":\n oops}", json_type)).await.expect(400);
    assert_eq!(
        (&malformed.json["code"], malformed.json["detail"].as_str().unwrap().contains("第 2 行")),
        (&json!("malformed_json"), true)
    );
    unit.send(put("{\"unit\": \"\\ud800\"}", json_type)).await.expect(400);
    unit.send(put(&format!("{}1{}", "[".repeat(40), "]".repeat(40)), json_type)).await.expect(400);
    unit.send(put("unit=1", "application/x-www-form-urlencoded")).await.expect(415);
    unit.send(put("{}", "text/plain")).await.expect(415);
    unit.send(put(&format!("{{\"unit\":\"{}\"}}", "x".repeat(2 << 20)), json_type)).await.expect(413);
    let nul = json!({ "unit": UNIT, "year": 2023, "sections": { "other": "a\u{0}b" } });
    unit.put(&path, Some("*"), nul).await.expect(422).expect_errors(&[("/sections/other", "wrong_form")]);
    let long = unit.get(&format!("/api/v1/units?name_contains={}", "x".repeat(9000))).await.expect(400);
    assert_eq!(long.json["code"], "invalid_query");
    let kept = unit.get(&path).await.expect(200);
    assert_ne!(kept.json["sections"]["other"], Value::Null, "nothing of it was written");
}

#[actix_web::test]
async fn a_handler_that_panics_gives_a_problem_and_no_secret() {
    async fn broken() -> actix_web::HttpResponse {
        panic!("the password is jixiao-demo")
    }
    let app = App::new()
        .service(web::resource("/broken").get(broken))
        .service(web::resource("/sound").get(async || "sound"))
        .wrap(from_fn(envelope));
    let app = init_service(app).await;
    for _ in 0..2 {
        let get = TestRequest::get().uri("/broken").insert_header(("x-request-id", "abc")).to_request();
        let failed = try_call_service(&app, get).await.unwrap_err().error_response();
        assert_eq!(failed.status(), 500);
        for (name, value) in [
            ("content-type", "application/problem+json"),
            ("x-request-id", "abc"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "private, no-cache"),
        ] {
            assert_eq!(failed.headers().get(name).unwrap(), value);
        }
        let body = to_bytes(failed.into_body()).await.unwrap();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&problem["code"], &problem["request_id"]), (&json!("internal"), &json!("abc")));
        assert!(!problem.to_string().contains("password"), "{problem}");
        // And the next request is answered as if nothing had been.
        let sound = try_call_service(&app, TestRequest::get().uri("/sound").to_request()).await.unwrap();
        assert_eq!(sound.status(), 200);
    }
}

#[actix_web::test]
async fn every_refusal_looks_alike() {
    let world = world().await;
    let (anon, unit, reader) = (world.caller("anon"), world.caller("unit"), world.caller("reader"));
    let path = format!("/api/v1/narratives/{UNIT}/2023");
    let put = |kind: &str, body: String| {
        TestRequest::put().uri(&path).insert_header(("content-type", kind.to_owned())).set_payload(body)
    };
    let wrong_token = TestRequest::get().uri(&path).insert_header(("authorization", "Bearer abc"));
    let other_scheme = TestRequest::get().uri(&path).insert_header(("authorization", "Basic dW5pdDp4"));
    let twice = TestRequest::get().uri(&path);
    let twice =
        twice.append_header(("authorization", "Bearer a")).append_header(("authorization", "Bearer b"));
    for (reply, status, code) in [
        (anon.get(&path).await, 401, "unauthenticated"),
        (anon.send(wrong_token).await, 401, "unauthenticated"),
        (anon.send(other_scheme).await, 401, "unauthenticated"),
        (anon.send(twice).await, 401, "unauthenticated"),
        (reader.get(&path).await, 403, "forbidden"),
        (unit.get("/api/v1/nowhere").await, 404, "not_found"),
        (unit.get("/api/v1/units/").await, 404, "not_found"),
        (unit.get("/api/v1/units/%00").await, 404, "not_found"),
        (unit.get("/api/v1/units/%ff%fe").await, 404, "not_found"),
        (unit.get("/api/v1/years/0").await, 404, "not_found"),
        (unit.get("/api/v1/years/99999999999999999999").await, 404, "not_found"),
        (unit.send(request(Method::POST, &path)).await, 405, "method_not_allowed"),
        (unit.send(put("application/json", "x".repeat((1 << 20) + 1))).await, 413, "too_large"),
        (unit.send(put("text/csv", "a,b".into())).await, 415, "unsupported_media_type"),
        (unit.send(TestRequest::put().uri(&path).set_payload("{}")).await, 415, "unsupported_media_type"),
        (unit.send(put("application/json", String::new())).await, 400, "malformed_json"),
        (unit.send(put("application/json", "{} {}".into())).await, 400, "malformed_json"),
        (unit.send(put("application/json", "{\"year\": 1e999}".into())).await, 400, "malformed_json"),
        (unit.send(put("application/json; charset=utf-8", "[]".into())).await, 422, "invalid"),
    ] {
        let what = &reply.text;
        assert_eq!((reply.status.as_u16(), &reply.json["code"]), (status, &json!(code)), "{what}");
        assert_eq!(reply.json["type"], format!("/problems/{code}"));
        assert!(!reply.json["instance"].as_str().unwrap().is_empty() && reply.json["errors"].is_array());
        for (name, value) in [
            ("content-type", "application/problem+json"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), value, "{name} of {what}");
        }
        assert_eq!(reply.header("www-authenticate").is_empty(), status != 401, "{what}");
    }
}

#[actix_web::test]
async fn a_body_may_nest_as_deep_as_promised_and_no_deeper() {
    let world = world().await;
    for (depth, status) in [(32, 422), (33, 400), (5000, 400)] {
        let body = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let post = TestRequest::post()
            .uri("/api/v1/imports?mode=commit")
            .insert_header(("content-type", "application/json"))
            .set_payload(body);
        world.caller("unit").send(post).await.expect(status);
    }
}
