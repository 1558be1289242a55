"""Mail, address and calendar files on disk: what kind they are, and messages in order of date.

Two passes keep memory small: the first reads only headers, for the dates; the second reads one
message at a time.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import mailbox
import os
import re
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

HEADER_LIMIT: Final = 256 * 1024
LARGEST_MESSAGE: Final = 64 * 1024 * 1024
LINK: Final = "is a symbolic link: import what it names by its own path"
_CARD: Final = re.compile(rb"^BEGIN:VCARD\b", re.IGNORECASE)
_BARE_LINE_END: Final = re.compile(rb"(?<!\r)\n")
_KNOWN_HEADERS: Final = (
    *("From", "Sender", "To", "Cc", "Subject", "Date", "Message-ID", "Received", "Return-Path"),
    *("MIME-Version", "Content-Type"),
)
"""One of them at least is in every message."""
_CALENDAR: Final = re.compile(rb"^BEGIN:VCALENDAR\b", re.IGNORECASE)
_CALENDAR_SUFFIXES: Final = frozenset({".ics", ".ical", ".icalendar"})
_SUFFIXES: Final = _CALENDAR_SUFFIXES | {".eml", ".vcf", ".mbox"}

_headers = BytesHeaderParser()


class Unreadable(Exception):
    """A file or message that cannot be imported; the message says why."""


class Marks(msgspec.Struct, frozen=True):
    """How the old mailbox had marked a message."""

    read: bool = False
    flagged: bool = False
    answered: bool = False
    forwarded: bool = False
    draft: bool = False
    deleted: bool = False


class Found(msgspec.Struct, frozen=True):
    """A message that a first pass found: its date, and what reads it when its turn comes."""

    source: str
    received: datetime
    marks: Marks
    read: Callable[[], bytes]


Problem = tuple[str, str]
"""A source and why it was refused."""


def is_vcard(path: Path) -> bool:
    """Whether a file holds vCards, by its name or its first bytes. Raises Unreadable, OSError."""
    return _is(path, frozenset({".vcf"}), _CARD)


def is_calendar(path: Path) -> bool:
    """Whether a file holds iCalendar, by its name or its first bytes. Raises Unreadable, OSError."""
    return _is(path, _CALENDAR_SUFFIXES, _CALENDAR)


def _is(path: Path, suffixes: frozenset[str], beginning: re.Pattern[bytes]) -> bool:
    if path.is_dir():
        return False
    with opened(path) as file:
        if path.suffix.lower() in suffixes:
            return True
        return beginning.match(file.read(1024).removeprefix(codecs.BOM_UTF8).lstrip()) is not None


def read_whole(path: Path, limit: int) -> bytes:
    """All bytes of a file. Raises Unreadable where there are more than ``limit``, OSError."""
    with opened(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"is larger than {limit // 1024 // 1024} MB")
    return data


def files_in(path: Path) -> Iterator[Path | Problem]:
    """The files and Maildirs that a path names: itself, or what lies in a plain folder.

    The path may be a symbolic link. One that lies in a folder is refused: who has the folder may
    not read what it names, and it may lead round in a circle.
    """
    yield from _files_in(path.resolve() if path.is_symlink() else path)


def _files_in(path: Path) -> Iterator[Path | Problem]:
    if not path.is_dir() or is_maildir(path):
        yield path
        return
    for inner in sorted(path.iterdir()):
        if not inner.is_symlink():
            if inner.is_dir() or inner.suffix.lower() in _SUFFIXES:
                yield from _files_in(inner)
        elif inner.is_dir() or inner.suffix.lower() in _SUFFIXES:
            yield str(inner), LINK


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file for reading. Raises Unreadable for a link, a pipe, a device; OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unreadable(LINK) from None
        raise
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("is not a file")
        yield file


def is_maildir(path: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def messages(path: Path) -> Iterator[Found | Problem]:
    """The messages of a file, an mbox or a Maildir, in any order. Raises Unreadable, OSError."""
    if path.is_dir():
        yield from _maildir(path)
        return
    with opened(path) as file:
        start = file.read(5)
    if not start:
        raise Unreadable("is empty")
    if start == b"From ":
        yield from _mbox(path)
    else:
        yield _single(path)


def with_line_ends(data: bytes) -> bytes:
    """A message with the line ends of RFC 5322."""
    return _BARE_LINE_END.sub(b"\r\n", data)


def _single(path: Path) -> Found | Problem:
    with opened(path) as file:
        header = _parse(file.read(HEADER_LIMIT))
    if header is None:
        return str(path), "is neither a message, an mbox, a vCard nor a calendar"
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Found(
        str(path), _date(header, None, modified), _status(header), partial(read_whole, path, LARGEST_MESSAGE)
    )


def _mbox(path: Path) -> Iterator[Found | Problem]:
    box = mailbox.mbox(path, create=False)
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    for number, key in enumerate(box.iterkeys(), start=1):
        source = f"{path}, message {number}"
        with box.get_file(key, from_=True) as file:
            separator = file.readline()
            header = _parse(file.read(HEADER_LIMIT))
        if header is None:
            yield source, "has no header of a message"
            continue
        marks = _status(header)
        if marks.deleted:
            yield source, "was deleted there already"
            continue

        def read(key: str = key) -> bytes:
            return box.get_bytes(key)

        yield Found(source, _date(header, _separator_date(separator), modified), marks, read)


def _maildir(path: Path) -> Iterator[Found | Problem]:
    # Not by the mailbox module, which parses a whole message to tell its flags.
    for folder in ("new", "cur"):
        if (path / folder).is_symlink():
            yield str(path / folder), LINK
            continue
        for file in sorted((path / folder).iterdir()):
            if file.name.startswith("."):
                continue
            if file.is_symlink():
                yield str(file), LINK
                continue
            if not file.is_file():
                continue
            found = _single(file)
            if isinstance(found, Found):
                flags = file.name.partition(":2,")[2]
                if "T" in flags:
                    yield str(file), "was deleted there already"
                    continue
                found = msgspec.structs.replace(found, marks=_flags(flags))
            yield found
    for inner in sorted(path.iterdir()):
        if inner.name.startswith(".") and is_maildir(inner):
            yield str(inner), "is a folder within the Maildir: import it by its own path"


def _parse(data: bytes) -> Message | None:
    """The header of a message, or None for what is none."""
    head = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0]
    header = _headers.parsebytes(head)
    return header if any(name in header for name in _KNOWN_HEADERS) else None


def _flags(flags: str) -> Marks:
    return Marks(
        read="S" in flags,
        flagged="F" in flags,
        answered="R" in flags,
        forwarded="P" in flags,
        draft="D" in flags,
    )


def _status(header: Message) -> Marks:
    """What Status and X-Status (mbox) or X-Mozilla-Status (Thunderbird) say."""
    letters = str(header.get("Status", "")) + str(header.get("X-Status", ""))
    try:
        bits = int(str(header.get("X-Mozilla-Status", "0")).strip(), 16)
    except ValueError:
        bits = 0
    return Marks(
        read="R" in letters or bool(bits & 0x0001),
        answered="A" in letters or bool(bits & 0x0002),
        flagged="F" in letters or bool(bits & 0x0004),
        deleted="D" in letters or bool(bits & 0x0008),
        draft="T" in letters,
        forwarded=bool(bits & 0x1000),
    )


def _date(header: Message, separator: datetime | None, modified: datetime) -> datetime:
    """When a message was received: by its last hop, else when it was sent, else by its file."""
    received = (header.get_all("Received") or [""])[0]
    candidates = (
        _parse_date(str(received).rpartition(";")[2]),
        separator,
        _parse_date(str(header.get("Date", ""))),
    )
    latest = datetime.now(UTC) + timedelta(days=1)
    earliest = datetime(1971, 1, 1, tzinfo=UTC)
    for candidate in candidates:
        if candidate is not None and earliest <= candidate <= latest:
            return candidate
    return modified


def _parse_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError, HeaderParseError):
        return None
    try:
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _separator_date(line: bytes) -> datetime | None:
    """The date of an mbox's ``From `` line: ``From a@b.example Tue Jan  2 03:04:05 2024``."""
    words = line.decode("latin-1").split()
    for index in range(2, len(words) - 4):
        try:
            return datetime.strptime(" ".join(words[index : index + 5]), "%a %b %d %H:%M:%S %Y").replace(
                tzinfo=UTC
            )
        except ValueError:
            continue
    return None
