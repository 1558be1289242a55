"""A message that is attached within TNEF, as the file of type message/rfc822 that other programs read."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from hashlib import sha256
from typing import Any, Final

from overair.items import rtf
from overair.items.file_types import file_type
from overair.items.mail.header_fields import encoded_value
from overair.items.mail.tnef.reading import File, Wrapped
from overair.items.mail.tnef.stream import Broken, Span
from overair.items.text import cleaned, one_line

MAX_DEPTH: Final = 8
"""How deep messages may be attached to each other; one that is deeper stays a TNEF file."""
LARGEST_RTF: Final = 4 * 1024 * 1024
"""Bytes of compressed RTF that is shown as a body."""
LONGEST_HEADER: Final = 1_000
TNEF_TYPE: Final = "application/ms-tnef"
OLE_TYPE: Final = "application/x-ole"


def message_file(data: bytes, span: Span) -> bytes:
    """The message whose TNEF stands in a range of bytes; the same bytes whenever it is made.

    Raises Broken.
    """
    message = _message(Wrapped(data, span), MAX_DEPTH)
    seed = sha256(data[span.start : span.end]).hexdigest()[:32]
    for number, part in enumerate(message.walk()):
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            # The library draws a boundary by lot.
            part.set_boundary(f"=_{seed}_{number}")
    return message.as_bytes(policy=SMTP.clone(refold_source="none"))


def type_of(file: File) -> str:
    """The content type of an attachment that is no message."""
    return OLE_TYPE if file.is_ole else file_type(file.content_type, file.name)


def html_of(wrapped: Wrapped) -> str | None:
    """The body as HTML, made of RTF where there is no other; None where there is neither."""
    if wrapped.html is not None:
        return wrapped.read(wrapped.html)
    return None if wrapped.rtf is None else html_of_rtf(wrapped.data[wrapped.rtf.start : wrapped.rtf.end])


def html_of_rtf(compressed: bytes) -> str | None:
    """The HTML that compressed RTF holds or that is made of it; None where the bytes are not RTF, or too
    many.
    """
    if len(compressed) > LARGEST_RTF:
        return None
    try:
        return rtf.to_html(rtf.decompress(compressed))
    except ValueError:
        return None


def _message(wrapped: Wrapped, depth: int) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    name, address = wrapped.sender
    headers = {
        "From": formataddr((one_line(name, LONGEST_HEADER), one_line(address, LONGEST_HEADER)))
        if address.isascii()
        else name,
        **wrapped.recipients,
        "Subject": wrapped.subject,
        "Date": "" if wrapped.sent is None else format_datetime(wrapped.sent),
    }
    for header, value in headers.items():
        encoded = encoded_value(header, value, LONGEST_HEADER)
        if encoded:
            message.set_raw(header, encoded)
    text = wrapped.read(wrapped.text) if wrapped.text is not None else None
    html = html_of(wrapped)
    if text is not None or html is None:
        message.set_content(cleaned(text or ""), charset="utf-8", cte="base64")
        if html is not None:
            message.add_alternative(cleaned(html), subtype="html", charset="utf-8", cte="base64")
    else:
        message.set_content(cleaned(html), subtype="html", charset="utf-8", cte="base64")
    for file in wrapped.files:
        _attach(message, wrapped, file, depth)
    return message


def _attach(message: EmailMessage, wrapped: Wrapped, file: File, depth: int) -> None:
    shown: dict[str, Any] = {
        "filename": one_line(file.name, 255) or None,
        "cid": f"<{one_line(file.content_id, 255)}>"
        if file.content_id.isascii() and file.content_id
        else None,
    }
    kind = type_of(file)
    if file.is_message:
        try:
            if depth <= 1:
                raise Broken("messages are attached to each other too often")
            message.add_attachment(_message(Wrapped(wrapped.data, file.span), depth - 1), **shown)
        except Broken:
            kind = TNEF_TYPE
        else:
            return
    main, _, sub = kind.partition("/")
    content = wrapped.data[file.span.start : file.span.end]
    message.add_attachment(content, maintype=main, subtype=sub, **shown)
