//! Two regions and six units, one of them without a region, each with a whole form that was handed in, judged and
//! published once; and everybody who may call.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use jixiao_core::kernel::{Clock as _, ManualClock, SystemClock};
use jixiao_core::workflow::{Mark, Role, Stage, State};
use serde_json::{Value, json};

use super::rules::Rule;
use crate::calls::spare_accounts;
use crate::support::{Caller, UNIT, World, empty_at};

pub const PARENT: &str = "430611100";
pub const OWN: &str = UNIT;
pub const BELOW: &str = "430611101-1";
pub const OTHER: &str = "430611201";
pub const ELSEWHERE: &str = "430102001";
pub const NOWHERE: &str = "900001";

const REGION: &str = "430611";
const FAR: &str = "430102";

/// A unit's place.
#[derive(Debug, PartialEq, Eq)]
pub struct Seat {
    pub code: &'static str,
    pub region: Option<&'static str>,
    pub parent: Option<&'static str>,
}

/// Superiors first.
pub const UNITS: [Seat; 6] = [
    Seat { code: PARENT, region: Some(REGION), parent: None },
    Seat { code: OWN, region: Some(REGION), parent: Some(PARENT) },
    Seat { code: BELOW, region: Some(REGION), parent: Some(OWN) },
    Seat { code: OTHER, region: Some(REGION), parent: None },
    Seat { code: ELSEWHERE, region: Some(FAR), parent: None },
    Seat { code: NOWHERE, region: None, parent: None },
];

pub fn seat(code: &str) -> &'static Seat {
    UNITS.iter().find(|unit| unit.code == code).unwrap()
}

impl Seat {
    /// What stands in every text of this unit and of no other.
    pub fn mark(&self) -> String {
        format!("〔{}〕", self.code)
    }

    /// Whether it is this unit or one below it.
    pub fn is_within(&self, superior: &str) -> bool {
        self.code == superior || self.parent.is_some_and(|parent| seat(parent).is_within(superior))
    }
}

/// Somebody who calls.
#[derive(Debug)]
pub struct Who {
    pub name: &'static str,
    /// What they are to the service; none: nobody that it knows, or knows no more.
    pub role: Option<Role>,
    pub unit: Option<&'static str>,
    pub region: Option<&'static str>,
}

const fn who(name: &'static str, role: Role) -> Who {
    Who { name, role: Some(role), unit: None, region: None }
}

const fn nobody(name: &'static str) -> Who {
    Who { name, role: None, unit: None, region: None }
}

/// The columns of the matrix.
pub const CALLERS: [Who; 10] = [
    Who { unit: Some(OWN), ..who("owner", Role::Unit) },
    Who { unit: Some(OTHER), ..who("other", Role::Unit) },
    Who { unit: Some(PARENT), ..who("parent", Role::Unit) },
    Who { region: Some(REGION), ..who("bureau", Role::Bureau) },
    Who { region: Some(FAR), ..who("far-bureau", Role::Bureau) },
    who("admin", Role::Admin),
    Who { region: Some(REGION), ..who("reader", Role::Reader) },
    nobody("anon"),
    nobody("disabled"),
    nobody("expired"),
];

impl Who {
    /// Whether this unit is theirs to see.
    pub fn sees(&self, seat: &Seat) -> bool {
        match self.role {
            None => false,
            Some(Role::Admin) => true,
            Some(Role::Unit) => self.unit.is_some_and(|unit| seat.is_within(unit)),
            Some(Role::Bureau | Role::Reader) => self.region == seat.region,
        }
    }
}

pub struct Town {
    pub world: World,
}

