#!/usr/bin/env bash
# rustfmt has nothing to say.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cargo fmt --all --check
