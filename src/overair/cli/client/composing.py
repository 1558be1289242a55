"""A message as a phone would send it."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Final

import typer

from overair.cli.output import Failure

STDIN: Final = Path("-")
BINARY: Final = "application/octet-stream"


def composed(
    sender: str,
    to: Sequence[str],
    cc: Sequence[str],
    subject: str,
    text: str,
    files: Sequence[Path],
) -> EmailMessage:
    """The message. Raises Failure for what cannot stand in one, and files that cannot be read."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = ", ".join(to)
        if cc:
            message["Cc"] = ", ".join(cc)
        message["Subject"] = subject
    except ValueError:
        raise Failure("a subject or an address has a line break in it", code=2) from None
    for name in ("From", "To", "Cc"):
        _check(message, name)
    message["Date"] = format_datetime(datetime.now().astimezone())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message.set_content(text)
    for path in files:
        kind, encoding = mimetypes.guess_type(path.name)
        main, _, sub = (BINARY if kind is None or encoding else kind).partition("/")
        message.add_attachment(_read(path), maintype=main, subtype=sub, filename=path.name)
    return message


def text_of(path: Path | None) -> str:
    """What the message says: a file, or stdin. Raises Failure."""
    if path is not None and path != STDIN:
        data, name = _read(path), str(path)
    else:
        if sys.stdin.isatty():
            typer.echo("Write the message, and end it with Ctrl+D on a line of its own:", err=True)
        data, name = sys.stdin.buffer.read(), "stdin"
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{name} is not UTF-8; --attach sends files as they are") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None


def _check(message: EmailMessage, name: str) -> None:
    """Refuse what is no list of addresses. Raises Failure."""
    if name not in message:
        return
    header = message[name]
    if (
        header.defects
        or not header.addresses
        or not all(one.username and one.domain for one in header.addresses)
    ):
        raise Failure(f"{name}: {str(header)!r} is no e-mail address", code=2)
