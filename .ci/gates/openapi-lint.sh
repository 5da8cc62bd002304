#!/usr/bin/env bash
# The document has no error and no warning under any of the four judges.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
node_tools
need "$DOC" "run 'just openapi'"
need "$DOC30" "run 'just openapi'"
status=0
judge() { say "$1"; shift; "$@" || status=1; }
judge "Spectral, spectral:oas" spectral lint "$DOC" --ruleset .ci/spectral.yaml --fail-severity=hint
judge "Spectral, OWASP API security" spectral lint "$DOC" --ruleset .ci/owasp.yaml --fail-severity=hint
judge "Redocly, recommended-strict" redocly lint "$DOC" --config .ci/redocly.yaml
judge "Redocly, recommended-strict, the 3.0.3 copy" redocly lint "$DOC30" --config .ci/redocly.yaml
judge "Redocly score" node .ci/score.mjs "$DOC" 92
exit "$status"
