//! What the service does in a second, beside a minimal program on the same engine and the same data, in one run on one
//! machine. `just bench` runs it; docs/performance.md keeps what came out.
//!
//! Figures of two machines, or of two days, say little; their ratio does. So the two take turns, round by round.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that cannot go on has failed"
)]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../../tests/common/database.rs"]
#[expect(dead_code, reason = "shared with tests")]
mod database;
mod load;
mod place;
#[path = "../../tests/common/program.rs"]
#[expect(dead_code, reason = "shared with tests")]
mod program;
mod thin;

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use load::{Pace, Requests};
use place::{Engine, Place};
use program::Server;

/// Compare the service with the least that any service would do.
#[derive(Debug, Parser)]
struct Bench {
    /// Which engine
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: Engine,
    /// Units in the database: 80 are a county, 12000 a province
    #[arg(long, default_value_t = 80)]
    units: u32,
    /// Seconds of each round
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Rounds of each work; the middle one counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections that are kept alive
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Only the works with this in their name
    #[arg(long, default_value = "")]
    only: String,
    /// Units of a county or province that is imported meanwhile, by another process
    #[arg(long)]
    beside_import: Option<u32>,
    /// Minutes of all works at once; the memory is told after each
    #[arg(long)]
    minutes: Option<u64>,
    /// As cargo calls it
    #[arg(long = "bench", hide = true)]
    _by_cargo: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Be the minimal program
    Thin {
        /// Where the database is
        url: String,
    },
}

/// What is asked of both, and the share of the minimal program's pace that is wanted, in hundredths.
struct Work {
    name: &'static str,
    ours: Box<Requests>,
    least: Box<Requests>,
    goal: Option<u64>,
}

/// Units that write at once; the clerks of a county on the last day of the deadline.
const WRITERS: usize = 64;

fn main() {
    let bench = Bench::parse();
    if let Some(Part::Thin { url }) = &bench.part {
        return thin::serve(url);
    }
    let place = Place::new(bench.engine);
    let made = place.folder.0.join("made.json").display().to_string();
    let units = bench.units.to_string();
    place.done(&["generate", "--units", &units, "--region", "43", "--output", &made], "");
    println!("{:?}, {} units, {} connections\n", bench.engine, bench.units, bench.connections);
    import(&place, &made);
    reads_and_writes(&bench, &place);
}

/// The whole file by the program, beside its indicators alone by the engine's own shell.
fn import(place: &Place, made: &str) {
    // Both find their tables made.
    place.done(&["migrate", "up"], "");
    let (took, _) = place.done(&["import", made, "--mode", "commit"], "");
    let count = |table| place.ask(&format!("SELECT count(*) FROM {table}")).trim().parse::<u64>().unwrap();
    let rows = count("indicators");
    let least = place.loaded_by_the_engine();
    let speed = |took: Duration| rows * 1000 / u64::try_from(took.as_millis()).unwrap().max(1);
    println!("| bulk | rows | seconds | indicators/s |\n|---|---|---|---|");
    println!(
        "| import, whole bundle | {rows} | {}.{:03} | {} |",
        took.as_secs(),
        took.subsec_millis(),
        speed(took)
    );
    println!(
        "| the engine's shell, indicators only | {rows} | {}.{:03} | {} |",
        least.as_secs(),
        least.subsec_millis(),
        speed(least)
    );
    println!("\nratio {}\n", ratio(speed(took), speed(least)));
}

