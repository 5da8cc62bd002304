//! Several times as many callers as can be served: as much is served as without them, the others are told so at once,
//! and afterwards all is as before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::installation::{Installation, PASSWORD};
use crate::program::{Server, until};
use crate::size::either;
use crate::writers::{Told, YEAR, write};

/// Reads that are served at once in this installation.
const AT_ONCE: usize = 16;

/// How long each answer took, by what it was.
#[derive(Default)]
struct Answers {
    served: Vec<Duration>,
    refused: Vec<Duration>,
}

/// So many callers who ask again as soon as they are answered, or a moment after they were refused.
fn ask(server: &Server, token: &str, callers: usize, length: Duration) -> Answers {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..callers)
            .map(|_| {
                scope.spawn(|| {
                    let mut answers = Answers::default();
                    while !over.load(Ordering::SeqCst) {
                        let started = Instant::now();
                        let (status, answer) = server.get("/api/v1/scores?limit=200", Some(token));
                        match status {
                            200 => answers.served.push(started.elapsed()),
                            503 => {
                                answers.refused.push(started.elapsed());
                                std::thread::sleep(Duration::from_millis(250));
                            }
                            other => panic!("{other}: {answer}"),
                        }
                    }
                    answers
                })
            })
            .collect();
        std::thread::sleep(length);
        over.store(true, Ordering::SeqCst);
        let mut all = Answers::default();
        for answers in asking {
            let Answers { served, refused } = answers.join().unwrap();
            all.served.extend(served);
            all.refused.extend(refused);
        }
        all.served.sort_unstable();
        all.refused.sort_unstable();
        all
    })
}

/// The time within which so many in a hundred were answered.
fn within(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}

fn told(what: &str, answers: &Answers) {
    let Answers { served, refused } = answers;
    eprintln!(
        "{what}: {} served, half within {:?}, 99 % within {:?}; {} refused, half within {:?}, 99 % within {:?}",
        served.len(),
        within(served, 50),
        within(served, 99),
        refused.len(),
        within(refused, 50),
        within(refused, 99)
    );
}

#[test]
fn a_rush_slows_nobody_who_is_served() {
    let installation = Installation::on_sqlite();
    let mut command = installation.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("JIXIAO_RATE_LIMIT", "0").env("JIXIAO_READS_AT_ONCE", AT_ONCE.to_string());
    let mut server = Server::start(command);
    let token = until(|| server.sign_in("root", PASSWORD), "the administrator to sign in");
    let codes: Vec<String> = (0..200).map(|number| format!("u{number}")).collect();
    let each = |make: &dyn Fn(&String) -> Value| -> Vec<Value> { codes.iter().map(make).collect() };
    let bundle = json!({
        "years": [{ "year": YEAR }],
        "units": each(&|code| json!({ "code": code, "name": "某单位" })),
        "narratives": each(&|code| json!({ "unit": code, "year": YEAR, "sections": {} }))
    });
    assert_eq!(write(&server, &token, "POST", "/api/v1/imports?mode=commit", "", &bundle), Told::Done);

    let length = Duration::from_secs(u64::from(either(2, 10)));
    let calm = ask(&server, &token, AT_ONCE / 2, length);
    let rush = ask(&server, &token, AT_ONCE * 5, length);
    let after = ask(&server, &token, AT_ONCE / 2, length);
    told("calm", &calm);
    told("rush", &rush);
    told("after", &after);
    assert!(!rush.refused.is_empty(), "there was a rush");
    assert!(calm.refused.is_empty() && after.refused.is_empty(), "nobody is refused without one");
    // Wide, for a machine that does other things too; what was measured stands in docs/reliability.md.
    assert!(rush.served.len() * 2 > calm.served.len(), "{} and {}", rush.served.len(), calm.served.len());
    assert!(within(&rush.refused, 50) < Duration::from_millis(50), "{:?}", within(&rush.refused, 50));
    assert_eq!(server.stop(), Some(0));
}
