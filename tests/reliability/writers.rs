//! Clients that write all the time, each in its own way, and know what they were told. Whatever happens to the
//! program, what is stored afterwards is what each was last told, or what it was just asking for.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::installation::{Installation, PASSWORD, hold_totals, walk};
use crate::program::{Server, run, until};

pub const YEAR: i32 = 2023;
/// Rows of indicators that one import writes.
const ROWS: u64 = 12;

/// Rows that are posted to one sheet; the next ones go to the year after, so that none grows without end.
const SHEET: u64 = 80;
const FIRST_YEAR: i32 = 2000;
const LAST_YEAR: i32 = 2100;

fn posted_to(number: u64) -> i32 {
    let year = FIRST_YEAR + i32::try_from(number / SHEET).unwrap();
    assert!(year <= LAST_YEAR, "there is no room for more");
    year
}

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was done.
    Done,
    /// It was not done, or nobody knows: 503, or no answer at all.
    Unknown(u16),
}

/// Sends a write, and takes nothing but success, 503 and silence.
pub fn write(server: &Server, token: &str, method: &str, path: &str, headers: &str, body: &Value) -> Told {
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n{headers}");
    let (status, _, answer) = server.ask(method, path, &headers, body.to_string());
    match status {
        200 | 201 => Told::Done,
        0 | 503 => Told::Unknown(status),
        other => panic!("{method} {path} was answered {other}: {answer}"),
    }
}

fn import(server: &Server, token: &str, bundle: &Value) -> Told {
    write(server, token, "POST", "/api/v1/imports?mode=commit", "", bundle)
}

fn indicator(unit: &str, seq: u64, number: u64) -> Value {
    json!({
        "unit": unit, "year": YEAR, "seq": seq, "level1": "产出指标", "level2": "数量指标", "name": format!("第{seq}项"),
        "target": "≥60次", "actual": format!("{number}次"), "weight": "5", "self_score": format!("{}", number % 6)
    })
}

fn narrative(unit: &str, number: u64) -> Value {
    json!({ "unit": unit, "year": YEAR, "sections": { "other": number.to_string() } })
}

/// A number that one client counts up, and what it was told of each.
#[derive(Debug, Default)]
struct Counter {
    acknowledged: u64,
    sent: u64,
    unknown: BTreeSet<u64>,
    /// Up to here it is known what is stored.
    held: u64,
    /// Of those, the ones that are stored.
    stored: BTreeSet<u64>,
}

impl Counter {
    /// Of a value that is overwritten: what is stored is the last that was acknowledged, or one asked for since.
    #[track_caller]
    fn hold(&mut self, stored: u64, what: &str) {
        let Self { acknowledged, sent, .. } = *self;
        assert!(
            (acknowledged..=sent).contains(&stored),
            "{what}: {stored}, told {acknowledged}, sent {sent}"
        );
        (self.acknowledged, self.sent) = (stored, stored);
    }

    /// Of values that lie beside each other: each that was acknowledged is stored.
    #[track_caller]
    fn hold_each(&mut self, what: &str, is_stored: impl Fn(u64) -> bool) {
        for number in self.held + 1..=self.sent {
            if is_stored(number) {
                self.stored.insert(number);
            } else {
                assert!(self.unknown.contains(&number), "{what} {number} was acknowledged and is gone");
            }
        }
        self.held = self.sent;
    }
}

/// The clients of one installation, over all its lives.
#[derive(Debug, Default)]
pub struct Writers {
    put: Mutex<Counter>,
    patch: Mutex<Counter>,
    post: Mutex<Counter>,
    import: Mutex<Counter>,
    overwrite: Mutex<Counter>,
    /// Writes that were acknowledged.
    pub acknowledged: AtomicU32,
    /// Writes of which nobody knows what they came to.
    pub unknown: AtomicU32,
    /// Of those, the ones that got no answer at all.
    pub silent: AtomicU32,
}

/// Set once whoever writes is to stop.
pub type Over = AtomicBool;

