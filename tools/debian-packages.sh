#!/usr/bin/env bash
# Install the Debian packages named in a file (or as arguments) that are not there yet.
#
#   debian-packages.sh [--optional] FILE | PACKAGE...
#
# Where that is not possible, print the one line to run; with --optional go on without them.
set -euo pipefail

optional=false
if [[ ${1:-} == --optional ]]; then
    optional=true
    shift
fi
if [[ $# -eq 1 && -f $1 ]]; then
    mapfile -t wanted < <(sed -E 's/#.*//; s/[[:space:]]+//g; /^$/d' "$1")
else
    wanted=("$@")
fi

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

give_up() {
    echo "$1 To install by hand: sudo apt-get update && sudo apt-get install ${missing[*]}" >&2
    $optional && exit 0
    exit 1
}

command -v apt-get >/dev/null || give_up "Missing packages: ${missing[*]} (names as in Debian)."
if [[ $(id -u) -eq 0 ]]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
elif command -v sudo >/dev/null && [[ -t 0 && -t 2 ]]; then
    echo "Installing ${missing[*]} with apt needs your password." >&2
    as_root=(sudo)
else
    give_up "Missing packages: ${missing[*]}."
fi

# A server among the packages (nginx) is wanted for its program only: do not let it start.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null || give_up "No right to install."
    "${as_root[@]}" chmod 755 "$policy"
fi

echo "Installing Debian packages: ${missing[*]}"
log=$(mktemp)
# Lists may be absent or old; one repository that fails to answer does not matter if the packages are found.
"${as_root[@]}" apt-get -q update >"$log" 2>&1 </dev/null || true
if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
    "${missing[@]}" >>"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    give_up "apt could not install ${missing[*]}."
fi
rm -f "$log"
