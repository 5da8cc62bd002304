#!/usr/bin/env bash
# The README's test command, as it stands there: SQLite, no server.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# As a person types it: what only PostgreSQL can show is the other gate's.
unset JIXIAO_TEST_DATABASE_URL CI
cargo test