fn reads_and_writes(bench: &Bench, place: &Place) {
    let (mut server, first, idle) = place.serve();
    let thin = place.thin();
    // A sample across the table: neither program may live on one cached row.
    let sample = "SELECT e.unit_code, e.id FROM evaluations e
        WHERE (SELECT count(*) FROM indicators i WHERE i.evaluation_id = e.id) >= 50 ORDER BY e.id % 97, e.id LIMIT 500";
    let sample: Vec<(String, String)> = place
        .ask(sample)
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(code, id)| (code.to_owned(), id.trim().to_owned()))
        .collect();
    assert!(!sample.is_empty(), "no evaluation has fifty indicators");

    let writer = |(unit, id): &(String, String)| {
        let projects =
            place.ask(&format!("SELECT count(*) FROM project_expenditures WHERE evaluation_id = {id}"));
        Writer {
            unit: unit.clone(),
            name: place.add_clerk(unit),
            sheets: projects.trim().parse::<u64>().unwrap() + 1,
        }
    };
    let writers: Vec<Writer> = sample.iter().take(WRITERS).map(writer).collect();
    if let Some(minutes) = bench.minutes {
        return mixed(bench, &|| works(bench, &server, &sample, &writers), &server, minutes);
    }
    let works = works(bench, &server, &sample, &writers);
    let meanwhile = bench.beside_import.map(|units| importing(place, units));
    println!(
        "| work | ours /s | p50 ms | p99 ms | minimal /s | p50 ms | p99 ms | ratio | goal |\n|---|---|---|---|---|---|---|---|---|"
    );
    for work in works.iter().filter(|work| work.name.contains(&bench.only)) {
        let period = Duration::from_secs(bench.seconds);
        let (mut ours, mut least) = (Vec::new(), Vec::new());
        for _ in 0..bench.rounds {
            least.push(load::run(&thin.address, bench.connections, period, &*work.least));
            ours.push(load::run(&server.address, bench.connections, period, &*work.ours));
        }
        let (ours, least) = (Pace::median(ours), Pace::median(least));
        let goal = work.goal.map_or_else(|| "–".to_owned(), |goal| format!("0.{goal:02}"));
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {goal} |",
            work.name,
            ours.per_second,
            milliseconds(ours.p50),
            milliseconds(ours.p99),
            least.per_second,
            milliseconds(least.p50),
            milliseconds(least.p99),
            ratio(ours.per_second, least.per_second),
        );
    }
    if let Some((mut importing, begun)) = meanwhile {
        let is_over = importing.try_wait().unwrap().is_some();
        println!(
            "\nthe import {} after {} s",
            if is_over { "was over" } else { "went on" },
            begun.elapsed().as_secs()
        );
        let _ = importing.kill();
        importing.wait().unwrap();
    }
    println!(
        "\nstart to first 200: {} ms; memory: idle {idle} MiB, most under load {} MiB",
        first.as_millis(),
        place::memory(server.id(), "VmHWM:")
    );
    server.stop();
}

/// Another region's data on their way into the same database.
fn importing(place: &Place, units: u32) -> (Child, Instant) {
    let file = place.folder.0.join("other.json").display().to_string();
    place.done(&["generate", "--units", &units.to_string(), "--region", "44", "--output", &file], "");
    let mut import = place.jixiao(&["import", &file, "--mode", "commit"]);
    (import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), Instant::now())
}

/// All works at once, for minutes: the memory must not grow with them.
fn mixed(bench: &Bench, signed_in: &dyn Fn() -> Vec<Work>, server: &Server, minutes: u64) {
    println!("| minute | answers /s | p99 ms | MiB |\n|---|---|---|---|");
    let mut works = signed_in();
    for minute in 1..=minutes {
        if minute.is_multiple_of(10) {
            works = signed_in(); // before the tokens have expired
        }
        let each = |turn: usize| {
            // Of fifty requests one writes: each makes a sheet longer, as nobody does for so long.
            let of = if turn.is_multiple_of(50) { works.len() - 1 } else { turn % (works.len() - 1) };
            (works[of].ours)(turn)
        };
        let pace = load::run(&server.address, bench.connections, Duration::from_mins(1), &each);
        let memory = place::resident(server.id());
        println!("| {minute} | {} | {} | {memory} |", pace.per_second, milliseconds(pace.p99));
    }
}

