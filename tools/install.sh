#!/usr/bin/env bash
# Install locked requirements by hash into .venv/: install.sh base|build|test|check|fuzz ...
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.uv/bin/uv
# uv does not read pip's configuration: where the machine names a mirror there, pass it on.
if [[ -z ${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-} ]]; then
    mirror=${PIP_INDEX_URL:-$(.uv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
    [[ -z $mirror ]] || export UV_DEFAULT_INDEX=$mirror
fi

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    "$uv" venv --quiet --clear --python "$(tools/find-python.sh)" .venv
fi
files=()
for name in "$@"; do
    files+=(-r "requirements/$name.txt")
done
echo "Installing requirements: $*"
"$uv" pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes "${files[@]}"
if [[ " $* " == *" base "* ]]; then
    # The build's own requirements are locked, too, and were installed above.
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
fi
