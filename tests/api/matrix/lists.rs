//! No filter of any list widens what is seen: what a caller is shown is what an administrator is shown by the same
//! filter, as far as it is the caller's to see.

use std::collections::BTreeMap;

use jixiao_core::workflow::{Role, Stage};
use serde_json::Value;

use super::classified;
use super::rules::{Kind, Rule};
use super::town::{
    BELOW, CALLERS, ELSEWHERE, NOWHERE, OTHER, OWN, PARENT, Seat, Town, UNITS, Who, seat, town,
};
use crate::calls::Call;

/// The values that a filter is tried with.
fn values(filter: &str) -> Vec<String> {
    let codes = || UNITS.iter().map(|unit| unit.code.to_owned());
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match filter {
        "unit" | "parent_code" | "parent" => codes().chain(["nobody".to_owned()]).collect(),
        "region_code" | "region" => words(&["43", "4306", "430611", "4301", "430102", "99"]),
        "year" => words(&["2023", "2022"]),
        "stage" => Stage::ALL.iter().map(ToString::to_string).collect(),
        "sheet" => words(&["department", "project"]),
        "by" => words(&["final", "self", "execution", "gap"]),
        "project" => words(&["P01", "P99"]),
        "grade" => words(&["excellent", "good", "fair", "poor"]),
        "name_contains" => words(&["%25", "_", "430102", "%E3%80%94"]),
        other => panic!("no values to try the filter `{other}` with"),
    }
}

/// The queries of a list: none, each filter with each value, and each two filters together.
fn queries(call: &Call) -> Vec<String> {
    let document = jixiao::app::openapi();
    let parameters = document["paths"][&call.path]["get"]["parameters"].as_array().unwrap().clone();
    let in_query = parameters.iter().filter(|parameter| parameter["in"] == "query");
    // What must be said is said already.
    let in_query = in_query.filter(|parameter| parameter["required"] != true);
    let names = in_query.map(|parameter| parameter["name"].as_str().unwrap().to_owned());
    let filters: Vec<String> = names
        .filter(|name| !["limit", "cursor", "with_total", "sort", "format"].contains(&name.as_str()))
        .collect();
    let each = |name: &String| -> Vec<String> {
        values(name).iter().map(|value| format!("&{name}={value}")).collect()
    };
    let mut queries = vec![String::new()];
    for (place, one) in filters.iter().enumerate() {
        queries.extend(each(one));
        // The other filters of units, which could undo one another.
        let of_units =
            |name: &&String| name.contains("code") || ["region", "parent"].contains(&name.as_str());
        for another in filters[place + 1..].iter().filter(of_units) {
            queries.extend(
                each(one)
                    .iter()
                    .flat_map(|one| each(another).into_iter().map(move |two| format!("{one}{two}"))),
            );
        }
    }
    queries
}

fn owner(item: &Value) -> &Value {
    match &item["unit"] {
        Value::Null => &item["code"],
        Value::Object(unit) => &unit["code"],
        code => code,
    }
}

/// Whether a row of this unit, which a list may show, is shown to this caller.
fn is_shown(who: &Who, rule: Rule, unit: &Seat, stages: &BTreeMap<&str, Stage>) -> bool {
    let is_settled = stages[unit.code].is_settled();
    let waits = rule.action.scope() == "scores:read" && who.role == Some(Role::Reader) && !is_settled;
    who.sees(unit) && !waits
}

/// The town with a form at every stage.
async fn staged() -> (Town, BTreeMap<&'static str, Stage>) {
    let town = town().await;
    let stages = BTreeMap::from([
        (PARENT, Stage::Published),
        (OWN, Stage::Draft),
        (BELOW, Stage::Approved),
        (OTHER, Stage::Submitted),
        (ELSEWHERE, Stage::Approved),
        (NOWHERE, Stage::Published),
    ]);
    for (unit, stage) in &stages {
        town.stand(unit, *stage).await;
    }
    (town, stages)
}

#[actix_web::test]
async fn no_filter_of_any_list_widens_what_is_seen() {
    let (town, stages) = staged().await;
    let (mut lists, mut looks) = (0, 0);
    for (call, rule) in classified(&town, seat(OWN)).await {
        if rule.kind != Kind::List || call.address.ends_with("/progress") {
            continue;
        }
        lists += 1;
        for query in queries(&call) {
            let and = if call.address.contains('?') { '&' } else { '?' };
            let path = format!("{}{and}limit=500&with_total=true{query}", call.address);
            let all = town.world.caller("admin").get(&path).await.expect(200).json["items"].clone();
            let all = all.as_array().unwrap();
            assert!(!query.is_empty() || all.len() >= 5, "{path} shows an administrator {}", all.len());
            for who in CALLERS.iter().filter(|who| who.role.is_some_and(|role| rule.action.allows(role))) {
                let reply = town.caller(who, rule).get(&path).await.expect(200);
                let shown: Vec<&Value> = reply.json["items"].as_array().unwrap().iter().map(owner).collect();
                let is_shown = |code: &&Value| is_shown(who, rule, seat(code.as_str().unwrap()), &stages);
                let wanted: Vec<&Value> = all.iter().map(owner).filter(is_shown).collect();
                assert_eq!(shown, wanted, "{} {path}", who.name);
                assert_eq!(reply.json["total"], wanted.len(), "{} {path}: its total", who.name);
                looks += 1;
            }
        }
    }
    assert!(lists >= 9 && looks >= 2_000, "only {looks} looks at {lists} lists");
}

#[actix_web::test]
async fn progress_counts_and_names_what_is_seen_and_nothing_else() {
    let (town, stages) = staged().await;
    for who in CALLERS.iter().filter(|who| who.role.is_some_and(|role| role != Role::Reader)) {
        for region in ["430611", "430102", "43"] {
            for below in std::iter::once(None).chain(UNITS.iter().map(|unit| Some(unit.code))) {
                let query = below.map(|code| format!("?parent_code={code}")).unwrap_or_default();
                let path = format!("/api/v1/years/2023/rounds/{region}/progress{query}");
                let counted = |unit: &&Seat| {
                    let is_below = below.is_none_or(|code| unit.code != code && unit.is_within(code));
                    let is_in_region = unit.region.is_some_and(|of_unit| of_unit.starts_with(region));
                    who.sees(unit) && is_below && is_in_region
                };
                let reply = town.world.caller(who.name).get(&path).await.expect(200).json;
                let number = |value: &Value| value.as_u64().unwrap();
                let shown = number(&reply["assigned"]) + number(&reply["excused"]);
                let counted: Vec<&Seat> = UNITS.iter().filter(counted).collect();
                assert_eq!(shown, u64::try_from(counted.len()).unwrap(), "{} {path}: {reply}", who.name);
                let at_stages = reply["stages"].as_array().unwrap().iter().map(|row| number(&row["count"]));
                let placed = number(&reply["not_started"]) + at_stages.sum::<u64>();
                assert_eq!(placed, number(&reply["assigned"]), "{} {path}: {reply}", who.name);
                let late: Vec<&str> =
                    counted.iter().map(|unit| unit.code).filter(|code| stages[code].is_editable()).collect();
                let named = reply["overdue"].as_array().unwrap().iter();
                let named: Vec<&str> = named.map(|row| row["unit"]["code"].as_str().unwrap()).collect();
                assert_eq!(named, late, "{} {path}", who.name);
            }
        }
    }
}
