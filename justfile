# One door: the habits of this repository. `just` lists them.

_list:
    @just --list --unsorted

# Serve the demo; open http://127.0.0.1:8080/docs
run *args:
    cargo run --release -- serve --demo {{ args }}

# Test on SQLite, no server needed; arguments go to cargo test
test *args:
    cargo test {{ args }}

# The same tests on PostgreSQL (JIXIAO_TEST_DATABASE_URL, or the local cluster)
test-postgres:
    bash .ci/run test-postgres

# Prove what docs/reliability.md promises: 200 kills on each engine, outages, a full disk, 2,000 hang-ups
prove-reliability *args:
    JIXIAO_PROVE=1 cargo test --test reliability -- --nocapture --test-threads=1 {{ args }}

# Prove that a test notices each change of the scoring and the checks; docs/mutants.md says what is left and why
prove-mutants *args:
    cargo mutants --version 2>/dev/null | grep -q 'cargo-mutants 25.3.1' || cargo install cargo-mutants --locked --version 25.3.1
    CARGO_PROFILE_TEST_DEBUG=0 cargo mutants --package jixiao-core --file 'core/src/scoring/**' --file 'core/src/checks/**' --test-tool nextest --test-package jixiao-core --timeout 120 {{ args }}

# Look for bytes that break a reader, ten minutes for each; what is found belongs into fuzz/corpus, which every test run replays
prove-fuzz seconds="600":
    cargo fuzz --version 2>/dev/null || cargo install cargo-fuzz --locked
    for target in csv xlsx ndjson target; do \
        mkdir -p fuzz/found/$target; \
        cargo +nightly fuzz run --sanitizer none $target fuzz/found/$target fuzz/corpus/$target -- -max_total_time={{ seconds }} -max_len=65536 -rss_limit_mb=1024 -timeout=10 || exit 1; \
    done

# Format, then clippy with no warning left
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Write openapi/ from the code and judge it
openapi:
    bash openapi/update.sh
    bash .ci/run openapi-lint openapi-valid openapi-types

# Measure the service beside a minimal program on the same data; docs/performance.md keeps what came out
bench *args:
    cargo bench --bench service -- {{ args }}

# Measure the scoring of a sheet and a preview alone
bench-core:
    cargo bench --workspace --bench score --bench preview

# Walk through /docs in a real browser; the screenshot is target/ci/browser.png
browser:
    bash .ci/run browser

# Everything that must hold before a change lands; or only the gates named
ci *gates:
    bash .ci/run {{ gates }}
