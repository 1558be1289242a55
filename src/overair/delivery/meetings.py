"""Meetings of others in a user's calendar, in the transaction that delivers the message about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from overair.delivery.meeting_plan import Held, Plan, Standing, plan
from overair.directory.interface import User
from overair.items import ItemClass
from overair.items.calendar.event import Event, orphan_key, uid_key
from overair.items.mail.meeting_answers import answered
from overair.items.mail.meeting_request import InstanceType
from overair.items.mail.meetings import Entry, Meeting, Method
from overair.items.mail.message import Arrived, Message
from overair.mailboxes.interface import FolderType, Session

MOST_ORPHANS: Final = 256
"""How many occurrences a series finds when it comes: as many as it has room for exceptions."""

_log = structlog.get_logger("overair.delivery")


async def note_meeting(
    session: Session, user: User, arrived: Arrived, shared: Sequence[str] | None = None
) -> Message:
    """Have a meeting stand in the user's calendar as a message has it; returns the message for this user.

    A part of the unit of work that delivers the message. What the mail server marked as spam comes into
    no calendar. ``shared`` are the ids of calendars on a server at which other programs of the user take
    note of messages, too, the default one first: what stands there is changed only where it was a message
    that has brought it here. Raises MailboxError.
    """
    message, meeting = arrived.message, arrived.meeting
    if meeting is None or meeting.method is Method.COUNTER:
        return message
    is_own = user.owns(meeting.event.organizer_email or "")
    if meeting.method is Method.REPLY:
        if is_own and not meeting.is_spam:
            await _take_answers(session, shared, user, meeting)
        return message
    if is_own:
        # MS-ASEMAIL_R543: an organizer has nothing to answer.
        return msgspec.structs.replace(message, meeting_request=None)
    if meeting.is_spam:
        return message
    folders = await _calendars(session) if shared is None else list(shared)
    others = shared is not None
    plans = [
        await _take(session, folders, user, meeting.method, entry, others=others) for entry in meeting.entries
    ]
    return _message_for(message, plans[0])


def _message_for(message: Message, done: Plan) -> Message:
    request = message.meeting_request
    if request is None:
        return message
    changed = msgspec.structs.replace(
        request,
        instance_type=InstanceType.ORPHAN if done.is_orphan else request.instance_type,
        meeting_message_type=request.meeting_message_type if done.message_type is None else done.message_type,
    )
    return msgspec.structs.replace(message, meeting_request=changed)


async def _take(
    session: Session, folders: list[str], user: User, method: Method, entry: Entry, *, others: bool
) -> Plan:
    """Do what one entry of a message asks for."""
    standing = await _standing(session, folders, method, entry)
    there = [one.event for one in (standing.event, *standing.orphans) if one is not None]
    if others and (not folders or any(event.organizer_revision is None for event in there)):
        return Plan()  # what another program has put there it looks after
    try:
        decided = plan(method, entry, standing)
        for event in (decided.added, *(event for _, event in decided.changed)):
            if event is not None:
                _ = event.view_date  # which the store asks for, where an error would keep the message out
    except Exception as error:  # whatever is wrong with a meeting, its message must be delivered
        _log.warning("meeting not noted", account=user.address, error=type(error).__name__)
        return Plan()
    for held in decided.removed:
        await session.remove(held.folder_id, held.item_id)
    for held, event in decided.changed:
        await session.change(held.folder_id, held.item_id, event)
    if decided.added is not None:
        await session.add(folders[0], decided.added)
    return decided


async def _take_answers(session: Session, shared: Sequence[str] | None, user: User, meeting: Meeting) -> None:
    """Have what an attendee answers stand in the user's own event. Other programs that do that, too, write
    the same.
    """
    folders = await _calendars(session) if shared is None else list(shared)
    for entry in meeting.entries:
        for held in await _held(session, folders, uid_key(entry.event.uid or ""), 1):
            if not user.owns(held.event.organizer_email or ""):
                continue
            try:
                event = answered(held.event, entry)
                _ = event.view_date
            except Exception as error:  # as of any other meeting that cannot be
                _log.warning("answer not noted", account=user.address, error=type(error).__name__)
                continue
            if event != held.event:
                await session.change(held.folder_id, held.item_id, event)


async def _calendars(session: Session) -> list[str]:
    """The ids of the user's calendars, the default one first: a user may have moved a meeting."""
    folders = [folder for folder in await session.folders() if folder.item_class is ItemClass.CALENDAR]
    folders.sort(key=lambda folder: folder.type is not FolderType.CALENDAR)
    return [folder.folder_id for folder in folders]


async def _standing(session: Session, folders: list[str], method: Method, entry: Entry) -> Standing:
    """What the calendars hold of a meeting."""
    event = await _held(session, folders, uid_key(entry.event.uid or ""), 1)
    orphans: tuple[Held, ...] = ()
    if entry.instance is not None or entry.event.recurrence is not None or method is Method.CANCEL:
        key = orphan_key(entry.event.uid or "", entry.instance)
        orphans = await _held(session, folders, key, MOST_ORPHANS if entry.instance is None else 1)
    return Standing(event[0] if event else None, orphans)


async def _held(session: Session, folders: list[str], key: str, limit: int) -> tuple[Held, ...]:
    found: list[Held] = []
    for folder_id in folders:
        found.extend(
            Held(folder_id, stored.item_id, stored.item)
            for stored in await session.all_with_key(folder_id, key, limit - len(found))
            if isinstance(stored.item, Event)
        )
        if len(found) >= limit:
            break
    return tuple(found)
