//! Hard times: killed in the middle of writing, a network that goes silent, sessions that are cut, a late probe.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::postgres::Database;
use crate::support::{Folder, Server, begun, until};

const PASSWORD: &str = "four quiet herons wade";
/// Kills in one run.
const ROUNDS: u32 = 5;
/// Who writes at once.
const WRITERS: u32 = 4;

fn serve(folder: &Folder) -> Server {
    let mut command = folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("JIXIAO_RATE_LIMIT", "0");
    Server::start(command)
}

fn import(server: &Server, token: &str, code: &str) -> u16 {
    let bundle = format!(r#"{{"units":[{{"code":"{code}","name":"某单位"}}]}}"#);
    server.answer("POST", "/api/v1/imports?mode=commit", Some(token), &bundle).0
}

fn stored_units(server: &Server, token: &str) -> BTreeSet<String> {
    let (mut codes, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let (status, page) = server.get(&format!("/api/v1/units?limit=500{cursor}"), Some(token));
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        codes.extend(items.iter().map(|item| item["code"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return codes,
        }
    }
}

#[test]
fn killed_in_the_middle_of_writing_it_keeps_what_it_acknowledged() {
    let folder = Folder::new();
    let add = ["user", "add", "root", "--role", "admin"];
    assert!(folder.run(&add, &format!("{PASSWORD}\n")).status.success());
    let acknowledged = Mutex::new(BTreeSet::new());
    let mut unanswered = 0;
    for round in 0..ROUNDS {
        let mut server = serve(&folder);
        let token = server.sign_in("root", PASSWORD).unwrap();
        let kept = stored_units(&server, &token);
        assert!(acknowledged.lock().unwrap().is_subset(&kept), "an acknowledged write is gone");
        let in_this_round = AtomicU32::new(0);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (in_this_round, is_over, acknowledged) = (&in_this_round, &is_over, &acknowledged);
            let (server_ref, token) = (&server, &token);
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    scope.spawn(move || {
                        let mut number = 0;
                        while !is_over.load(Ordering::SeqCst) {
                            number += 1;
                            let code = format!("{round}-{writer}-{number}");
                            if import(server_ref, token, &code) != 200 {
                                return 1; // in its hands when it was killed
                            }
                            acknowledged.lock().unwrap().insert(code);
                            in_this_round.fetch_add(1, Ordering::SeqCst);
                        }
                        0
                    })
                })
                .collect();
            // Killed while every writer is at it, after more writes in each round.
            until(
                || (in_this_round.load(Ordering::SeqCst) > 8 + round * 5).then_some(()),
                "writes to be acknowledged",
            );
            server.signal("-KILL");
            // Whoever still finds it alive writes on; the one whose request died stops by itself.
            unanswered += writers.into_iter().map(|writer| writer.join().unwrap()).sum::<u32>();
            is_over.store(true, Ordering::SeqCst);
        });
        server.end();
    }
    assert_eq!(unanswered, ROUNDS * WRITERS, "every writer was at it when the program was killed");
    let server = serve(&folder);
    let token = server.sign_in("root", PASSWORD).unwrap();
    let kept = stored_units(&server, &token);
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.is_subset(&kept), "lost: {:?}", acknowledged.difference(&kept));
    assert!(kept.len() <= acknowledged.len() + usize::try_from(unanswered).unwrap());
}

/// A way to the server that can go silent: connections stay, nothing comes through, as when a cable is pulled.
struct Valve {
    address: String,
    is_silent: Arc<AtomicBool>,
}

