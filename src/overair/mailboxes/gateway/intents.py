"""What an account is about to do upstream, on the disk before it is begun (law 2 of the engine)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from overair.mailboxes.gateway import effect_codec, links
from overair.mailboxes.gateway.backend import BackendName
from overair.mailboxes.gateway.effects import Added, Effect, Found, Taken, Written
from overair.mailboxes.gateway.links import Stage
from overair.storage.interface import Database, Row, Transaction
from overair.times import microseconds, utc_now

REMEMBERED: Final = 3 * 24 * 3600 * 1_000_000
"""Microseconds for which intents are kept that nobody has ended; a phone that was out of reach over a
weekend repeats what it asked for."""
CHUNK: Final = 500
"""Intents that are forgotten in one transaction."""

log = structlog.get_logger(__name__)


class Intent(msgspec.Struct, frozen=True):
    """What is known of an effect when it is to be made; ``first`` is the effect as it was asked for first,
    where an earlier attempt was begun.
    """

    token: str
    stage: Stage = Stage.OPEN
    first: Written | None = None


class Open(msgspec.Struct, frozen=True):
    """An effect of which nobody knows what it came to; ``when`` is that of its unit of work."""

    name: str
    token: str
    effect: Effect
    when: int


class Intents:
    """The intents of one account."""

    __slots__ = ("_account_id", "_database")

    def __init__(self, account_id: int, database: Database) -> None:
        self._account_id: Final = account_id
        self._database: Final = database

    async def begin(self, effects: Mapping[str, tuple[BackendName | None, Effect]]) -> dict[str, Intent]:
        """The intents of effects, by their names: new ones, or those of earlier attempts."""
        fresh = {name: uuid.uuid4().hex for name in effects}

        async def work(transaction: Transaction) -> dict[str, Intent]:
            now = microseconds(utc_now())
            found = {}
            for name, (backend, effect) in effects.items():
                row = await transaction.one(links.INTENT, account=self._account_id, name=name)
                if row is not None:
                    found[name] = Intent(str(row[0]), Stage(row[1]), _read(self._account_id, row[2]))
                    continue
                found[name] = Intent(fresh[name])
                await transaction.execute(
                    links.ADD_INTENT,
                    account_id=self._account_id,
                    digest=name,
                    token=fresh[name],
                    made=now,
                    backend="" if backend is None else backend.value,
                    effect=effect_codec.written(effect),
                    blobs=effect_codec.blobs_of(effect),
                    stage=Stage.OPEN.value,
                )
            return found

        return await self._database.write(work)

    async def note(self, name: str, stage: Stage) -> None:
        """What is known of an effect now."""
        await self._database.write(lambda transaction: self.note_within(transaction, name, stage))

    async def note_within(self, transaction: Transaction, name: str, stage: Stage) -> None:
        """What is known of an effect now, within a transaction that is under way."""
        await transaction.execute(links.SET_STAGE, account=self._account_id, name=name, new_stage=stage.value)

    async def settle_within(self, transaction: Transaction, name: str, found: Found | None) -> None:
        """It was found out what came of an effect: whoever repeats it may be told that."""
        await self.note_within(transaction, name, Stage.SETTLED)
        if found is not None:
            await transaction.execute(
                links.SET_EFFECT,
                account=self._account_id,
                name=name,
                new_effect=effect_codec.written(found),
                new_blobs="",
            )

    async def end(self, name: str) -> None:
        """An effect was refused: there is nothing to be found of it."""
        await self._database.write(
            lambda transaction: transaction.execute(links.END_INTENT, account=self._account_id, name=name)
        )

    async def open_at(self, backend: BackendName) -> list[Open]:
        """The effects at a server of which nobody knows what they came to, in the order of their making."""
        rows = await self._database.read(
            lambda transaction: transaction.all(
                links.OPEN_INTENTS, account=self._account_id, owner=backend.value
            )
        )
        found = []
        for name, token, data, when in rows:
            effect = _read(self._account_id, data)
            if effect is not None and not isinstance(effect, Found):
                found.append(Open(name, token, effect, when))
        return found

    async def was_sent(self, when: int) -> bool:
        """Whether the message of a unit of work was taken by the submission server."""
        row = await self._database.read(
            lambda transaction: transaction.one(links.WAS_SENT, account=self._account_id, when=when)
        )
        return row is not None


async def added_before(transaction: Transaction, account_id: int, name: str) -> Added | None:
    """The item that was added by an effect of a unit of work which was lost then; None where nothing of the
    kind is known.
    """
    row = await transaction.one(links.INTENT, account=account_id, name=name)
    effect = None if row is None or row[1] != Stage.SETTLED else _read(account_id, row[2])
    return effect if isinstance(effect, Added) else None


async def taken_before(transaction: Transaction, account_id: int, item_id: str) -> Taken | None:
    """What became of an item that was taken from its folder by a unit of work which was lost then; None
    where nothing of the kind is known.
    """
    for (data,) in await transaction.all(links.SETTLED_INTENTS, account=account_id):
        effect = _read(account_id, data)
        if isinstance(effect, Taken) and effect.item_id == item_id:
            return effect
    return None


def _read(account_id: int, data: bytes | None) -> Written | None:
    if data is None:
        return None
    try:
        return effect_codec.read(bytes(data))
    except ValueError:
        log.warning("an intent cannot be read", account_id=account_id)
        return None


async def forget_old(database: Database) -> int:
    """Let go of intents that nobody has settled or repeated for days; returns how many were still open.

    Raises DatabaseUnavailable.
    """
    oldest = microseconds(utc_now()) - REMEMBERED

    async def work(transaction: Transaction) -> list[Row]:
        rows = await transaction.all(links.OLD_INTENTS, oldest=oldest, limit=CHUNK)
        for row in rows:
            await transaction.execute(links.FORGET_INTENT, number=row[0])
        return rows

    never_known = 0
    while rows := await database.write(work):
        for _, account_id, backend, stage in rows:
            if stage in (Stage.OPEN, Stage.SENDING):
                never_known += 1
                log.warning(
                    "nobody could find out whether something was done upstream",
                    account_id=account_id,
                    backend=backend or "smtp",
                )
    return never_known


async def blobs_of_intents(database: Database) -> set[str]:
    """The keys of the blobs that intents name. Raises DatabaseUnavailable."""
    rows = await database.read(lambda transaction: transaction.all(links.INTENT_BLOBS))
    return {key for row in rows for key in str(row[0]).split()}


async def accounts_with_intents(database: Database) -> list[int]:
    """The accounts of which something is to be settled. Raises DatabaseUnavailable."""
    rows = await database.read(lambda transaction: transaction.all(links.ACCOUNTS_WITH_INTENTS))
    return [int(row[0]) for row in rows]
