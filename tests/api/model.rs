//! Random users against a model: units, narratives, indicators and whole forms, kept in memory as the promises say, and
//! asked of the real application at the same time. Every answer must be the one that the model foretells, tags
//! included. What is random comes from a seed that a failure names.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::test::TestRequest;
use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::support::{Reply, World, empty};

/// Two clerks fill in forms, each for a unit of the same name.
const CLERKS: [&str; 2] = ["a", "b"];
const YEARS: [i32; 2] = [2022, 2023];
const SEQS: u64 = 5;

/// Something stored: what it says, and the tag it was last seen with.
#[derive(Clone, Debug)]
struct Kept {
    says: String,
    tag: String,
}

#[derive(Clone, Debug)]
struct Row {
    unit: &'static str,
    year: i32,
    seq: u64,
    kept: Kept,
}

/// What a caller sends as `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Missing,
    Any,
    Current,
    Stale,
}

#[derive(Default)]
struct Model {
    units: BTreeMap<&'static str, Kept>,
    narratives: BTreeMap<(&'static str, i32), Kept>,
    rows: BTreeMap<String, Row>,
    /// The tag of each form that exists.
    forms: BTreeMap<(&'static str, i32), String>,
    /// Every tag that was ever given for an address: none comes back.
    given: BTreeMap<String, BTreeSet<String>>,
    /// How often each status was foretold.
    seen: BTreeMap<u16, u32>,
}

/// What a conditional write of something meets, if it may be written at all.
fn foretold(is_there: bool, condition: Condition, creates: bool) -> u16 {
    match (is_there, condition) {
        (true, Condition::Missing) => 428,
        (true, Condition::Stale) => 412,
        (true, Condition::Any | Condition::Current) => 200,
        (false, Condition::Missing) if creates => 201,
        (false, _) if creates => 412,
        (false, _) => 404,
    }
}

struct Play<'w> {
    world: &'w World,
    dice: Dice,
    model: Model,
    told: u64,
    what: String,
}

impl Play<'_> {
    fn condition(&mut self) -> Condition {
        use Condition::{Any, Current, Missing, Stale};
        self.dice.pick(&[Missing, Any, Current, Current, Current, Stale])
    }

    fn words(&mut self) -> String {
        self.told += 1;
        format!("第{}次", self.told)
    }

    fn header(condition: Condition, current: Option<&str>) -> Option<String> {
        match condition {
            Condition::Missing => None,
            Condition::Any => Some("*".to_owned()),
            Condition::Current => Some(current.unwrap_or("\"1.1\"").to_owned()),
            Condition::Stale => Some("\"999999.1\"".to_owned()),
        }
    }

    #[track_caller]
    fn check(&mut self, reply: &Reply, status: u16) {
        *self.model.seen.entry(status).or_default() += 1;
        assert_eq!(reply.status.as_u16(), status, "{}: {}", self.what, reply.text);
    }

    /// A tag for something that was just written: never seen before at this address.
    #[track_caller]
    fn fresh(&mut self, address: &str, reply: &Reply) -> String {
        let is_new = self.model.given.entry(address.to_owned()).or_default().insert(reply.etag());
        assert!(is_new && !reply.etag().is_empty(), "{}: an old tag, {}", self.what, reply.etag());
        reply.etag()
    }

