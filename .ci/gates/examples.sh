#!/usr/bin/env bash
# The clients in examples/ against the running service: they sign in, wait for scores, keep them by program, and go on
# from where they were stopped.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
command -v javac >/dev/null || apt_install default-jdk-headless
start_demo examples
API=$BASE/api/v1
WORK=$OUT/examples
rm -rf "$WORK" && mkdir -p "$WORK"
tell() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
login() { curl -fsS "$API/auth/token" -d grant_type=password -d "username=$1" -d password=jixiao-demo | tell access_token; }
BUREAU=$(login bureau)
step() { curl -fsS -o /dev/null "$API/evaluations/430611101/2023/$1" -H "Authorization: Bearer $BUREAU" -H 'If-Match: *' \
  -H 'Content-Type: application/json' -d "$2"; }

ends=$(date -u -d '+30 days' +%Y-%m-%dT%H:%M:%SZ)
curl -fsS "$API/service-accounts" -H "Authorization: Bearer $(login admin)" -H 'Content-Type: application/json' \
  -d '{"name": "县级财政一体化系统", "role": "reader", "region_code": "430611", "scopes": ["scores:read"], "expires_at": "'"$ends"'"}' \
  >"$WORK/account.json"
JIXIAO_URL=$API JIXIAO_CLIENT_ID=$(tell client_id <"$WORK/account.json")
JIXIAO_CLIENT_SECRET=$(tell client_secret <"$WORK/account.json")
rm "$WORK/account.json"
export JIXIAO_URL JIXIAO_CLIENT_ID JIXIAO_CLIENT_SECRET

declare -A CLIENTS=(
  [python]="python3 examples/feed.py 2023 $WORK/python.json"
  [java]="java examples/Feed.java 2023 $WORK/java.properties"
)
PIDS=()
trap 'code=$?; [ ${#PIDS[@]} = 0 ] || kill "${PIDS[@]}" 2>/dev/null; (exit $code); stop_demo' EXIT
# said CLIENT LINE ...: what it printed since it was started, without the names.
said() {
  local client=$1 wanted
  shift
  wanted=$(printf '%s\n' "$@")
  [ "$(cut -d' ' -f1-3 "$WORK/$client.out")" = "$wanted" ] || { cat "$WORK/$client.out"; fail "$client did not print this: $wanted"; }
}

say "both wait while the bureau approves"
for client in "${!CLIENTS[@]}"; do
  ${CLIENTS[$client]} >"$WORK/$client.out" &
  PIDS+=($!)
done
sleep 3 # until they wait; one that is slower misses nothing either
step approve '{}'
for client in "${!CLIENTS[@]}"; do
  tries=0
  until [ "$(wc -l <"$WORK/$client.out")" -ge 2 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "$client was not told within 30 s"
    sleep 0.1
  done
  said "$client" 'approved 430611101/- 99' 'approved 430611101/P01 98'
done
sleep 1 # until both have put down where they are
kill "${PIDS[@]}"
wait "${PIDS[@]}" 2>/dev/null || true
PIDS=()

say "both go on from where they were stopped"
step publish '{}'
step reopen '{"reason": "更正"}'
for client in "${!CLIENTS[@]}"; do
  ${CLIENTS[$client]} --once | tee "$WORK/$client.out"
  said "$client" 'published 430611101/- 99' 'published 430611101/P01 98' 'withdrawn 430611101/- -' 'withdrawn 430611101/P01 -'
done
