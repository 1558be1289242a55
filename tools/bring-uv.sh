#!/usr/bin/env bash
# Make .uv/, a virtual environment that holds nothing but the pinned uv.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$(tools/find-python.sh) || python=
if [[ -z $python ]]; then
    tools/debian-packages.sh python3 python3-venv
    python=$(tools/find-python.sh)
fi
# Debian packs ensurepip apart from python3.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [[ $("$python" -c 'import sys; print(sys.base_prefix)') == /usr ]]; then
        tools/debian-packages.sh python3-venv
    else
        echo "$python has no venv module; name another one: make install PYTHON=/usr/bin/python3" >&2
        exit 1
    fi
fi
rm -rf .uv
"$python" -m venv .uv
.uv/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/uv.txt
touch .uv/bin/uv
