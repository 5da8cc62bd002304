#!/usr/bin/env bash
# No dependency in Cargo.lock has an open RustSec advisory, nor is one known to be unmaintained or unsound.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# The advisory database is data beside the repository: a folder or a .tar.xz, by RUSTSEC_DB or in ../shared.
python_tools
db=${RUSTSEC_DB:-$(find ../shared -maxdepth 1 -name 'rustsec-advisory-db-*.tar.xz' 2>/dev/null | sort | tail -1 || true)}
if [ -z "$db" ] || [ ! -e "$db" ]; then
  message="NO ADVISORY DATABASE: nothing was audited. Point RUSTSEC_DB at a copy of rustsec/advisory-db (folder or .tar.xz)."
  if [ "${CI:-}" = true ]; then fail "$message"; fi
  skip "$message"
fi
if [ -f "$db" ]; then
  unpacked=$(mktemp -d)
  trap 'rm -rf "$unpacked"' EXIT
  tar -xJf "$db" -C "$unpacked"
  crates=$(find "$unpacked" -maxdepth 3 -type d -name crates -print -quit)
  [ -n "$crates" ] || fail "$db holds no folder called crates"
  say "advisories from $(basename "$db")"
  db=$(dirname "$crates")
fi
cargo-audit audit --db "$db" --no-fetch --stale --deny warnings
