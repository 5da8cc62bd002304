//! A request that is sent again after the process was killed: it has had its effect, and gets the answer it would
//! have got.

use serde_json::json;

use crate::support::{Folder, Server};

const PASSWORD: &str = "four quiet herons wade";

#[test]
fn a_key_outlives_the_process() {
    let folder = Folder::new();
    let added = folder.run(&["user", "add", "root", "--role", "admin"], &format!("{PASSWORD}\n"));
    assert!(added.status.success());
    let start = || Server::start(folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]));
    let bundle = json!({ "years": [{ "year": 2023 }], "units": [{ "code": "219001", "name": "某单位" }] });
    let send = |server: &Server| {
        let token = server.sign_in("root", PASSWORD).unwrap();
        let headers = format!(
            "Authorization: Bearer {token}\r\nContent-Type: application/json\r\nIdempotency-Key: once-and-for-all\r\n"
        );
        server.ask("POST", "/api/v1/imports?mode=commit", &headers, bundle.to_string())
    };

    let mut server = start();
    let (status, head, first) = send(&server);
    assert_eq!((status, head.contains("idempotent-replayed")), (200, false), "{first}");
    server.child.kill().unwrap();
    server.child.wait().unwrap();

    let mut server = start();
    let (status, head, again) = send(&server);
    assert_eq!((status, head.contains("idempotent-replayed: true")), (200, true), "{again}");
    assert_eq!(again, first);
    assert_eq!(first["counts"]["created"], 2);
    assert_eq!(server.stop(), Some(0));
}
