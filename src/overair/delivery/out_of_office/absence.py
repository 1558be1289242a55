"""What a user sets for the time out of office, and how it is kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, select

from overair.delivery.out_of_office.tables import automatic_reply, out_of_office, out_of_office_told
from overair.items import markup, plain_html
from overair.protocol.settings import OofState
from overair.storage.interface import Statement, Transaction
from overair.storage.statement import upsert
from overair.times import microseconds, moment_of

LONGEST_REPLY: Final = 64 * 1024
"""Characters of a reply."""


class Audience(StrEnum):
    """Who is replied to (MS-ASCMD_R3787 to R3789); the values are the attributes of Replies."""

    INTERNAL = "internal"
    """Senders of a domain in which somebody has an account here."""
    KNOWN = "known"
    """Others who are in the user's contacts."""
    UNKNOWN = "unknown"


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """The reply to one audience, as its user wrote it: plain text or, with ``html``, HTML."""

    enabled: bool = False
    message: str = ""
    html: bool = False

    @property
    def text(self) -> str:
        """The reply as plain text."""
        return markup.html_to_text(self.message) if self.html else self.message

    @property
    def markup(self) -> str:
        """The reply as HTML."""
        return self.message if self.html else plain_html.html_document(self.message)

    @property
    def is_sent(self) -> bool:
        """Whether there is anything to send to this audience."""
        return self.enabled and bool(self.message.strip())


class Replies(msgspec.Struct, frozen=True, omit_defaults=True):
    """The reply to each audience."""

    internal: Reply = Reply()
    known: Reply = Reply()
    unknown: Reply = Reply()

    def to(self, audience: Audience) -> Reply:
        """The reply to an audience."""
        reply: Reply = getattr(self, audience.value)
        return reply


class Absence(msgspec.Struct, frozen=True):
    """When a user is out of office, and what is replied; ``start`` and ``end``, in UTC, of a range alone."""

    state: OofState = OofState.DISABLED
    start: datetime | None = None
    end: datetime | None = None
    replies: Replies = Replies()

    def is_over(self, now: datetime) -> bool:
        """Whether its range has passed: then it is as good as off."""
        return self.state is OofState.TIME_BASED and self.end is not None and self.end <= now

    def holds(self, when: datetime) -> bool:
        """Whether the user is out of office at a time."""
        if self.state is OofState.TIME_BASED:
            return self.start is not None and self.end is not None and self.start <= when < self.end
        return self.state is OofState.GLOBAL


AT_WORK: Final = Absence()
"""What stands for a user who never set anything."""

_o = out_of_office.c
READ: Final = Statement(
    select(_o.state, _o.start_time, _o.end_time, _o.replies).where(_o.account_id == bindparam("account"))
)
WRITE: Final = Statement(
    upsert(
        out_of_office,
        ("account_id",),
        ("state", "start_time", "end_time", "replies"),
    )
)
FORGET_TOLD: Final = Statement(
    delete(out_of_office_told).where(out_of_office_told.c.account_id == bindparam("account"))
)
FORGET_REPLIES: Final = Statement(
    delete(automatic_reply).where(automatic_reply.c.account_id == bindparam("account"))
)
FORGET: Final = Statement(delete(out_of_office).where(_o.account_id == bindparam("account")))
_decoder: Final = msgspec.json.Decoder(Replies)


async def absence_of(transaction: Transaction, account_id: int) -> Absence:
    """What an account has set."""
    row = await transaction.one(READ, account=account_id)
    if row is None:
        return AT_WORK
    state, start, end, replies = row
    return Absence(OofState(state), _time(start), _time(end), _decoder.decode(replies))


async def set_absence(transaction: Transaction, account_id: int, absence: Absence) -> None:
    """Set it: a new period begins, in which every sender is told anew; unless it says what stands already."""
    if absence == await absence_of(transaction, account_id):
        return
    await transaction.execute(
        WRITE,
        account_id=account_id,
        state=absence.state.value,
        start_time=None if absence.start is None else microseconds(absence.start),
        end_time=None if absence.end is None else microseconds(absence.end),
        replies=msgspec.json.encode(absence.replies),
        day=0,
        sent=0,
    )
    await transaction.execute(FORGET_TOLD, account=account_id)


async def forget_absence(transaction: Transaction, account_id: int) -> None:
    """Remove what an account has set, whom it told, and what it was still to reply."""
    for statement in (FORGET_REPLIES, FORGET_TOLD, FORGET):
        await transaction.execute(statement, account=account_id)


def _time(value: int | None) -> datetime | None:
    return None if value is None else moment_of(value)
