#!/bin/bash
# tools/fuzz.sh [SECONDS]: builds the libFuzzer targets (fuzz/*.cpp) with clang 16, AddressSanitizer and
# UndefinedBehaviorSanitizer, and shares SECONDS among them. Seeds for fuzz/NAME.cpp lie in fuzz/corpus/NAME/.
# A finding stops the run; its input is left in build/fuzz/findings/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-30}
shopt -s nullglob
targets=(fuzz/*.cpp)
if ((${#targets[@]} == 0)); then
    echo "No fuzz targets."
    exit 0
fi
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
each=$((seconds / ${#targets[@]}))
((each > 0)) || each=1
for target in "${targets[@]}"; do
    name=$(basename "$target" .cpp)
    corpus=build/fuzz/corpus/$name
    mkdir -p "$corpus" build/fuzz/findings
    seeds=()
    [[ -d fuzz/corpus/$name ]] && seeds=("fuzz/corpus/$name")
    log=build/fuzz/$name.log
    if ! "build/fuzz/fuzz/fuzz_$name" "$corpus" "${seeds[@]}" -max_total_time="$each" -timeout=20 \
        -rss_limit_mb=3072 -artifact_prefix="build/fuzz/findings/$name-" >"$log" 2>&1; then
        tail -40 "$log"
        echo "fuzz/$name.cpp found an input that fails; it is in build/fuzz/findings/."
        exit 1
    fi
    echo "fuzz $name: $(grep -oE '^Done [0-9]+ runs' "$log" || echo Done), no findings"
done
