#!/usr/bin/env bash
# All tests that have a database, on PostgreSQL; they make their own databases there and drop them. With CI=true they refuse to skip.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
url=${JIXIAO_TEST_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres}
answers() { python3 - "$url" <<'PY'
import socket, sys, urllib.parse
u = urllib.parse.urlsplit(sys.argv[1])
socket.create_connection((u.hostname, u.port or 5432), timeout=3).close()
PY
}
if ! answers 2>/dev/null; then
  cluster=$(find /etc/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -n | tail -1 || true)
  if [ -n "$cluster" ]; then
    say "starting the PostgreSQL $cluster cluster"
    pg_ctlcluster --skip-systemctl-redirect "$cluster" main start
    sleep 3
  fi
  answers || fail "no PostgreSQL answers at $url; set JIXIAO_TEST_DATABASE_URL"
fi
export JIXIAO_TEST_DATABASE_URL=$url CI=true
# Where a test starts no program, most of its time is the server's: more of them than two cores go side by side.
RUST_TEST_THREADS=4 cargo test --test accounts --test api --test storage
cargo test --test process --test reliability
