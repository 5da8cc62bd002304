//! Imports that become jobs, as those see them who send them; nobody works on them here.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use jixiao_core::workflow::Role;
use serde_json::json;

use crate::support::{Reply, request, world};

fn send(query: &str, kind: &str, body: impl Into<actix_web::web::Bytes>) -> TestRequest {
    request(Method::POST, &format!("/api/v1/imports?{query}"))
        .insert_header(("content-type", kind))
        .set_payload(body)
}

fn sent(query: &str, kind: &str, body: impl Into<actix_web::web::Bytes>) -> TestRequest {
    send(query, kind, body).insert_header(("prefer", "wait=5, respond-async"))
}

const NDJSON: &str = "application/x-ndjson";
const ROW: &str = "{\"collection\":\"years\",\"year\":2023}\n";

fn cancel(reply: &Reply) -> TestRequest {
    request(Method::POST, &format!("{}/cancel", reply.header("location")))
}

#[actix_web::test]
async fn a_job_is_seen_by_its_sender_and_by_administrators() {
    let world = world().await;
    world.add_user("other", Role::Bureau, None, Some("430611")).await;
    let bureau = world.caller("bureau");
    let job = bureau.send(sent("mode=commit&strategy=create", NDJSON, ROW)).await.expect(202);
    let id = job.json["id"].as_str().unwrap();
    assert_eq!(job.header("location"), format!("/api/v1/import-jobs/{id}"));
    let wanted = json!(["received", "bureau", "create", true, ROW.len()]);
    let told = ["state", "sent_by", "strategy", "atomic", "bytes"].map(|name| &job.json[name]);
    assert_eq!(json!(told), wanted);
    assert_eq!(job.json["sha256"], jixiao::db::sha256(ROW.as_bytes()));
    for (name, sees) in [("bureau", true), ("admin", true), ("other", false), ("unit", false)] {
        let caller = world.caller(name);
        let one = caller.get(job.header("location")).await;
        assert_eq!(one.status, if sees { 200 } else { 404 }, "{name}: {}", one.text);
        let list = caller.get("/api/v1/import-jobs?with_total=true").await.expect(200);
        assert_eq!(list.json["total"], u64::from(sees), "{name}");
        if !sees {
            caller.send(cancel(&job)).await.expect(404);
        }
    }
    assert_eq!(world.caller("reader").get(job.header("location")).await.status, 403);
    let cancelled = bureau.send(cancel(&job)).await.expect(200);
    assert_eq!(cancelled.json["state"], "cancelled", "nobody worked on it");
    assert!(cancelled.json["ended_at"].is_string());
    assert_eq!(bureau.send(cancel(&job)).await.expect(409).json["code"], "illegal_step");
    let listed = bureau.get("/api/v1/import-jobs?state=cancelled").await.expect(200);
    assert_eq!(listed.json["items"][0]["id"], id);
    assert_eq!(bureau.get("/api/v1/import-jobs?state=received").await.expect(200).json["items"], json!([]));
}

#[actix_web::test]
async fn the_same_key_is_the_same_job_and_no_other_body() {
    let world = world().await;
    let admin = world.caller("admin");
    let keyed = |body: &'static str| {
        sent("mode=commit", NDJSON, body).insert_header(("idempotency-key", "a-province"))
    };
    let first = admin.send(keyed(ROW)).await.expect(202);
    let again = admin.send(keyed(ROW)).await.expect(202);
    assert_eq!((&again.json, again.header("location")), (&first.json, first.header("location")));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = admin.send(keyed("{\"collection\":\"years\",\"year\":2024}\n")).await.expect(422);
    assert_eq!(other.json["code"], "idempotency_key_reused");
    let all = admin.get("/api/v1/import-jobs?with_total=true").await.expect(200);
    assert_eq!(all.json["total"], 1, "of the others nothing is left");
}

#[actix_web::test]
async fn what_is_too_large_for_an_answer_becomes_a_job_if_it_can() {
    let world = world().await;
    let admin = world.caller("admin");
    // 4 MiB are answered at once here, and 6 MiB are taken at all.
    let rows = |bytes: usize| ROW.repeat(bytes / ROW.len() + 1);
    let large = admin.send(send("mode=validate", NDJSON, rows(4 << 20))).await.expect(202);
    assert_eq!(large.json["bytes"], rows(4 << 20).len());
    assert_eq!(large.json["sha256"], jixiao::db::sha256(rows(4 << 20).as_bytes()));
    let small = admin.send(send("mode=validate", NDJSON, ROW)).await.expect(200);
    assert_eq!(small.json["counts"]["unchanged"], 1, "{}", small.text);
    let beyond = admin.send(send("mode=validate", NDJSON, rows(6 << 20))).await.expect(413);
    assert_eq!(beyond.json["code"], "too_large");
    let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let workbook = admin.send(send("mode=validate", workbook, vec![0; 5 << 20])).await.expect(415);
    assert!(workbook.text.contains("CSV"), "{}", workbook.text);
    let table = admin.send(sent("mode=validate", "text/csv", "年度\n2023\n")).await.expect(400);
    assert!(table.text.contains("collection"), "{}", table.text);
    let later = world.caller("bureau").send(sent("mode=commit&stage=approved", NDJSON, ROW)).await;
    assert_eq!(later.status, 403, "{}", later.text);
    assert_eq!(admin.get("/api/v1/import-jobs?with_total=true").await.expect(200).json["total"], 1);
}

#[actix_web::test]
async fn one_account_has_only_so_many_jobs_that_wait() {
    let world = world().await;
    let bureau = world.caller("bureau");
    let mut last = None;
    for _ in 0..5 {
        last = Some(bureau.send(sent("mode=validate", NDJSON, ROW)).await.expect(202));
    }
    let sixth = bureau.send(sent("mode=validate", NDJSON, ROW)).await.expect(429);
    assert!(!sixth.header("retry-after").is_empty());
    world.caller("unit").send(sent("mode=validate", NDJSON, ROW)).await.expect(202);
    bureau.send(cancel(&last.unwrap())).await.expect(200);
    bureau.send(sent("mode=validate", NDJSON, ROW)).await.expect(202);
}
