//! Clients that hang up in the middle, while others write on.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sea_orm::DbBackend;

use crate::dice::Dice;
use crate::installation::Installation;
use crate::program::Server;
use crate::size::either;
use crate::writers::{Over, Writers, YEAR};

/// Whose dice it is at once.
const RUDE: u32 = 4;

fn hang_up(server: &Server, token: &str, number: u32, dice: &mut Dice) {
    let unit = format!("gone{number}");
    let body = format!(
        r#"{{"units":[{{"code":"{unit}","name":"某单位"}}],"narratives":[{{"unit":"{unit}","year":{YEAR},"sections":{{}}}}]}}"#
    );
    let (method, path, body) = match dice.roll(4) {
        0 => ("GET", "/api/v1/scores?limit=500".to_owned(), String::new()),
        1 => ("GET", "/api/v1/indicators?limit=500".to_owned(), String::new()),
        2 => ("PUT", format!("/api/v1/units/{unit}"), format!(r#"{{"code":"{unit}","name":"某单位"}}"#)),
        _ => ("POST", "/api/v1/imports?mode=commit".to_owned(), body),
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // Anywhere in the middle, or at the end, without an ear for the answer.
    let length = u64::try_from(request.len()).unwrap();
    let upto = if dice.pick(&[true, false]) { length } else { dice.roll(length) };
    let Ok(mut stream) = TcpStream::connect(&server.address) else { return };
    let _ = stream.write_all(request.as_bytes().split_at(usize::try_from(upto).unwrap()).0);
    std::thread::sleep(Duration::from_millis(dice.roll(30)));
    match dice.roll(3) {
        0 => drop(stream),
        1 => {
            let _ = stream.shutdown(Shutdown::Write);
        }
        _ => {
            // One byte is taken and the rest is left lying: closing such a connection resets it.
            let _ = stream.set_read_timeout(Some(Duration::from_millis(5)));
            let _ = stream.read(&mut [0]);
        }
    }
}

fn hung_up_on(installation: &Installation) {
    let hang_ups = either(200, 2000);
    let (mut server, token) = installation.serve();
    let writers = Writers::prepare(installation, &server, &token);
    let over = Over::new(false);
    let number = Mutex::new(0_u32);
    writers.write(&server, &token, &over, false, || {
        std::thread::scope(|scope| {
            for rude in 0..RUDE {
                let (server, token, number) = (&server, &token, &number);
                scope.spawn(move || {
                    let mut dice = Dice::new(100 + u64::from(rude));
                    loop {
                        let next = {
                            let mut number = number.lock().unwrap();
                            *number += 1;
                            *number
                        };
                        if next > hang_ups {
                            return;
                        }
                        hang_up(server, token, next, &mut dice);
                    }
                });
            }
        });
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(writers.silent.load(Ordering::SeqCst), 0, "who stays is answered");
    // Every connection is usable: as many at once as there are, reading and writing, and all are served.
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..24)
            .map(|number| {
                let (server, token) = (&server, &token);
                scope.spawn(move || {
                    if number % 2 == 0 {
                        return server.get("/api/v1/units?limit=1", Some(token)).0;
                    }
                    let unit = format!(r#"{{"code":"after{number}","name":"某单位"}}"#);
                    let headers =
                        format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
                    server.ask("PUT", &format!("/api/v1/units/after{number}"), &headers, &unit).0
                })
            })
            .collect();
        for asked in asked {
            assert!(matches!(asked.join().unwrap(), 200 | 201));
        }
    });
    if installation.engine() == DbBackend::Postgres {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
            AND application_name = 'jixiao' AND state LIKE 'idle in transaction%'";
        assert_eq!(installation.query(sql), ["0"], "no transaction is left open");
    }
    writers.hold(&server, &token);
    writers.hold_all(&server, &token);
    installation.hold();
    let acknowledged = writers.acknowledged.load(Ordering::SeqCst);
    eprintln!("{hang_ups} hang-ups, {acknowledged} writes of others acknowledged, all there");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn hung_up_on_while_writing_on_sqlite() {
    hung_up_on(&Installation::on_sqlite());
}

#[test]
fn hung_up_on_while_writing_on_postgresql() {
    let Some(installation) = Installation::on_postgresql() else { return };
    hung_up_on(&installation);
}
