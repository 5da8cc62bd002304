//! A proof that was downloaded is verified by the program alone.

use crate::support::{Folder, demo, text};

#[test]
fn a_downloaded_proof_is_verified_without_database_or_network() {
    let folder = Folder::new();
    let (server, _) = demo(&folder);
    let token = server.sign_in("bureau", "jixiao-demo").unwrap();
    let (status, proof) = server.get("/api/v1/scores/430611101/2023/proof", Some(&token));
    assert_eq!(status, 200, "{proof}");
    drop(server);
    let elsewhere = Folder::new();
    std::fs::write(elsewhere.0.join("proof.json"), proof.to_string()).unwrap();
    let held = elsewhere.run(&["score", "--verify", "proof.json"], "");
    assert!(held.status.success(), "{}", text(&held.stderr));
    assert!(text(&held.stdout).contains("重算 2 张表") && text(&held.stdout).contains("mof-2020@1"));
    let altered = proof.to_string().replace("\"final_total\":\"98\"", "\"final_total\":\"98.5\"");
    let refused = elsewhere.run(&["score", "--verify", "-", "--lang", "en"], &altered);
    assert_eq!(refused.status.code(), Some(1));
    let told = text(&refused.stderr);
    assert!(
        told.contains("/sheets/1/results/final_total: the proof says \"98.5\", computed again it is \"98\""),
        "{told}"
    );
    assert_eq!(elsewhere.run(&["score", "--verify", "-"], "{}").status.code(), Some(65));
    assert_eq!(std::fs::read_dir(&elsewhere.0).unwrap().count(), 1, "no database was made");
}
