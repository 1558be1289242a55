"""Checking who logs in: what is remembered first, then the throttle, then a turn at a password hash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from overair.directory.interface import LoginHeldUp, User
from overair.directory.passwords import WORKERS, Passwords
from overair.directory.remembered import CredentialsKey, RememberedLogins, TrustedDevices, WrongPasswords
from overair.directory.throttle import Attempt, Caller, Throttle, network_of
from overair.directory.turns import NoTurn, Turns

WAITING_LIMIT: Final = 500
"""Log-ins that may wait for a turn to be hashed; at 20 ms each that is some ten seconds."""
BUSY_SECONDS: Final = 10


class Found(msgspec.Struct, frozen=True):
    """What the directory has under a log-in name."""

    name: str
    """The name under which guesses are counted."""
    login: str
    """The name as it was given, in lower case."""
    user: User | None = None
    kept: str = ""
    """The hash of the user's password."""
    knows_device: bool = False
    """Whether the device that logs in has a partnership with the account."""


Proof = Callable[[Found, bytes], Awaitable[User | None]]
"""The user that a password proves somebody to be: mostly the one that was found, None for a wrong one.
It takes as long for a name of nobody's."""


def by_hash(passwords: Passwords) -> Proof:
    """The proof by the hashes that the directory keeps."""

    async def prove(found: Found, password: bytes) -> User | None:
        right = await passwords.verify(found.kept if found.user else None, password)
        return found.user if right else None

    return prove


class Logins:
    """Verifies log-ins, remembers them, and holds up those who guess."""

    def __init__(self, prove: Proof, find: Callable[[str, str], Awaitable[Found]]) -> None:
        """``find`` looks up a log-in name, with the id of the device."""
        self._prove: Final = prove
        self._find: Final = find
        self._key: Final = CredentialsKey()
        self._remembered: Final = RememberedLogins()
        self._wrong: Final = WrongPasswords()
        self._trusted: Final = TrustedDevices()
        self._throttle: Final = Throttle()
        self._turns: Final = Turns(WORKERS, WAITING_LIMIT)
        self._checks: Final[dict[tuple[bytes, str, str], asyncio.Task[User | None]]] = {}

    async def authenticate(
        self, login: str, password: bytes, client_address: str, device_id: str
    ) -> User | None:
        """The user whose log-in and password these are, or None. Raises LoginHeldUp."""
        network = network_of(client_address)
        digest = self._key.digest(login.lower().encode(), password)
        user = self._remembered.find(digest)
        if user is not None:
            self._trusted.trust(user.account_id, device_id, network)
            return user
        # A phone that opens many connections at once is checked once.
        same = (digest, network, device_id)
        check = self._checks.get(same)
        if check is None:
            work = self._check(login, password, digest, network, device_id)
            check = self._checks[same] = asyncio.get_running_loop().create_task(work)
            check.add_done_callback(lambda task: self._checked(same, task))
        return await asyncio.shield(check)

    @property
    def generation(self) -> int:
        """Grows whenever log-ins are dropped or accounts added."""
        return self._remembered.generation

    def begin_generation(self) -> None:
        """An account was added: no log-in to another one ends, and one to this one has just begun."""
        self._remembered.begin_generation()

    def holds(self, account_id: int, generation: int) -> bool:
        """Whether a log-in that was verified in a generation was not dropped since."""
        return self._remembered.holds(account_id, generation)

    def forget(self, account_id: int) -> None:
        """Drop the log-ins of an account, whom it trusts, and what is counted against it."""
        self._remembered.forget(account_id)
        self._trusted.forget(account_id)
        self._throttle.forget(_key_of(account_id))

    def _checked(self, same: tuple[bytes, str, str], task: asyncio.Task[User | None]) -> None:
        del self._checks[same]
        if not task.cancelled():
            task.exception()  # whoever asked may be gone; nobody else wants to hear of it

    async def _check(
        self, login: str, password: bytes, digest: bytes, network: str, device_id: str
    ) -> User | None:
        generation = self._remembered.generation
        found = await self._find(login, device_id)
        user = found.user
        # A name of nobody's may be long, so a digest of it is counted under.
        nobody = self._key.digest(b"nobody", found.name.encode())
        guess = self._key.digest(found.kept.encode() if user else nobody, password)
        if guess in self._wrong:
            return None
        # The same password under another form of the name costs no proof either.
        if user is None or self._remembered.find(guess) is None:
            caller = Caller(
                _key_of(user.account_id) if user else f"nobody {nobody.hex()}",
                network,
                device_id,
                known=user is not None and found.knows_device,
                trusted=user is not None and self._trusted.trusts(user.account_id, device_id, network),
            )
            user = await self._verify(found, password, guess, caller)
            if user is None:
                return None
        self._trusted.trust(user.account_id, device_id, network)
        for key in (digest, guess):
            self._remembered.remember(key, user, generation)
        return user

    async def _verify(self, found: Found, password: bytes, guess: bytes, caller: Caller) -> User | None:
        """Whose the password is; the attempt is counted. Raises LoginHeldUp."""
        attempt = self._throttle.begin(caller)
        try:
            return await self._take_turn(found, password, guess, attempt, caller)
        except NoTurn:
            raise LoginHeldUp(BUSY_SECONDS) from None
        finally:
            attempt.end()

    async def _take_turn(
        self, found: Found, password: bytes, guess: bytes, attempt: Attempt, caller: Caller
    ) -> User | None:
        # Known devices go first, then who is from a network without wrong passwords.
        rank = 0 if caller.known or caller.trusted else self._throttle.suspicion(caller.network)
        async with self._turns.turn(rank):
            if guess in self._wrong:  # somebody else tried it meanwhile
                return None
            if found.user is not None and self._remembered.find(guess) is not None:
                return found.user
            user = await self._prove(found, password)
            if user is None:
                attempt.wrong = True
                self._wrong.add(guess)
            return user


def _key_of(account_id: int) -> str:
    return f"account {account_id}"
