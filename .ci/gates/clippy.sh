#!/usr/bin/env bash
# clippy has nothing to say, in any target of the workspace.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cargo clippy --workspace --all-targets -- -D warnings
