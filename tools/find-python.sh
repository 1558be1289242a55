#!/usr/bin/env bash
# Print the path of a Python of version 3.11 or later: $PYTHON, else the first on PATH, else Debian's own.
set -euo pipefail

for candidate in ${PYTHON:-} python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    # A launcher (such as pyenv's) may be on PATH without a Python behind it: ask the interpreter itself.
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$candidate" -c 'import sys; print(sys.executable)'
    fi
done
echo "Overair needs Python 3.11 or later. On Debian 12: apt-get install python3 python3-venv" >&2
exit 1
