#!/bin/bash
# Builds the benchmarks and runs them one after the other. Results with machine, commit and parameters go to results/:
# kernels.json (Google Benchmark), engine.jsonl on one and on two threads, matvec.jsonl, training.jsonl, cluster.jsonl on
# 1, 2 and 4 ranks, prio3.jsonl, two_party.jsonl, dp.jsonl, sum.jsonl, and dp_utility.jsonl if TACIT_WAGES names a file
# (one object per line).
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset bench >/dev/null
cmake --build --preset bench
mkdir -p results
TACIT_COMMIT=$(git describe --always --dirty 2>/dev/null || echo unknown)
export TACIT_COMMIT
bench=build/bench/bench
"$bench/kernels_bench" --benchmark_out=results/kernels.json --benchmark_out_format=json \
    --benchmark_context=commit="$TACIT_COMMIT"
"$bench/engine_bench" --threads 1 | tee results/engine.jsonl
"$bench/engine_bench" --threads 2 --set p15 | tee -a results/engine.jsonl
for diagonals in 64 256; do "$bench/matvec_bench" --diagonals "$diagonals"; done | tee results/matvec.jsonl
"$bench/training_bench" | tee results/training.jsonl
for ranks in 1 2 4; do
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe --bind-to none -n "$ranks" \
        "$bench/cluster_bench"
done | tee results/cluster.jsonl
"$bench/prio3_bench" | tee results/prio3.jsonl
"$bench/two_party_bench" | tee results/two_party.jsonl
"$bench/dp_bench" | tee results/dp.jsonl
"$bench/ledger_bench" results | tee results/ledger.jsonl
"$bench/sum_bench" | tee results/sum.jsonl
if [ -n "${TACIT_WAGES:-}" ]; then  # a CSV file; docs/differential-privacy.md says where wages are
    "$bench/dp_utility_bench" "$TACIT_WAGES" | tee results/dp_utility.jsonl
fi
