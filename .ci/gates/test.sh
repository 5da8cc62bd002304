#!/usr/bin/env bash
# The README's test command, as it stands there: SQLite, no server.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
unset JIXIAO_TEST_DATABASE_URL
cargo test