    async fn write_unit(&mut self) {
        let caller = self.dice.pick(&["admin", "admin", "a"]);
        let code = self.dice.pick(&["a", "b", "u1", "u2", "u3"]);
        let condition = self.condition();
        let removes = self.dice.roll(3) == 0;
        let path = format!("/api/v1/units/{code}");
        let there = self.model.units.get(code).map(|kept| kept.tag.clone());
        let tag = Self::header(condition, there.as_deref());
        let says = self.words();
        self.what = format!("{caller} {} {path} {condition:?}", if removes { "DELETE" } else { "PUT" });
        let as_caller = self.world.caller(caller);
        if removes {
            let is_held = CLERKS.contains(&code);
            let status = match foretold(there.is_some(), condition, false) {
                _ if caller != "admin" => 403,
                200 if is_held => 409,
                status => status,
            };
            let reply = as_caller.delete(&path, tag.as_deref()).await;
            self.check(&reply, status);
            if status == 200 {
                self.model.units.remove(code);
            }
            return;
        }
        let status = if caller == "admin" { foretold(there.is_some(), condition, true) } else { 403 };
        let reply = as_caller.put(&path, tag.as_deref(), json!({ "code": code, "name": says })).await;
        self.check(&reply, status);
        if matches!(status, 200 | 201) {
            assert_eq!(reply.json["name"], says.as_str());
            let tag = self.fresh(&path, &reply);
            self.model.units.insert(code, Kept { says, tag });
            // Forms show the name of their unit.
            for year in YEARS
                .into_iter()
                .filter(|year| self.model.forms.contains_key(&(code, *year)))
                .collect::<Vec<_>>()
            {
                self.form_moved(code, year).await;
            }
        }
    }

    /// A part was written: the whole form has a tag that it never had.
    async fn form_moved(&mut self, unit: &'static str, year: i32) {
        let path = format!("/api/v1/forms/{unit}/{year}");
        let form = self.world.caller(unit).get(&path).await.expect(200);
        let tag = self.fresh(&path, &form);
        self.model.forms.insert((unit, year), tag);
    }

    async fn write_narrative(&mut self) {
        let caller = self.dice.pick(&["a", "b", "admin"]);
        let (unit, year) = (self.dice.pick(&CLERKS), self.dice.pick(&YEARS));
        let condition = self.condition();
        let path = format!("/api/v1/narratives/{unit}/{year}");
        let there = self.model.narratives.get(&(unit, year)).map(|kept| kept.tag.clone());
        let tag = Self::header(condition, there.as_deref());
        let method = self.dice.pick(&["PUT", "PATCH", "DELETE"]);
        self.what = format!("{caller} {method} {path} {condition:?}");
        let status = match foretold(there.is_some(), condition, method == "PUT") {
            _ if caller == "admin" => 403,
            _ if caller != unit => 404,
            status => status,
        };
        let as_caller = self.world.caller(caller);
        let says = self.words();
        let reply = match method {
            "PUT" => {
                let body = json!({ "unit": unit, "year": year, "sections": { "other": says } });
                as_caller.put(&path, tag.as_deref(), body).await
            }
            "PATCH" => as_caller.patch(&path, tag.as_deref(), json!({ "sections": { "other": says } })).await,
            _ => as_caller.delete(&path, tag.as_deref()).await,
        };
        self.check(&reply, status);
        if !matches!(status, 200 | 201) {
            return;
        }
        if method == "DELETE" {
            self.model.narratives.remove(&(unit, year));
        } else {
            assert_eq!(reply.json["sections"]["other"], says.as_str());
            let tag = self.fresh(&path, &reply);
            self.model.narratives.insert((unit, year), Kept { says, tag });
        }
        self.form_moved(unit, year).await;
    }

    fn is_taken(&self, unit: &str, year: i32, seq: u64, but: Option<&str>) -> bool {
        let same = |row: &Row| row.unit == unit && row.year == year && row.seq == seq;
        self.model.rows.iter().any(|(id, row)| same(row) && Some(id.as_str()) != but)
    }

