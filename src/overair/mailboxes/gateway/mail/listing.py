"""What there is on a server: its namespaces, its mailboxes, and what one may do in those of others."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.imap.capabilities import Extension
from overair.imap.errors import CommandFailed
from overair.imap.message_commands import Text
from overair.imap.responses import ListEntry, Namespaces
from overair.imap.session import Session
from overair.mailboxes.gateway.mail.hierarchy import INBOX, Hierarchy
from overair.mailboxes.gateway.mail.notes import KIND, OF_APPLE
from overair.mailboxes.gateway.mail.options import MailOptions
from overair.mailboxes.gateway.mail.special_folders import Role
from overair.mailboxes.gateway.mail.tree import Tree
from overair.mailboxes.gateway.sharing import Shared

MOST_RIGHTS: Final = 300
"""Mailboxes of others whose rights are asked for, each by a command of its own."""


async def listing(
    session: Session, options: MailOptions, has_notes: dict[str, bool]
) -> tuple[Hierarchy, Tree]:
    """The mailboxes of a log-in. Raises ImapError.

    ``has_notes`` remembers of mailboxes that are called as one of notes is whether they are such.
    """
    namespaces = await session.namespace()
    status = ("MAILBOXID",) if Extension.OBJECTID in session.capabilities else ()
    entries = {entry.name: entry for entry in await session.list("*", status=status)}
    if options.shared is not Shared.NONE:
        for prefix in _prefixes(namespaces):
            # LIST "" "*" need not tell of other namespaces than the user's own.
            for entry in await session.list(f"{prefix}*"):
                entries.setdefault(entry.name, entry)
    if not any(name.upper() == INBOX for name in entries):
        entries[INBOX] = ListEntry(INBOX, None)
    asks = options.subscribed_only or options.shared is Shared.SUBSCRIBED
    if asks and not any(entry.subscribed for entry in entries.values()):
        await _mark_subscribed(session, entries)
    delimiter = next((entry.delimiter for entry in entries.values() if entry.delimiter), None)
    hierarchy = Hierarchy(namespaces, delimiter)
    tree = Tree(entries.values(), hierarchy, options)
    notes = tree.roles.get(Role.NOTES)
    without: frozenset[Role] = frozenset()
    if notes is not None and not options.names.get(Role.NOTES):
        if notes not in has_notes:
            has_notes[notes] = await _holds_notes(session, notes)
        if not has_notes[notes]:
            without = frozenset({Role.NOTES})
            tree = Tree(entries.values(), hierarchy, options, without=without)
    if Extension.ACL in session.capabilities:
        rights = {path: await _rights(session, path) for path in tree.of_others()[:MOST_RIGHTS]}
        tree = Tree(entries.values(), hierarchy, options, rights, without)
    return hierarchy, tree


async def _holds_notes(session: Session, path: str) -> bool:
    """Whether a mailbox is one of notes: it holds one, or nothing. Many people file mail as notes, too."""
    try:
        selected = await session.select(path)
        return not selected.exists or bool((await session.uid_search(["HEADER", KIND, Text(OF_APPLE)])).uids)
    except CommandFailed:
        return False


def _prefixes(namespaces: Namespaces) -> list[str]:
    return [space.prefix for space in (*namespaces.others, *namespaces.shared) if space.prefix]


async def _mark_subscribed(session: Session, entries: dict[str, ListEntry]) -> None:
    for one in await session.list("*", subscribed=True):
        entry = entries.get(one.name)
        if entry is not None:
            marked = entry.attributes | {"\\subscribed"}
            entries[one.name] = msgspec.structs.replace(entry, attributes=marked)


async def _rights(session: Session, path: str) -> frozenset[str] | None:
    try:
        return await session.my_rights(path)
    except CommandFailed:
        return frozenset()  # who may not even ask may do nothing there
