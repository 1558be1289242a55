"""Requests that a device may repeat because it did not hear the answer (law 1)."""

from __future__ import annotations

import time
from enum import IntEnum
from typing import Final

from sqlalchemy import bindparam, delete, select

from overair.devices.tables import remembered_request
from overair.storage.interface import Transaction
from overair.storage.statement import Statement, upsert

REMEMBERED: Final = 3 * 24 * 3600 * 1_000_000
"""Microseconds; a phone that was out of reach over a weekend tries again with the same request."""

_this_kind = (
    remembered_request.c.device_key == bindparam("device"),
    remembered_request.c.kind == bindparam("of_kind"),
)

RECALL: Final = Statement(
    select(remembered_request.c.answer).where(*_this_kind, remembered_request.c.request == bindparam("said"))
)
REMEMBER: Final = Statement(upsert(remembered_request, ("device_key", "kind", "request"), ("answer", "at")))
FORGET: Final = Statement(
    delete(remembered_request).where(*_this_kind, remembered_request.c.at < bindparam("before"))
)


class Kind(IntEnum):
    """What was asked for."""

    SEND_MAIL = 1
    """The request is a ClientId, a Message-ID or a digest."""
    MOVE_ITEM = 2
    """The request is source folder, item and destination folder, the answer the new id."""
    FIND = 3
    """The request is a SearchId and what was looked for."""


async def recall(transaction: Transaction, device_key: int, kind: Kind, request: str) -> str | None:
    """What the request was answered with; None where it is new."""
    row = await transaction.one(RECALL, device=device_key, of_kind=kind, said=request)
    return str(row[0]) if row is not None else None


async def remember(
    transaction: Transaction, device_key: int, kind: Kind, request: str, answer: str = ""
) -> None:
    """Keep a request's answer, in the transaction of its effect."""
    now = time.time_ns() // 1000
    await transaction.execute(FORGET, device=device_key, of_kind=kind, before=now - REMEMBERED)
    await transaction.execute(
        REMEMBER, device_key=device_key, kind=kind, request=request, answer=answer, at=now
    )
