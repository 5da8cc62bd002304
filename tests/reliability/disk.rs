//! The disk is full, and has room again.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::installation::{Installation, walk};
use crate::program::{Server, until};
use crate::size::either;
use crate::writers::{Told, write};

/// A disk of its own, small enough to be filled.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(&at).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Self(at));
        }
        eprintln!("a full disk skipped: no file system can be mounted here (it takes root)");
        assert!(std::env::var_os("JIXIAO_PROVE").is_none(), "a proof does not skip the full disk");
        None
    }

    /// Takes up everything that is left.
    fn fill(&self) {
        let mut filler = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [1 << 16, 1 << 12, 1] {
            while filler.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn unit(server: &Server, token: &str, code: &str) -> Told {
    // Large enough that no page which is there anyway has room for it.
    let note = "满".repeat(1500);
    let body = json!({
        "units": [{ "code": code, "name": "某单位" }], "years": [{ "year": 2023 }],
        "narratives": [{ "unit": code, "year": 2023, "sections": { "other": note } }]
    });
    write(server, token, "POST", "/api/v1/imports?mode=commit", "", &body)
}

#[test]
fn a_full_disk_is_503_for_writers_and_nothing_for_readers() {
    let folder = crate::program::Folder::new();
    let Some(disk) = Disk::mount(folder.0.join("data")) else { return };
    let installation = Installation::made_in(folder, None);
    let (mut server, token) = installation.serve();
    let mut kept = BTreeSet::new();
    let mut number = 0;
    for round in 0..either(3, 20) {
        let mut refused = 0;
        disk.fill();
        // What was set aside before may still be used up.
        while refused < 10 {
            number += 1;
            let code = format!("u{number}");
            match unit(&server, &token, &code) {
                Told::Done => {
                    kept.insert(code);
                }
                Told::Unknown(status) => {
                    assert_eq!(status, 503, "round {round}");
                    refused += 1;
                }
            }
            let (status, answer) = server.get("/api/v1/units?limit=1", Some(&token));
            assert_eq!(status, 200, "reading goes on: {answer}");
        }
        disk.free();
        until(
            || {
                number += 1;
                let code = format!("u{number}");
                let done = unit(&server, &token, &code) == Told::Done;
                done.then(|| kept.insert(code))
            },
            "writing to go on once there is room",
        );
        let stored: BTreeSet<String> = walk(&server, &token, "/api/v1/units")
            .iter()
            .map(|unit| unit["code"].as_str().unwrap().to_owned())
            .collect();
        let (lost, more): (Vec<_>, Vec<_>) =
            (kept.difference(&stored).collect(), stored.difference(&kept).collect());
        assert!(lost.is_empty() && more.is_empty(), "lost {lost:?}, there though refused {more:?}");
        installation.hold();
        if round % 2 == 1 {
            server.signal("-KILL");
            server.end();
            server = installation.serve().0;
        }
    }
    assert_eq!(server.stop(), Some(0));
    installation.hold();
    drop(disk);
}
