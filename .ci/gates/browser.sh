#!/usr/bin/env bash
# A person's path in a real browser: /docs, Authorize, getScores, Execute, 99.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
apt_install "chromium" chromium fonts-wqy-zenhei
node_tools
start_demo browser
say "chromium on $BASE/docs"
node .ci/browser.mjs "$BASE" "$OUT/browser.png"
