//! A bundle fails in exactly the rows of units that are not its sender's to write, and then writes nothing.

use serde_json::{Value, json};

use super::town::{CALLERS, Seat, UNITS, Who, rows, town};
use crate::support::World;
use jixiao_core::workflow::{Action, Role};

/// Rows of every unit, changed.
fn bundle() -> Value {
    let mut bundle = json!({});
    for seat in &UNITS {
        for (collection, rows) in rows(seat).as_object().unwrap() {
            let all = bundle.as_object_mut().unwrap().entry(collection).or_insert_with(|| json!([]));
            all.as_array_mut().unwrap().extend(rows.as_array().unwrap().iter().cloned());
        }
    }
    for narrative in bundle["narratives"].as_array_mut().unwrap() {
        narrative["sections"]["improvements"] = json!("改");
    }
    bundle
}

/// Why rows of this unit fail, if they do: an administrator and the region's bureau import for units, until the unit
/// has handed something in.
fn refusal(who: &Who, seat: &Seat, handed_in: bool) -> Option<&'static str> {
    match who.role {
        _ if !who.sees(seat) => Some("unknown_unit"),
        Some(role) if who.unit != Some(seat.code) && (handed_in || role == Role::Unit) => {
            Some("not_permitted")
        }
        _ => None,
    }
}

/// The tags of all forms and all units.
async fn tags(world: &World) -> Vec<String> {
    let mut tags = Vec::new();
    for seat in &UNITS {
        for at in [format!("/api/v1/forms/{}/2023", seat.code), format!("/api/v1/units/{}", seat.code)] {
            tags.push(world.caller("admin").get(&at).await.expect(200).etag());
        }
    }
    tags
}

/// Sends rows of all units as this caller: those that are not theirs to write are named, and nothing is written.
async fn send(world: &World, who: &Who, handed_in: bool) -> usize {
    let before = tags(world).await;
    let bundle = bundle();
    let mut wanted: Vec<(String, String)> = Vec::new();
    for (collection, rows) in bundle.as_object().unwrap() {
        for (index, row) in rows.as_array().unwrap().iter().enumerate() {
            let seat = UNITS.iter().find(|seat| row["unit"] == seat.code).unwrap();
            let why = refusal(who, seat, handed_in);
            wanted.extend(why.map(|why| (format!("/{collection}/{index}/unit"), why.to_owned())));
        }
    }
    wanted.sort();
    let (mode, status) = if wanted.is_empty() { ("validate", 200) } else { ("commit", 422) };
    let reply = world.caller(who.name).post(&format!("/api/v1/imports?mode={mode}"), bundle).await;
    let reply = reply.expect(status);
    assert_eq!(reply.errors(), wanted, "{}", who.name);
    assert_eq!(tags(world).await, before, "{} wrote", who.name);
    wanted.len()
}

#[actix_web::test]
async fn rows_of_units_that_are_not_the_senders_fail_and_nothing_is_written() {
    let town = town().await;
    let mut refused = 0;
    for handed_in in [true, false] {
        town.world.sql(&format!("UPDATE evaluations SET round = {}", i32::from(handed_in))).await;
        for who in CALLERS.iter().filter(|who| who.role.is_some_and(|role| Action::Import.allows(role))) {
            refused += send(&town.world, who, handed_in).await;
        }
    }
    assert!(refused >= 250, "only {refused} rows were refused");
}

#[actix_web::test]
async fn a_bundle_confirms_no_unit_that_its_sender_does_not_see() {
    let town = town().await;
    let world = &town.world;
    let before = tags(world).await;
    for who in CALLERS.iter().filter(|who| who.role.is_some_and(|role| Action::Import.allows(role))) {
        if who.role == Some(Role::Admin) {
            continue;
        }
        for seat in &UNITS {
            // Word for word what is stored, and what is not: both alike for who does not see it.
            for (name, is_same) in [(format!("某单位{}", seat.mark()), true), ("改名".to_owned(), false)]
            {
                let unit = json!({ "code": seat.code, "name": name, "region_code": seat.region,
                    "parent_code": seat.parent });
                let bundle = json!({ "units": [unit] });
                let reply = world.caller(who.name).post("/api/v1/imports?mode=commit", bundle).await;
                if who.sees(seat) && is_same {
                    reply.expect(200);
                } else {
                    reply.expect(422).expect_errors(&[("/units/0", "not_permitted")]);
                }
            }
        }
        let stage = "/api/v1/imports?mode=commit&stage=approved";
        world.caller(who.name).post(stage, bundle()).await.expect(403);
    }
    assert_eq!(tags(world).await, before);
}
