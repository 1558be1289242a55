"""What an account is about to do upstream, on the disk before it is begun (law 2 of the engine)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from overair.mailboxes.gateway import links
from overair.storage.interface import Database, Transaction
from overair.times import microseconds, utc_now


class Intents:
    """The intents of one account."""

    def __init__(self, account_id: int, database: Database) -> None:
        self._account_id: Final = account_id
        self._database: Final = database

    async def open(self, names: Sequence[str]) -> dict[str, str]:
        """The tokens of effects: new ones, or those of attempts of which nobody knows what they came to."""
        fresh = {name: uuid.uuid4().hex for name in names}

        async def work(transaction: Transaction) -> dict[str, str]:
            tokens = {}
            for name, token in fresh.items():
                row = await transaction.one(links.INTENT, account=self._account_id, name=name)
                tokens[name] = token if row is None else str(row[0])
                if row is None:
                    await transaction.execute(
                        links.ADD_INTENT,
                        account_id=self._account_id,
                        digest=name,
                        token=token,
                        made=microseconds(utc_now()),
                    )
            return tokens

        return await self._database.write(work)

    async def note_made(self, name: str) -> None:
        """An effect was made that its server cannot be asked about."""
        await self._database.write(
            lambda transaction: transaction.execute(links.INTENT_MADE, account=self._account_id, name=name)
        )

    async def end(self, name: str) -> None:
        """An effect was refused: there is nothing to be found of it."""
        await self._database.write(
            lambda transaction: transaction.execute(links.END_INTENT, account=self._account_id, name=name)
        )
