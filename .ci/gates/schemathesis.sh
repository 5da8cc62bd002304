#!/usr/bin/env bash
# The running service does what the document says: every check, every phase, one fixed seed. As the administrator, as
# the unit, who alone may fill forms, and as the bureau, who alone may review what was handed in.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
python_tools
need "$DOC" "run 'just openapi'"
# A run that is told to slow down tests nothing.
export JIXIAO_RATE_LIMIT=5000 JIXIAO_RATE_BURST=10000
start_demo schemathesis
cd "$OUT" # it leaves a cache and reports where it runs

attack() { # account, name of the report, further options
  local account=$1 report=$2
  shift 2
  say "schemathesis as $account: $report"
  sed "s/\"ACCOUNT\"/\"$account\"/" "$ROOT/.ci/schemathesis.toml" >"schemathesis-$account.toml"
  # The feed has nothing to tell yet, and would be waited for.
  printf '\n[parameters]\n"query.wait" = 0\n' >>"schemathesis-$account.toml"
  # There is one unit with a form that is handed in and one that is open; at random nobody would find them.
  local year=
  case $account in unit) year=2024 ;; bureau) year=2023 ;; esac
  [ -z "$year" ] || printf '"path.unit" = "430611101"\n"path.year" = %s\n"path.code" = "P01"\n"path.prior" = 2023\n"path.region_code" = "430611"\n' \
    "$year" >>"schemathesis-$account.toml"
  schemathesis --config-file "schemathesis-$account.toml" run "$DOC" --url "$BASE" --no-color \
    --checks all --phases examples,coverage,fuzzing,stateful --max-examples "${JIXIAO_EXAMPLES:-30}" \
    --seed 20231231 --generation-database none --continue-on-failure --request-timeout 20 \
    --report junit --report-junit-path "$OUT/schemathesis-$report.xml" "$@"
}
status=0
# A unit endorses and returns what stands below it, and nothing does: whether it would hear 403 or 404 is chance.
attack unit unit --include-path-regex '/(budgets|base-data|project-expenditures|indicators|narratives|forms|scores|evaluations)' \
  --exclude-operation-id-regex '^((approve|publish|reopen|rescore|endorse|return)Evaluation|previewScores)$' || status=1
# A preview takes what an import takes, and so more than its schemas say: full-width digits, blanks for nothing.
attack unit previews --include-operation-id previewScores --exclude-checks negative_data_rejection || status=1
attack bureau bureau --include-path-regex '/(evaluations|reviews|rounds)' \
  --exclude-operation-id-regex '^(answerOpinions|explainFindings|adoptIndicator|carryForm|(endorse|submit)Evaluation)$' || status=1
# A file is judged row by row, and what its cells hold no schema says; a large one is taken on first and judged later.
# Its examples are sent by the tests: schemathesis writes neither NDJSON nor workbooks.
attack admin imports --include-operation-id importBundle --phases coverage,fuzzing \
  --exclude-checks positive_data_acceptance,negative_data_rejection || status=1
# What only a unit or a bureau may do would tell the administrator nothing but 403.
attack admin admin --exclude-operation-id-regex \
  '^((put|patch|delete|create)(Budget|BaseData|ProjectExpenditure|Narrative|Indicator|Form)|answerOpinions|explainFindings|adoptIndicator|carryForm|suggestReviews|previewScores|importBundle|.*Evaluation)$' || status=1
exit "$status"
