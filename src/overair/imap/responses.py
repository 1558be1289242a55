"""What IMAP servers say, as typed values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from overair.imap.body_structure import BodyPart
from overair.imap.capabilities import Capabilities
from overair.imap.errors import ResponseCode
from overair.imap.uid_set import UidSet


class Namespace(msgspec.Struct, frozen=True):
    """A namespace (RFC 2342): the prefix of its mailboxes' names, and the character between levels."""

    prefix: str
    delimiter: str | None


class Namespaces(msgspec.Struct, frozen=True):
    """The namespaces of a log-in: its own, other users', shared ones."""

    personal: tuple[Namespace, ...] = (Namespace("", None),)
    others: tuple[Namespace, ...] = ()
    shared: tuple[Namespace, ...] = ()


class FolderStatus(msgspec.Struct, frozen=True):
    """What STATUS says of a mailbox; None for what was not asked for or not answered."""

    name: str
    messages: int | None = None
    unseen: int | None = None
    uid_next: int | None = None
    uid_validity: int | None = None
    highest_modseq: int | None = None
    """0 where the mailbox has no such numbers (NOMODSEQ)."""
    mailbox_id: str | None = None
    size: int | None = None
    deleted: int | None = None


class ListEntry(msgspec.Struct, frozen=True):
    """A mailbox as LIST has it. ``attributes`` are in small letters, with their backslash."""

    name: str
    """Decoded (mailbox_names.py); given back to any command it means this mailbox."""
    delimiter: str | None
    attributes: frozenset[str] = frozenset()
    status: FolderStatus | None = None

    @property
    def selectable(self) -> bool:
        """Whether it can hold messages."""
        return not self.attributes & {"\\noselect", "\\nonexistent"}

    @property
    def subscribed(self) -> bool:
        """Whether the user is subscribed to it, where that was asked for."""
        return "\\subscribed" in self.attributes

    @property
    def special_use(self) -> str | None:
        """What it is for (RFC 6154), such as "\\\\sent"; None for nothing special."""
        return next(iter(sorted(self.attributes & SPECIAL_USES)), None)

    @property
    def has_children(self) -> bool | None:
        """Whether there are mailboxes below it; None where the server does not say."""
        if "\\haschildren" in self.attributes:
            return True
        return False if self.attributes & {"\\hasnochildren", "\\noinferiors"} else None


SPECIAL_USES = frozenset({"\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash"})


class FetchResult(msgspec.Struct, frozen=True):
    """What FETCH says of a message; None for what was not asked for, or does not parse.

    System flags are as RFC 9051 writes them (``\\\\Seen``), keywords as the server does. ``sections`` has
    what stands in BODY[...] by what stands between the brackets in capitals, with ``<offset>`` behind it
    for a part of it: "" (the message), "HEADER", "1.MIME", "2.1", "1<512>"; NIL is "".
    """

    sequence: int
    uid: int | None = None
    flags: frozenset[str] | None = None
    internal_date: dt.datetime | None = None
    """With its time zone."""
    size: int | None = None
    modseq: int | None = None
    body_structure: BodyPart | None = None
    sections: Mapping[str, bytes] = {}


class FetchSummary(msgspec.Struct, frozen=True):
    """How a FETCH ended. ``unreadable`` answers did not parse; ``vanished`` are gone (VANISHED EARLIER)."""

    vanished: UidSet = UidSet()
    unreadable: int = 0
    unreadable_uids: UidSet = UidSet()
    """The UIDs of the unreadable ones, as far as they could be made out."""
    complete: bool = True
    """False where the server ended it with NO, because messages have gone (EXPUNGEISSUED) or because it
    cannot read one of them itself; what was told until then holds.
    """
    refused: bool = False
    """Whether that NO was for anything but messages that have gone: what was not told of may be there."""


class Resync(msgspec.Struct, frozen=True):
    """What is known of a mailbox, for QRESYNC. Only ``known`` messages are told of where it is given."""

    uid_validity: int
    modseq: int
    known: UidSet | None = None


