//! What one caller may take of the machine, asked over real connections: bytes, seconds, places.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::program::begun;
use crate::support::{Folder, Server, peak_memory};

const PASSWORD: &str = "four quiet herons wade";

fn serve(folder: &Folder, settings: &[(&str, &str)]) -> (Server, String) {
    let add = ["user", "add", "root", "--role", "admin"];
    assert!(folder.run(&add, &format!("{PASSWORD}\n")).status.success());
    let mut command = folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]);
    command.envs(settings.iter().copied());
    let server = Server::start(command);
    let token = server.sign_in("root", PASSWORD).unwrap();
    (server, token)
}

/// Head and body of what comes back on a connection; nothing if it was closed without a word.
fn answer_on(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    let _ = stream.set_read_timeout(Some(Duration::from_mins(1)));
    let _ = stream.read_to_string(&mut answer);
    answer
}

fn connected(server: &Server, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(sent).unwrap();
    stream
}

#[track_caller]
fn is_problem(answer: &str, status: &str, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    for part in ["application/problem+json", "nosniff", "default-src 'none'", "x-request-id", code] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
}

#[test]
fn who_sends_slowly_is_not_waited_for() {
    let folder = Folder::new();
    let (mut server, token) = serve(&folder, &[("JIXIAO_BODY_SECONDS", "1")]);
    let started = Instant::now();
    // A head that never ends, a body that never comes, and one that comes a byte at a time.
    let mut no_head = connected(&server, b"GET /api/v1/units HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    let mut no_first_byte = connected(&server, b"");
    let import = format!(
        "POST /api/v1/imports?mode=commit HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json"
    );
    let sign_in = "POST /api/v1/auth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let mut no_body = begun(&server.address, &import, 100);
    let mut no_form = begun(&server.address, sign_in, 100);
    let mut drop_by_drop = begun(&server.address, &import, 1_000_000);
    let dripping = std::thread::spawn({
        let mut stream = drop_by_drop.try_clone().unwrap();
        move || {
            while stream.write_all(b" ").is_ok() && started.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    });
    for stream in [&mut no_body, &mut no_form, &mut drop_by_drop] {
        is_problem(&answer_on(stream), "408", "request_timeout");
    }
    // The head is actix's own to wait for, so its answer is bare.
    for stream in [&mut no_head, &mut no_first_byte] {
        assert!(answer_on(stream).starts_with("HTTP/1.1 408 "));
    }
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    drop(drop_by_drop);
    dripping.join().unwrap();
    assert_eq!(server.get("/api/v1/units", Some(&token)).0, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_thousand_slow_connections_keep_nobody_waiting() {
    let folder = Folder::new();
    // One place for each kind of work: a slow line that held one would be seen at once.
    let (server, token) = serve(
        &folder,
        &[("JIXIAO_READS_AT_ONCE", "1"), ("JIXIAO_WRITES_AT_ONCE", "1"), ("JIXIAO_SIGN_INS_AT_ONCE", "1")],
    );
    let head = b"GET /api/v1/units HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    let heads: Vec<TcpStream> = (0..500).map(|_| connected(&server, head)).collect();
    let form = "POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant";
    let forms: Vec<TcpStream> = (0..500).map(|_| connected(&server, form.as_bytes())).collect();
    for number in 0..50 {
        assert_eq!(server.get("/api/v1/units", Some(&token)).0, 200, "{number}");
    }
    assert!(server.sign_in("root", PASSWORD).is_some());
    drop((heads, forms));
}

#[test]
fn a_body_that_unpacks_into_too_much_is_413_with_flat_memory() {
    let folder = Folder::new();
    let (server, token) = serve(&folder, &[]);
    // 400 MiB in a hundred parts, and 1 GiB in one.
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 4 << 20]).unwrap();
        encoder.finish().unwrap().repeat(100)
    };
    let zstd = {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        std::io::copy(&mut std::io::repeat(b' ').take(1 << 30), &mut encoder).unwrap();
        encoder.finish().unwrap()
    };
    assert!(gzip.len() < 1 << 20 && zstd.len() < 1 << 20, "{} {}", gzip.len(), zstd.len());
    let before = peak_memory(&server);
    for path in ["/api/v1/imports?mode=commit", "/api/v1/years/2023"] {
        for (encoding, bomb) in [("gzip", &gzip), ("zstd", &zstd)] {
            let method = if path.contains("imports") { "POST" } else { "PUT" };
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n",
                bomb.len()
            );
            let mut stream = connected(&server, head.as_bytes());
            let _ = stream.write_all(bomb);
            is_problem(&answer_on(&mut stream), "413", "too_large");
        }
    }
    let grown = peak_memory(&server).saturating_sub(before);
    assert!(grown < 100_000, "{grown} kB more than before");
    assert_eq!(server.get("/api/v1/units", Some(&token)).0, 200);
}

