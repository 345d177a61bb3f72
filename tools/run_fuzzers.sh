#!/bin/bash
# tools/run_fuzzers.sh BUILD_DIR SECONDS: runs every libFuzzer target of a build of the `fuzz` preset, one per core at
# a time, about SECONDS in all. Prints one line per target. A finding makes the exit status 1; its input is left in
# BUILD_DIR/findings.
set -euo pipefail
if (($# != 2)); then
    echo "usage: tools/run_fuzzers.sh BUILD_DIR SECONDS" >&2
    exit 2
fi
build=$1
shopt -s nullglob
targets=("$build"/fuzz/fuzz_*)
if ((${#targets[@]} == 0)); then
    echo "No fuzz targets in $build/fuzz; build them with: cmake --preset fuzz && cmake --build --preset fuzz" >&2
    exit 2
fi
cores=$(nproc)
rounds=$(((${#targets[@]} + cores - 1) / cores))
each=$(($2 / rounds))
((each > 0)) || each=1
mkdir -p "$build/findings"

run_one() {
    local build=$1 seconds=$2 target=$3
    local name=${target##*/fuzz_}
    local log=$build/$name.log
    local corpus=("$build/corpus/$name")
    mkdir -p "${corpus[0]}"
    [[ -d fuzz/corpus/$name ]] && corpus+=("fuzz/corpus/$name")
    # No single block above 256 MB: no length in an input may lead to one.
    if "$target" "${corpus[@]}" -max_total_time="$seconds" -timeout=20 -malloc_limit_mb=256 -rss_limit_mb=3072 \
        -print_final_stats=1 -artifact_prefix="$build/findings/$name-" >"$log" 2>&1; then
        echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, no findings"
    else
        tail -40 "$log"
        echo "fuzz $name: an input fails; it is in $build/findings, the log in $log"
        return 1
    fi
}
export -f run_one
printf '%s\0' "${targets[@]}" | xargs -0 -P "$cores" -n 1 bash -c 'run_one "$0" "$1" "$2" || exit 1' "$build" "$each"
