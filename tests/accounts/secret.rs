//! The installation's secret.

use jixiao::accounts::{SecretKey, SecretKeyError};
use jixiao_core::kernel::{Lang, Text as _};

use super::support::Folder;

#[test]
fn weak_secrets_are_refused_each_with_its_reason() {
    let parse = |text: &str| SecretKey::parse(text).unwrap_err();
    assert!(matches!(parse(""), SecretKeyError::TooShort { found: 0 }));
    assert!(matches!(parse(" \n0123456789012345678901234567890 "), SecretKeyError::TooShort { found: 31 }));
    for text in [
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abc123abc123abc123abc123abc123abc123",
        "changemechangemechangemechangeme",
    ] {
        assert!(matches!(parse(text), SecretKeyError::Repeats), "{text}");
    }
    for text in [
        "changeme-7fK2pQ9xZ4mV8sT1wY6cR3bN5",
        "My-Jixiao-Secret-Key-7fK2pQ9xZ4mV8",
        "0123456789abcdef7fK2pQ9xZ4mV8sT1wY",
    ] {
        assert!(matches!(parse(text), SecretKeyError::WellKnown), "{text}");
    }
    for text in ["abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", "aabbaabaabbbabababbabbabbbabababbaba"] {
        assert!(matches!(parse(text), SecretKeyError::LowEntropy), "{text}");
    }
    for refusal in [parse(""), parse(&"a".repeat(40)), parse("changeme-7fK2pQ9xZ4mV8sT1wY6cR3bN5")] {
        assert!(refusal.text(Lang::Zh).contains("密钥"));
        assert!(!refusal.text(Lang::En).contains("7fK2"), "no part of the secret is shown");
    }
}

#[test]
fn random_secrets_are_accepted_in_every_common_writing() {
    use base64::Engine as _;
    for _ in 0..500 {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).unwrap();
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        for text in [hex, base64::engine::general_purpose::STANDARD.encode(bytes)] {
            assert!(SecretKey::parse(&text).is_ok(), "{text}");
        }
    }
    assert_ne!(SecretKey::random().unwrap().derive("x"), SecretKey::random().unwrap().derive("x"));
}

#[test]
fn keys_for_two_purposes_differ_and_stay_the_same() {
    let secret = SecretKey::parse("7fK2pQ9xZ4mV8sT1wY6cR3bN5hJ0gLdA").unwrap();
    let again = SecretKey::parse(" 7fK2pQ9xZ4mV8sT1wY6cR3bN5hJ0gLdA\n").unwrap();
    assert_eq!(secret.derive("cursors"), again.derive("cursors"));
    assert_ne!(secret.derive("cursors"), secret.derive("signing keys"));
    assert_eq!(format!("{secret:?}"), "SecretKey([REDACTED])");
}

#[test]
fn the_first_start_makes_a_file_that_only_its_owner_reads() {
    let folder = Folder::new();
    let path = folder.0.join("data").join("secret.key");
    let made = SecretKey::load_or_create(&path).unwrap();
    let read = SecretKey::load_or_create(&path).unwrap();
    assert_eq!(made.derive("x"), read.derive("x"));
    let files: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing is left over");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let bits = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(bits(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SecretKey::load_or_create(&path), Err(SecretKeyError::Exposed(_))));
    }
}

#[test]
fn processes_that_start_together_agree() {
    let folder = Folder::new();
    let path = folder.0.join("secret.key");
    let derived: Vec<[u8; 32]> = std::thread::scope(|scope| {
        let starts: Vec<_> =
            (0..16).map(|_| scope.spawn(|| SecretKey::load_or_create(&path).unwrap().derive("x"))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(derived.iter().all(|one| *one == derived[0]));
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    let path = folder.0.join("secret.key");
    std::fs::create_dir(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let refusal = SecretKey::load_or_create(&path).unwrap_err();
    assert!(refusal.to_string().contains("secret.key"), "{refusal}");
}
