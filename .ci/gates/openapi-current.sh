#!/usr/bin/env bash
# openapi/ holds what the binary prints, and the 3.0.3 copy made from it.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
node_tools
release_binary
need "$DOC" "run 'just openapi'"
need "$DOC30" "run 'just openapi'"
"$BIN" openapi >"$OUT/openapi.json"
diff -u "$DOC" "$OUT/openapi.json" || fail "openapi/openapi.json is stale: run 'just openapi'"
node openapi/down-convert.mjs "$DOC" >"$OUT/openapi-3.0.json"
diff -u "$DOC30" "$OUT/openapi-3.0.json" || fail "openapi/openapi-3.0.json is stale: run 'just openapi'"
echo "openapi/openapi.json and openapi/openapi-3.0.json are current"
