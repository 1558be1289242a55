"""Administration of the embedded directory's users."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from overair.directory import send_rights
from overair.directory.interface import AddressListEntry, SendRight, User
from overair.directory.names import indexed_words, normalized_address
from overair.directory.passwords import Passwords
from overair.directory.tables import addresses, search_words, users
from overair.storage.interface import Database, Statement, Transaction

_user_columns = (users.c.account_id, users.c.address, users.c.display_name)

ADD_USER: Final = Statement(
    insert(users)
    .values(
        {name: bindparam(name) for name in ("address", "local_part", "display_name", "password", "entry")}
    )
    .returning(users.c.account_id)
)
ADD_ADDRESS: Final = Statement(insert(addresses))
ADD_WORD: Final = Statement(insert(search_words))
OWNER: Final = Statement(
    select(*_user_columns)
    .select_from(addresses.join(users, users.c.account_id == addresses.c.account_id))
    .where(addresses.c.address == bindparam("address"))
)
ADDRESSES: Final = Statement(
    select(addresses.c.address)
    .where(addresses.c.account_id == bindparam("account"))
    .order_by(addresses.c.address)
)
USERS: Final = Statement(select(*_user_columns).order_by(users.c.address))
ALL_ADDRESSES: Final = Statement(
    select(addresses.c.account_id, addresses.c.address).order_by(addresses.c.address)
)
SET_PASSWORD: Final = Statement(
    update(users).where(users.c.account_id == bindparam("account")).values(password=bindparam("hash"))
)
SET_ENTRY: Final = Statement(
    update(users)
    .where(users.c.account_id == bindparam("account"))
    .values(display_name=bindparam("name"), entry=bindparam("content"))
)
FORGET_WORDS: Final = Statement(delete(search_words).where(search_words.c.account_id == bindparam("account")))
REMOVE_ADDRESSES: Final = Statement(delete(addresses).where(addresses.c.account_id == bindparam("account")))
REMOVE_ADDRESS: Final = Statement(delete(addresses).where(addresses.c.address == bindparam("old")))
REMOVE_USER: Final = Statement(delete(users).where(users.c.account_id == bindparam("account")))


class AddressTaken(ValueError):
    """The address belongs to an account already."""


class NoSuchUser(LookupError):
    """No account has the address."""


class PrimaryAddress(ValueError):
    """An account cannot be without its primary address."""


class NoSuchRight(LookupError):
    """The account may not send as the address anyway."""


class AccountPart(msgspec.Struct, frozen=True):
    """What a room keeps for each account: made and removed in the transaction that does it to the user.

    Both are given the transaction and the account id. ``knows_device`` says whether the account has
    a device of that id in use, which is then not held up by the guesses of others.
    """

    create: Callable[[Transaction, int], Awaitable[None]] | None = None
    remove: Callable[[Transaction, int], Awaitable[None]] | None = None
    knows_device: Callable[[Transaction, int, str], Awaitable[bool]] | None = None


class Accounts:
    """The users as their administrator sees them."""

    def __init__(self, database: Database, parts: Iterable[AccountPart]) -> None:
        """``parts`` are the rooms with data of each account, such as its mailbox."""
        self._database: Final = database
        self._parts: Final = tuple(parts)
        self._passwords: Final = Passwords()

    async def add_user(
        self, address: str, password: str, display_name: str, entry: AddressListEntry | None = None
    ) -> User:
        """A new account with all that belongs to it; ``entry`` is its row in the address list.

        Raises InvalidAddress and AddressTaken.
        """
        address = normalized_address(address)
        local_part = address.partition("@")[0]
        if entry is None:
            entry = AddressListEntry(display_name, address, local_part)
        hashed = await self._passwords.hash(password)

        async def work(transaction: Transaction) -> User:
            await _require_free(transaction, address)
            row = await transaction.one(
                ADD_USER,
                address=address,
                local_part=local_part,
                display_name=display_name,
                password=hashed,
                entry=msgspec.json.encode(entry),
            )
            account_id: int = row[0] if row else 0
            await transaction.execute(ADD_ADDRESS, address=address, account_id=account_id)
            await _index(transaction, account_id, entry)
            for part in self._parts:
                if part.create is not None:
                    await part.create(transaction, account_id)
            return User(account_id, address, display_name)

        user = await self._database.write(work)
        self.begin_generation()
        return user

    async def list_users(self) -> list[User]:
        """Every user, by address."""

        async def work(transaction: Transaction) -> list[User]:
            aliases: dict[int, list[str]] = {}
            for account_id, address in await transaction.all(ALL_ADDRESSES):
                aliases.setdefault(account_id, []).append(address)
            rights = await send_rights.all_rights(transaction)
            return [
                User(
                    account_id,
                    address,
                    name,
                    tuple(one for one in aliases[account_id] if one != address),
                    rights.get(account_id, ()),
                )
                for account_id, address, name in await transaction.all(USERS)
            ]

        return await self._database.read(work)

    async def set_password(self, address: str, password: str) -> User:
        """Give an account a new password; drops its remembered log-ins. Raises NoSuchUser."""
        hashed = await self._passwords.hash(password)

        async def work(transaction: Transaction) -> User:
            user = await _required(transaction, address)
            await transaction.execute(SET_PASSWORD, account=user.account_id, hash=hashed)
            return user

        return await self._change(work)

    async def describe(self, address: str, entry: AddressListEntry) -> User:
        """Set what the address list shows of an account; its name becomes the entry's. Raises NoSuchUser."""

        async def work(transaction: Transaction) -> User:
            user = await _required(transaction, address)
            await transaction.execute(
                SET_ENTRY,
                account=user.account_id,
                name=entry.display_name,
                content=msgspec.json.encode(entry),
            )
            await transaction.execute(FORGET_WORDS, account=user.account_id)
            await _index(transaction, user.account_id, entry)
            return msgspec.structs.replace(user, display_name=entry.display_name)

        return await self._change(work)

    async def add_alias(self, address: str, alias: str) -> User:
        """Give an account a further address. Raises NoSuchUser, InvalidAddress, AddressTaken."""
        alias = normalized_address(alias)

        async def work(transaction: Transaction) -> User:
            user = await _required(transaction, address)
            await _require_free(transaction, alias)
            await transaction.execute(ADD_ADDRESS, address=alias, account_id=user.account_id)
            return await _required(transaction, address)

        return await self._change(work)

    async def remove_alias(self, alias: str) -> User:
        """Take a further address away. Raises NoSuchUser, and ValueError for a primary one."""
        alias = alias.strip().lower()

        async def work(transaction: Transaction) -> tuple[User, set[int]]:
            user = await _required(transaction, alias)
            if alias not in user.aliases:
                raise PrimaryAddress(f"{user.address} is the account's primary address")
            await transaction.execute(REMOVE_ADDRESS, old=alias)
            holders = await send_rights.forget_address(transaction, alias)
            return await _required(transaction, user.address), holders

        return await self._change_several(work)

    async def grant(self, address: str, right: SendRight) -> User:
        """Let an account send as another address. Raises NoSuchUser, InvalidAddress."""
        right = msgspec.structs.replace(right, address=normalized_address(right.address))

        async def work(transaction: Transaction) -> User:
            user = await _required(transaction, address)
            if user.owns(right.address):
                raise AddressTaken(f"{right.address} is the account's own address")
            await send_rights.grant(transaction, user.account_id, right)
            return await _required(transaction, address)

        return await self._change(work)

    async def revoke(self, address: str, other: str) -> User:
        """Let an account send as another address no more. Raises NoSuchUser, NoSuchRight."""

        async def work(transaction: Transaction) -> User:
            user = await _required(transaction, address)
            if not await send_rights.revoke(transaction, user.account_id, other.strip().lower()):
                raise NoSuchRight(f"{user.address} has no right to send as {other}")
            return await _required(transaction, address)

        return await self._change(work)

    async def remove_user(self, address: str) -> User:
        """Remove an account with everything it owns. Raises NoSuchUser."""

        async def work(transaction: Transaction) -> tuple[User, set[int]]:
            user = await _required(transaction, address)
            for part in reversed(self._parts):
                if part.remove is not None:
                    await part.remove(transaction, user.account_id)
            await send_rights.forget_account(transaction, user.account_id)
            holders: set[int] = set()
            for one in (user.address, *user.aliases):
                holders |= await send_rights.forget_address(transaction, one)
            for statement in (FORGET_WORDS, REMOVE_ADDRESSES, REMOVE_USER):
                await transaction.execute(statement, account=user.account_id)
            return user, holders

        return await self._change_several(work)

    def begin_generation(self) -> None:
        """Read anew what is remembered of all accounts in memory."""

    def forget(self, account_id: int) -> None:
        """Drop what is remembered of an account in memory."""

    async def _change(self, work: Callable[[Transaction], Awaitable[User]]) -> User:
        user = await self._database.write(work)
        self.forget(user.account_id)
        return user

    async def _change_several(self, work: Callable[[Transaction], Awaitable[tuple[User, set[int]]]]) -> User:
        user, others = await self._database.write(work)
        for account_id in (user.account_id, *others):
            self.forget(account_id)
        return user


async def owner_of(transaction: Transaction, address: str) -> User | None:
    """The user who has an address, in its normalized form."""
    row = await transaction.one(OWNER, address=address)
    if row is None:
        return None
    account_id, primary, display_name = row
    every = await transaction.all(ADDRESSES, account=account_id)
    aliases = tuple(one for (one,) in every if one != primary)
    return User(
        account_id, primary, display_name, aliases, await send_rights.rights_of(transaction, account_id)
    )


async def _required(transaction: Transaction, address: str) -> User:
    user = await owner_of(transaction, address.strip().lower())
    if user is None:
        raise NoSuchUser(f"there is no account {address}")
    return user


async def _require_free(transaction: Transaction, address: str) -> None:
    if await transaction.one(OWNER, address=address) is not None:
        raise AddressTaken(f"{address} belongs to an account already")


async def _index(transaction: Transaction, account_id: int, entry: AddressListEntry) -> None:
    words = indexed_words(
        (
            entry.display_name,
            entry.alias,
            entry.first_name,
            entry.last_name,
            entry.email_address,
            entry.company,
        )
    )
    await transaction.many(
        ADD_WORD, [{"word": word.encode(), "account_id": account_id} for word in sorted(words)]
    )
