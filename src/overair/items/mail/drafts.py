"""Drafts of protocol 16.0 and later: a message composed from what a client writes in Drafts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from typing import Any, Final, Protocol

import msgspec

from overair.items.attachments import (
    EMBEDDED_MESSAGE,
    AddAttachment,
    DeleteAttachment,
    attachment,
    number_deleted,
)
from overair.items.bodies import rtf_to_keep
from overair.items.conversion import converted
from overair.items.file_types import file_type
from overair.items.item import Item
from overair.items.mail.header_fields import encoded_value
from overair.items.mail.headers import LONGEST, Headers, addresses_in
from overair.items.mail.message import Message, index_message
from overair.items.mail.messages import message_values, state_of
from overair.items.mail.parts import ByteStore
from overair.items.mail.structure import parse
from overair.items.renditions import MessageBody
from overair.items.text import cleaned, one_line
from overair.protocol.body_preferences import BodyType
from overair.protocol.schema import Problem, SchemaError
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, AirSyncBase

_CONTENT: Final = ("to", "cc", "bcc", "subject", "reply_to", "importance", "body", "attachments")
"""What a Change of a draft may hold beside Read, Flag and Categories (MS-ASEMAIL_R1489)."""
_HEADERS: Final = {"to": "To", "cc": "Cc", "bcc": "Bcc", "reply_to": "Reply-To"}
_THREAD: Final = ("In-Reply-To", "References", "Thread-Index", "Thread-Topic")
"""Headers of an answer that no element says; they stay as they are."""
_NEW: Final = -1
"""The number of an attachment that has none yet."""
_IMPORTANCE: Final = {0: "low", 1: "", 2: "high"}


class Author(Protocol):
    """Whose draft it is."""

    @property
    def address(self) -> str:
        """The primary address."""

    @property
    def display_name(self) -> str:
        """The name."""


@dataclass(slots=True, frozen=True, eq=False)
class _File:
    """An attachment to be: its number where it had one, and what it is made of."""

    number: int | None
    content_type: str
    name: str
    data: bytes
    content_id: str
    content_location: str
    inline: bool

    @property
    def related(self) -> bool:
        """Whether HTML shows it within itself."""
        return self.inline and bool(self.content_id)


def write(
    before: Item | None,
    application_data: list[Element],
    version: Version,
    author: Author,
    blobs: ByteStore,
) -> Message:
    """The draft after an Add (``before`` None) or a Change, its bytes in the store.

    An element that is absent is deleted, except Body; a Change that holds nothing but Read,
    Flag, Categories or Attachments leaves all else as it was (MS-ASCMD_R873, MS-ASCMD_R878,
    MS-ASCMD_R879). Attachments that are added come last in the index, in the order given.
    Raises SchemaError, and KeyError where the bytes of ``before`` are gone.
    """
    if before is not None and not isinstance(before, Message):
        raise SchemaError(AirSync.ApplicationData, Problem.UNKNOWN, "is not of a message")
    values = message_values(before, application_data, version)
    content = {name for name in _CONTENT if name in values}
    if before is not None and not content:
        return msgspec.structs.replace(before, **state_of(values, before.subject))
    if before is not None and content == {"attachments"}:
        values |= {name: getattr(before, name) for name in _CONTENT if name not in ("attachments", "body")}
    files = _files(before, values.get("attachments") or (), blobs)
    body = values.get("body")
    if body is not None and body.type == BodyType.MIME and body.data is not None:
        mime, composed_with = _with_files(body.data.encode(), files), None
        given: dict[str, Any] = {}
    else:
        mime, composed_with = _composed(before, values, files, author, blobs), files
        given = {name: values.get(name) or None for name in ("to", "cc", "bcc", "reply_to")}
        given["subject"] = values.get("subject") or ""
    message = index_message(mime, datetime.now(UTC), open_tnef=False)
    given |= _kept(before) | {"is_draft": True, "blob": blobs.put(mime)}
    given |= state_of(values, given.get("subject", message.subject))
    return _numbered(msgspec.structs.replace(message, **given), before, composed_with)


def _kept(before: Message | None) -> dict[str, Any]:
    """What a draft keeps while it is edited."""
    if before is None:
        return {"read": True}
    names = ("read", "flag", "categories", "conversation_id", "conversation_index")
    return {name: getattr(before, name) for name in names}


def _files(before: Message | None, commands: Iterable[object], blobs: ByteStore) -> list[_File]:
    """The attachments of the draft: those it had and that were not deleted, then those added."""
    commands = list(commands)
    parts = before.index.attachments if before is not None and before.index is not None else ()
    following = before.index.next_number if before is not None and before.index is not None else 1
    deleted = {
        number_deleted(command, following) for command in commands if isinstance(command, DeleteAttachment)
    }
    files = []
    for part in parts:
        if before is not None and part.number not in deleted:
            found = attachment(before, part.number, blobs)
            files.append(
                _File(
                    part.number,
                    found.content_type,
                    found.name,
                    found.data,
                    part.content_id,
                    part.content_location,
                    part.inline,
                )
            )
    files += [_added(command) for command in commands if isinstance(command, AddAttachment)]
    return files


def _added(command: AddAttachment) -> _File:
    kind = file_type(command.content_type, command.display_name)
    if command.method == EMBEDDED_MESSAGE:
        kind = "message/rfc822"
    return _File(
        None,
        kind,
        command.display_name,
        command.content,
        (command.content_id or "").strip("<>"),
        command.content_location or "",
        command.is_inline,
    )


def _composed(
    before: Message | None, values: dict[str, Any], files: list[_File], author: Author, blobs: ByteStore
) -> bytes:
    """The MIME bytes of a draft that is given in elements."""
    message = EmailMessage(policy=SMTP)
    body_type, data = _body(before, values, blobs)
    message.set_content(
        cleaned(data), subtype="html" if body_type == BodyType.HTML else "plain", charset="utf-8"
    )
    _attach(message, files)
    identifier = before.message_id if before is not None else None
    headers = {
        "From": formataddr((one_line(author.display_name, 200), author.address)),
        "Subject": _encoded("Subject", values.get("subject") or ""),
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": identifier or make_msgid(domain=author.address.rpartition("@")[2]),
        "Importance": _IMPORTANCE[1 if values.get("importance") is None else values["importance"]],
    }
    headers |= {header: _recipients(values.get(name) or "") for name, header in _HEADERS.items()}
    if before is not None and before.blob is not None:
        old = Headers(parse(blobs.read(before.blob)))
        headers |= {header: _encoded(header, old.raw(header)) for header in _THREAD}
    for header, value in headers.items():
        if value:
            # Already encoded and folded: the policy's own parser fails on some half-written addresses.
            message.set_raw(header, value)
    return message.as_bytes(policy=SMTP.clone(refold_source="none"))


def _encoded(name: str, value: str) -> str:
    """Text as the value of a header, folded."""
    return encoded_value(name, value, LONGEST)


def _recipients(value: str) -> str:
    """Recipients as a client wrote them, perhaps half-written, as the value of a header, folded."""
    found = []
    for name, address in addresses_in([one_line(value, LONGEST)]):
        try:
            found.append(formataddr((name, address)))
        except UnicodeEncodeError:
            # An address beyond ASCII; who sends the draft decides about it.
            found.append(_encoded("To", address))
    return ",\r\n ".join(found)


def _body(before: Message | None, values: dict[str, Any], blobs: ByteStore) -> tuple[BodyType, str]:
    """The type and text of the body: what was sent, or what the draft had."""
    sent = values.get("body")
    if sent is not None and sent.data is not None and not (sent.truncated and before is not None):
        if sent.type != BodyType.RTF:
            return sent.type, sent.data
        # A message of RTF alone would be readable to nobody.
        return BodyType.HTML, converted(rtf_to_keep(sent.data), BodyType.RTF, BodyType.HTML)
    if before is None or before.index is None or before.blob is None:
        return BodyType.PLAIN_TEXT, ""
    renditions = MessageBody(before.index, blobs, before.blob)
    return renditions.native, renditions.start(renditions.native, None)


def _with_files(mime: bytes, files: list[_File]) -> bytes:
    """A message that a client composed itself, with the attachments that it added beside it."""
    added = [file for file in files if file.number is None]
    if not added:
        return mime
    if parse(mime).cut:
        raise SchemaError(AirSyncBase.Data, Problem.VALUE, "is a message beyond the limits on its structure")
    message = message_from_bytes(mime, _class=EmailMessage, policy=SMTP)
    for name, value in (("MIME-Version", "1.0"), ("Content-Type", "text/plain")):
        # Without a header of its content the library takes a message for empty, and drops its text.
        if name not in message:
            message[name] = value
    try:
        _attach(message, added)
    except TypeError:
        # A multipart without parts.
        raise SchemaError(AirSyncBase.Data, Problem.VALUE, "is a message that takes no attachment") from None
    return message.as_bytes(policy=SMTP.clone(refold_source="none"))


def _attach(message: EmailMessage, files: list[_File]) -> None:
    rich = message.get_content_type() == "text/html"
    for file in _in_byte_order(files, rich):
        if rich and file.related:
            _add(message.add_related, file, "inline")
        else:
            _add(message.add_attachment, file, "attachment")


def _add(add: Callable[..., None], file: _File, disposition: str) -> None:
    shown = {
        "filename": one_line(file.name, 255) or None,
        "disposition": disposition,
        "cid": f"<{one_line(file.content_id, 255)}>" if file.content_id else None,
    }
    if file.content_type == "message/rfc822" and not parse(file.data).cut:
        add(message_from_bytes(file.data, _class=EmailMessage, policy=SMTP), **shown)
    else:
        # A message beyond the limits on structure is a file as any other.
        kind = file.content_type if file.content_type != "message/rfc822" else "application/octet-stream"
        main, _, sub = kind.partition("/")
        add(file.data, maintype=main, subtype=sub, **shown)


def _numbered(message: Message, before: Message | None, files: list[_File] | None) -> Message:
    """The message with its attachments in the order and with the numbers that the client knows.

    ``files`` are those it was composed with; None for one that the client composed itself, whose
    parts are all new.
    """
    index = message.index
    if index is None:
        return message
    following = before.index.next_number if before is not None and before.index is not None else 1
    parts = list(index.attachments)
    if files is not None:
        placed = dict(zip(_in_byte_order(files, index.native_type == BodyType.HTML), parts, strict=True))
        # As the client gave them, also where a header cannot hold them.
        parts = [
            msgspec.structs.replace(
                placed[file],
                number=_NEW if file.number is None else file.number,
                name=file.name,
                content_id=file.content_id,
                content_location=file.content_location,
                inline=file.inline,
            )
            for file in files
        ]
    else:
        parts = [msgspec.structs.replace(part, number=_NEW) for part in parts]
    numbered = []
    for part in parts:
        if part.number == _NEW:
            part, following = msgspec.structs.replace(part, number=following), following + 1
        numbered.append(part)
    return msgspec.structs.replace(
        message, index=msgspec.structs.replace(index, attachments=tuple(numbered), next_number=following)
    )


def _in_byte_order(files: list[_File], rich: bool) -> list[_File]:
    """Files as they stand in the message: what HTML shows within itself comes first."""
    return sorted(files, key=lambda file: not (rich and file.related))
