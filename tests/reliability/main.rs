//! What was acknowledged is there, whatever happened meanwhile: the real program, killed, starved, cut off and hung up
//! on while several clients write. `docs/reliability.md` says what is promised.
//!
//! Plain `cargo test` runs a short form of each proof; `just prove-reliability` (`JIXIAO_PROVE=1`) the whole.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "../common/database.rs"]
mod database;
#[path = "../common/dice.rs"]
mod dice;
mod disk;
mod drain;
mod feed;
mod hang_ups;
mod installation;
mod kills;
mod network;
mod outage;
#[path = "../common/program.rs"]
mod program;
mod rush;
mod size;
mod writers;
