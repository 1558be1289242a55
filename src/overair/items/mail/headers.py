"""The headers of a message in the words of MS-ASEMAIL."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email import utils
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as MimeMessage
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import Final

from overair.items import charsets
from overair.items.text import cleaned

LONGEST: Final = 32_768
"""The most characters of a header that are read (MS-ASEMAIL_R788)."""
LONGEST_LIST: Final = 100_000
"""The most characters of a list of addresses, in one field or several, that are read; only whole ones of
them are shown."""
_MAX_NESTING: Final = 20
_MAX_GROUPS: Final = 100
_LARGEST_GROUP: Final = 1_000
_LENIENT: Final[dict[str, bool]] = {"strict": False} if hasattr(utils, "supports_strict_parsing") else {}
"""Take lists as they come: strict parsing gives nothing for one semicolon among a hundred addresses."""
_FOLD: Final = re.compile(r"\r?\n[ \t]?|\r")
_ENCODED_WORDS: Final = re.compile(r"=\?[^?]*\?[qQbB]\?[^?]*\?=(?:[ \t]+=\?[^?]*\?[qQbB]\?[^?]*\?=)*")
_QUOTED: Final = re.compile(r'["\\]')
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,900}>")
PRINTABLE_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,900}>")
"""What may stand in a field that is written here."""
_PREFIX: Final = re.compile(
    r"^\s*(?:\[[^\]]{0,40}\]\s*)?(?:re|fwd?|aw|wg|sv|vs|vb|tr|rif|antw|odp|ynt|res|enc|回复|转发|答复)"
    r"(?:\[\d{1,3}\])?\s*[:\uff1a]\s*",
    re.IGNORECASE,
)
_SPAM: Final = re.compile(r"\s*(?:yes|true)\b", re.IGNORECASE)
_SPAM_HEADERS: Final = ("X-Spam-Flag", "X-Spam", "X-Spam-Status")
_IMPORTANCE: Final = {"low": 0, "non-urgent": 0, "normal": 1, "high": 2, "urgent": 2}
_FILETIME_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)

Address = tuple[str, str]
"""A display name, perhaps empty, and an address."""


class Headers:
    """The headers of a message or part by name, as text in which encoded words are still encoded."""

    def __init__(self, part: MimeMessage) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in part.raw_items():
            self._values.setdefault(name.lower(), []).append(value)

    def all(self, name: str) -> list[str]:
        """Every header of a name, unfolded and cut at LONGEST."""
        return [_unfolded(value) for value in self._values.get(name.lower(), ())]

    def raw(self, name: str) -> str:
        """The first header of a name, or ``""``."""
        values = self._values.get(name.lower())
        return _unfolded(values[0]) if values else ""

    def names(self) -> Iterable[str]:
        """The names of all headers, in lower case."""
        return self._values.keys()

    def text(self, name: str) -> str:
        """The first header of a name, decoded."""
        return decoded(self.raw(name))

    def addresses(self, *names: str) -> tuple[Address, ...]:
        """The addresses in all headers of some names, with their display names decoded."""
        room, values = LONGEST_LIST, []
        for value in (value for name in names for value in self._values.get(name.lower(), ())):
            whole = _whole_addresses(value, room)
            room -= len(whole)
            values.append(_unfolded(whole, LONGEST_LIST))
        return addresses_in(values)


_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_ADDRESS: Final = rf"{_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*"
_PLAIN: Final = re.compile(
    rf"(?:({_ATOM}(?: {_ATOM})*) <({_ADDRESS})>"
    rf"|\"([A-Za-z0-9 ,.'_-]++)\" <({_ADDRESS})>"
    rf"|({_ADDRESS}))(?:, |\Z)"
)
"""An address as most are, which needs no parser."""


def addresses_in(values: Sequence[str]) -> tuple[Address, ...]:
    """The addresses in header values that are on one line, with their display names decoded."""
    found = undecoded_addresses(values)
    return tuple((decoded(name), decoded(address)) for name, address in found if address)


def undecoded_addresses(values: Sequence[str]) -> list[Address]:
    """The addresses in header values as they stand, in time that grows with their length."""
    found: list[Address] = []
    for value in values:
        plain = _plain_addresses(value)
        if plain is None:
            return getaddresses(map(_flat, values), **_LENIENT)
        found += plain
    return found


def _plain_addresses(value: str) -> list[Address] | None:
    """The addresses of a value that has only plain ones; None for another."""
    found: list[Address] = []
    place = 0
    while place < len(value):
        match = _PLAIN.match(value, place)
        if match is None:
            return None
        name, of_name, quoted, of_quoted, alone = match.groups("")
        found.append((name or quoted, of_name or of_quoted or alone))
        place = match.end()
    return found


def _flat(value: str) -> str:
    """A list of addresses without what the standard library's parser is slow at or fails on.

    It calls itself for each parenthesis and each colon of a group, and copies what it has of a group
    for each member. A colon becomes a comma, so that the name of a group spoils no address.
    """
    if value.count("(") > _MAX_NESTING:
        value = value.replace("(", " ")
    if value.count(":") > _MAX_GROUPS or (":" in value and value.count(",") > _LARGEST_GROUP):
        value = value.replace(":", ",")
    return value


def _whole_addresses(value: str, room: int) -> str:
    """A raw list of addresses, cut behind one where it is too long."""
    return value if len(value) <= room else value[:room].rpartition(",")[0]


def _unfolded(value: str, limit: int = LONGEST) -> str:
    """A raw header on one line; bytes that are not ASCII are read as what they look like."""
    value = value[:limit]
    if "\n" in value or "\r" in value:
        value = _FOLD.sub(" ", value)
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    return charsets.decode(data, charsets.resolve("", data))


def decoded(value: str) -> str:
    """Header text with its encoded words decoded (RFC 2047), in whatever charset they claim."""
    if "=?" in value:
        value = _ENCODED_WORDS.sub(_decoded_words, value)
    return cleaned(value).strip() if value else value


def _decoded_words(run: re.Match[str]) -> str:
    """Encoded words that follow one another; a character may be split between two of them."""
    try:
        words = decode_header(run[0])
    except (HeaderParseError, binascii.Error, ValueError):
        return run[0]
    pieces = []
    for word, charset in words:
        data = word.encode("utf-8", "replace") if isinstance(word, str) else word
        label = (charset or "").partition("*")[0]
        pieces.append(charsets.decode(data, charsets.resolve(label, data)))
    return "".join(pieces)


def formatted(address: Address) -> str:
    """An address as EAS writes it: ``"Name" <a@b>``."""
    name, mailbox = address
    return f'"{_QUOTED.sub("", name)}" <{mailbox}>' if name and name != mailbox else mailbox


def formatted_list(found: Iterable[Address], separator: str, limit: int = LONGEST) -> str:
    """Addresses one after the other, as many whole ones as the limit on characters lets through."""
    result = ""
    for address in found:
        longer = f"{result}{separator}{formatted(address)}" if result else formatted(address)
        if len(longer) > limit:
            break
        result = longer
    return result


def display_names(found: Sequence[Address]) -> str:
    """The names of the recipients, separated by semicolons (MS-ASEMAIL_R400)."""
    return "; ".join(name or mailbox for name, mailbox in found)[:LONGEST]


def date(headers: Headers) -> datetime | None:
    """The Date header in UTC, or None where it is missing or broken."""
    try:
        value = parsedate_to_datetime(headers.raw("Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def importance(headers: Headers) -> int:
    """0 low, 1 normal, 2 high (MS-ASEMAIL_R483), from Importance, Priority or X-Priority."""
    for name in ("Importance", "Priority", "X-MSMail-Priority"):
        value = _IMPORTANCE.get(headers.raw(name).strip().lower())
        if value is not None:
            return value
    digit = headers.raw("X-Priority").strip()[:1]
    return {"1": 2, "2": 2, "4": 0, "5": 0}.get(digit, 1)


def thread_topic(headers: Headers, subject: str) -> str:
    """The subject without the prefixes of replies; a Thread-Topic header comes first."""
    topic = headers.text("Thread-Topic") or subject
    for _ in range(_MAX_NESTING):
        shorter = _PREFIX.sub("", topic, count=1)
        if shorter == topic:
            break
        topic = shorter
    return topic.strip()


def is_marked_as_spam(headers: Headers) -> bool:
    """Whether the mail server says that it is spam."""
    return any(_SPAM.match(headers.raw(name)) for name in _SPAM_HEADERS)


def message_id(headers: Headers) -> str | None:
    """The Message-ID with its angle brackets, or None."""
    found = _MESSAGE_ID.search(headers.raw("Message-ID"))
    return found[0] if found else None


def answered(headers: Headers) -> tuple[str, ...]:
    """The Message-IDs of what a message answers: its parent, as far as is known, and the root."""
    parents = _MESSAGE_ID.findall(headers.raw("In-Reply-To"))
    references = _MESSAGE_ID.findall(headers.raw("References"))
    return tuple(dict.fromkeys([*parents[:1], *references[-1:], *references[:1]]))


def conversation(headers: Headers, sent: datetime) -> tuple[bytes, bytes]:
    """The ConversationId (16 bytes) and ConversationIndex (5 bytes and 5 more for each reply).

    The identifier comes from the root of the thread, so that every message of it has the same:
    the first of References, In-Reply-To, or the message's own identifier; Outlook's Thread-Index
    only where it says that the message is a reply and those headers do not.
    """
    index = thread_index(headers)
    references = _MESSAGE_ID.findall(headers.raw("References")) or _MESSAGE_ID.findall(
        headers.raw("In-Reply-To")
    )
    own = message_id(headers)
    if references:
        identifier = sha256(references[0].encode("utf-8", "surrogatepass")).digest()[:16]
    elif len(index) > 22 or (index and own is None):
        identifier = index[6:22]
    else:
        root = own or f"{headers.raw('Subject')}\n{headers.raw('From')}\n{sent.isoformat()}"
        identifier = sha256(root.encode("utf-8", "surrogatepass")).digest()[:16]
    if index:
        return identifier, index[1:6] + index[22:]
    return identifier, index_header(sent) + _response_levels(len(references))


def index_header(sent: datetime) -> bytes:
    """The first five bytes of a ConversationIndex (MS-ASCON_R97, MS-ASCON_R308, MS-ASCON_R309)."""
    filetime = (sent - _FILETIME_EPOCH) // timedelta(microseconds=1) * 10
    return (max(0, filetime) >> 16 & 0xFF_FFFF_FFFF).to_bytes(5, "big")


def _response_levels(count: int) -> bytes:
    """One response level for each message answered; when that was is not known."""
    return bytes(5) * min(count, 100)


def thread_index(headers: Headers) -> bytes:
    """Outlook's Thread-Index: a byte, five of time, sixteen of identifier, five for each reply."""
    try:
        value = binascii.a2b_base64(headers.raw("Thread-Index").encode("ascii", "ignore"))
    except binascii.Error:
        return b""
    return value[: 22 + (len(value) - 22) // 5 * 5] if len(value) >= 22 else b""
