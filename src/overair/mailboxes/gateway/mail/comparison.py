"""The mirror of a mailbox compared with the mailbox itself, where nothing says what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from overair.imap.responses import FetchResult
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from overair.mailboxes.gateway.backend import FolderUnavailable, Known
from overair.mailboxes.gateway.mail.flags import DELETED, SEEN, signature
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.gateway.mail.overview import FLAGS_ALONE

NOT_TOLD: Final = "the IMAP server refuses to tell of messages"


class Differences(msgspec.Struct, frozen=True):
    """How a mailbox differs from its mirror: UIDs that the mirror lacks, keys of what is gone, and the
    flags of what has others now.

    ``shown`` messages are there that are not marked as deleted; ``unseen`` of all have no ``\\Seen``, -1
    where flags were not compared.
    """

    missing: UidSet
    gone: tuple[str, ...]
    changed: Mapping[int, frozenset[str]]
    shown: int
    unseen: int = -1


async def compare(
    session: Session, known: list[Known], uid_validity: int, first: int, last: int, *, flags: bool
) -> Differences:
    """Compare the messages with UIDs from ``first`` to ``last`` of the selected mailbox.

    Items with keys of another UIDVALIDITY are left alone. ``flags`` compares the flags, too. Raises
    ImapError, MailboxUnavailable.
    """
    tags = {}
    for one in known:
        key = read_key(one.key)
        if key.uid_validity == uid_validity and first <= key.uid <= last:
            tags[key.uid] = one.tag
    there: dict[int, frozenset[str]] = {}
    unseen = -1
    whole = False
    if flags and last >= first:
        unseen = 0

        def take(result: FetchResult) -> None:
            nonlocal unseen
            if result.uid is None or result.flags is None:
                return
            unseen += SEEN not in result.flags
            if DELETED not in result.flags:
                there[result.uid] = result.flags

        summary = await session.uid_fetch(UidSet.of_ranges([(first, last)]), FLAGS_ALONE, take)
        if summary.refused:
            raise FolderUnavailable(NOT_TOLD)
        whole = summary.complete and not summary.unreadable
    if not whole and last >= first:
        # Nothing is taken for gone only because the server could not tell of it.
        found = await session.uid_search(["UID", f"{first}:{last}", "UNDELETED"])
        uids = set(found.uids.within(last))
    else:
        uids = set(there)
    return Differences(
        missing=UidSet(uids - tags.keys()),
        gone=tuple(one.key for one in known if _is_gone(one, uid_validity, first, last, uids)),
        changed={
            uid: said
            for uid, said in there.items()
            if uid in tags and uid in uids and tags[uid] != signature(said)
        },
        shown=len(uids),
        unseen=unseen,
    )


def _is_gone(known: Known, uid_validity: int, first: int, last: int, uids: set[int]) -> bool:
    key = read_key(known.key)
    return key.uid_validity == uid_validity and first <= key.uid <= last and key.uid not in uids