/// What they write to.
fn patched(server: &Server, token: &str) -> String {
    let (_, list) = server.get(&format!("/api/v1/indicators?unit=patch&year={YEAR}"), Some(token));
    format!("/api/v1/indicators/{}", list["items"][0]["id"].as_str().unwrap())
}

fn number(text: &Value) -> u64 {
    text.as_str().unwrap().trim_end_matches('次').parse().unwrap()
}

impl Writers {
    /// Makes what they write to.
    pub fn prepare(installation: &Installation, server: &Server, token: &str) -> Self {
        let units = ["put", "patch", "post", "over"].map(|code| json!({ "code": code, "name": "某单位" }));
        let years: Vec<Value> = (FIRST_YEAR..=LAST_YEAR).map(|year| json!({ "year": year })).collect();
        let mut rows: Vec<Value> = (1..=ROWS).map(|seq| indicator("over", seq, 0)).collect();
        rows.push(indicator("patch", 1, 0));
        let bundle = json!({
            "years": years, "units": units, "narratives": [narrative("put", 0), narrative("over", 0)],
            "indicators": rows
        });
        assert_eq!(import(server, token, &bundle), Told::Done);
        for unit in ["put", "patch", "post"] {
            let add = installation.command(&["user", "add", unit, "--role", "unit", "--unit", unit]);
            assert!(run(add, &format!("{PASSWORD}\n")).status.success());
        }
        Self::default()
    }

    /// Counts up by one until it is over or, where that ends it, until something is unknown.
    fn count(&self, counter: &Mutex<Counter>, over: &Over, until_unknown: bool, send: impl Fn(u64) -> Told) {
        while !over.load(Ordering::SeqCst) {
            let next = {
                let mut counter = counter.lock().unwrap();
                counter.sent += 1;
                counter.sent
            };
            match send(next) {
                Told::Done => {
                    let mut counter = counter.lock().unwrap();
                    counter.acknowledged = next;
                    drop(counter);
                    self.acknowledged.fetch_add(1, Ordering::SeqCst);
                }
                Told::Unknown(status) => {
                    counter.lock().unwrap().unknown.insert(next);
                    self.unknown.fetch_add(1, Ordering::SeqCst);
                    self.silent.fetch_add(u32::from(status == 0), Ordering::SeqCst);
                    if until_unknown {
                        return;
                    }
                }
            }
        }
    }

