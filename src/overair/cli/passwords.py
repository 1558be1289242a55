"""Passwords made up for people who type them into a phone."""

from __future__ import annotations

import secrets
import string
from typing import Final

# No characters that look alike.
_ALPHABET: Final = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("ilo01")))
_GROUPS: Final = 4
_GROUP_LENGTH: Final = 4


def new_password() -> str:
    """Four groups of four characters, some 79 bits: ``k7pd-x2mw-9rhe-tq4c``."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)
