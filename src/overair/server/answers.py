"""Making an HTTP answer of what a handler gives."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.protocol.commands import messages_of
from overair.protocol.http import MULTIPART_TYPE, WBXML_TYPE, Command, HttpStatus, http_status_for
from overair.protocol.multipart import join_parts
from overair.protocol.schema import Record
from overair.protocol.statuses import CommonStatus
from overair.server.responses import Header, Outcome, Reply
from overair.versions import Version
from overair.wbxml import pages
from overair.wbxml.codepage import CODE_PAGES
from overair.wbxml.element import Element, Tag
from overair.wbxml.encode import encode


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer; ``reason`` is for the log."""

    status: int
    body: bytes = b""
    content_type: str = WBXML_TYPE
    headers: tuple[Header, ...] = ()
    reason: str = ""


UNSERVED: Final[dict[Command, Tag]] = {
    Command.MEETING_RESPONSE: pages.MeetingResponse.MeetingResponse,
    Command.VALIDATE_CERT: pages.ValidateCert.ValidateCert,
}
"""What the answers to commands begin with that have no messages yet."""


def answer(outcome: Outcome, version: Version) -> Answer:
    """The answer that a handler's outcome stands for; None is an empty body."""
    if outcome is None:
        return Answer(HttpStatus.OK)
    if isinstance(outcome, Record):
        return Answer(HttpStatus.OK, _wbxml(outcome, version))
    return _reply(outcome, version)


def _reply(reply: Reply, version: Version) -> Answer:
    if reply.message is None:
        return Answer(HttpStatus.OK, reply.body, reply.content_type, reply.headers)
    body = _wbxml(reply.message, version)
    if reply.parts is None:
        return Answer(HttpStatus.OK, body, WBXML_TYPE, reply.headers)
    return Answer(HttpStatus.OK, join_parts((body, *reply.parts)), MULTIPART_TYPE, reply.headers)


def _wbxml(message: Record, version: Version) -> bytes:
    return encode(message.to_element(version))


def refusal(
    status: CommonStatus, command: Command, version: Version, reason: str, *, has_policy_key: bool = True
) -> Answer:
    """A common status: in the command's answer, or as an HTTP status up to 12.1 (MS-ASCMD_R7461).

    A command that has no answer in the version gets an HTTP status in every one.
    """
    response = messages_of(command, version).response
    root = response.element_tag if response is not None else UNSERVED.get(command)
    http_status = http_status_for(status, command, version, has_policy_key=has_policy_key)
    if http_status is None and root is None:
        http_status = http_status_for(status, command, Version.V12_1)
    if http_status is not None or root is None:
        return Answer(http_status or HttpStatus.BAD_REQUEST, reason=reason)
    (status_tag,) = (tag for tag in CODE_PAGES[root.page].tags.values() if tag.name == "Status")
    body = encode(Element(root, [Element(status_tag, str(int(status)))]))
    return Answer(HttpStatus.OK, body, reason=f"{status.name}: {reason}")
