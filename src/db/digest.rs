//! Digests by which a text is recognised.

use std::fmt::Write as _;

use aws_lc_rs::digest;

/// SHA-256 of these bytes, hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
