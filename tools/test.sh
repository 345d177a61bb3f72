#!/bin/bash
# Builds everything with warnings as errors and runs all tests. The last line printed is ctest's own summary.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset ci >/dev/null
cmake --build --preset ci
ctest --preset ci -j"${TACIT_TEST_JOBS:-2}" --output-log build/ci/ctest.log
grep -E '^[0-9]+% tests passed' build/ci/ctest.log