    async fn add_indicator(&mut self) {
        let (unit, year) = (self.dice.pick(&CLERKS), self.dice.pick(&YEARS));
        let seq = self.dice.roll(SEQS) + 1;
        let says = self.words();
        self.what = format!("{unit} POST indicator {year} {seq}");
        let body = json!({ "unit": unit, "year": year, "seq": seq, "level1": "产出指标", "level2": "数量指标",
            "name": "督促检查", "target": "≥60次", "actual": says, "weight": "5", "self_score": "5" });
        let status = if self.is_taken(unit, year, seq, None) { 409 } else { 201 };
        let reply = self.world.caller(unit).post("/api/v1/indicators", body).await;
        self.check(&reply, status);
        if status == 201 {
            let id = reply.json["id"].as_str().unwrap().to_owned();
            let tag = self.fresh(&format!("/api/v1/indicators/{id}"), &reply);
            self.model.rows.insert(id, Row { unit, year, seq, kept: Kept { says, tag } });
            self.form_moved(unit, year).await;
        }
    }

    async fn change_indicator(&mut self) {
        let ids: Vec<&String> = self.model.rows.keys().collect();
        if ids.is_empty() {
            return;
        }
        let id = self.dice.pick(&ids).clone();
        let row = self.model.rows[&id].clone();
        let caller = self.dice.pick(&CLERKS);
        let condition = self.condition();
        let path = format!("/api/v1/indicators/{id}");
        let tag = Self::header(condition, Some(&row.kept.tag));
        let removes = self.dice.roll(3) == 0;
        let seq = if self.dice.roll(3) == 0 { self.dice.roll(SEQS) + 1 } else { row.seq };
        let says = self.words();
        let method = if removes { "DELETE" } else { "PATCH" };
        self.what = format!("{caller} {method} {path} of {} {condition:?} to {seq}", row.unit);
        let status = match foretold(true, condition, false) {
            _ if caller != row.unit => 404,
            200 if !removes && self.is_taken(row.unit, row.year, seq, Some(&id)) => 409,
            status => status,
        };
        let as_caller = self.world.caller(caller);
        let reply = if removes {
            as_caller.delete(&path, tag.as_deref()).await
        } else {
            as_caller.patch(&path, tag.as_deref(), json!({ "seq": seq, "actual": says })).await
        };
        self.check(&reply, status);
        if status != 200 {
            return;
        }
        if removes {
            self.model.rows.remove(&id);
        } else {
            let tag = self.fresh(&path, &reply);
            self.model.rows.insert(id, Row { seq, kept: Kept { says, tag }, ..row });
        }
        self.form_moved(row.unit, row.year).await;
    }

    async fn remove_form(&mut self) {
        let (unit, year) = (self.dice.pick(&CLERKS), self.dice.pick(&YEARS));
        let condition = self.condition();
        let path = format!("/api/v1/forms/{unit}/{year}");
        let there = self.model.forms.get(&(unit, year)).cloned();
        let tag = Self::header(condition, there.as_deref());
        self.what = format!("{unit} DELETE {path} {condition:?}");
        let status = foretold(there.is_some(), condition, false);
        let reply = self.world.caller(unit).delete(&path, tag.as_deref()).await;
        self.check(&reply, status);
        if status == 200 {
            self.model.forms.remove(&(unit, year));
            self.model.narratives.remove(&(unit, year));
            self.model.rows.retain(|_, row| (row.unit, row.year) != (unit, year));
        }
    }

