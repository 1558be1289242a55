"""The directory in the embedded store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from overair.directory.accounts import AccountPart, Accounts, owner_of
from overair.directory.interface import AddressListEntry, LoginHeldUp, User
from overair.directory.names import InvalidAddress, normalized_address, parse_login, query_words
from overair.directory.passwords import WORKERS
from overair.directory.remembered import CredentialsKey, RememberedLogins
from overair.directory.tables import search_words, users
from overair.directory.throttle import Throttle
from overair.storage.interface import Database, Statement, Transaction

WAITING_LIMIT: Final = 500
"""Log-ins that may wait for a turn to be hashed; at 20 ms each that is some ten seconds."""
BUSY_SECONDS: Final = 10
MAXIMUM_QUERY: Final = 256
"""Characters of a search that are looked at."""

PASSWORD: Final = Statement(select(users.c.password).where(users.c.account_id == bindparam("account")))
BY_LOCAL_PART: Final = Statement(
    select(users.c.address).where(users.c.local_part == bindparam("local_part")).order_by(users.c.address)
)
BY_WORD: Final = Statement(
    select(search_words.c.account_id)
    .where(search_words.c.word >= bindparam("first"), search_words.c.word < bindparam("beyond"))
    .distinct()
)
NAME: Final = Statement(
    select(users.c.display_name, users.c.account_id).where(users.c.account_id == bindparam("account"))
)
ENTRY: Final = Statement(select(users.c.entry).where(users.c.account_id == bindparam("account")))

_entries: Final = msgspec.json.Decoder(AddressListEntry)


class EmbeddedDirectory(Accounts):
    """Users in the database, as directory.interface.Directory, and their administration."""

    def __init__(self, database: Database, parts: Iterable[AccountPart]) -> None:
        super().__init__(database, parts)
        self._key = CredentialsKey()
        self._remembered = RememberedLogins()
        self._throttle = Throttle()
        self._slots = asyncio.Semaphore(WORKERS)
        self._waiting = 0

    async def authenticate(
        self, login: str, password: bytes, client_address: str = "", device_id: str = ""
    ) -> User | None:
        """The user whose log-in and password these are, or None. Raises LoginHeldUp."""
        login = login.encode("utf-8", "replace").decode()  # half of a surrogate pair names nobody
        digest = self._key.digest(login.lower().encode(), password)
        user = self._remembered.find(digest)
        if user is not None:
            self._throttle.succeeded(str(user.account_id), client_address, device_id)
            return user
        if self._waiting >= WAITING_LIMIT:
            raise LoginHeldUp(BUSY_SECONDS)
        self._waiting += 1
        try:
            async with self._slots:
                # Those that wait are often one phone's many connections with the same credentials.
                user = self._remembered.find(digest)
                return user or await self._verify(login, password, digest, client_address, device_id)
        finally:
            self._waiting -= 1

    async def _verify(
        self, login: str, password: bytes, digest: bytes, client_address: str, device_id: str
    ) -> User | None:
        generation = self._remembered.generation
        user, kept = await self._database.read(lambda transaction: _user_of_login(transaction, login))
        # A name of nobody's may be long, so a digest of it is counted under.
        account = str(user.account_id) if user else self._key.digest(login.lower().encode()).hex()
        guess = self._key.digest(account.encode(), password)
        if self._throttle.known_wrong(account, guess):
            return None
        self._throttle.check(account, client_address, device_id)
        if user is not None and await self._passwords.verify(kept, password):
            self._throttle.succeeded(account, client_address, device_id)
            self._remembered.remember(digest, user, generation)
            return user
        if user is None:
            await self._passwords.verify(None, password)
        self._throttle.failed(account, client_address, device_id, guess)
        return None

    def forget(self, account_id: int) -> None:
        """Drop the remembered log-ins of an account, and what is counted against it."""
        self._remembered.forget(account_id)
        self._throttle.forget(str(account_id))

    async def find(self, address: str) -> User | None:
        """The user who receives mail at an address, aliases included."""
        try:
            normalized = normalized_address(address)
        except InvalidAddress:
            return None
        return await self._database.read(lambda transaction: owner_of(transaction, normalized))

    async def search(self, text: str, offset: int, limit: int) -> tuple[list[AddressListEntry], int]:
        """Entries by display name, each word of the text beginning one of theirs; and their number."""
        words = query_words(text[:MAXIMUM_QUERY])
        if not words:
            return [], 0

        async def work(transaction: Transaction) -> tuple[list[AddressListEntry], int]:
            found: set[int] | None = None
            for word in words:
                first = word.encode()
                rows = await transaction.all(BY_WORD, first=first, beyond=first + b"\xff")
                accounts = {row[0] for row in rows}
                found = accounts if found is None else found & accounts
            names = await transaction.each(NAME, [{"account": account} for account in sorted(found or ())])
            ordered = sorted((row[0].casefold(), row[1]) for row in names if row is not None)
            page = [{"account": account} for _, account in ordered[offset : offset + limit]]
            entries = [row[0] for row in await transaction.each(ENTRY, page) if row is not None]
            return [_entries.decode(entry) for entry in entries], len(ordered)

        return await self._database.read(work)

    def close(self) -> None:
        """End the threads that hash passwords."""
        self._passwords.close()


async def _user_of_login(transaction: Transaction, login: str) -> tuple[User | None, str | None]:
    """The user whom a log-in names, with the password's hash."""
    parsed = parse_login(login)
    address = parsed.address
    if address is None:
        candidates = [row[0] for row in await transaction.all(BY_LOCAL_PART, local_part=parsed.local_part)]
        # Phones ask for a domain and people make one up, so it decides only where it has to.
        fitting = [candidate for candidate in candidates if parsed.fits(candidate)] or candidates
        address = fitting[0] if len(fitting) == 1 else None
    user = await owner_of(transaction, address) if address else None
    if user is None:
        return None, None
    row = await transaction.one(PASSWORD, account=user.account_id)
    return user, row[0] if row else None
