//! The finance system's feed, followed while bureaus settle and reopen scores: each client is told of exactly the
//! changes that were made, in one order, whichever replica answers.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::installation::{Installation, PASSWORD};
use crate::program::{PATIENCE, Server, run, text, until};
use crate::size::either;
use crate::writers::{Told, write};

/// Units that each writer settles and reopens.
const UNITS: u32 = 6;
const WRITERS: u32 = 5;

/// One address for several servers: each connection goes to the next of them.
fn one_address_for(servers: &[Server]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let behind: Vec<String> = servers.iter().map(|server| server.address.clone()).collect();
    std::thread::spawn(move || {
        for (number, client) in listener.incoming().flatten().enumerate() {
            let Ok(server) = TcpStream::connect(&behind[number % behind.len()]) else { continue };
            let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || carry(client, server));
            std::thread::spawn(move || carry(back.0, back.1));
        }
    });
    address
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 1 << 14];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// A change as it is told: unit, project, and what became of its scores.
type Change = (String, String, String);

fn unit(writer: u32, number: u32) -> String {
    format!("w{writer}n{number}")
}

/// Units with a department sheet and a project each, handed in.
fn hand_in(server: &Server, token: &str, units: &[String]) {
    let all = |row: fn(&String) -> Value| units.iter().map(row).collect::<Vec<_>>();
    let bundle = json!({
        "years": [{ "year": 2023 }],
        "units": all(|unit| json!({ "code": unit, "name": "某单位", "region_code": "430611" })),
        "budgets": all(|unit| json!({ "unit": unit, "year": 2023, "weight": "10", "self_score": "10" })),
        "project_expenditures": all(|unit| json!({ "unit": unit, "year": 2023, "code": "P01", "name": "某项目" })),
    });
    let at = "/api/v1/imports?mode=commit&stage=submitted";
    assert_eq!(write(server, token, "POST", at, "", &bundle), Told::Done);
}

/// Takes each unit as far as its number says, and tells what was done, in the order of each unit.
fn settle(server: &Server, token: &str, writer: u32, rounds: u32) -> Vec<Change> {
    let mut made = Vec::new();
    for number in 0..UNITS * rounds {
        let unit = unit(writer, number);
        let steps: &[(&str, &str)] = match number % 4 {
            0 => &[("approve", "approved")],
            1 => &[("approve", "approved"), ("publish", "published")],
            2 => &[("approve", "approved"), ("reopen", "withdrawn")],
            _ => &[("approve", "approved"), ("publish", "published"), ("reopen", "withdrawn")],
        };
        for (step, change) in steps {
            let at = format!("/api/v1/evaluations/{unit}/2023/{step}");
            let body = if *step == "reopen" { json!({ "reason": "更正" }) } else { json!({}) };
            assert_eq!(write(server, token, "POST", &at, "If-Match: *\r\n", &body), Told::Done, "{at}");
            made.extend(["-", "P01"].map(|sheet| (unit.clone(), sheet.to_owned(), (*change).to_owned())));
        }
    }
    made
}

/// Follows the feed until the writers have ended and nothing is new.
fn follow(server: &Server, token: &str, query: &str, is_over: &AtomicBool) -> Vec<(i64, Change)> {
    let (mut seen, mut since) = (Vec::new(), String::new());
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        let path = format!("/api/v1/scores/changes?year=2023{query}{since}");
        let (status, page) = server.get(&path, Some(token));
        assert_eq!(status, 200, "{page}");
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| {
            let change = (text(&item["unit"]["code"]), text(&item["project"]), text(&item["change"]));
            (item["seq"].as_i64().unwrap(), change)
        }));
        since = format!("&since={}", page["next_cursor"].as_str().unwrap());
        if was_over && items.is_empty() {
            return seen;
        }
    }
}

fn by_sheet(changes: impl Iterator<Item = Change>) -> BTreeMap<(String, String), Vec<String>> {
    let mut sheets: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (unit, project, change) in changes {
        sheets.entry((unit, project)).or_default().push(change);
    }
    sheets
}

fn followed(installation: &Installation, replicas: usize) {
    let (first, admin) = installation.serve();
    let mut servers = vec![first];
    servers.extend((1..replicas).map(|_| installation.serve().0));
    let bureau = ["user", "add", "bureau", "--role", "bureau", "--region", "430611"];
    let added = run(installation.command(&bureau), &format!("{PASSWORD}\n"));
    assert!(added.status.success(), "{}", text(&added.stderr));
    let address = one_address_for(&servers);
    servers[0].address = address;
    let server = &servers[0];
    let token = until(|| server.sign_in("bureau", PASSWORD), "the bureau to sign in");
    let rounds = either(1, 8);
    for writer in 0..WRITERS {
        let units: Vec<String> = (0..UNITS * rounds).map(|number| unit(writer, number)).collect();
        hand_in(server, &admin, &units);
    }

    let (is_over, left) = (AtomicBool::new(false), AtomicU32::new(WRITERS));
    let made = Mutex::new(Vec::new());
    let queries =
        ["", "&limit=3", "&wait=2", "&wait=3&limit=500", "&project=P01&limit=2", "&unit=w0n3&wait=1"];
    let seen: Vec<Vec<(i64, Change)>> = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (token, made, is_over, left) = (&token, &made, &is_over, &left);
            scope.spawn(move || {
                let mine = settle(server, token, writer, rounds);
                made.lock().unwrap().extend(mine);
                if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                    is_over.store(true, Ordering::SeqCst);
                }
            });
        }
        let readers = queries.map(|query| {
            let (token, is_over) = (&token, &is_over);
            scope.spawn(move || follow(server, token, query, is_over))
        });
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });

    let made = made.into_inner().unwrap();
    for (query, seen) in queries.iter().zip(&seen) {
        assert!(seen.is_sorted_by(|one, next| one.0 < next.0), "{query}: out of order or repeated");
        let is_wanted = |(unit, project, _): &Change| {
            (!query.contains("unit=") || unit == "w0n3") && (!query.contains("project=") || project == "P01")
        };
        let wanted: Vec<Change> = made.iter().filter(|change| is_wanted(change)).cloned().collect();
        let told = by_sheet(seen.iter().map(|(_, change)| change.clone()));
        assert_eq!(told, by_sheet(wanted.into_iter()), "{query}: what was told is what was done");
    }
    let whole = &seen[0];
    assert_eq!(whole.len(), made.len());
    assert!(
        whole.iter().map(|(seq, _)| *seq).eq(1..=i64::try_from(made.len()).unwrap()),
        "no place is left out"
    );
    assert!(seen[1..4].iter().all(|other| other == whole), "everyone is told the same");
    installation.hold();
}

#[test]
fn the_feed_tells_every_client_exactly_what_was_done_on_sqlite() {
    followed(&Installation::on_sqlite(), 1);
}

#[test]
fn the_feed_of_three_replicas_behind_one_address_is_one_feed() {
    if let Some(installation) = Installation::on_postgresql() {
        followed(&installation, 3);
    }
}

#[test]
fn who_waits_for_news_is_answered_when_the_program_stops() {
    let installation = Installation::on_sqlite();
    let (mut server, token) = installation.serve();
    let mut waiting = TcpStream::connect(&server.address).unwrap();
    waiting.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        waiting,
        "GET /api/v1/scores/changes?year=2023&wait=30 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    // Long enough that the request is in the program's hands, and far from the end of the wait.
    std::thread::sleep(Duration::from_secs(2));
    server.signal("-TERM");
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"next_cursor\":\""), "{answer}");
    assert_eq!(server.end(), Some(0));
}
