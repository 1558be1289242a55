"""What log-ins showed lately, so that not every request of a phone costs a password hash.

Only keyed digests are held, in memory; passwords are in none of it.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from overair.directory.interface import User

SECONDS: Final = 300.0
"""How long a verified log-in is remembered."""
LIMIT: Final = 100_000
"""Digests remembered at most, two for a log-in; the oldest go first."""
WRONG_LIMIT: Final = 100_000
TRUSTED_SECONDS: Final = 30 * 86_400.0
TRUSTED_PER_ACCOUNT: Final = 50
"""Pairs of device and network: a few phones, each in the networks of a month."""
TRUSTED_ACCOUNTS: Final = 50_000


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
        self._forgotten: dict[int, int] = {}
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

    def begin_generation(self) -> None:
        """Have nothing remembered of what is being verified now."""
        self.generation += 1

    def forget(self, account_id: int) -> None:
        """Drop an account's log-ins, as after a new password."""
        self.begin_generation()
        self._forgotten[account_id] = self.generation
        for digest in [digest for digest, (user, _) in self._users.items() if user.account_id == account_id]:
            del self._users[digest]

    def holds(self, account_id: int, generation: int) -> bool:
        """Whether a log-in to the account that was verified in a generation was not dropped since."""
        return self._forgotten.get(account_id, 0) <= generation


class WrongPasswords:
    """Passwords that were found wrong: a phone that keeps trying an old one costs no hash."""

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, digest: bytes) -> bool:
        if digest not in self._digests:
            return False
        self._digests.move_to_end(digest)  # what somebody keeps trying stays
        return True

    def add(self, digest: bytes) -> None:
        """Keep a digest of the password and of the hash that it does not fit: a new hash makes it moot."""
        self._digests[digest] = None
        if len(self._digests) > WRONG_LIMIT:
            self._digests.popitem(last=False)


class TrustedDevices:
    """Which devices logged in to an account in the last 30 days, from which networks."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[int, OrderedDict[tuple[str, str], float]] = OrderedDict()

    def trust(self, account_id: int, device_id: str, network: str) -> None:
        """Note that a device logged in. One that does not say who it is is not trusted."""
        if not device_id or not network:
            return
        devices = self._accounts.setdefault(account_id, OrderedDict())
        devices[device_id, network] = time.monotonic() + TRUSTED_SECONDS
        devices.move_to_end((device_id, network))
        self._accounts.move_to_end(account_id)
        if len(devices) > TRUSTED_PER_ACCOUNT:
            devices.popitem(last=False)
        if len(self._accounts) > TRUSTED_ACCOUNTS:
            self._accounts.popitem(last=False)

    def trusts(self, account_id: int, device_id: str, network: str) -> bool:
        """Whether a device logged in lately from a network."""
        devices = self._accounts.get(account_id)
        return devices is not None and devices.get((device_id, network), 0.0) > time.monotonic()

    def forget(self, account_id: int) -> None:
        """Trust none of an account's devices, as after a new password: one may be the reason for it."""
        self._accounts.pop(account_id, None)
