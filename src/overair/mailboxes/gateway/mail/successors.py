"""Messages that came under a new UID: which of them the mirror has already, under an earlier key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec

from overair.items import Item, Message
from overair.mailboxes.gateway.backend import Known, Mirror, MirroredFolder
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.gateway.mail.overview import NO_DATE, Mailbox, Sight


class Successor(msgspec.Struct, frozen=True):
    """The key that a message had before; ``renewed`` where it had another content then."""

    earlier: str
    renewed: bool


class Successors(msgspec.Struct, frozen=True):
    """What became of new messages, by UID. ``hidden`` are older forms of a draft that has a newer one."""

    of: dict[int, Successor]
    hidden: frozenset[int] = frozenset()


async def successors(
    mirror: Mirror,
    folder: MirroredFolder,
    mailbox: Mailbox,
    sights: Collection[Sight],
    removed: Collection[str],
    *,
    former: bool,
) -> Successors:
    """Which of new messages are such that the mirror has: among those that are gone, those with keys of an
    earlier UIDVALIDITY (``former``: there are such) and, among drafts, all.

    Many programs write a draft anew, with the same Message-ID, before they remove the old one.
    """
    names = {sight.message_id for sight in sights if sight.message_id is not None}
    there = await mirror.with_message_ids(folder, names) if names else {}
    gone = set(removed)
    found: dict[int, Successor] = {}
    hidden: set[int] = set()
    taken: set[str] = set()
    newest: dict[str, int] = {}
    for sight in sorted(sights, key=lambda one: -one.uid):
        name = sight.message_id
        if name is None:
            continue
        candidates = [one for one in there.get(name, ()) if one[0].key not in taken]
        if mailbox.in_drafts and (name in newest or _has_newer(mailbox, sight, candidates, gone)):
            hidden.add(sight.uid)
            continue
        newest[name] = sight.uid
        for known, item in _in_order(candidates, sight):
            key = read_key(known.key)
            other_validity = key.uid_validity != mailbox.uid_validity
            if key == (mailbox.uid_validity, sight.uid):
                break
            # A draft may be saved twice within a second, and be as long as before.
            same = _is_same(item, sight) and (other_validity or not mailbox.in_drafts)
            if mailbox.in_drafts or known.key in gone or (other_validity and same):
                found[sight.uid] = Successor(known.key, renewed=not same)
                taken.add(known.key)
                break
    if former:
        left = [sight for sight in sights if sight.uid not in found and sight.uid not in hidden]
        found |= await _of_that_time(mirror, folder, mailbox, left, taken)
    return Successors(found, frozenset(hidden))


def _has_newer(
    mailbox: Mailbox, sight: Sight, candidates: Sequence[tuple[Known, Item]], gone: Collection[str]
) -> bool:
    keys = [read_key(known.key) for known, _ in candidates if known.key not in gone]
    return any(key.uid_validity == mailbox.uid_validity and key.uid > sight.uid for key in keys)


def _in_order(candidates: Iterable[tuple[Known, Item]], sight: Sight) -> list[tuple[Known, Item]]:
    """Those that are the same to the byte first, then the newest."""
    return sorted(candidates, key=lambda one: (not _is_same(one[1], sight), -read_key(one[0].key).uid))


def _is_same(item: Item, sight: Sight) -> bool:
    """Whether nothing speaks against a message of the mirror being the same to the byte."""
    if not isinstance(item, Message) or item.date_received != sight.received:
        return False
    return item.index is None or item.index.size == sight.size


async def _of_that_time(
    mirror: Mirror,
    folder: MirroredFolder,
    mailbox: Mailbox,
    sights: Sequence[Sight],
    taken: Collection[str],
) -> dict[int, Successor]:
    """Which of messages under a new UIDVALIDITY are such of which the mirror has no Message-ID, because
    nobody has read them or they have none: where one alone came at that time, there and here.
    """
    times = Counter(sight.received for sight in sights if sight.received != NO_DATE)
    lone = {sight.received: sight for sight in sights if times[sight.received] == 1}
    there = await mirror.received_at(folder, lone) if lone else {}
    found = {}
    for received, sight in lone.items():
        former = [
            known.key
            for known, item in there.get(received, ())
            if isinstance(item, Message)
            and item.message_id is None
            and _is_same(item, sight)
            and read_key(known.key).uid_validity != mailbox.uid_validity
            and known.key not in taken
        ]
        if len(former) == 1:
            found[sight.uid] = Successor(former[0], renewed=False)
    return found
