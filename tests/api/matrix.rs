//! THE access test: every operation of the document × every kind of caller, at every stage, for units of both regions
//! and of none. What is expected of a cell follows from the tables of the core and the operation's kind (`rules`); no
//! answer may hold a word of a unit that its caller does not see.

mod imports;
mod lists;
mod rules;
mod town;

use std::collections::BTreeMap;

use jixiao_core::workflow::{Role, Stage, Step};

use crate::calls::{Call, Target, operations};
use crate::matrix::rules::{Expected, Kind, Rule, classify, expected};
use crate::matrix::town::{CALLERS, ELSEWHERE, NOWHERE, OWN, Seat, Town, UNITS, Who, seat, town};
use crate::support::Reply;

/// The operations about a target, each with its rule.
async fn classified(town: &Town, unit: &Seat) -> Vec<(Call, Rule)> {
    let target = Target::of(&town.world, unit.code, unit.region.unwrap_or("430611")).await;
    let with_rule = |call: Call| {
        let rule = classify(&call.method, &call.path)
            .unwrap_or_else(|| panic!("{} {} is not classified", call.method, call.path));
        (call, rule)
    };
    operations(&target).into_iter().map(with_rule).collect()
}

/// One cell: the answer is the expected one, and tells nothing of units that are not this caller's to see. What is
/// wrong with it, if anything.
async fn cell(
    town: &Town,
    (call, rule): &(Call, Rule),
    who: &Who,
    unit: &Seat,
    stage: Stage,
) -> Option<String> {
    let reply = town.caller(who, *rule).send(call.harmless()).await;
    let wanted = expected(*rule, who, unit, stage);
    let is_told = |hidden: &&Seat| !who.sees(hidden) && reply.text.contains(&hidden.mark());
    let told =
        UNITS.iter().find(|hidden| ![Kind::Open, Kind::Published].contains(&rule.kind) && is_told(hidden));
    let wrong = match told {
        _ if found(&reply) != Some(wanted) => format!("not {wanted:?}"),
        Some(hidden) => format!("tells of {}", hidden.code),
        None => return None,
    };
    let text: String = reply.text.chars().take(400).collect();
    Some(format!("{} · {} · {} at {stage}: {wrong}: {text}", call.name(), who.name, unit.code))
}

/// What became of a request; none: it never got so far that its caller mattered.
fn found(reply: &Reply) -> Option<Expected> {
    match reply.status.as_u16() {
        401 => Some(Expected::Unauthenticated),
        403 => Some(Expected::Forbidden),
        404 => Some(Expected::NotFound),
        200 | 201 | 400 | 409 | 412 | 422 => Some(Expected::LetIn),
        _ => None,
    }
}

#[actix_web::test]
async fn every_operation_answers_every_caller_as_the_tables_say() {
    let town = town().await;
    let places = [(seat(OWN), Stage::Draft), (seat(ELSEWHERE), Stage::Draft), (seat(NOWHERE), Stage::Draft)];
    let stages = Stage::ALL.into_iter().skip(1).map(|stage| (seat(OWN), stage));
    let (mut cells, mut wrong) = (BTreeMap::<String, usize>::new(), Vec::new());
    for (unit, stage) in places.into_iter().chain(stages) {
        town.stand(unit.code, stage).await;
        let before = town.tag(unit.code).await;
        for operation in classified(&town, unit).await {
            // Stages matter to what a unit's data is part of; and of a unit without a region nothing was ever
            // published, nor is any round its own.
            let is_plain = stage == Stage::Draft && unit.region.is_some();
            if !is_plain && !operation.1.kind.is_about_a_unit() {
                continue;
            }
            for who in &CALLERS {
                wrong.extend(cell(&town, &operation, who, unit, stage).await);
                *cells.entry(format!("{} {}", operation.0.method, operation.0.path)).or_default() += 1;
            }
        }
        assert_eq!(town.tag(unit.code).await, before, "{} at {stage} was written to", unit.code);
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let operations = operations(&Target::of(&town.world, OWN, "430611").await).len();
    let all: usize = cells.values().sum();
    assert_eq!(cells.len(), operations, "an operation was passed over");
    assert!(cells.values().all(|cells| *cells >= 2 * CALLERS.len()) && all >= 4_000, "only {all} cells");
}

/// What the matrix listens for is said wherever there is something to say.
#[actix_web::test]
async fn whatever_is_read_of_a_unit_has_its_mark() {
    let town = town().await;
    for (call, rule) in classified(&town, seat(OWN)).await {
        if rule.kind.is_about_a_unit() && call.method == "GET" {
            let reply = town.world.caller("admin").get(&call.address).await.expect(200);
            assert!(reply.text.contains(&seat(OWN).mark()), "{}: {}", call.name(), reply.text);
        }
    }
}

#[actix_web::test]
async fn the_document_asks_for_what_the_tables_ask_for() {
    let town = town().await;
    for (call, rule) in classified(&town, seat(OWN)).await {
        assert_eq!(call.is_open, rule.kind == Kind::Open, "{}", call.name());
        assert_eq!(call.action, rule.action, "{}: its scope", call.name());
        if let Kind::Step(step) = rule.kind {
            // Who has the permission can take the step somewhere, and nobody else can.
            for role in Role::ALL {
                let takes = Stage::ALL.into_iter().any(|stage| {
                    rules::relations(role).any(|to| step.is_open_to(stage, to, |action| action.allows(role)))
                });
                assert_eq!(rule.action.allows(role), takes, "{step} by {role}");
            }
        }
    }
    let steps = operations_of_steps(&town).await;
    assert!(Step::ALL.iter().all(|step| steps.contains(step)), "a step has no operation: {steps:?}");
}

async fn operations_of_steps(town: &Town) -> Vec<Step> {
    let step = |(_, rule): &(Call, Rule)| match rule.kind {
        Kind::Step(step) => Some(step),
        _ => None,
    };
    classified(town, seat(OWN)).await.iter().filter_map(step).collect()
}