impl Valve {
    fn to(host: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let is_silent = Arc::new(AtomicBool::new(false));
        let silent = Arc::clone(&is_silent);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&host).unwrap();
                let (back, forth) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                for (from, to) in [(client, forth), (server, back)] {
                    let silent = Arc::clone(&silent);
                    std::thread::spawn(move || carry(from, to, &silent));
                }
            }
        });
        Self { address, is_silent }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, is_silent: &AtomicBool) {
    let mut buffer = [0; 1 << 14];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        while is_silent.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(10));
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_network_that_goes_silent_is_503_until_it_speaks_again() {
    let Some(database) = Database::make() else { return };
    let folder = Folder::new();
    database.add_admin(&folder);
    let valve = Valve::to(database.host());
    let command = database.command(&folder, &valve.address, &["serve", "--listen", "127.0.0.1:0"]);
    let mut server = Server::start(command);
    server.wait_for("/readyz", 200);
    let token = server.sign_in("root", PASSWORD).unwrap();
    let list = || server.get("/api/v1/units", Some(&token)).0;
    assert_eq!(list(), 200);
    valve.is_silent.store(true, Ordering::SeqCst);
    // More at once than there are connections: nobody waits behind a silent one for ever.
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..20).map(|_| scope.spawn(list)).collect();
        for answer in asked {
            assert_eq!(answer.join().unwrap(), 503);
        }
    });
    assert_eq!(server.get("/readyz", None).0, 503);
    assert_eq!(server.get("/livez", None).0, 200);
    valve.is_silent.store(false, Ordering::SeqCst);
    until(|| (list() == 200).then_some(()), "the service to come back by itself");
    assert_eq!(import(&server, &token, "1"), 200);
    assert_eq!(server.stop(), Some(0));
}

/// PostgreSQL cuts every session, again and again, as at a restart or a failover: whoever asks gets 200 or 503 and
/// nothing else, and what was acknowledged is there.
#[test]
fn sessions_that_are_cut_cost_no_acknowledged_write() {
    let Some(database) = Database::make() else { return };
    let folder = Folder::new();
    database.add_admin(&folder);
    let mut command = database.command(&folder, &database.host(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("JIXIAO_RATE_LIMIT", "0");
    let mut server = Server::start(command);
    server.wait_for("/readyz", 200);
    let token = server.sign_in("root", PASSWORD).unwrap();
    let is_over = AtomicBool::new(false);
    let (acknowledged, others) = std::thread::scope(|scope| {
        let (server, token, is_over) = (&server, &token, &is_over);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let (mut acknowledged, mut others) = (Vec::new(), Vec::new());
                    let mut number = 0;
                    while !is_over.load(Ordering::SeqCst) {
                        number += 1;
                        let code = format!("{writer}-{number}");
                        match import(server, token, &code) {
                            200 => acknowledged.push(code),
                            503 => {}
                            other => others.push(other),
                        }
                    }
                    (acknowledged, others)
                })
            })
            .collect();
        for _ in 0..15 {
            database.cut_sessions();
        }
        is_over.store(true, Ordering::SeqCst);
        writers.into_iter().map(|writer| writer.join().unwrap()).fold(
            (BTreeSet::new(), Vec::new()),
            |(mut acknowledged, mut others), (more, worse)| {
                acknowledged.extend(more);
                others.extend(worse);
                (acknowledged, others)
            },
        )
    });
    assert_eq!(others, [0_u16; 0], "200 or 503, and nothing else");
    server.wait_for("/readyz", 200);
    until(|| (server.get("/api/v1/units", Some(&token)).0 == 200).then_some(()), "it to come back");
    let kept = stored_units(&server, &token);
    assert!(!acknowledged.is_empty() && acknowledged.is_subset(&kept));
    assert_eq!(server.stop(), Some(0));
}

/// A probe that comes over a connection that was open before hears that the process is going.
#[test]
fn an_open_connection_hears_that_the_process_is_going() {
    let folder = Folder::new();
    let mut server = Server::demo(&folder);
    // Something is in flight, so that stopping takes until it is through.
    let form = b"grant_type=password&username=unit&password=jixiao-demo";
    let head = "POST /api/v1/auth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let mut slow = begun(&server.address, head, form.len());
    let mut open = TcpStream::connect(&server.address).unwrap();
    let mut ask = || {
        let mut answer = [0; 2048];
        let sent = open.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
        let read = sent.and_then(|()| open.read(&mut answer)).unwrap_or(0);
        String::from_utf8_lossy(&answer[..read]).into_owned()
    };
    assert!(ask().starts_with("HTTP/1.1 200"));
    server.signal("-TERM");
    until(|| (server.get("/livez", None).0 == 0).then_some(()), "new connections to be refused");
    // Closed at once, or told: both keep a balancer from sending more; never that all is well.
    let told = ask();
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 503"), "{told}");
    slow.write_all(form).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.end(), Some(0));
}
