"""Hashes of passwords that cost nothing, for all tests that are not about them.

Servers in processes of their own hash as they are installed.
"""

from __future__ import annotations

from typing import Any, Final
from unittest import mock

from argon2 import PasswordHasher

from overair.directory import passwords

TRUE: Final = passwords.HASHER
CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def cheap() -> mock._patch[Any]:
    """A patch under which new hashes cost nothing."""
    return mock.patch.object(passwords, "HASHER", CHEAP)


def true() -> mock._patch[Any]:
    """A patch within the other: new hashes are those of the server."""
    return mock.patch.object(passwords, "HASHER", TRUE)