#[test]
fn a_table_of_which_every_cell_is_wrong_takes_little_more_than_a_good_one() {
    let folder = Folder::new();
    let (server, token) = serve(&folder, &[]);
    let reference =
        r#"{"years":[{"year":2023}],"units":[{"code":"1","name":"甲"},{"code":"2","name":"乙"}]}"#;
    let (status, _, said) = server.answer("POST", "/api/v1/imports?mode=commit", Some(&token), reference);
    assert_eq!(status, 200, "{said}");
    let mut table = "单位编码,预算年度,序号,一级指标,二级指标,三级指标,分值（分）,得分,完成档次\n".to_owned();
    for row in 0..30_000 {
        writeln!(table, "{},2023,第{row},,,,五,六,七", row % 2 + 1).unwrap();
    }
    let before = peak_memory(&server);
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: text/csv\r\n");
    let path = "/api/v1/imports?mode=commit&collection=indicators";
    let (status, _, said) = server.ask("POST", path, &headers, &table);
    assert_eq!((status, &said["counts"]["failed"]), (422, &json!(30_000)), "{}", said["detail"]);
    assert!(said["errors_total"].as_u64().unwrap() >= 30_000 * 5, "{}", said["errors_total"]);
    let grown = peak_memory(&server).saturating_sub(before);
    assert!(grown < 150_000, "{grown} kB more than before");
}