class SelectResult(msgspec.Struct, frozen=True):
    """A mailbox that was selected.

    ``vanished`` and ``changed`` are answers to a ``Resync``: they are whole only where ``resynced``,
    that is where the server has the extension and UIDVALIDITY is the one that was given.
    """

    name: str
    exists: int
    uid_validity: int
    """0 where the server has none (RFC 3501 allows it): no UID may then be kept."""
    uid_next: int | None = None
    highest_modseq: int = 0
    """0 where the mailbox has no such numbers: no CONDSTORE, or NOMODSEQ."""
    flags: frozenset[str] = frozenset()
    permanent_flags: frozenset[str] = frozenset()
    """``\\\\*`` among them: new keywords can be made."""
    read_only: bool = False
    uids_persist: bool = True
    """False after UIDNOTSTICKY."""
    mailbox_id: str | None = None
    resynced: bool = False
    vanished: UidSet = UidSet()
    changed: tuple[FetchResult, ...] = ()


class SearchResult(msgspec.Struct, frozen=True):
    """UIDs that SEARCH found."""

    uids: UidSet
    modseq: int | None = None


class StoreResult(msgspec.Struct, frozen=True):
    """How STORE ended. ``refused`` were changed since (UNCHANGEDSINCE); ``changed`` is what it told."""

    refused: UidSet = UidSet()
    changed: tuple[FetchResult, ...] = ()


class Copied(msgspec.Struct, frozen=True):
    """Where copies are (COPYUID): the destination's UIDVALIDITY, and the new UID of each old one."""

    uid_validity: int
    uids: Mapping[int, int]


class Appended(msgspec.Struct, frozen=True):
    """Where an appended message is (APPENDUID)."""

    uid_validity: int
    uid: int


class Exists(msgspec.Struct, frozen=True):
    """The selected mailbox has so many messages now."""

    count: int


class Expunge(msgspec.Struct, frozen=True):
    """The message with a sequence number has gone from the selected mailbox."""

    sequence: int


class Vanished(msgspec.Struct, frozen=True):
    """Messages have gone from the selected mailbox."""

    uids: UidSet


class NotificationOverflow(msgspec.Struct, frozen=True):
    """The server tells nothing more of other mailboxes until NOTIFY is sent anew (RFC 5465)."""


class Enabled(msgspec.Struct, frozen=True):
    """Extensions that are enabled now."""

    names: frozenset[str]


class Capability(msgspec.Struct, frozen=True):
    """What the server can do."""

    capabilities: Capabilities


class Flags(msgspec.Struct, frozen=True):
    """The flags that a mailbox has."""

    flags: frozenset[str]


class Found(msgspec.Struct, frozen=True):
    """An answer to SEARCH."""

    result: SearchResult


class VanishedEarlier(msgspec.Struct, frozen=True):
    """Messages that had gone before the mailbox was selected, or since a MODSEQ."""

    uids: UidSet


class Rights(msgspec.Struct, frozen=True):
    """An answer to MYRIGHTS ("" as the identifier) or GETACL."""

    name: str
    rights: Mapping[str, frozenset[str]]


class Identity(msgspec.Struct, frozen=True):
    """An answer to ID."""

    fields: Mapping[str, str]


class Condition(msgspec.Struct, frozen=True):
    """OK, NO, BAD, BYE or PREAUTH, tagged or not, with its code."""

    kind: str
    code: ResponseCode
    text: str
    """What the server says to people."""


class UnreadableFetch(msgspec.Struct, frozen=True):
    """A FETCH that does not parse; its UID where that can be made out."""

    uid: int | None


Untagged = (
    Exists
    | Expunge
    | Vanished
    | FetchResult
    | FolderStatus
    | ListEntry
    | Namespaces
    | Enabled
    | Capability
    | Flags
    | Found
    | VanishedEarlier
    | Rights
    | Identity
    | Condition
    | UnreadableFetch
)
"""What a server says between commands and their ends."""

Event = Exists | Expunge | Vanished | FetchResult | FolderStatus | ListEntry | NotificationOverflow
"""What a server tells without having been asked."""
