#!/usr/bin/env bash
# Writes openapi/openapi.json from the code, and its 3.0.3 copy.
. "$(dirname "${BASH_SOURCE[0]}")/../.ci/lib.sh"
node_tools
cargo run --quiet -- openapi >"$OUT/openapi.json"
node openapi/down-convert.mjs "$OUT/openapi.json" >"$OUT/openapi-3.0.json"
# Only when both were made: a failed build leaves the committed documents alone.
cp "$OUT/openapi.json" "$DOC"
cp "$OUT/openapi-3.0.json" "$DOC30"
git --no-pager diff --stat -- openapi
