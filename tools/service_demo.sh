#!/bin/bash
# tools/service_demo.sh BINARY [FOLDER]: one service and two customers as processes of their own, over TLS on this
# machine. Alice's training is short; Bob's has several segments, and his client refreshes the state in between.
set -euo pipefail
tacit=$(realpath "${1:?usage: tools/service_demo.sh BINARY [FOLDER]}")
out=${2:-out/service}
rm -rf "${out:?}"
mkdir -p "$out"
cd "$out"
bold='' plain=''
if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi
address=127.0.0.1:${TACIT_DEMO_PORT:-7433}

title() { printf '\n%s--- %s ---%s\n' "$bold" "$1" "$plain"; }
step() { # step FOLDER COMMAND ARGUMENT...: shows a command and runs it in somebody's folder
    printf '\n%s$ tacit %s\n' "$1" "${*:2}"
    (cd "$1" && "$tacit" "${@:2}")
}
key_of() { "$tacit" identity show --identity "$1/identity" | grep -oE '[0-9a-f]{64}' | head -1; }

mkdir trainer alice bob
title "Who is who: each makes a key, and they tell each other the fingerprints"
for name in trainer alice bob; do step $name identity create --identity identity --name $name; done
for name in alice bob; do
    step trainer identity pin --identity identity --name $name --key "$(key_of $name)"
    step $name identity pin --identity identity --name trainer --key "$(key_of trainer)" --address "$address"
done

title "The service"
echo "trainer\$ tacit serve --identity identity --store store --listen $address &"
(cd trainer && exec "$tacit" serve --identity identity --store store --listen "$address" >out 2>log) &
server=$!
trap 'kill $server 2>/dev/null || true; wait' EXIT
for _ in $(seq 100); do
    grep -q '"started"' trainer/log && break
    kill -0 $server 2>/dev/null || { cat trainer/log >&2; exit 1; }
    sleep 0.1
done
step alice doctor --identity identity

title "Two customers make keys, encrypt and submit; data and secret keys stay in their folders"
step alice keygen --private private --upload upload --minibatches 4 --minibatch-size 64 --quiet
step bob keygen --private private --upload upload --minibatches 8 --minibatch-size 64 --segment-steps 4 --quiet
declare -A job
for name in alice bob; do
    step $name encrypt --private private --upload upload --quiet
    step $name job submit --identity identity --upload upload --quiet | tee $name/submitted
    job[$name]=$(grep -oE '\b[0-9a-f]{32}\b' $name/submitted)
done

title "They wait; Bob's client refreshes the state of his training when the service asks for it"
step alice job watch --identity identity --job "${job[alice]}" &
watching=$!
step bob job watch --identity identity --job "${job[bob]}" --private private
wait $watching

title "They fetch and decrypt their models, which the service never saw"
for name in alice bob; do
    step $name job fetch --identity identity --job "${job[$name]}" --result result
    step $name decrypt --private private --result result
    step $name evaluate --private private --no-pictures
    step $name job remove --identity identity --job "${job[$name]}"
done
title "What the service wrote of it"
sed -E 's/"(key|object|job)":"([0-9a-f]{8})[0-9a-f]*"/"\1":"\2..."/g' trainer/log
