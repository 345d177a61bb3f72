#!/bin/bash
# tools/fuzz.sh [SECONDS]: builds the libFuzzer targets (fuzz/*.cpp) with clang 16, AddressSanitizer and
# UndefinedBehaviorSanitizer, and shares SECONDS among them; see tools/run_fuzzers.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
targets=(fuzz/*.cpp)
if ((${#targets[@]} == 0)); then
    echo "No fuzz targets."
    exit 0
fi
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
tools/run_fuzzers.sh build/fuzz "${1:-30}"
