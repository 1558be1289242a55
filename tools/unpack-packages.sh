#!/usr/bin/env bash
# Unpack the Debian packages named in a file into DIRECTORY/NAME, without installing them.
#
#   unpack-packages.sh FILE DIRECTORY
#
# A package is taken in the version of what is installed from the same source, for it belongs to that.
# Where that is not possible, say so and go on: the tests that want it are skipped with a reason.
set -euo pipefail

mapfile -t wanted < <(sed -E 's/#.*//; s/[[:space:]]+//g; /^$/d' "$1")
mkdir -p "$2"
directory=$(cd "$2" && pwd)

command -v apt-get >/dev/null || exit 0
for package in "${wanted[@]}"; do
    source=${package%-*}
    version=$(dpkg-query -W -f '${Version}' "$source-common" 2>/dev/null || true)
    [[ -n $version ]] || continue
    [[ $(cat "$directory/$package/version" 2>/dev/null || true) != "$version" ]] || continue
    rm -rf "${directory:?}/$package"
    fresh=$(mktemp -d)
    if (cd "$fresh" && apt-get -q download "$package=$version" >log 2>&1); then
        dpkg-deb -x "$fresh"/*.deb "$directory/$package"
        echo "$version" >"$directory/$package/version"
        echo "Unpacked $package $version."
    else
        tail -n 2 "$fresh/log" >&2
        echo "$package $version could not be fetched; its tests are skipped." >&2
    fi
    rm -rf "$fresh"
done
