//! What lies in the database is what was written, on both engines.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on has failed"
)]

mod audit;
mod exact;
mod failures;
mod filled;
mod gather;
mod regions;
mod rows;
mod schema;
mod summaries;
mod support;
mod work;
