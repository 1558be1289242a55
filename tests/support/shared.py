"""The folder of specifications and corpora that is kept beside the checkout, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def _find() -> Path | None:
    named = os.environ.get("OVERAIR_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared"
    return folder if (folder / "spec").is_dir() else None


SHARED: Path | None = _find()
"""``../shared`` or what OVERAIR_SHARED names; None where it is absent."""

needs_shared = pytest.mark.skipif(
    SHARED is None, reason="needs the shared folder beside the checkout (or OVERAIR_SHARED)"
)
"""Mark of tests that read SHARED."""


def shared(relative: str) -> Path:
    """A path in SHARED; skips the test (or the module that asks while it loads) where there is none."""
    if SHARED is None:
        pytest.skip("needs the shared folder beside the checkout", allow_module_level=True)
    return SHARED / relative
