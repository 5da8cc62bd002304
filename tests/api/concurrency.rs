//! Many at once.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{UNIT, world};

#[actix_web::test]
async fn of_many_who_change_one_row_one_wins() {
    let world = world().await;
    let unit = world.caller("unit");
    let first = unit.get("/api/v1/indicators?limit=1").await.expect(200).json["items"][0].clone();
    let (path, etag) =
        (format!("/api/v1/indicators/{}", first["id"].as_str().unwrap()), first["etag"].as_str().unwrap());
    let tries = (0..50).map(|n| {
        let (path, unit) = (path.clone(), unit);
        async move { unit.patch(&path, Some(etag), json!({ "name": format!("第 {n} 人") })).await }
    });
    let replies = join_all(tries).await;
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    let lost = replies.iter().filter(|reply| reply.status == 412).count();
    assert_eq!((won.len(), lost), (1, 49));
    assert_eq!(unit.get(&path).await.json["name"], won[0].json["name"]);
}

#[actix_web::test]
async fn many_who_change_different_rows_all_do_and_the_total_is_one() {
    let world = world().await;
    let unit = world.caller("unit");
    let before = unit.get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200).etag();
    let rows =
        unit.get("/api/v1/indicators?limit=23").await.expect(200).json["items"].as_array().unwrap().clone();
    let tries = rows.iter().map(|row| async move {
        let path = format!("/api/v1/indicators/{}", row["id"].as_str().unwrap());
        unit.patch(&path, row["etag"].as_str(), json!({ "self_score": "1" })).await.expect(200)
    });
    join_all(tries).await;
    let scores = unit.get(&format!("/api/v1/scores/{UNIT}/2023")).await.expect(200).json;
    assert_eq!(scores["department"]["self_total"], "22", "12 indicators at 1, and 10 for the execution");
    let kept = unit.get(&format!("/api/v1/scores?unit={UNIT}")).await.expect(200).json;
    assert_eq!(kept["items"][0]["self_total"], "22");
    let version = |etag: &str| etag.trim_matches('"').split('.').nth(1).unwrap().parse::<u32>().unwrap();
    let after = unit.get(&format!("/api/v1/evaluations/{UNIT}/2023")).await.expect(200).etag();
    assert_eq!(version(&after) - version(&before), 23, "each change counts once");
}
