//! Killed with SIGKILL in the middle of writing, again and again.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::dice::Dice;
use crate::installation::Installation;
use crate::program::until;
use crate::size::either;
use crate::writers::{Over, Writers};

fn killed_while_writing(installation: &Installation, seed: u64) {
    let kills = either(20, 200);
    let mut dice = Dice::new(seed);
    let (mut server, token) = installation.serve();
    let writers = Writers::prepare(installation, &server, &token);
    let mut token = token;
    for kill in 1..=kills {
        let over = Over::new(false);
        let before = writers.acknowledged.load(Ordering::SeqCst);
        writers.write(&server, &token, &over, true, || {
            // Not before it has written anything in this life; then at any moment.
            let has_begun = || (writers.acknowledged.load(Ordering::SeqCst) > before).then_some(());
            until(has_begun, "a write to be acknowledged");
            std::thread::sleep(Duration::from_millis(dice.roll(250)));
            server.signal("-KILL");
        });
        server.end();
        installation.wait_for_silence();
        (server, token) = installation.serve();
        writers.hold(&server, &token);
        installation.hold();
        if kill % 20 == 0 {
            let acknowledged = writers.acknowledged.load(Ordering::SeqCst);
            eprintln!("{kill} kills: {acknowledged} writes acknowledged, all there");
        }
    }
    writers.hold_all(&server, &token);
    let unknown = writers.unknown.load(Ordering::SeqCst);
    assert!(unknown >= kills, "who wrote was cut off by each kill: {unknown}");
    assert_eq!(
        unknown,
        writers.silent.load(Ordering::SeqCst),
        "and was answered nothing but success otherwise"
    );
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn killed_while_writing_on_sqlite() {
    killed_while_writing(&Installation::on_sqlite(), 1);
}

#[test]
fn killed_while_writing_on_postgresql() {
    let Some(installation) = Installation::on_postgresql() else { return };
    killed_while_writing(&installation, 2);
}
