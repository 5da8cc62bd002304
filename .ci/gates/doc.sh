#!/usr/bin/env bash
# The crates' documentation builds without a warning (broken links are warnings).
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items
