"""What servers of a gateway can do, in words for whoever chose them, and what it means where they cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from overair.dav.discovery import Home
from overair.imap.capabilities import Capabilities, Extension
from overair.items import ItemClass
from overair.mailboxes.gateway.backend import BackendName
from overair.mailboxes.gateway.groupware.overlay import KEPT_HERE
from overair.mailboxes.gateway.mail.flags import FORWARDED, NEW_KEYWORDS
from overair.mailboxes.gateway.settings import GatewaySettings


class Ability(NamedTuple):
    """``name`` is how the standards call it; ``meaning`` what it does for phones, or, where the server
    lacks it, what is done in its stead. ``has`` is None where nobody can know that yet.
    """

    name: str
    has: bool | None
    meaning: str


class _Row(NamedTuple):
    extension: Extension
    meaning: str
    without: str


_MAIL: Final = (
    _Row(
        Extension.NOTIFY,
        "news of every folder at once, over one connection",
        "news of folders other than the inbox within {poll} s ([gateway] poll_mail)",
    ),
    _Row(
        Extension.IDLE,
        "news of the inbox at once",
        "news of the inbox within {poll} s ([gateway] poll_mail)",
    ),
    _Row(
        Extension.QRESYNC,
        "what was deleted is told in one answer",
        "what was deleted is found by comparing lists",
    ),
    _Row(
        Extension.CONDSTORE,
        "what was read or flagged elsewhere is told at once",
        "what was flagged elsewhere is looked for every 5 minutes, at a cost that grows with the folder",
    ),
    _Row(
        Extension.LIST_STATUS,
        "one question for all folders",
        "a question for each folder",
    ),
    _Row(
        Extension.MOVE,
        "messages are moved in one step",
        "messages are moved by copying and deleting",
    ),
    _Row(
        Extension.UIDPLUS,
        "where a message went is told with the move",
        "moved and new messages are searched for by their Message-ID",
    ),
    _Row(
        Extension.SPECIAL_USE,
        "which folders are Drafts, Sent, Trash, Junk and Archive",
        "those folders are known by [gateway.folders] or by their usual names",
    ),
    _Row(
        Extension.OBJECTID,
        "folders that are renamed elsewhere stay what they are on phones",
        "a folder that is renamed elsewhere comes to phones anew",
    ),
    _Row(
        Extension.NAMESPACE,
        "the mailboxes of others are known as such",
        "the mailboxes of others are not told from the user's own",
    ),
    _Row(
        Extension.ACL,
        "what may be done in the mailboxes of others",
        "what may not be done in the mailboxes of others is found out by trying",
    ),
)
_KEPT_OF_MAIL: Final = (
    "dates, reminders and completion of a flag",
    "whether a reply went to all, and when",
    "categories with a space or with letters beyond ASCII",
)
_CHANGES: Final[Mapping[bool | None, str]] = {
    True: "only what has changed is asked for",
    False: "what has changed is found by comparing lists",
    None: "only what has changed is asked for, if collections have sync-tokens; the user has none yet",
}
_CLASSES: Final[Mapping[BackendName, tuple[ItemClass, ...]]] = {
    BackendName.CALDAV: (ItemClass.CALENDAR, ItemClass.TASKS),
    BackendName.CARDDAV: (ItemClass.CONTACTS,),
}


def of_mail(capabilities: Capabilities, settings: GatewaySettings) -> tuple[Ability, ...]:
    """What an IMAP server can do that gateways use."""
    return tuple(
        Ability(
            row.extension.value,
            row.extension in capabilities,
            (row.meaning if row.extension in capabilities else row.without).format(
                poll=f"{settings.poll_mail:g}"
            ),
        )
        for row in _MAIL
    )


def of_groupware(backend: BackendName, home: Home, *, tells_changes: bool | None) -> tuple[Ability, ...]:
    """What a server of CalDAV or CardDAV can do that gateways use."""
    found = [Ability("sync-collection", tells_changes, _CHANGES[tells_changes])]
    if backend is BackendName.CALDAV:
        found.append(
            Ability(
                "calendar-auto-schedule",
                home.schedules,
                "the server tells attendees of meetings itself, and takes in what comes by mail"
                if home.schedules
                else "Overair sends invitations, and puts those that come by mail into the calendar",
            )
        )
        found.append(
            Ability(
                "schedule-outbox",
                bool(home.outbox),
                "phones are told when others are busy"
                if home.outbox
                else "phones learn when their own user is busy, and of nobody else",
            )
        )
    return tuple(found)


def kept_of_mail(permanent_flags: frozenset[str]) -> Iterator[str]:
    """What of messages no IMAP server, or not this mailbox, can keep."""
    yield from _KEPT_OF_MAIL
    if NEW_KEYWORDS not in permanent_flags:
        yield "categories: the mailbox takes no new keywords"
        if FORWARDED not in permanent_flags:
            yield "whether a message was forwarded"


def kept_of_groupware(backend: BackendName) -> Iterator[str]:
    """What of items no such server keeps."""
    for item_class in _CLASSES[backend]:
        yield from (f"{item_class.lower()}: {words}" for words in KEPT_HERE[item_class])
