#!/usr/bin/env bash
# The same suite on PostgreSQL; the tests make their own databases there and drop them. With CI=true they refuse to skip.
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
# Most of a test's time here is the server's, so more of them than two cores go side by side.
JIXIAO_TEST_DATABASE_URL=$url CI=true RUST_TEST_THREADS=4 cargo test
