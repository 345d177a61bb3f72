#!/bin/bash
# tools/install_packages.sh GROUP...: installs the packages of these groups of tools/packages.txt that are
# missing, by name, with apt-get. Silent and quick when nothing is missing. TACIT_SKIP_DEPS=1 does nothing.
set -euo pipefail
list="$(dirname "$0")/packages.txt"

group() { # the packages of one group, those of the groups it takes in among them
    local line word
    line=$(grep "^$1:" "$list") || { echo "tools/packages.txt has no group '$1'" >&2; exit 2; }
    for word in ${line#*:}; do
        if [[ $word == +* ]]; then group "${word#+}"; else echo "$word"; fi
    done
}

[[ ${TACIT_SKIP_DEPS:-} == 1 ]] && exit 0
names=$(for name in "$@"; do group "$name"; done | sort -u)
if ! command -v dpkg-query apt-get >/dev/null; then
    echo "Tacit installs its packages with apt-get (Debian 12), which is not here. Install what matches" \
        "${names//$'\n'/, } and repeat with TACIT_SKIP_DEPS=1." >&2
    exit 2
fi

installed=$(dpkg-query -W -f '${Status}|${Package}\n' $names 2>/dev/null | sed -n 's/^install ok installed|//p') || true
missing=$(comm -23 <(echo "$names") <(sort -u <<<"$installed"))
[[ -z $missing ]] && exit 0

as_root=()
if [[ $(id -u) != 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "These packages are missing and this user may not install them (not root, no sudo). As root:" \
            "apt-get install --no-install-recommends ${missing//$'\n'/ }" >&2
        exit 2
    fi
    as_root=(sudo)
fi
echo "Installing ${missing//$'\n'/ }"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends $missing >/dev/null
