# The commands of README.md and CONTRIBUTING.md under short names. `just` lists them.

_default:
    @just --list --unsorted

# Run the order-system example and write its artifacts
run:
    cargo run --release --bin ftc -- run examples/order-system/model.yaml --out runs

# Run all tests
test:
    cargo test --workspace

# Run the tests of the Markdown suite whose names contain FILTER
suite FILTER="":
    cargo test --test suite -- {{FILTER}}

# Rewrite generated files and expected results from what was found; read the diff
update:
    UPDATE=1 cargo test --workspace

# Format and lint, as CI does
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Build the pages of the API
doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps

# Check licences, sources and duplicates of the dependencies (needs cargo-deny)
deny:
    cargo deny check

# Fuzz `formula` or `model` for some seconds (needs cargo-fuzz)
fuzz TARGET SECONDS="600":
    mkdir -p fuzz/corpus/{{TARGET}}
    RUSTC_BOOTSTRAP=1 cargo fuzz run {{TARGET}} fuzz/corpus/{{TARGET}} fuzz/seeds/{{TARGET}} -- -max_total_time={{SECONDS}}

# Write the telemetry of the example again; the bytes are the same
telemetry:
    python3 examples/order-system/generate.py

# Everything that must hold before a change is merged
ci:
    bash .ci/run
