"""Out of office as Settings has it (MS-ASCMD 2.2.3.122 to 2.2.3.124)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from overair.delivery.out_of_office.absence import (
    LONGEST_REPLY,
    Absence,
    Audience,
    Reply,
    absence_of,
    set_absence,
)
from overair.mailboxes.interface import Mailbox, Session
from overair.protocol.settings import OofMessage, OofRequest, OofResponse, OofSettings, OofState
from overair.protocol.statuses import SettingsStatus

TEXT, HTML = "Text", "HTML"
"""The values of BodyType (MS-ASCMD_R821)."""
_IS_HTML: Final = {TEXT.lower(): False, HTML.lower(): True}
"""Some clients write them otherwise."""
_IS_ENABLED: Final = {"0": False, "1": True}
_APPLIES_TO: Final = {
    Audience.INTERNAL: "applies_to_internal",
    Audience.KNOWN: "applies_to_external_known",
    Audience.UNKNOWN: "applies_to_external_unknown",
}
"""The field of an OofMessage that names its audience (MS-ASCMD_R3517)."""


class ImpossibleAbsence(ValueError):
    """What a client sets makes no sense; ``status`` says so."""

    def __init__(self, status: SettingsStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def answer(mailbox: Mailbox, request: OofRequest) -> OofResponse:
    """Set and get. Raises MailboxUnavailable."""
    if request.get is None and request.set is None:
        return OofResponse(status=SettingsStatus.PROTOCOL_ERROR)
    try:
        as_html = None if request.get is None else _is_html(request.get.body_type)
        sent = request.set
        if sent is not None and not mailbox.takes_mail:
            # Mail comes to another server, which is the one that could reply.
            return OofResponse(status=SettingsStatus.DENIED_BY_POLICY)
        if sent is not None:

            async def write(session: Session) -> None:
                stored = await absence_of(session.transaction, session.account_id)
                await set_absence(session.transaction, session.account_id, changed(stored, sent))

            await mailbox.transact(write)
    except ImpossibleAbsence as error:
        return OofResponse(status=error.status)
    if as_html is None:
        return OofResponse(status=SettingsStatus.SUCCESS)
    absence = await mailbox.inspect(lambda session: absence_of(session.transaction, session.account_id))
    return OofResponse(status=SettingsStatus.SUCCESS, get=shown(absence, datetime.now(UTC), as_html=as_html))


def shown(absence: Absence, now: datetime, *, as_html: bool) -> OofSettings:
    """What a client is told: every audience, and each message in the form that it asked for.

    A range that is over is shown as off.
    """
    state = OofState.DISABLED if absence.is_over(now) else absence.state
    in_range = state is OofState.TIME_BASED
    return OofSettings(
        state=state,
        start_time=absence.start if in_range else None,
        end_time=absence.end if in_range else None,
        messages=tuple(_shown(audience, absence.replies.to(audience), as_html) for audience in Audience),
    )


def _shown(audience: Audience, reply: Reply, as_html: bool) -> OofMessage:
    message = OofMessage(enabled="1" if reply.enabled else "0")
    setattr(message, _APPLIES_TO[audience], True)
    if reply.message:
        message.reply_message = reply.markup if as_html else reply.text
        message.body_type = HTML if as_html else TEXT  # MS-ASCMD_R826
    return message


def changed(stored: Absence, sent: OofSettings) -> Absence:
    """What stands after a Set: what it does not name stays. Raises ImpossibleAbsence."""
    if (sent.start_time is None) != (sent.end_time is None):
        # MS-ASCMD_R2272, R5681, R3992, R5827
        raise ImpossibleAbsence(SettingsStatus.PROTOCOL_ERROR, "StartTime and EndTime go together")
    state = stored.state if sent.state is None else sent.state
    start, end = stored.start, stored.end
    if state is not OofState.TIME_BASED:
        start = end = None  # MS-ASCMD_R7544
    elif sent.state is OofState.TIME_BASED and sent.start_time is not None and sent.end_time is not None:
        start, end = sent.start_time, sent.end_time
    if state is OofState.TIME_BASED:
        if start is None or end is None:
            raise ImpossibleAbsence(SettingsStatus.INVALID_ARGUMENTS, "a range without its times")
        if start >= end:
            raise ImpossibleAbsence(
                SettingsStatus.CONFLICTING_ARGUMENTS, "a range that ends before it begins"
            )
    replies: dict[str, Reply] = {}
    for message in sent.messages:
        audience = _audience(message)
        if audience.value in replies:  # MS-ASCMD_R3526
            raise ImpossibleAbsence(SettingsStatus.CONFLICTING_ARGUMENTS, "two messages for one audience")
        replies[audience.value] = _reply(stored.replies.to(audience), message)
    return Absence(state, start, end, msgspec.structs.replace(stored.replies, **replies))


def _audience(message: OofMessage) -> Audience:
    named = [audience for audience, field in _APPLIES_TO.items() if getattr(message, field)]
    if len(named) != 1:
        status = SettingsStatus.CONFLICTING_ARGUMENTS if named else SettingsStatus.INVALID_ARGUMENTS
        raise ImpossibleAbsence(status, "a message for one audience names it")
    return named[0]


def _reply(stored: Reply, message: OofMessage) -> Reply:
    enabled = stored.enabled
    if message.enabled is not None:
        if message.enabled not in _IS_ENABLED:
            raise ImpossibleAbsence(SettingsStatus.INVALID_ARGUMENTS, "Enabled is 0 or 1")
        enabled = _IS_ENABLED[message.enabled]
    if message.reply_message is None:
        return msgspec.structs.replace(stored, enabled=enabled)
    if message.body_type is None:  # MS-ASCMD_R825
        raise ImpossibleAbsence(SettingsStatus.INVALID_ARGUMENTS, "a ReplyMessage without BodyType")
    if len(message.reply_message) > LONGEST_REPLY:
        raise ImpossibleAbsence(SettingsStatus.INVALID_ARGUMENTS, "a ReplyMessage that is too long")
    is_html = _is_html(message.body_type)
    if message.reply_message == (stored.markup if is_html else stored.text):
        # What the client was shown of a message in the other form is no new one.
        return msgspec.structs.replace(stored, enabled=enabled)
    return Reply(enabled, message.reply_message, is_html)


def _is_html(body_type: str) -> bool:
    is_html = _IS_HTML.get(body_type.lower())
    if is_html is None:
        raise ImpossibleAbsence(SettingsStatus.INVALID_ARGUMENTS, "BodyType is Text or HTML")
    return is_html
