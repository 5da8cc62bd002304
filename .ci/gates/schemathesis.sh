#!/usr/bin/env bash
# The running service does what the document says: every check, every phase, one fixed seed. Once as the
# administrator, and once as the unit, who alone may fill forms.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
python_tools
need "$DOC" "run 'just openapi'"
# A run that is told to slow down tests nothing.
export JIXIAO_RATE_LIMIT=5000 JIXIAO_RATE_BURST=10000
start_demo schemathesis
cd "$OUT" # it leaves a cache and reports where it runs

attack() { # account, further options
  local account=$1
  shift
  say "schemathesis as $account"
  sed "s/\"ACCOUNT\"/\"$account\"/" "$ROOT/.ci/schemathesis.toml" >"schemathesis-$account.toml"
  # A unit has its own form to work on; at random it would never find it.
  [ "$account" != unit ] || printf '\n[parameters]\n"path.unit" = "430611101"\n"path.year" = 2023\n"path.code" = "P01"\n' \
    >>"schemathesis-$account.toml"
  schemathesis --config-file "schemathesis-$account.toml" run "$DOC" --url "$BASE" --no-color \
    --checks all --phases examples,coverage,fuzzing,stateful --max-examples "${JIXIAO_EXAMPLES:-30}" \
    --seed 20231231 --generation-database none --continue-on-failure --request-timeout 20 \
    --report junit --report-junit-path "$OUT/schemathesis-$account.xml" "$@"
}
status=0
attack unit --include-path-regex '/(budgets|base-data|project-expenditures|indicators|narratives|forms|scores)' || status=1
# What only a unit may do would tell the administrator nothing but 403.
attack admin --exclude-operation-id-regex \
  '^(put|patch|delete|create)(Budget|BaseData|ProjectExpenditure|Narrative|Indicator|Form)$' || status=1
exit "$status"
