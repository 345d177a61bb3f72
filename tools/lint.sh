#!/bin/bash
# tools/lint.sh format: rewrites the C++ sources in the house style (.clang-format).
# tools/lint.sh check:  style, layers and citations, then clang-tidy over every source file.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(find include src apps tests examples fuzz bench -name '*.[ch]pp' | sort)
if [[ ${1:-check} == format ]]; then
    clang-format-16 -i "${files[@]}"
    exit 0
fi
status=0
clang-format-16 --dry-run -Werror "${files[@]}" || { echo "make format mends the style."; status=1; }
tools/check_layers.py || status=1
tools/check_citations.py || status=1
cmake --preset clang >/dev/null
run-clang-tidy-16 -quiet -p build/clang -j"$(nproc)" "^$PWD/(src|apps|examples)/" 2>/dev/null || status=1
exit $status
