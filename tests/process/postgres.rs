//! PostgreSQL: away, back, gone again, and shared by two replicas.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::database::Database;
use crate::support::{Folder, Server, is_alive, until};

/// A way to the server that can be cut.
struct Wire {
    address: String,
    is_open: Arc<AtomicBool>,
}

impl Wire {
    fn to(host: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let is_open = Arc::new(AtomicBool::new(false));
        let open = Arc::clone(&is_open);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if !open.load(Ordering::SeqCst) {
                    continue; // dropped at once, as a refused connection
                }
                let server = TcpStream::connect(&host).unwrap();
                for (from, to) in
                    [(client.try_clone(), server.try_clone()), (server.try_clone(), client.try_clone())]
                {
                    let (from, to, open) = (from.unwrap(), to.unwrap(), Arc::clone(&open));
                    std::thread::spawn(move || carry(from, to, &open));
                }
            }
        });
        Self { address, is_open }
    }

    fn set(&self, open: bool) {
        self.is_open.store(open, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, is_open: &AtomicBool) {
    from.set_read_timeout(Some(std::time::Duration::from_millis(20))).unwrap();
    let mut buffer = [0; 1 << 14];
    while is_open.load(Ordering::SeqCst) {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) if to.write_all(&buffer[..read]).is_err() => break,
            Ok(_) => {}
            Err(why)
                if matches!(why.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let _ = from.shutdown(std::net::Shutdown::Both);
    let _ = to.shutdown(std::net::Shutdown::Both);
}

fn is_503(server: &Server, path: &str, token: Option<&str>) {
    let (status, head, body) = server.answer("GET", path, token, "");
    assert_eq!(status, 503, "{path}: {body}");
    assert!(head.contains("retry-after:") && head.contains("application/problem+json"), "{head}");
}

#[test]
fn a_database_that_is_away_is_waited_for() {
    let Some(database) = Database::make() else { return };
    let folder = Folder::new();
    database.add_admin(&folder);
    let wire = Wire::to(database.host());
    let mut server =
        Server::start(database.command(&folder, &wire.address, &["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(server.get("/livez", None).0, 200);
    is_503(&server, "/readyz", None);
    is_503(&server, "/api/v1/units", None);
    assert_eq!(server.sign_in("root", "four quiet herons wade"), None);

    wire.set(true);
    server.wait_for("/readyz", 200);
    let token = server.sign_in("root", "four quiet herons wade").unwrap();
    let list = |server: &Server| server.get("/api/v1/units", Some(&token)).0;
    assert_eq!(list(&server), 200);

    wire.set(false);
    until(|| (list(&server) == 503).then_some(()), "the loss to be noticed");
    for _ in 0..5 {
        assert_eq!(list(&server), 503, "503 and nothing else while it is away");
    }
    assert_eq!(server.get("/livez", None).0, 200);
    wire.set(true);
    until(|| (list(&server) == 200).then_some(()), "the service to come back by itself");
    assert!(is_alive(&mut server));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn two_replicas_that_start_together_are_one_service() {
    let Some(database) = Database::make() else { return };
    let folder = Folder::new();
    let serve =
        || Server::start(database.command(&folder, &database.host(), &["serve", "--listen", "127.0.0.1:0"]));
    let (mut one, mut two) = (serve(), serve());
    one.wait_for("/readyz", 200);
    two.wait_for("/readyz", 200);
    database.add_admin(&folder);
    let token = one.sign_in("root", "four quiet herons wade").unwrap();
    assert_eq!(two.get("/api/v1/units", Some(&token)).0, 200, "a token from one is good for the other");
    for code in ["1", "2", "3"] {
        let unit = format!(r#"{{"code":"{code}","name":"某单位"}}"#);
        let (status, _, body) = one.answer("PUT", &format!("/api/v1/units/{code}"), Some(&token), &unit);
        assert_eq!(status, 412, "If-Match on something new: {body}");
    }
    let years = r#"{"years":[{"year":2021},{"year":2022},{"year":2023}]}"#;
    assert_eq!(one.answer("POST", "/api/v1/imports?mode=commit", Some(&token), years).0, 200);
    let page = one.get("/api/v1/years?limit=1", Some(&token)).1;
    let next = format!("/api/v1/years?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(
        two.get(&next, Some(&token)).1["items"][0]["year"],
        2022,
        "a cursor from one is good for the other"
    );
    assert_eq!((one.stop(), two.stop()), (Some(0), Some(0)));
}
