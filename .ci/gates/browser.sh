#!/usr/bin/env bash
# A person's path in a real browser: /docs, Authorize, getScores, Execute, 99.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# The browser, and a Chinese font, so that a person can read the screenshot.
command -v "${CHROMIUM:-chromium}" >/dev/null && [ -n "$(fc-list :lang=zh)" ] || apt_install chromium fontconfig fonts-wqy-zenhei
node_tools
start_demo browser
say "chromium on $BASE/docs"
node .ci/browser.mjs "$BASE" "$OUT/browser.png"
