#!/bin/bash
# Trains one job by `tacit train` and on two and four ranks: train_on_ranks.sh TACIT TACIT_RANKS MPIRUN
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" keygen --quiet --private "$folder/private" --upload "$folder/upload" --minibatches 2 --minibatch-size 32 >/dev/null
"$1" encrypt --quiet --private "$folder/private" --upload "$folder/upload" >/dev/null
"$1" train --quiet --upload "$folder/upload" --result "$folder/one" >/dev/null
for ranks in 2 4; do
    "$3" -n "$ranks" "$2" --upload "$folder/upload" --result "$folder/$ranks" --threads 1
    cmp "$folder/one/weights.bin" "$folder/$ranks/weights.bin"
done
# Ranks that are told to train another job say so.
if "$3" -n 1 "$2" --upload "$folder/private" --result "$folder/none" 2>"$folder/err"; then exit 1; fi
grep -q "tacit_ranks: " "$folder/err"
