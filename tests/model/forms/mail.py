"""Mail: the marker is the first word of the subject, the value the rest of it or the type of the flag.

Of a message only what changed is told and written; drafts are written from 16.0 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import msgspec

from model.edit import Edit
from model.forms.form import Form, Writer, text_of
from model.shown import Shown, plain
from overair.items import ItemClass
from overair.items.mail.flag import Flag, FlagStatus
from overair.items.mail.message import Message
from overair.protocol.sync_options import FilterType
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Email, Email2
from phones.handset import e

RECIPIENTS: Final = {"anna": "ben@example.org", "ben": "anna@example.org"}
"""To whom each account writes, so that no mailbox gets its own mail."""


class MailForm(Form):
    """Mail."""

    item_class: ClassVar = ItemClass.EMAIL
    filters: ClassVar = (
        FilterType.ALL,
        FilterType.ONE_DAY,
        FilterType.THREE_DAYS,
        FilterType.ONE_WEEK,
        FilterType.ONE_MONTH,
    )

    def of(self, item: Message) -> Shown:
        flag = item.flag.flag_type if item.flag is not None else None
        marker, written = _parts(item.subject or "")
        conversation = (item.conversation_id or b"").hex()
        return plain(
            marker, flag or written, ticked=bool(item.read), written=written, conversation=conversation
        )

    def edited(self, item: Message, edit: Edit) -> Message:
        if edit.ticked is not None:
            item = msgspec.structs.replace(item, read=edit.ticked)
        if edit.value is not None:
            flag = Flag(status=FlagStatus.ACTIVE, flag_type=edit.value)
            item = msgspec.structs.replace(item, flag=flag)
        return item

    def data(self, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        if writer.writes_mail:
            if edit.value is None and edit.send:
                return []
            subject = [] if edit.value is None else [e(Email.Subject, f"{edit.marker} {edit.value}")]
            return [e(Email.To, RECIPIENTS[writer.account]), *subject]
        data = [] if edit.ticked is None else [e(Email.Read, int(edit.ticked))]
        if edit.value is not None:
            data.append(e(Email.Flag, e(Email.Status, "2"), e(Email.FlagType, edit.value)))
        return data

    def said_again(self, edit: Edit, before: Shown, writer: Writer) -> Mapping[str, str]:
        return {}

    def read(self, data: Mapping[Tag, Element], known: Shown, version: Version) -> Shown:
        read = text_of(data, Email.Read) == "1" if Email.Read in data else known.ticked
        marker, value, written = known.marker, known.value, known.written
        if Email.Subject in data:
            marker, written = _parts(text_of(data, Email.Subject))
            value = written
        if Email.Flag in data:
            flag_type = data[Email.Flag].find(Email.FlagType)
            value = (flag_type.text if flag_type is not None else "") or written
        conversation = known.conversation
        if Email2.ConversationId in data:
            content = data[Email2.ConversationId].content
            assert isinstance(content, bytes)
            conversation = content.hex()
        return plain(marker, value, ticked=read, written=written, conversation=conversation)


def _parts(subject: str) -> tuple[str, str]:
    marker, _, written = subject.partition(" ")
    return marker, written
