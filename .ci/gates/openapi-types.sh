#!/usr/bin/env bash
# A TypeScript front end gets types that compile under --strict.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
node_tools
need "$DOC" "run 'just openapi'"
mkdir -p "$OUT/types"
openapi-typescript "$DOC" --output "$OUT/types/jixiao.ts"
cp .ci/client.ts "$OUT/types/client.ts"
cat >"$OUT/types/tsconfig.json" <<'JSON'
{
  "compilerOptions": {
    "strict": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true, "noEmit": true,
    "target": "es2022", "lib": ["es2022", "dom"], "module": "nodenext", "moduleResolution": "nodenext", "types": []
  },
  "files": ["jixiao.ts", "client.ts"]
}
JSON
tsc --project "$OUT/types/tsconfig.json"
echo "$(wc -l <"$OUT/types/jixiao.ts") lines of types compile"
