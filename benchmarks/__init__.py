"""What Overair costs, measured."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = str(Path(__file__).resolve().parent.parent / "tests")
if TESTS not in sys.path:  # what both use is in tests/support
    sys.path.append(TESTS)
