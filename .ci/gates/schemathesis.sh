#!/usr/bin/env bash
# The running service does what the document says: every check, every phase, one fixed seed.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
python_tools
need "$DOC" "run 'just openapi'"
start_demo schemathesis
say "schemathesis"
cd "$OUT" # it leaves a cache and reports where it runs
schemathesis --config-file "$ROOT/.ci/schemathesis.toml" run "$DOC" --url "$BASE" --no-color \
  --checks all --phases examples,coverage,fuzzing,stateful --max-examples "${JIXIAO_EXAMPLES:-30}" \
  --seed 20231231 --generation-database none --continue-on-failure --request-timeout 20 \
  --report junit --report-junit-path "$OUT/schemathesis.xml"