    /// Everything that can be read is what the model says, and has the tag that it was last given.
    async fn compare(&mut self) {
        let admin = self.world.caller("admin");
        let units = admin.get("/api/v1/units?limit=500").await.expect(200);
        let listed: BTreeMap<&str, &str> = units.json["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|unit| (unit["code"].as_str().unwrap(), unit["name"].as_str().unwrap()))
            .collect();
        let known: BTreeMap<&str, &str> =
            self.model.units.iter().map(|(code, kept)| (*code, kept.says.as_str())).collect();
        assert_eq!(listed, known, "after {}", self.what);
        for unit in CLERKS {
            for year in YEARS {
                self.compare_form(unit, year).await;
            }
        }
        let scores = admin.get("/api/v1/scores?limit=500").await.expect(200);
        for listed in scores.json["items"].as_array().unwrap() {
            let path =
                format!("/api/v1/scores/{}/{}", listed["unit"]["code"].as_str().unwrap(), listed["year"]);
            let worked_out = admin.get(&path).await.expect(200);
            for total in ["self_total", "computed_total", "final_total"] {
                assert_eq!(listed[total], worked_out.json["department"][total], "{path} after {}", self.what);
            }
        }
    }

    async fn compare_form(&self, unit: &'static str, year: i32) {
        let path = format!("/api/v1/forms/{unit}/{year}");
        let as_clerk = self.world.caller(unit);
        let form = as_clerk.get(&path).await;
        let Some(tag) = self.model.forms.get(&(unit, year)) else {
            form.expect(404);
            return;
        };
        let form = form.expect(200);
        assert_eq!(&form.etag(), tag, "{path} after {}", self.what);
        as_clerk
            .send(TestRequest::get().uri(&path).insert_header(("if-none-match", tag.as_str())))
            .await
            .expect(304);
        let narrative = self.model.narratives.get(&(unit, year)).map(|kept| kept.says.as_str());
        assert_eq!(
            form.json.pointer("/narratives/0/sections/other").and_then(Value::as_str),
            narrative,
            "{path}"
        );
        let rows: BTreeMap<u64, &str> = form.json["indicators"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["seq"].as_u64().unwrap(), row["actual"].as_str().unwrap()))
            .collect();
        let own = self.model.rows.values().filter(|row| (row.unit, row.year) == (unit, year));
        let known: BTreeMap<u64, &str> = own.map(|row| (row.seq, row.kept.says.as_str())).collect();
        assert_eq!(rows, known, "{path} after {}", self.what);
        if let Some(kept) = self.model.narratives.get(&(unit, year)) {
            let part = as_clerk.get(&format!("/api/v1/narratives/{unit}/{year}")).await.expect(200);
            assert_eq!(part.etag(), kept.tag);
        }
        for (id, row) in self.model.rows.iter().filter(|(_, row)| (row.unit, row.year) == (unit, year)) {
            let part = as_clerk.get(&format!("/api/v1/indicators/{id}")).await.expect(200);
            assert_eq!(part.etag(), row.kept.tag);
        }
    }
}

#[actix_web::test]
async fn random_users_meet_what_the_model_foretells() {
    let is_whole = std::env::var("JIXIAO_PROVE").is_ok_and(|prove| prove == "1");
    let (seeds, steps) = if is_whole { (20, 1000) } else { (2, 250) };
    for seed in 1..=seeds {
        let world = empty().await;
        let mut play = Play {
            world: &world,
            dice: Dice::new(seed),
            model: Model::default(),
            told: 0,
            what: String::new(),
        };
        for code in CLERKS {
            let (path, body) = (format!("/api/v1/units/{code}"), json!({ "code": code, "name": "初" }));
            let tag = world.caller("admin").put(&path, None, body).await.expect(201).etag();
            play.model.units.insert(code, Kept { says: "初".into(), tag });
            world.add_user(code, Role::Unit, Some(code), None).await;
        }
        for year in YEARS {
            world
                .caller("admin")
                .put(&format!("/api/v1/years/{year}"), None, json!({ "year": year }))
                .await
                .expect(201);
        }
        eprintln!("seed {seed}");
        for step in 0..steps {
            match play.dice.roll(12) {
                0..=2 => play.write_unit().await,
                3..=5 => play.write_narrative().await,
                6..=7 => play.add_indicator().await,
                8..=10 => play.change_indicator().await,
                _ => play.remove_form().await,
            }
            if step % 20 == 19 {
                play.compare().await;
            }
        }
        play.compare().await;
        for status in [200, 201, 403, 404, 409, 412, 428] {
            assert!(
                play.model.seen.contains_key(&status),
                "seed {seed} never met {status}: {:?}",
                play.model.seen
            );
        }
    }
}
