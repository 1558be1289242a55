"""What commands ask of the store, and what they are answered.

Plain records, which server/administrator.py carries out: on the spot, or behind the control socket,
where they travel as JSON lines.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from overair.server.administration_records import AnswerRecord, RequestRecord
from overair.server.certificate_requests import CertificateAnswer, CertificateRequest
from overair.server.device_requests import DeviceAnswer, DeviceRequest

CONTROL_SOCKET: Final = "control.sock"
"""Its name in the data directory."""
LINE_LIMIT: Final = 128 * 1024 * 1024
"""Bytes of one line on the control socket: a batch of messages, or one large one, in base64."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag=str.lower):
    """Base of what can be imported."""


class Mail(_Entry, frozen=True):
    """A message's bytes, when it was received, and how its old mailbox had marked it."""

    mime: bytes
    received: datetime
    read: bool = False
    flagged: bool = False
    answered: bool = False
    forwarded: bool = False
    draft: bool = False

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.mime)


class Whole(_Entry, frozen=True):
    """An item of another class, as JSON: the form in which stores keep it, too."""

    item_class: str
    """A value of items.ItemClass."""
    item: msgspec.Raw
    attachments: tuple[bytes, ...] = ()
    """The bytes that the item names by their keys in a BlobStore."""

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(bytes(self.item)) + sum(map(len, self.attachments))


Entry = Mail | Whole


class Outcome(msgspec.Struct, frozen=True):
    """What became of an entry: it was added, it was there already (``known``), or it was refused."""

    added: bool = False
    known: bool = False
    refused: str | None = None


class AddUser(RequestRecord, frozen=True):
    """A new account; answered by Users with the one."""

    address: str
    name: str
    password: str


class ListUsers(RequestRecord, frozen=True):
    """Every account; answered by Users."""


class SetPassword(RequestRecord, frozen=True):
    """A new password; log-ins with the old one end at once. Answered by Users with the one."""

    address: str
    password: str


class RemoveUser(RequestRecord, frozen=True):
    """Remove an account with all it owns; its phones are let go at once. Answered by Users with the one."""

    address: str


class AddAlias(RequestRecord, frozen=True):
    """A further address of an account; answered by Users with the one."""

    address: str
    alias: str


class RemoveAlias(RequestRecord, frozen=True):
    """Take a further address away; answered by Users with the one."""

    alias: str


class GrantSending(RequestRecord, frozen=True):
    """Let an account send as another address; answered by Users with the one."""

    address: str
    other: str
    on_behalf: bool = False


class RevokeSending(RequestRecord, frozen=True):
    """Let it no more; answered by Users with the one."""

    address: str
    other: str


class SetQuota(RequestRecord, frozen=True):
    """How many bytes a mailbox may hold: 0 for no limit, None for what the settings say. Answered by
    Users with the one.
    """

    address: str
    quota: int | None


class AutomaticReply(msgspec.Struct, frozen=True):
    """What is replied to one audience; in a request None leaves the message as it stands."""

    enabled: bool
    message: str | None = None
    html: bool = False


class GetOutOfOffice(RequestRecord, frozen=True):
    """What a user has set for the time out of office; answered by OutOfOffice."""

    address: str


class SetOutOfOffice(RequestRecord, frozen=True):
    """Set it; answered by OutOfOffice. An audience that is None is left as it stands.

    Times are aware; without ``end`` there is none, without ``start`` the time begins now.
    """

    address: str
    on: bool
    start: datetime | None = None
    end: datetime | None = None
    internal: AutomaticReply | None = None
    known: AutomaticReply | None = None
    unknown: AutomaticReply | None = None


class ListQueue(RequestRecord, frozen=True):
    """The messages on their way out behind one, by number; answered by Queue, with none at the end."""

    after: int = 0


class ShowQueued(RequestRecord, frozen=True):
    """One message on its way out; answered by Queue with the one."""

    number: int


class RetryQueued(RequestRecord, frozen=True):
    """Have a message, or all of them, attempted now; answered by Counted."""

    number: int | None = None


