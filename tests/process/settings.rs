//! A setting that cannot work is one clear line and exit code 78.

use std::net::TcpListener;

use crate::support::{Folder, run, text};

#[test]
fn a_setting_that_cannot_work_is_one_line_and_exit_78() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    std::fs::write(folder.0.join("file"), "").unwrap();
    std::fs::create_dir(folder.0.join("folder")).unwrap();
    std::fs::write(folder.0.join("no-database"), "a letter to somebody\n".repeat(100)).unwrap();
    let secret = "kXk2bq8mTn4vWz7pQs1rLd9fHg3jYc6aUe5iOo0x";
    for (settings, arguments, named) in [
        (&[("JIXIAO_LISTEN", "nowhere")][..], &["serve"][..], "nowhere"),
        (&[("JIXIAO_LISTEN", taken.as_str())], &["serve"], "JIXIAO_LISTEN"),
        (&[("JIXIAO_DATABASE_URL", "mysql://localhost/x")], &["serve"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_DATABASE_URL", "sqlite::memory:")], &["serve"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_DATABASE_URL", "sqlite:file/below/x.db")], &["serve"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_SECRET_KEY", "short")], &["serve"], "JIXIAO_SECRET_KEY"),
        (&[("JIXIAO_SECRET_KEY", "changemechangemechangemechangeme")], &["serve"], "JIXIAO_SECRET_KEY"),
        (&[("JIXIAO_DATABASE_URL", "postgres://127.0.0.1:1/x")], &["serve"], "JIXIAO_SECRET_KEY"),
        (
            &[("JIXIAO_DATABASE_URL", "postgres://u:TOPSECRET@host:notaport/x")],
            &["migrate", "status"],
            "JIXIAO_DATABASE_URL",
        ),
        (&[("JIXIAO_CORS_ORIGINS", "*")], &["serve"], "JIXIAO_CORS_ORIGINS"),
        (&[("JIXIAO_MAX_BODY", "0")], &["serve"], "JIXIAO_MAX_BODY"),
        (&[("JIXIAO_RATE_LIMIT", "fast")], &["serve"], "fast"),
        (&[], &["serve", "--demo", "--listen", "0.0.0.0:0"], "JIXIAO_DEMO_PASSWORD"),
        (&[("JIXIAO_DATABASE_URL", "nonsense")], &["migrate", "status"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_CORS_ORIGINS", "https://jx.example:99999")], &["serve"], "JIXIAO_CORS_ORIGINS"),
        (&[("JIXIAO_CORS_ORIGINS", "https://jx.example:port")], &["serve"], "JIXIAO_CORS_ORIGINS"),
        (&[("JIXIAO_DATABASE_URL", "sqlite:folder")], &["serve"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_DATABASE_URL", "sqlite:folder")], &["migrate", "up"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_DATABASE_URL", "sqlite:no-database")], &["serve"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_DATABASE_URL", "sqlite:no-database")], &["user", "disable", "x"], "JIXIAO_DATABASE_URL"),
        (&[("JIXIAO_DATABASE_URL", "sqlite:file/below/x.db")], &["migrate", "status"], "JIXIAO_DATABASE_URL"),
        (
            &[("JIXIAO_DATABASE_URL", "postgres://u:5f4dcc3b5aa765d61d8327deb882cf99b7e1c0d2a4@h:port/x")],
            &["migrate", "up"],
            "JIXIAO_DATABASE_URL",
        ),
        (
            &[("JIXIAO_DATABASE_URL", "postgres://h/x?sslmode=nonsense"), ("JIXIAO_SECRET_KEY", secret)],
            &["serve"],
            "JIXIAO_DATABASE_URL",
        ),
    ] {
        let mut command = folder.jixiao(arguments);
        command.envs(settings.iter().copied()).env("JIXIAO_LOG", "off");
        let output = run(command, "");
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{settings:?} {arguments:?}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains(named), "{told}");
        assert!(!told.contains("TOPSECRET") && !told.contains(secret), "{told}");
    }
    // No secret is left beside a database that never was.
    for made in ["folder.secret", "no-database.secret"] {
        assert!(!folder.0.join(made).exists(), "{made}");
    }
}

#[test]
fn the_help_names_every_setting() {
    let folder = Folder::new();
    let help = text(&folder.run(&["serve", "--help"], "").stdout);
    for name in [
        "LISTEN",
        "DATABASE_URL",
        "SECRET_KEY",
        "CORS_ORIGINS",
        "MAX_BODY",
        "MAX_IMPORT",
        "MAX_JOB",
        "BODY_SECONDS",
        "RATE_LIMIT",
        "RATE_BURST",
        "READS_AT_ONCE",
        "WRITES_AT_ONCE",
        "IMPORTS_AT_ONCE",
        "SIGN_INS_AT_ONCE",
        "TRUSTED_PROXIES",
        "DEMO_PASSWORD",
        "LOG_JSON",
    ] {
        assert!(help.contains(&format!("JIXIAO_{name}")), "{name}: {help}");
    }
    assert_eq!(folder.run(&["dance"], "").status.code(), Some(2));
    assert!(text(&folder.run(&["--version"], "").stdout).starts_with("jixiao "));
}