impl Town {
    /// Who calls. Of those that are let in no more, the one who would have been: the account that the operation is for.
    pub fn caller(&self, who: &Who, rule: Rule) -> Caller<'_> {
        let first = rule.action.roles()[0];
        self.world.caller(match who.name {
            "disabled" => DISABLED.iter().find(|(role, _)| *role == first).unwrap().1,
            "expired" => EXPIRED.iter().find(|(role, _)| *role == first).unwrap().1,
            name => name,
        })
    }

    pub async fn tag(&self, unit: &str) -> String {
        self.world.caller("admin").get(&format!("/api/v1/forms/{unit}/2023")).await.expect(200).etag()
    }

    /// Puts a form at a stage, past the service.
    pub async fn stand(&self, unit: &str, stage: Stage) {
        let data = serde_json::to_string(&state(stage)).unwrap();
        let at = format!(
            "UPDATE evaluations SET stage = '{stage}', state = '{data}', due = NULL WHERE unit_code = '{unit}'"
        );
        self.world.sql(&at).await;
    }
}

fn state(stage: Stage) -> State {
    let mark = |by: &str| Mark { by: by.into(), at: DateTime::<Utc>::UNIX_EPOCH };
    let submitted = State::Draft.submit(mark("clerk"), false).unwrap();
    match stage {
        Stage::Draft => State::Draft,
        Stage::DepartmentReview => State::Draft.submit(mark("clerk"), true).unwrap(),
        Stage::Submitted => submitted,
        Stage::Returned => submitted.send_back(mark("boss")).unwrap(),
        Stage::Approved => submitted.approve(mark("boss")).unwrap(),
        Stage::Published => submitted.approve(mark("boss")).unwrap().publish(mark("boss"), 1).unwrap(),
    }
}

const EXPIRED: [(Role, &str); 4] = [
    (Role::Unit, "expired-unit"),
    (Role::Bureau, "expired-bureau"),
    (Role::Admin, "expired-admin"),
    (Role::Reader, "expired-reader"),
];
const DISABLED: [(Role, &str); 4] = [
    (Role::Unit, "disabled-unit"),
    (Role::Bureau, "disabled-bureau"),
    (Role::Admin, "disabled-admin"),
    (Role::Reader, "disabled-reader"),
];

/// A world in which a token can expire and an account be disabled, and some have.
pub async fn town() -> Town {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let town = Town { world: empty_at(Arc::<ManualClock>::clone(&clock)).await };
    let world = &town.world;
    // Whoever signs in before the clock is moved on is too late afterwards, so the mason is not heard of again.
    world.add_user("mason", Role::Admin, None, None).await;
    let mason = world.caller("mason");
    mason.put("/api/v1/years/2023", None, json!({ "year": 2023 })).await.expect(201);
    for Seat { code, region, parent } in &UNITS {
        let name = format!("某单位{}", seat(code).mark());
        let unit = json!({ "code": code, "name": name, "region_code": region, "parent_code": parent });
        mason.put(&format!("/api/v1/units/{code}"), None, unit).await.expect(201);
    }
    for who in CALLERS.iter().filter(|who| who.name != "admin") {
        let Some(role) = who.role else { continue };
        world.add_user(who.name, role, who.unit, who.region).await;
    }
    for (role, name) in EXPIRED.iter().chain(&DISABLED) {
        let unit = (*role == Role::Unit).then_some(OWN);
        let region = matches!(role, Role::Bureau | Role::Reader).then_some(REGION);
        world.add_user(name, *role, unit, region).await;
    }
    for (_, name) in EXPIRED {
        world.caller(name).get("/api/v1/users/me").await.expect(200);
    }
    clock.advance(16 * 60_000);
    for (_, name) in DISABLED {
        world.caller(name).get("/api/v1/users/me").await.expect(200);
        let account = format!("/api/v1/users/{name}");
        world.caller("admin").patch(&account, Some("*"), json!({ "disabled": true })).await.expect(200);
    }
    clock.advance(4_000);
    spare_accounts(world).await;
    for region in [REGION, FAR, "43"] {
        let round = json!({ "year": 2023, "region_code": region });
        let at = format!("/api/v1/years/2023/rounds/{region}");
        world.caller("admin").put(&at, None, round).await.expect(201);
    }
    for unit in &UNITS {
        fill(world, unit).await;
        town.stand(unit.code, Stage::Draft).await;
    }
    // From now on everybody is late, so that progress has names to tell.
    let late = json!({ "deadline": "2024-03-31" });
    world.caller("admin").patch("/api/v1/years/2023", Some("*"), late).await.expect(200);
    town
}