/// Each error takes a thousand times the room of the value that is wrong.
#[test]
fn a_body_of_which_every_value_is_wrong_takes_little_more_than_a_good_one() {
    let folder = Folder::new();
    let (server, token) = serve(&folder, &[]);
    let rule_set = |values: usize| format!("{{\"blocks\":[{}0]}}", "0,".repeat(values));
    let put = |body: &str| server.answer("PUT", "/api/v1/rule-sets/own@1", Some(&token), body);
    let (status, _, said) = put(&rule_set(300));
    assert_eq!(status, 422, "{said}");
    assert!(
        said["errors"].as_array().unwrap().len() > 300,
        "of what may be meant each error is told: {said}"
    );
    let before = peak_memory(&server);
    let (status, _, said) = put(&rule_set(190_000));
    let told: Vec<&str> =
        said["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!((status, told), (422, vec!["missing_field", "too_many"]), "{said}");
    let grown = peak_memory(&server).saturating_sub(before);
    assert!(grown < 40_000, "{grown} kB more than before");
    let (status, _, said) = put(&rule_set(990_000));
    assert_eq!((status, &said["code"]), (413, &json!("too_large")), "{said}");
}

#[test]
fn a_packed_body_is_read_and_one_packed_in_an_unknown_way_is_415() {
    let folder = Folder::new();
    let (server, token) = serve(&folder, &[]);
    let plain = r#"{"units":[{"code":"1","name":"某单位"}]}"#.as_bytes();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(plain).unwrap();
    let zstd = zstd::encode_all(plain, 3).unwrap();
    for (encoding, body, status) in [
        ("gzip", gzip.finish().unwrap(), "200"),
        ("zstd", zstd, "200"),
        ("identity", plain.to_vec(), "200"),
        ("gzip", plain.to_vec(), "400"),
        ("br", plain.to_vec(), "415"),
    ] {
        let head = format!(
            "POST /api/v1/imports?mode=commit HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = connected(&server, head.as_bytes());
        stream.write_all(&body).unwrap();
        let answer = answer_on(&mut stream);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{encoding}: {answer}");
    }
    assert_eq!(server.get("/api/v1/units/1", Some(&token)).0, 200);
}

/// Refused before its body was read: the answer arrives nevertheless, and does not wait for the body.
#[test]
fn a_large_body_that_nobody_wants_is_refused_without_being_read() {
    let folder = Folder::new();
    let (server, token) = serve(&folder, &[("JIXIAO_MAX_JOB", "26214400")]);
    let large = vec![b' '; 30 << 20];
    for (token, status, code) in
        [("nonsense", "401", "unauthenticated"), (token.as_str(), "413", "too_large")]
    {
        let head = format!(
            "POST /api/v1/imports?mode=commit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            large.len()
        );
        let mut stream = connected(&server, head.as_bytes());
        let mut sender = stream.try_clone().unwrap();
        std::thread::scope(|scope| {
            let sending = scope.spawn(|| sender.write_all(&large));
            is_problem(&answer_on(&mut stream), status, code);
            let _ = stream.shutdown(std::net::Shutdown::Both);
            let _ = sending.join().unwrap();
        });
    }
    assert!(peak_memory(&server) < 200_000, "{}", peak_memory(&server));
}

#[test]
fn a_place_is_for_work_and_an_import_keeps_its_own() {
    let folder = Folder::new();
    let one = [
        ("JIXIAO_READS_AT_ONCE", "1"),
        ("JIXIAO_WRITES_AT_ONCE", "1"),
        ("JIXIAO_IMPORTS_AT_ONCE", "1"),
        ("JIXIAO_SIGN_INS_AT_ONCE", "1"),
    ];
    let (server, token) = serve(&folder, &one);
    let form = format!("grant_type=password&username=root&password={}", PASSWORD.replace(' ', "+"));
    let year = r#"{"year":2023,"rule_set":"mof-2020@1"}"#;
    let units = r#"{"units":[{"code":"1","name":"某单位"}]}"#;
    let authorized = |start: &str| {
        format!("{start} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json")
    };
    let sign_in = "POST /api/v1/auth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let mut slow_form = begun(&server.address, sign_in, form.len());
    let mut slow_write = begun(&server.address, &authorized("PUT /api/v1/years/2023"), year.len());
    assert!(server.sign_in("root", PASSWORD).is_some(), "a form on its way takes no place");
    let other = r#"{"year":2022,"rule_set":"mof-2020@1"}"#;
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    assert_eq!(server.ask("PUT", "/api/v1/years/2022", &headers, other).0, 201, "nor does any other body");
    let import = authorized("POST /api/v1/imports?mode=commit");
    let mut slow_import = begun(&server.address, &import, units.len());
    // The quickest of a few: on a busy machine any single one may have had to wait for the processor.
    let quickest = (0..10).map(|_| {
        let started = Instant::now();
        let (status, head, body) = server.answer("POST", "/api/v1/imports?mode=commit", Some(&token), units);
        assert_eq!(status, 503, "{body}");
        assert!(head.contains("retry-after: 1") && head.contains("application/problem+json"), "{head}");
        started.elapsed()
    });
    let quickest = quickest.min().unwrap();
    assert!(quickest < Duration::from_millis(50), "{quickest:?}");
    assert_eq!(server.get("/api/v1/units", Some(&token)).0, 200, "reading goes on");
    slow_import.write_all(units.as_bytes()).unwrap();
    assert!(answer_on(&mut slow_import).starts_with("HTTP/1.1 200 "));
    slow_form.write_all(form.as_bytes()).unwrap();
    assert!(answer_on(&mut slow_form).starts_with("HTTP/1.1 200 "));
    slow_write.write_all(year.as_bytes()).unwrap();
    assert!(answer_on(&mut slow_write).starts_with("HTTP/1.1 201 "));
    assert_eq!(server.answer("POST", "/api/v1/imports?mode=commit", Some(&token), units).0, 200);
}

/// What would smuggle a second request past a proxy is refused, and a head has an end.
#[test]
fn a_head_that_can_be_read_in_two_ways_is_refused() {
    let folder = Folder::new();
    let (server, _) = serve(&folder, &[]);
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(300_000));
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-A: b\r\n".repeat(10_000));
    for head in [
        "POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "GET /livez HTTP/1.1\r\nHost : x\r\n\r\n",
        long.as_str(),
        many.as_str(),
    ] {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let _ = stream.write_all(head.as_bytes());
        let answer = answer_on(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 4") || answer.is_empty(), "{answer}");
    }
    assert_eq!(server.get("/livez", None).0, 200);
}

/// Whoever is not one of the proxies says nothing about where a request comes from.
#[test]
fn only_a_configured_proxy_is_believed() {
    let tight = ("JIXIAO_RATE_LIMIT", "1");
    let few = ("JIXIAO_RATE_BURST", "3");
    for (proxies, is_believed) in
        [(None, false), (Some("10.0.0.0/8"), false), (Some("10.0.0.0/8,127.0.0.0/8"), true)]
    {
        let folder = Folder::new();
        let mut command = folder.jixiao(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs([tight, few]).envs(proxies.map(|networks| ("JIXIAO_TRUSTED_PROXIES", networks)));
        let server = Server::start(command);
        let statuses: Vec<u16> = (0..8)
            .map(|client| {
                let headers = format!("X-Forwarded-For: 203.0.113.{client}\r\n");
                server.ask("GET", "/api/v1/units", &headers, "").0
            })
            .collect();
        assert_eq!(statuses.contains(&429), !is_believed, "{proxies:?}: {statuses:?}");
    }
}
