"""Meetings that came by mail to a gateway's users, in the calendars of servers that take none themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol, runtime_checkable

import structlog

from overair.delivery.meetings import note_meeting
from overair.directory.interface import User
from overair.items import ItemClass
from overair.items.mail.meetings import Method
from overair.items.mail.message import Arrived, read_message
from overair.mailboxes.gateway import invitations
from overair.mailboxes.gateway.account import Account
from overair.mailboxes.gateway.accounts import Gateway
from overair.mailboxes.gateway.backend import BackendName
from overair.mailboxes.gateway.invitations import Waiting
from overair.mailboxes.interface import MailboxError, MailboxUnavailable, Session

AT_ONCE: Final = 20
"""Messages that are taken note of before a phone is answered."""
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a message that is read for the meeting in it."""
PAUSE: Final = 60.0
"""Seconds after which it is tried again where a server was not to be had."""

_log = structlog.get_logger("overair.gateway")


@runtime_checkable
class Calendars(Protocol):
    """A server of calendars."""

    @property
    def schedules(self) -> bool:
        """Whether the server itself has meetings stand there to which the user is invited (RFC 6638)."""

    async def own_calendars(self) -> Sequence[str]:
        """The paths of the user's own calendars that can be written, the default one first.

        Raises MailboxUnavailable.
        """


class Invitations:
    """Takes note of meeting messages."""

    def __init__(self, gateway: Gateway, time_zone: str) -> None:
        """``time_zone`` is the IANA name of the zone of meetings that name none."""
        self._gateway: Final = gateway
        self._time_zone: Final = time_zone
        self._taking: Final[set[int]] = set()
        """The accounts whose messages are being taken note of."""
        self.users: Final[dict[int, User]] = {}
        """Whose the accounts are that were here."""

    async def take(self, account_id: int) -> None:
        """Take note of the messages that have come to an account, unless that is being done."""
        account, user = self._gateway.find(account_id), self.users.get(account_id)
        if account is None or user is None:
            return
        if account_id in self._taking:
            account.invited = True
            return
        self._taking.add(account_id)
        try:
            await self._take(account, user)
        except MailboxError as error:
            _log.warning("meetings not noted", account_id=account_id, reason=str(error))
            asyncio.get_running_loop().call_later(PAUSE, _look_again, account)
        finally:
            self._taking.discard(account_id)

    async def _take(self, account: Account, user: User) -> None:
        """Raises MailboxError."""
        mailbox = self._gateway.mailbox(account.account_id)
        found = await mailbox.inspect(
            lambda session: invitations.waiting(session.transaction, account.account_id, AT_ONCE)
        )
        if not found:
            return
        calendars, schedules = await self._calendars(account)
        for one in found:
            arrived = await self._read(account, one)
            if schedules and not _is_answer(arrived):
                arrived = None  # that is the server's
            try:
                await self._note(one, user, arrived, calendars)
            except MailboxUnavailable:
                raise
            except MailboxError as error:  # the server will not have it, however often it is asked
                _log.warning("meeting not noted", account_id=account.account_id, reason=str(error))
                await self._note(one, user, None, calendars)
        if len(found) == AT_ONCE:
            account.invited = True

    async def _note(
        self, one: Waiting, user: User, arrived: Arrived | None, calendars: Sequence[str] | None
    ) -> None:
        """Have a meeting stand in the calendar, and be noted, at once. Raises MailboxError."""

        async def work(session: Session) -> None:
            if await invitations.is_noted(session.transaction, user.account_id, one.name):
                return
            if arrived is not None:
                await note_meeting(session, user, arrived, calendars)
            await invitations.note(session.transaction, user.account_id, one.name)

        await self._gateway.mailbox(user.account_id).transact(work)

    async def _calendars(self, account: Account) -> tuple[Sequence[str] | None, bool]:
        """The ids of the calendars on the account's server, None where they are here; and whether that
        server takes note of invitations itself. Raises MailboxUnavailable.
        """
        server: object = account.backends.get(BackendName.CALDAV)
        if not isinstance(server, Calendars):
            return None, False
        paths = await server.own_calendars()
        mailbox = self._gateway.mailbox(account.account_id)
        await mailbox.refresh(None)
        tree = await mailbox.inspect(lambda session: session.folders())
        ids = [one.folder_id for one in tree if one.item_class is ItemClass.CALENDAR]
        # What other programs have put there a moment ago must not be put there again.
        await mailbox.refresh(ids)
        reason = account.unavailable.get(BackendName.CALDAV.value)
        if reason is not None:
            raise MailboxUnavailable(reason)
        there = {one.path: one.folder_id for one in await account.watched(BackendName.CALDAV, ids)}
        return [there[path] for path in paths if path in there], server.schedules

    async def _read(self, account: Account, one: Waiting) -> Arrived | None:
        """A message with what it says of a meeting; None where it is gone. Raises MailboxUnavailable."""
        try:
            mime = await account.read(one.folder_id, one.key, 0, LARGEST + 1)
        except KeyError:
            return None
        if len(mime) > LARGEST:
            return None
        return await asyncio.to_thread(read_message, mime, one.received, self._time_zone, searchable=False)


def _is_answer(arrived: Arrived | None) -> bool:
    """Whether a message is an attendee's answer, which no server takes in of whom it has not invited itself;
    where it does take it in, it writes the same.
    """
    return arrived is not None and arrived.meeting is not None and arrived.meeting.method is Method.REPLY


def _look_again(account: Account) -> None:
    account.invited = True
