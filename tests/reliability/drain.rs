//! SIGTERM while clients are at it: whatever was begun is answered, and what was answered is stored.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use crate::installation::{Installation, walk};
use crate::program::{PATIENCE, begun};
use crate::size::either;

/// Requests that are in the program's hands when it is told to stop: it has asked each for its body.
const IN_FLIGHT: usize = 24;

fn stopped_under_load(installation: &Installation) {
    let mut all = Vec::new();
    for round in 0..either(2, 10) {
        let (mut server, token) = installation.serve();
        let bodies: Vec<(String, String)> = (0..IN_FLIGHT)
            .map(|number| {
                let code = format!("r{round}n{number}");
                let bundle = format!(r#"{{"units":[{{"code":"{code}","name":"某单位"}}]}}"#);
                (code, bundle)
            })
            .collect();
        let head = |number: usize, code: &str| {
            let authorized =
                format!("HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json");
            // Few of them imports, of which few are served at once.
            if number.is_multiple_of(8) {
                format!("POST /api/v1/imports?mode=commit {authorized}")
            } else {
                format!("PUT /api/v1/units/{code} {authorized}")
            }
        };
        let body = |number: usize, code: &str, bundle: &str| {
            if number.is_multiple_of(8) {
                bundle.to_owned()
            } else {
                format!(r#"{{"code":"{code}","name":"某单位"}}"#)
            }
        };
        let open: Vec<(usize, TcpStream, String)> = bodies
            .iter()
            .enumerate()
            .map(|(number, (code, bundle))| {
                let body = body(number, code, bundle);
                (number, begun(&server.address, &head(number, code), body.len()), body)
            })
            .collect();
        let failed = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for (number, mut stream, body) in open {
                let failed = &failed;
                scope.spawn(move || {
                    // Some before the signal, some after it.
                    std::thread::sleep(Duration::from_millis(10 * u64::try_from(number).unwrap()));
                    stream.set_read_timeout(Some(PATIENCE)).unwrap();
                    let mut answer = String::new();
                    let sent = stream.write_all(body.as_bytes());
                    let read = sent.and_then(|()| stream.read_to_string(&mut answer));
                    if read.is_err() || !answer.starts_with("HTTP/1.1 20") {
                        failed.lock().unwrap().push((number, answer));
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(80));
            server.signal("-TERM");
        });
        let failed = failed.into_inner().unwrap();
        assert!(failed.is_empty(), "{failed:?}");
        assert_eq!(server.end(), Some(0));
        all.extend(bodies.into_iter().map(|(code, _)| code));
    }
    let (mut server, token) = installation.serve();
    let stored: Vec<String> = walk(&server, &token, "/api/v1/units")
        .iter()
        .map(|unit| unit["code"].as_str().unwrap().to_owned())
        .collect();
    assert!(all.iter().all(|code| stored.contains(code)), "everything that was begun is stored");
    installation.hold();
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn stopped_under_load_on_sqlite() {
    stopped_under_load(&Installation::on_sqlite());
}

#[test]
fn stopped_under_load_on_postgresql() {
    let Some(installation) = Installation::on_postgresql() else { return };
    stopped_under_load(&installation);
}
