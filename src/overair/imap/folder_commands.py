"""Commands about mailboxes: what there is, how they stand, making and removing them, rights."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from overair.imap.capabilities import Capabilities, Extension
from overair.imap.command import Take, checked
from overair.imap.errors import CommandFailed
from overair.imap.existence import ExistenceCommands
from overair.imap.responses import FolderStatus, ListEntry, Namespace, Namespaces, Rights, Untagged
from overair.imap.writing import Part

AT_ONCE: Final = 50
"""Commands that are sent before the first of their answers is read."""
_IDENTITY: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
NEEDED: Final = {
    "HIGHESTMODSEQ": Extension.CONDSTORE,
    "MAILBOXID": Extension.OBJECTID,
    "SIZE": Extension.STATUS_SIZE,
    "DELETED": Extension.STATUS_DELETED,
}
"""Items of STATUS that are there with an extension only."""


class FolderCommands(ExistenceCommands):
    """Commands about mailboxes. Names are decoded ones, as ``list`` gives them.

    Every command here and in its sister classes raises ConnectionLost (TimedOut, BrokenProtocol among
    it) and CommandFailed (errors.py has its kinds).
    """

    async def namespace(self) -> Namespaces:
        """The namespaces; those of a server without NAMESPACE are the personal one, with the delimiter
        that LIST tells.
        """
        if Extension.NAMESPACE not in self.capabilities:
            entries = await self._list(b"LIST", b'""', b'""')
            return Namespaces((Namespace("", entries[0].delimiter if entries else None),))
        found: list[Namespaces] = []

        def take(said: Untagged) -> bool:
            if isinstance(said, Namespaces):
                found.append(said)
            return isinstance(said, Namespaces)

        await self._run("NAMESPACE", take=take)
        return found[-1] if found else Namespaces()

    async def list(
        self,
        pattern: str = "*",
        *,
        reference: str = "",
        subscribed: bool = False,
        status: Collection[str] = (),
    ) -> Sequence[ListEntry]:
        """Mailboxes that match, with special uses, children and subscriptions where the server has them.

        ``subscribed``: only those the user is subscribed to. ``status``: items of STATUS (such as
        "HIGHESTMODSEQ"; those that the server does not know are left out) told along, at once where the
        server has LIST-STATUS, else by ``statuses``. A name that cannot be decoded is given in a form
        that means the same mailbox when it is given back (mailbox_names.py).
        """
        where = (self._mailbox(reference), self._mailbox(pattern))
        items = self._items(status)
        if Extension.LIST_EXTENDED not in self.capabilities:
            entries = await self._list(b"LIST", *where)
            if subscribed:
                chosen = {entry.name for entry in await self._list(b"LSUB", *where)}
                entries = [_subscribed(entry) for entry in entries if entry.name in chosen]
        else:
            options = [b"SUBSCRIBED", b"CHILDREN"]
            if Extension.SPECIAL_USE in self.capabilities:
                options.append(b"SPECIAL-USE")
            told_along = bool(items) and Extension.LIST_STATUS in self.capabilities
            if told_along:
                options.append(b"STATUS (%s)" % items)
            select = (b"(SUBSCRIBED)",) if subscribed else ()
            entries = await self._list(b"LIST", *select, *where, b"RETURN", b"(%s)" % b" ".join(options))
            if told_along:
                return entries
        if items:
            found = await self.statuses([entry.name for entry in entries if entry.selectable], status)
            entries = [_with_status(entry, found.get(entry.name)) for entry in entries]
        return entries

    async def status(self, name: str, items: Collection[str]) -> FolderStatus:
        """How a mailbox stands. Items the server cannot know (CONDSTORE, OBJECTID) are left out.

        Raises NoSuchMailbox.
        """
        found: dict[str, FolderStatus] = {}
        await self._about("STATUS", name, b"(%s)" % self._items(items), take=_taking(found))
        return self._believed(found).get(name, FolderStatus(name))

    async def statuses(self, names: Sequence[str], items: Collection[str]) -> Mapping[str, FolderStatus]:
        """How mailboxes stand, in one round trip; those for which the server says NO are left out."""
        found: dict[str, FolderStatus] = {}
        asked = b"(%s)" % self._items(items)
        for place in range(0, len(names), AT_ONCE):
            some = names[place : place + AT_ONCE]
            commands = [(self._mailbox(name), asked) for name in some]
            for condition in await self._run_all("STATUS", commands, _taking(found)):
                if condition.kind != "NO":
                    checked("STATUS", condition)
        return self._believed(found)

    async def create(self, name: str, special_use: str | None = None) -> str | None:
        """Make a mailbox, and its MAILBOXID where the server tells it.

        ``special_use`` ("\\\\Sent") counts where the server has CREATE-SPECIAL-USE. Raises MailboxExists,
        which not every server tells with a code.
        """
        parts = [self._mailbox(name)]
        if special_use is not None and Extension.CREATE_SPECIAL_USE in self.capabilities:
            parts.append(b"(USE (%s))" % special_use.encode("ascii"))
        try:
            code = (await self._run("CREATE", *parts)).code
        except CommandFailed as error:
            raise await self._told_apart(error, there=name) from None
        given = code.arguments[0] if code.name == "MAILBOXID" and code.arguments else None
        identity = given[0] if isinstance(given, tuple) and given else None
        return identity.decode("ascii", "replace") if isinstance(identity, bytes) else None

    async def rename(self, name: str, to: str) -> None:
        """Rename or move a mailbox with those below it. Raises NoSuchMailbox, MailboxExists."""
        try:
            await self._run("RENAME", self._mailbox(name), self._mailbox(to))
        except CommandFailed as error:
            raise await self._told_apart(error, missing=name, there=to) from None

    async def delete(self, name: str) -> None:
        """Delete a mailbox with its messages. Raises NoSuchMailbox, and HasChildren where the server says
        so: others refuse with no code, or keep a name that cannot be selected.
        """
        await self._about("DELETE", name)

    async def subscribe(self, name: str, *, to: bool = True) -> None:
        """Subscribe to a mailbox, or (``to`` False) unsubscribe."""
        await self._run("SUBSCRIBE" if to else "UNSUBSCRIBE", self._mailbox(name))

    async def my_rights(self, name: str) -> frozenset[str] | None:
        """The user's rights (RFC 4314 letters); None where the server has no ACL. Raises NoSuchMailbox."""
        rights = await self._rights("MYRIGHTS", name)
        return None if rights is None else rights.get("", frozenset())

    async def get_acl(self, name: str) -> Mapping[str, frozenset[str]] | None:
        """Rights by identifier; None where the server has no ACL. Raises NotPermitted."""
        return await self._rights("GETACL", name)

    async def _rights(self, command: str, name: str) -> Mapping[str, frozenset[str]] | None:
        if Extension.ACL not in self.capabilities:
            return None
        found: dict[str, frozenset[str]] = {}

        def take(said: Untagged) -> bool:
            if isinstance(said, Rights):
                found.update(said.rights)
            return isinstance(said, Rights)

        await self._about(command, name, take=take)
        return found

    async def _list(self, command: bytes, *parts: Part) -> Sequence[ListEntry]:
        """What a LIST tells, each mailbox once, with its status where that is told along."""
        entries: dict[str, ListEntry] = {}
        statuses: dict[str, FolderStatus] = {}
        take_status = _taking(statuses)

        def take(said: Untagged) -> bool:
            if not isinstance(said, ListEntry):
                return take_status(said)
            earlier = entries.get(said.name)
            attributes = said.attributes | (earlier.attributes if earlier else frozenset())
            entries[said.name] = msgspec.structs.replace(said, attributes=attributes)
            return True

        await self._run(command.decode("ascii"), *parts, take=take)
        statuses = self._believed(statuses)
        return [_with_status(entry, statuses.get(entry.name)) for entry in entries.values()]

    def _believed(self, statuses: dict[str, FolderStatus]) -> dict[str, FolderStatus]:
        """Statuses without MAILBOXIDs where one of them is none: Cyrus 3.6 tells what lies in its memory,
        if it is asked for other items beside that. It is not asked again.
        """
        if all(is_identity(status.mailbox_id) for status in statuses.values()):
            return statuses
        self.capabilities = Capabilities(self.capabilities - {Extension.OBJECTID})
        return {name: msgspec.structs.replace(status, mailbox_id=None) for name, status in statuses.items()}

    def _items(self, items: Collection[str]) -> bytes:
        known = [item for item in items if item not in NEEDED or NEEDED[item] in self.capabilities]
        return " ".join(known or ["MESSAGES"] if items else []).encode("ascii")


def is_identity(value: str | None) -> bool:
    """Whether it is an object's identifier (RFC 8474, 4), or none."""
    return value is None or _IDENTITY.fullmatch(value) is not None


def _taking(found: dict[str, FolderStatus]) -> Take:
    def take(said: Untagged) -> bool:
        if isinstance(said, FolderStatus):
            found[said.name] = said
        return isinstance(said, FolderStatus)

    return take


def _with_status(entry: ListEntry, status: FolderStatus | None) -> ListEntry:
    return entry if status is None else msgspec.structs.replace(entry, status=status)


def _subscribed(entry: ListEntry) -> ListEntry:
    return msgspec.structs.replace(entry, attributes=entry.attributes | {"\\subscribed"})
