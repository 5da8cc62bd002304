//! A network that goes silent, and sessions that are cut.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::installation::{Installation, PASSWORD};
use crate::program::{Server, until};
use crate::size::either;
use crate::writers::{Over, Told, Writers, write};

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
    let Some(installation) = Installation::on_postgresql() else { return };
    let database = installation.database.as_ref().unwrap();
    let valve = Valve::to(database.host());
    let command =
        database.command(&installation.folder, &valve.address, &["serve", "--listen", "127.0.0.1:0"]);
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
    let unit = json!({ "units": [{ "code": "1", "name": "某单位" }] });
    let path = "/api/v1/imports?mode=commit";
    assert_eq!(write(&server, &token, "POST", path, "", &unit), Told::Done);
    assert_eq!(server.stop(), Some(0));
}

/// PostgreSQL cuts every session, again and again, as at a failover: whoever asks is told 200 or 503 and nothing else,
/// and what was acknowledged is there.
#[test]
fn sessions_that_are_cut_cost_no_acknowledged_write() {
    let Some(installation) = Installation::on_postgresql() else { return };
    let database = installation.database.as_ref().unwrap();
    let (mut server, token) = installation.serve();
    let writers = Writers::prepare(&installation, &server, &token);
    let over = Over::new(false);
    writers.write(&server, &token, &over, false, || {
        for _ in 0..either(15, 100) {
            database.execute(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = '{}' AND application_name = 'jixiao'",
                database.name
            ));
        }
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(writers.silent.load(Ordering::SeqCst), 0, "200 or 503, and nothing else");
    server.wait_for("/readyz", 200);
    until(|| (server.get("/api/v1/units", Some(&token)).0 == 200).then_some(()), "it to come back");
    writers.hold(&server, &token);
    writers.hold_all(&server, &token);
    installation.hold();
    assert_eq!(server.stop(), Some(0));
}
