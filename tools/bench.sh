#!/bin/bash
# Builds the benchmarks and runs them one after the other; results/NAME.json holds the figures with the machine
# and the commit. Arguments go to every program, for instance --benchmark_filter=ntt.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset bench >/dev/null
cmake --build --preset bench
mkdir -p results
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
shopt -s nullglob
programs=(build/bench/bench/*_bench)
if ((${#programs[@]} == 0)); then
    echo "No benchmarks."
    exit 0
fi
for program in "${programs[@]}"; do
    "$program" --benchmark_out="results/$(basename "$program").json" --benchmark_out_format=json \
        --benchmark_context=commit="$commit" "$@"
done