/// Rows of a unit in each collection of a bundle, with its mark in every text.
pub fn rows(seat: &Seat) -> Value {
    let Seat { code, .. } = seat;
    let mark = seat.mark();
    json!({
        "budgets": [{ "unit": code, "year": 2023, "weight": "10", "self_score": "10", "goal_actual": mark,
            "total": { "initial": "100", "annual": "100", "executed": "100" } }],
        "base_data": [{ "unit": code, "year": 2023, "signature": { "filled_by": mark } }],
        "project_expenditures": [{ "unit": code, "year": 2023, "code": "P01", "name": mark }],
        "indicators": [
            { "unit": code, "year": 2023, "seq": 1, "level1": "产出指标", "level2": "数量指标", "name": mark,
                "weight": "90", "self_score": "90" },
            { "unit": code, "year": 2023, "project": "P01", "seq": 3, "level1": "产出指标", "level2": "数量指标",
                "name": mark },
        ],
        "narratives": [{ "unit": code, "year": 2023, "sections": { "problems": mark } }],
    })
}

/// A whole form with everything that comes with it on its way to the public and back.
async fn fill(world: &World, seat: &Seat) {
    let Seat { code, region, .. } = seat;
    let mark = seat.mark();
    let admin = world.caller("admin");
    admin.post("/api/v1/imports?mode=commit&stage=submitted", rows(seat)).await.expect(200);
    let Some(region) = region else { return };
    let bureau = world.caller(if *region == FAR { "far-bureau" } else { "bureau" });
    let at = format!("/api/v1/evaluations/{code}/2023");
    let score = json!({ "kind": "indicator", "seq": 1, "score": "80", "reason": mark });
    for (step, body) in [
        ("rescore", json!({ "scores": [score] })),
        ("approve", json!({ "opinion": mark })),
        ("publish", json!({ "opinion": mark })),
        ("reopen", json!({ "reason": mark })),
    ] {
        bureau.step(&format!("{at}/{step}"), "*", body).await.expect(200);
    }
    let excused = [OTHER, ELSEWHERE].contains(code).then_some(&mark);
    let exception = json!({ "unit": code, "due": "2024-04-30", "excused_reason": excused });
    let at = format!("/api/v1/years/2023/rounds/{region}/exceptions/{code}");
    bureau.put(&at, None, exception).await.expect(201);
    correct(world, code, &mark).await;
}

/// Explains what asks for it and corrects something, where the unit has somebody who can.
async fn correct(world: &World, code: &str, mark: &str) {
    let Some(clerk) = CALLERS.iter().find(|who| who.unit == Some(code)) else { return };
    let at = format!("/api/v1/evaluations/{code}/2023");
    let findings = world.caller(clerk.name).get(&format!("{at}/findings")).await.expect(200).json;
    let items = findings["items"].as_array().unwrap().iter();
    // Several findings can share an id, and so an explanation.
    let ids: BTreeSet<&str> =
        items.filter(|item| item["severity"] == "explain").map(|item| item["id"].as_str().unwrap()).collect();
    let explanations: Vec<Value> =
        ids.iter().map(|id| json!({ "finding": id, "explanation": mark })).collect();
    assert!(!explanations.is_empty(), "there is something to explain: {findings}");
    let body = json!({ "explanations": explanations });
    world.caller(clerk.name).post(&format!("{at}/explanations"), body).await.expect(200);
    let change = json!({ "sections": { "improvements": mark } });
    let narrative = format!("/api/v1/narratives/{code}/2023");
    world.caller(clerk.name).patch(&narrative, Some("*"), change).await.expect(200);
}
