//! Rotating the signing keys under load: two real processes on one database, and not one request is refused.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::support::{Folder, Server, run, text};

const PASSWORD: &str = "four quiet herons wade";

/// Signs in at one server and asks the other with the new token, and both with an old one, until told to stop.
/// How many requests there were, which failed, and the headers of the tokens: a header names the key.
fn use_both(
    one: &Server,
    two: &Server,
    old: &str,
    stop: &AtomicBool,
) -> (u32, Vec<String>, BTreeSet<String>) {
    let (mut asked, mut failed, mut headers) = (0, Vec::new(), BTreeSet::new());
    while !stop.load(Ordering::SeqCst) {
        let Some(token) = one.sign_in("root", PASSWORD) else {
            failed.push("a sign-in".to_owned());
            continue;
        };
        headers.insert(token.split('.').next().unwrap().to_owned());
        for (server, token) in [(two, token.as_str()), (one, token.as_str()), (one, old), (two, old)] {
            let (status, body) = server.get("/api/v1/units", Some(token));
            if status != 200 {
                failed.push(format!("{status} {body}"));
            }
        }
        asked += 5;
        std::thread::sleep(Duration::from_millis(50));
    }
    (asked, failed, headers)
}

#[test]
fn a_key_is_rotated_while_two_replicas_serve_and_no_request_is_refused() {
    let folder = Folder::new();
    let database = std::env::var_os("JIXIAO_TEST_DATABASE_URL").and_then(|_| Database::make());
    let command = |arguments: &[&str]| -> Command {
        match &database {
            Some(database) => database.command(&folder, &database.host(), arguments),
            None => folder.jixiao(arguments),
        }
    };
    // Before there is a secret there is nothing to seal a key with.
    if database.is_none() {
        let refused = run(command(&["keys", "rotate"]), "");
        assert_eq!(refused.status.code(), Some(78), "{}", text(&refused.stderr));
    }
    assert!(run(command(&["user", "add", "root", "--role", "admin"]), PASSWORD).status.success());
    let serve = || Server::start(command(&["serve", "--listen", "127.0.0.1:0"]));
    let (one, two) = (serve(), serve());
    one.wait_for("/readyz", 200);
    two.wait_for("/readyz", 200);
    let old = one.sign_in("root", PASSWORD).unwrap();
    let stop = AtomicBool::new(false);
    let [here, there] = std::thread::scope(|scope| {
        let here = scope.spawn(|| use_both(&one, &two, &old, &stop));
        let there = scope.spawn(|| use_both(&two, &one, &old, &stop));
        let rotated = run(command(&["keys", "rotate"]), "");
        let keys =
            |server: &Server| server.get("/.well-known/jwks.json", None).1["keys"].as_array().unwrap().len();
        // The new key is published for half a minute before it signs; each replica then goes on with it.
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(36) {
            std::thread::sleep(Duration::from_millis(200));
        }
        stop.store(true, Ordering::SeqCst);
        assert!(rotated.status.success(), "{}", text(&rotated.stderr));
        assert_eq!((keys(&one), keys(&two)), (2, 2), "the old key still verifies what it signed");
        [here.join().unwrap(), there.join().unwrap()]
    });
    for (asked, failed, headers) in [here, there] {
        assert!(failed.is_empty(), "{} of {asked} requests failed: {failed:?}", failed.len());
        assert_eq!(headers.len(), 2, "both keys have signed");
        assert!(asked > 100, "only {asked} requests");
        eprintln!("{asked} requests of one replica while the key was rotated, none refused");
    }
}
