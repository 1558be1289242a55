"""The directory in the embedded store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from overair.directory.accounts import ALL_ADDRESSES, USERS, AccountPart, Accounts, owner_of
from overair.directory.interface import AddressListEntry, User
from overair.directory.logins import Found, Logins, Proof, by_hash
from overair.directory.names import InvalidAddress, Login, normalized_address, parse_login, query_words
from overair.directory.tables import search_words, users
from overair.storage.interface import Database, Statement, Transaction

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
        self._logins: Final = Logins(self._proof(), self._find_login)
        self._domains: tuple[int, frozenset[str]] = (-1, frozenset())
        """The domains of the accounts' addresses, and the generation in which they were read."""
        self._own_domains: tuple[int, frozenset[str]] = (-1, frozenset())
        """The same of their primary addresses alone."""

    def _proof(self) -> Proof:
        return by_hash(self._passwords)

    async def authenticate(
        self, login: str, password: bytes, client_address: str = "", device_id: str = ""
    ) -> User | None:
        """The user whose log-in and password these are, or None. Raises LoginHeldUp."""
        login = login.encode("utf-8", "replace").decode()  # half of a surrogate pair names nobody
        return await self._logins.authenticate(login, password, client_address, device_id)

    @property
    def generation(self) -> int:
        """Grows whenever log-ins are dropped; taken before ``authenticate``, it is for ``holds``."""
        return self._logins.generation

    def holds(self, user: User, generation: int) -> bool:
        """Whether what ``authenticate`` said in a generation still counts."""
        return self._logins.holds(user.account_id, generation)

    def begin_generation(self) -> None:
        """Read anew what is remembered of all accounts."""
        self._logins.begin_generation()

    def forget(self, account_id: int) -> None:
        """Drop the remembered log-ins of an account, and what is counted against it."""
        self._logins.forget(account_id)

    async def _find_login(self, login: str, device_id: str) -> Found:
        parsed = parse_login(login)
        given = parsed.address or parsed.local_part

        async def work(transaction: Transaction) -> Found:
            user, kept = await _user_of_login(transaction, parsed)
            if user is None:
                return Found(await self._name_of_nobody(transaction, parsed), given)
            known = device_id != "" and await self._knows_device(transaction, user.account_id, device_id)
            return Found(given, given, user, kept, known)

        return await self._database.read(work)

    async def _name_of_nobody(self, transaction: Transaction, login: Login) -> str:
        """The name under which guesses at nobody are counted: one for all forms that could be one account's.

        Otherwise whoever guesses in turn at ``x`` and ``x@domain`` learns from when they are held up
        whether the two are the same, as they are where there is an x.
        """
        if login.address is None:
            return login.local_part
        generation = self.generation
        if self._domains[0] != generation:
            rows = await transaction.all(ALL_ADDRESSES)
            self._domains = (generation, frozenset(address.rpartition("@")[2] for _, address in rows))
        local_part, _, domain = login.address.rpartition("@")
        return local_part if domain in self._domains[1] else login.address

    async def _knows_device(self, transaction: Transaction, account_id: int, device_id: str) -> bool:
        for part in self._parts:
            if part.knows_device is not None and await part.knows_device(transaction, account_id, device_id):
                return True
        return False

    async def find(self, address: str) -> User | None:
        """The user who receives mail at an address, aliases included."""
        try:
            normalized = normalized_address(address)
        except InvalidAddress:
            return None
        return await self._database.read(lambda transaction: owner_of(transaction, normalized))

    async def entry(self, user: User) -> AddressListEntry:
        """What the address list says of a user."""
        row = await self._database.read(lambda transaction: transaction.one(ENTRY, account=user.account_id))
        if row is None:
            return AddressListEntry(display_name=user.display_name, email_address=user.address)
        return _entries.decode(row[0])

    async def is_internal(self, address: str) -> bool:
        """Whether an address is of a domain in which somebody has the primary address of an account here.

        Other addresses of accounts do not make their domain the house's: it may be a provider's.
        """
        generation = self.generation
        if self._own_domains[0] != generation:
            rows = await self._database.read(lambda transaction: transaction.all(USERS))
            found = frozenset(primary.rpartition("@")[2] for _, primary, _ in rows)
            self._own_domains = (generation, found)
        try:
            return normalized_address(address).rpartition("@")[2] in self._own_domains[1]
        except InvalidAddress:
            return False

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


async def _user_of_login(transaction: Transaction, login: Login) -> tuple[User | None, str]:
    """The user whom a log-in names, with the password's hash."""
    address = login.address
    if address is None:
        candidates = [row[0] for row in await transaction.all(BY_LOCAL_PART, local_part=login.local_part)]
        # Phones ask for a domain and people make one up, so it decides only where it has to.
        fitting = [candidate for candidate in candidates if login.fits(candidate)] or candidates
        address = fitting[0] if len(fitting) == 1 else None
    user = await owner_of(transaction, address) if address else None
    row = await transaction.one(PASSWORD, account=user.account_id) if user else None
    return (user, str(row[0])) if row else (None, "")
