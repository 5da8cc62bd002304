#!/usr/bin/env bash
# Both documents are valid OpenAPI.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
python_tools
need "$DOC" "run 'just openapi'"
need "$DOC30" "run 'just openapi'"
openapi-spec-validator --schema 3.1 "$DOC"
openapi-spec-validator --schema 3.0 "$DOC30"
