"""Checking passwords with argon2, in threads and not too many at once."""

from __future__ import annotations

import asyncio
import os
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

log = structlog.get_logger(__name__)

WORKERS: Final = max(1, min(4, (os.cpu_count() or 1) // 2))
"""Hashes at once; each takes some 20 ms of a core and 19 MiB."""
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def readings(password: bytes) -> list[str]:
    """What the bytes of Basic credentials can mean: UTF-8, or Latin-1 as older phones write."""
    latin = password.decode("latin-1")
    try:
        texts = (password.decode("utf-8"), latin)
    except UnicodeDecodeError:
        texts = (latin, latin)
    return list(dict.fromkeys(unicodedata.normalize("NFC", text) for text in texts))


class Passwords:
    """Makes and verifies hashes."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="overair-password")
        self._nobody = HASHER.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """The hash that is kept of a password."""
        text = unicodedata.normalize("NFC", password)
        return await asyncio.get_running_loop().run_in_executor(self._executor, HASHER.hash, text)

    async def verify(self, kept: str | None, password: bytes) -> bool:
        """Whether the bytes are the password whose hash was kept.

        With None, as for a user that does not exist, it takes as long and is False.
        """
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._verify, kept, password)

    def close(self) -> None:
        """End the threads."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _verify(self, kept: str | None, password: bytes) -> bool:
        return any(_matches(kept or self._nobody, text) for text in readings(password))


def _matches(kept: str, text: str) -> bool:
    try:
        return HASHER.verify(kept, text)
    except VerificationError:
        return False
    except InvalidHashError:
        log.error("a stored password hash cannot be read")
        return False