class RemoveQueued(RequestRecord, frozen=True):
    """Take a message out of the queue without telling anybody; answered by Queue with the one."""

    number: int


class BeginImport(RequestRecord, frozen=True):
    """Choose where the entries that follow go; answered by Begun."""

    address: str
    folder: str | None = None
    """A name, with its parents' before it and slashes between; None is the default one of each class."""


class AddEntries(RequestRecord, frozen=True):
    """Entries of the import that was begun; answered by Outcomes."""

    entries: tuple[Entry, ...]


class BeginExport(RequestRecord, frozen=True):
    """Choose what NextItems gives; answered by Begun."""

    address: str
    folder: str | None = None
    """As in BeginImport; None is every folder of events, tasks or notes."""


class NextItems(RequestRecord, frozen=True):
    """More of the export that was begun; answered by Exported."""


Request = (
    AddUser
    | ListUsers
    | SetPassword
    | RemoveUser
    | AddAlias
    | RemoveAlias
    | GrantSending
    | RevokeSending
    | SetQuota
    | GetOutOfOffice
    | SetOutOfOffice
    | ListQueue
    | ShowQueued
    | RetryQueued
    | RemoveQueued
    | BeginImport
    | AddEntries
    | BeginExport
    | NextItems
    | CertificateRequest
    | DeviceRequest
)


class Account(msgspec.Struct, frozen=True):
    """An account as an administrator sees it."""

    address: str
    name: str
    aliases: tuple[str, ...] = ()
    sends_as: tuple[str, ...] = ()
    """Other addresses that it may send as."""
    sends_on_behalf: tuple[str, ...] = ()
    """Other addresses that it may send for, named beside them."""
    used: int | None = None
    """Bytes that its mailbox holds, where that was asked for."""
    quota: int | None = None
    """Bytes that it may hold; 0 for no limit."""
    has_own_quota: bool = False
    """Whether the quota was set for this one."""


class QueuedRecipient(msgspec.Struct, frozen=True):
    """A recipient of a message on its way, with the last answer that was heard of it."""

    address: str
    state: str
    """``waiting``, ``delivered`` or ``failed``."""
    status: str
    answer: str


class Queued(msgspec.Struct, frozen=True):
    """A message on its way out; nothing of what it says."""

    number: int
    account: str
    """Whose it is: the primary address, or the number of an account that is nobody's."""
    sender: str
    """The return path."""
    submitted: datetime
    sending: bool
    attempts: int
    next_attempt: datetime
    recipients: tuple[QueuedRecipient, ...]


class Users(AnswerRecord, frozen=True):
    """Accounts."""

    users: tuple[Account, ...]


class OutOfOffice(AnswerRecord, frozen=True):
    """What a user has set for the time out of office; ``now`` is whether senders are replied to now."""

    address: str
    on: bool
    now: bool
    start: datetime | None
    end: datetime | None
    internal: AutomaticReply
    known: AutomaticReply
    unknown: AutomaticReply


class Queue(AnswerRecord, frozen=True):
    """Messages on their way out, by number."""

    messages: tuple[Queued, ...]


class Counted(AnswerRecord, frozen=True):
    """How many it was done to."""

    number: int


class Begun(AnswerRecord, frozen=True):
    """The account of an import or an export, and the zone of times that name none."""

    account: Account
    time_zone: str


class Outcomes(AnswerRecord, frozen=True):
    """What became of each entry, in their order."""

    outcomes: tuple[Outcome, ...]


class Exported(AnswerRecord, frozen=True):
    """Items of an export; none where there are no more."""

    items: tuple[Whole, ...]


class Refused(AnswerRecord, frozen=True):
    """The request was not carried out; ``reason`` is one line for people."""

    reason: str


Answer = (
    Users
    | OutOfOffice
    | Queue
    | Counted
    | Begun
    | Outcomes
    | Exported
    | CertificateAnswer
    | DeviceAnswer
    | Refused
)
