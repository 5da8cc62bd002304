//! PostgreSQL stopped as by a power cut (`pg_ctl stop -m immediate`) and started again, while clients write.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::installation::Installation;
use crate::program::Folder;
use crate::size::either;
use crate::writers::{Over, Writers};

/// A PostgreSQL of the test's own.
struct Cluster {
    folder: Folder,
    programs: PathBuf,
    port: u16,
}

/// Where PostgreSQL's own programs are: the newest version there is.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|programs| programs.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop()
}

impl Cluster {
    /// `None` where none can be made, which is said loudly, and refused in CI.
    fn make() -> Option<Self> {
        let made = Self::try_make();
        if let Err(why) = &made {
            eprintln!("PostgreSQL's outage skipped: {why}");
            let may_skip = ["CI", "JIXIAO_PROVE"].iter().all(|name| std::env::var_os(name).is_none());
            assert!(may_skip, "neither CI nor a proof skips PostgreSQL: {why}");
        }
        made.ok()
    }

    fn try_make() -> Result<Self, String> {
        let programs = programs().ok_or("no initdb below /usr/lib/postgresql")?;
        let folder = Folder::new();
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = port.map_err(|why| why.to_string())?.port();
        let cluster = Self { folder, programs, port };
        // PostgreSQL does not run as root.
        let own = Command::new("chown").arg("postgres").arg(&cluster.folder.0).status();
        own.map_err(|why| why.to_string())?;
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "-A", "trust", "-U", "postgres", "--no-sync"])?;
        cluster.start()?;
        Ok(cluster)
    }

    fn data(&self) -> String {
        self.folder.0.join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(self.programs.join(program)).args(arguments);
        command.current_dir(&self.folder.0).stdout(std::process::Stdio::null());
        let done = command.status().map_err(|why| format!("runuser: {why}"))?;
        if done.success() { Ok(()) } else { Err(format!("{program}: {done}")) }
    }

    fn start(&self) -> Result<(), String> {
        let (folder, port) = (self.folder.0.display(), self.port);
        let options = format!("-p {port} -k {folder} -c listen_addresses=127.0.0.1");
        let log = self.folder.0.join("log").display().to_string();
        self.run("pg_ctl", &["-D", &self.data(), "-l", &log, "-o", &options, "-w", "start"])
    }

    fn stop(&self) -> Result<(), String> {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"])
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

#[test]
fn an_outage_is_503_and_then_over() {
    let Some(cluster) = Cluster::make() else { return };
    let database = Database::on(format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port));
    let installation = Installation::with(Some(database));
    let (mut server, token) = installation.serve();
    let writers = Writers::prepare(&installation, &server, &token);
    let (over, longest) = (Over::new(false), std::sync::Mutex::new(Duration::ZERO));
    let reads_over = AtomicBool::new(false);
    writers.write(&server, &token, &over, false, || {
        std::thread::scope(|scope| {
            // Somebody reads all the time, and is told 200 or 503 within the time that is promised.
            let reader = scope.spawn(|| {
                let mut slowest = Duration::ZERO;
                while !reads_over.load(Ordering::SeqCst) {
                    let started = Instant::now();
                    let (status, answer) = server.get("/api/v1/units?limit=1", Some(&token));
                    assert!(matches!(status, 200 | 503), "{status} {answer}");
                    slowest = slowest.max(started.elapsed());
                }
                slowest
            });
            for _ in 0..either(3, 20) {
                std::thread::sleep(Duration::from_millis(300));
                cluster.stop().unwrap();
                std::thread::sleep(Duration::from_millis(500));
                assert_eq!(server.get("/livez", None).0, 200);
                assert_eq!(server.get("/readyz", None).0, 503);
                cluster.start().unwrap();
                let (there, written) = (Instant::now(), writers.acknowledged.load(Ordering::SeqCst));
                // Well again: ready, read from, and written to.
                crate::program::until(
                    || {
                        let is_written = writers.acknowledged.load(Ordering::SeqCst) > written;
                        (is_written && server.get("/readyz", None).0 == 200).then_some(())
                    },
                    "the service to recover by itself",
                );
                let mut longest = longest.lock().unwrap();
                *longest = there.elapsed().max(*longest);
            }
            reads_over.store(true, Ordering::SeqCst);
            over.store(true, Ordering::SeqCst);
            let slowest = reader.join().unwrap();
            eprintln!("slowest read {slowest:?}, longest recovery {:?}", longest.lock().unwrap());
            assert!(slowest < Duration::from_secs(10), "{slowest:?}");
        });
    });
    assert!(*longest.lock().unwrap() < Duration::from_secs(5), "{longest:?}");
    assert_eq!(writers.silent.load(Ordering::SeqCst), 0, "everybody was answered, all the time");
    assert!(writers.unknown.load(Ordering::SeqCst) > 0, "the outage was noticed");
    writers.hold(&server, &token);
    writers.hold_all(&server, &token);
    installation.hold();
    assert_eq!(server.stop(), Some(0));
    drop(installation);
    drop(cluster);
}