/// What is asked of both. Whoever asks signs in for it.
fn works(bench: &Bench, server: &Server, sample: &[(String, String)], writers: &[Writer]) -> Vec<Work> {
    let token = place::sign_in(server, "bench");
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes();
    let signed = |path: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
    };
    let of = |path: &dyn Fn(&str, &str) -> String, request: &dyn Fn(&str) -> Vec<u8>| -> Box<Requests> {
        let ready: Vec<_> = sample.iter().map(|(unit, id)| request(&path(unit, id))).collect();
        Box::new(move |turn| ready[turn % ready.len()].clone())
    };
    let least_unit = || of(&|unit, _| format!("/units/{unit}"), &get);
    let least_list = || of(&|_, id| format!("/indicators/{id}"), &get);
    let list = |unit: &str| format!("/api/v1/indicators?year=2023&unit={unit}&limit=50");
    vec![
        Work {
            name: "GET one unit",
            ours: of(&|unit, _| format!("/api/v1/units/{unit}"), &signed),
            least: least_unit(),
            goal: Some(60),
        },
        Work {
            name: "list of 50 indicators",
            ours: of(&|unit, _| list(unit), &signed),
            least: least_list(),
            goal: Some(50),
        },
        Work {
            name: "score of one evaluation, beside GET one unit",
            ours: of(&|unit, _| format!("/api/v1/scores/{unit}/2023"), &signed),
            least: least_unit(),
            goal: Some(50),
        },
        Work {
            name: "ranking page of 50, beside the list",
            ours: of(&|_, _| "/api/v1/rankings?year=2023&by=final&limit=50".to_owned(), &signed),
            least: least_list(),
            goal: None,
        },
        Work {
            name: "durable POST of one indicator",
            ours: posts(server, writers),
            least: bare_posts(),
            goal: Some(if bench.engine == Engine::Sqlite { 50 } else { 40 }),
        },
    ]
}

/// A clerk and the form they fill: only the units themselves write theirs.
struct Writer {
    unit: String,
    name: String,
    sheets: u64,
}

/// New indicators, into the forms and their sheets in turn, each with a number of its own.
fn posts(server: &Server, writers: &[Writer]) -> Box<Requests> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let signed_in =
        |Writer { unit, name, sheets }: &Writer| (unit.clone(), place::sign_in(server, name), *sheets);
    let writers: Vec<(String, String, u64)> = writers.iter().map(signed_in).collect();
    Box::new(move |_| {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let each = u64::try_from(writers.len()).unwrap();
        let (unit, token, sheets) = &writers[usize::try_from(number % each).unwrap()];
        let (seq, sheet) = (1000 + number / each / sheets, number / each % sheets);
        let project = if sheet == 0 { "null".to_owned() } else { format!("\"P{sheet:02}\"") };
        let body = format!(
            r#"{{"unit":"{unit}","year":2023,"project":{project},"seq":{seq},"level1":"产出指标","level2":"数量指标","name":"走访服务企业次数","target":"≥60次","actual":"62次","weight":"0.5","self_score":"0.5"}}"#
        );
        format!(
            "POST /api/v1/indicators HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nIdempotency-Key: {}\r\nContent-Length: {}\r\n\r\n{body}",
            uuid::Uuid::now_v7(),
            body.len()
        )
        .into_bytes()
    })
}

fn bare_posts() -> Box<Requests> {
    let number = AtomicU64::new(0);
    Box::new(move |_| {
        let seq = number.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"evaluation_id":1,"seq":{seq},"level1":"产出指标","level2":"数量指标","name":"走访服务企业次数","target":"≥60次","actual":"62次","weight":5000,"self_score":5000}}"#
        );
        format!(
            "POST /indicators HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    })
}

fn milliseconds(microseconds: u64) -> String {
    format!("{}.{:02}", microseconds / 1000, microseconds % 1000 / 10)
}

/// Rounded down to a hundredth.
fn ratio(ours: u64, least: u64) -> String {
    let hundredths = ours * 100 / least.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
