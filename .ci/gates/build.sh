#!/usr/bin/env bash
# The binary that is shipped.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
release_binary
ls -l "$BIN"
"$BIN" --version