    /// Writes in five ways at once. The calling thread decides when it is over.
    pub fn write(
        &self,
        server: &Server,
        token: &str,
        over: &Over,
        until_unknown: bool,
        meanwhile: impl FnOnce(),
    ) {
        let patched = patched(server, token);
        let patched = patched.as_str();
        let clerk = |name: &str| until(|| server.sign_in(name, PASSWORD), "a clerk to sign in");
        let (put, patch, post) = (&clerk("put"), &clerk("patch"), &clerk("post"));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                self.count(&self.put, over, until_unknown, |next| {
                    let part = format!("/api/v1/narratives/put/{YEAR}");
                    write(server, put, "PUT", &part, "If-Match: *\r\n", &narrative("put", next))
                });
            });
            scope.spawn(|| {
                self.count(&self.patch, over, until_unknown, |next| {
                    let actual =
                        json!({ "actual": format!("{next}次"), "self_score": (next % 6).to_string() });
                    write(server, patch, "PATCH", patched, "If-Match: *\r\n", &actual)
                });
            });
            scope.spawn(|| {
                self.count(&self.post, over, until_unknown, |next| {
                    let key = format!("Idempotency-Key: post-{next}\r\n");
                    let mut body = indicator("post", next % SHEET + 1, next);
                    body["year"] = posted_to(next).into();
                    write(server, post, "POST", "/api/v1/indicators", &key, &body)
                });
            });
            scope.spawn(|| {
                self.count(&self.import, over, until_unknown, |next| {
                    let unit = format!("import{next}");
                    let rows: Vec<Value> = (1..=ROWS).map(|seq| indicator(&unit, seq, next)).collect();
                    let bundle = json!({
                        "units": [{ "code": unit, "name": "某单位" }],
                        "narratives": [narrative(&unit, next)], "indicators": rows
                    });
                    import(server, token, &bundle)
                });
            });
            scope.spawn(|| {
                self.count(&self.overwrite, over, until_unknown, |next| {
                    let rows: Vec<Value> = (1..=ROWS).map(|seq| indicator("over", seq, next)).collect();
                    import(
                        server,
                        token,
                        &json!({ "narratives": [narrative("over", next)], "indicators": rows }),
                    )
                });
            });
            meanwhile();
        });
    }

    /// Everything acknowledged is there, nothing is there in part, and the totals fit.
    pub fn hold(&self, server: &Server, token: &str) {
        let text = |unit: &str| {
            let (status, part) = server.get(&format!("/api/v1/narratives/{unit}/{YEAR}"), Some(token));
            (status == 200).then(|| number(&part["sections"]["other"]))
        };
        let rows = |unit: &str| walk(server, token, &format!("/api/v1/indicators?unit={unit}&year={YEAR}"));
        self.put.lock().unwrap().hold(text("put").unwrap(), "PUT");
        let row = &rows("patch")[0];
        let stored = number(&row["actual"]);
        assert_eq!(row["self_score"], (stored % 6).to_string(), "a patch is written whole");
        self.patch.lock().unwrap().hold(stored, "PATCH");

        let totals =
            |unit: &str| hold_totals(server, token, &format!("/api/v1/scores?year={YEAR}&unit={unit}"));
        // An import is there with all its rows or with none.
        let whole = |unit: &str, number_of: u64| {
            let rows = rows(unit);
            assert_eq!(u64::try_from(rows.len()).unwrap(), ROWS, "{unit} is half imported");
            for row in &rows {
                assert_eq!(number(&row["actual"]), number_of, "{unit} is half imported: {row}");
            }
        };
        let stored = text("over").unwrap();
        whole("over", stored);
        self.overwrite.lock().unwrap().hold(stored, "an import over what was there");

        self.import.lock().unwrap().hold_each("import", |number| {
            let unit = format!("import{number}");
            let is_there = server.get(&format!("/api/v1/units/{unit}"), Some(token)).0 == 200;
            assert_eq!(text(&unit), is_there.then_some(number), "{unit} is half imported");
            if is_there {
                whole(&unit, number);
                assert_eq!(totals(&unit), 1);
            }
            is_there
        });
        self.post.lock().unwrap().hold_each("POST", |number| {
            let wanted = format!("{number}次");
            let path = format!("/api/v1/indicators?unit=post&year={}", posted_to(number));
            let copies =
                walk(server, token, &path).iter().filter(|row| row["actual"] == wanted.as_str()).count();
            assert!(copies <= 1, "{number} was sent once and is there {copies} times");
            copies == 1
        });
        for unit in ["patch", "over"] {
            assert_eq!(totals(unit), 1);
        }
        hold_totals(server, token, "/api/v1/scores?unit=post");
    }

    /// At the end of all lives: nothing that was there after one of them went in a later one.
    pub fn hold_all(&self, server: &Server, token: &str) {
        let units: BTreeSet<String> = walk(server, token, "/api/v1/units")
            .iter()
            .map(|unit| unit["code"].as_str().unwrap().to_owned())
            .collect();
        for number in &self.import.lock().unwrap().stored {
            assert!(units.contains(&format!("import{number}")), "import {number} went later");
        }
        let actuals: BTreeSet<String> = walk(server, token, "/api/v1/indicators?unit=post")
            .iter()
            .map(|row| row["actual"].as_str().unwrap().to_owned())
            .collect();
        for number in &self.post.lock().unwrap().stored {
            assert!(actuals.contains(&format!("{number}次")), "{number} went later");
        }
    }
}
