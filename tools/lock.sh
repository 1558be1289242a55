#!/usr/bin/env bash
# Write requirements/*.txt anew: exact versions with hashes, for every platform, without index addresses.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    local name=$1
    shift
    echo "requirements/$name.txt"
    .uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --custom-compile-command "make lock" --output-file "requirements/$name.txt" "$@" "${upgrade[@]}" >/dev/null
}

upgrade=()
[[ -z ${UPGRADE:-} ]] || upgrade=(--upgrade)
compile base pyproject.toml
compile build --group build --constraint requirements/base.txt
compile test --group test --constraint requirements/base.txt
compile check --group check --constraint requirements/base.txt --constraint requirements/test.txt
compile docs --group docs --constraint requirements/base.txt --constraint requirements/test.txt --constraint requirements/check.txt
compile fuzz --group fuzz --constraint requirements/test.txt
compile uv --group uv
