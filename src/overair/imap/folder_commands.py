"""Commands about mailboxes: what there is, how they stand, making and removing them, rights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from overair.imap.responses import FolderStatus, ListEntry, Namespaces


class FolderCommands:
    """Commands about mailboxes. Names are decoded ones, as ``list`` gives them.

    Every command here and in its sister classes raises ConnectionLost (TimedOut, BrokenProtocol among
    it) and CommandFailed (errors.py has its kinds).
    """

    async def namespace(self) -> Namespaces:
        """The namespaces; those of a server without NAMESPACE are the personal one, with the delimiter
        that LIST tells.
        """
        raise NotImplementedError

    async def list(
        self,
        pattern: str = "*",
        *,
        reference: str = "",
        subscribed: bool = False,
        status: Collection[str] = (),
    ) -> list[ListEntry]:
        """Mailboxes that match, with special uses, children and subscriptions where the server has them.

        ``subscribed``: only those the user is subscribed to. ``status``: items of STATUS (such as
        "HIGHESTMODSEQ"; those that the server does not know are left out) told along, at once where the
        server has LIST-STATUS, else by ``statuses``. A name that cannot be decoded is given in a form
        that means the same mailbox when it is given back (mailbox_names.py).
        """
        raise NotImplementedError

    async def status(self, name: str, items: Collection[str]) -> FolderStatus:
        """How a mailbox stands. Items the server cannot know (CONDSTORE, OBJECTID) are left out.

        Raises NoSuchMailbox.
        """
        raise NotImplementedError

    async def statuses(self, names: Sequence[str], items: Collection[str]) -> Mapping[str, FolderStatus]:
        """How mailboxes stand, in one round trip; those for which the server says NO are left out."""
        raise NotImplementedError

    async def create(self, name: str, special_use: str | None = None) -> str | None:
        """Make a mailbox, and its MAILBOXID where the server tells it.

        ``special_use`` ("\\\\Sent") counts where the server has CREATE-SPECIAL-USE. Raises MailboxExists,
        which not every server tells with a code.
        """
        raise NotImplementedError

    async def rename(self, name: str, to: str) -> None:
        """Rename or move a mailbox with those below it. Raises NoSuchMailbox, MailboxExists."""
        raise NotImplementedError

    async def delete(self, name: str) -> None:
        """Delete a mailbox with its messages. Raises NoSuchMailbox, HasChildren."""
        raise NotImplementedError

    async def subscribe(self, name: str, *, to: bool = True) -> None:
        """Subscribe to a mailbox, or (``to`` False) unsubscribe."""
        raise NotImplementedError

    async def my_rights(self, name: str) -> frozenset[str] | None:
        """The user's rights (RFC 4314 letters); None where the server has no ACL. Raises NoSuchMailbox."""
        raise NotImplementedError

    async def get_acl(self, name: str) -> Mapping[str, frozenset[str]] | None:
        """Rights by identifier; None where the server has no ACL. Raises NotPermitted."""
        raise NotImplementedError
