"""Log-ins that were verified lately, so that not every request of a phone costs a password hash."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from overair.directory.interface import User

SECONDS: Final = 300.0
LIMIT: Final = 50_000
"""Log-ins remembered at most, the oldest go first."""


class CredentialsKey:
    """Makes digests of credentials that mean nothing outside this process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def digest(self, *parts: bytes) -> bytes:
        """A keyed digest of the parts."""
        hasher = blake2b(key=self._key, digest_size=16)
        for part in parts:
            hasher.update(len(part).to_bytes(4, "big") + part)
        return hasher.digest()


class RememberedLogins:
    """Verified log-ins by the digest of their credentials."""

    def __init__(self) -> None:
        self._users: OrderedDict[bytes, tuple[User, float]] = OrderedDict()
        self.generation = 0
        """Grows when something is forgotten: what was verified before is not to be remembered after."""

    def find(self, digest: bytes) -> User | None:
        """The user who logged in with these credentials lately."""
        found = self._users.get(digest)
        if found is None:
            return None
        user, expires = found
        if time.monotonic() >= expires:
            del self._users[digest]
            return None
        return user

    def remember(self, digest: bytes, user: User, generation: int) -> None:
        """Keep a log-in that was verified while ``generation`` was the present one."""
        if generation != self.generation:
            return
        self._users[digest] = (user, time.monotonic() + SECONDS)
        self._users.move_to_end(digest)
        if len(self._users) > LIMIT:
            self._users.popitem(last=False)

    def forget(self, account_id: int) -> None:
        """Drop an account's log-ins, as after a new password."""
        self.generation += 1
        for digest in [digest for digest, (user, _) in self._users.items() if user.account_id == account_id]:
            del self._users[digest]
