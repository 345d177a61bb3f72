#!/bin/bash
# tools/demo.sh BINARY [FOLDER]: trains a model on encrypted images by all three circuits, customer and service in
# processes of their own that share files alone, and compares them. Results and pictures stay in FOLDER (out/demo).
set -euo pipefail
tacit=$(realpath "${1:?usage: tools/demo.sh BINARY [FOLDER]}")
out=${2:-out/demo}
mkdir -p "$out"
out=$(cd "$out" && pwd)
bold='' plain='' quiet=(--quiet)
if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi
if [[ -t 2 ]]; then quiet=(); fi # live progress bars
begin=$SECONDS

# The baseline's keys are large: 1.2 GB as files, and 4 GB of memory to train.
methods=(baseline low-depth mask-free)
memory_mb=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
disk_mb=$(df -m --output=avail "$out" | tail -1)
if ((memory_mb < 5000 || disk_mb < 2500)); then
    echo "Leaving out the baseline: it takes 5 GB of memory ($memory_mb MB are free) and 2.5 GB of disk" \
        "($((disk_mb + 0)) MB are free)."
    methods=(low-depth mask-free)
fi

step() { # step COMMAND ARGUMENT...: shows a command and runs it as a process of its own
    echo
    echo "\$ tacit $*"
    case $1 in keygen | encrypt | train) "$tacit" "$@" "${quiet[@]}" ;; *) "$tacit" "$@" ;; esac
}

echo "${bold}Training a model to tell handwritten 3 from 8 on images that the trainer cannot read.${plain}"
echo "$("$tacit" --version), $(nproc) cores. The customer's folder \"private\" never leaves the customer;"
echo "the service sees \"upload\" and gives back \"result\"."
for method in "${methods[@]}"; do
    rm -rf "${out:?}/$method"
    mkdir -p "$out/$method"
    cd "$out/$method"
    echo
    echo "${bold}--- $method ---${plain}"
    step keygen --method "$method" --private private --upload upload
    step encrypt --private private --upload upload
    mv private customer_only # the service runs without it
    step train --upload upload --result result
    mv customer_only private
    step decrypt --private private --result result
    step evaluate --private private --out ../pictures/"$method"
    rm -f upload/evaluation_keys.bin upload/inputs.bin
done

cd "$out"
echo
echo "${bold}--- comparison ---${plain}"
step compare "${methods[@]}" --out pictures
echo
echo "Everything is in $out: pictures in pictures/, models in */private/model.json, statistics in"
echo "*/result/statistics.json (large uploads were deleted). This took $((SECONDS - begin)) seconds."
