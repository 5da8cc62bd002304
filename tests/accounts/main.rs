//! Signing in, and what a token is worth, as a client sees it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod grants;
mod jwt;
mod keys;
mod manage;
mod rate_limit;
mod secret;
mod services;
mod support;
mod throttle;
mod trail;
mod users;
