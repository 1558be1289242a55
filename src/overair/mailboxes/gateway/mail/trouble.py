"""What an IMAP server refuses or fails at, in the words of a mailbox."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from overair.imap.errors import (
    CommandFailed,
    ImapError,
    LimitReached,
    LoginRefused,
    MailboxExists,
    NoLogIn,
    NoSuchMailbox,
    NotPermitted,
    OverQuota,
    TryLater,
)
from overair.mailboxes.gateway.backend import FolderUnavailable, NobodyHere, WrongCredentials
from overair.mailboxes.interface import (
    FolderExists,
    MailboxError,
    MailboxFull,
    MailboxUnavailable,
    NoSuchFolder,
    Refused,
)


@contextlib.contextmanager
def translated(account_id: int) -> Iterator[None]:
    """Raise the MailboxError that an ImapError stands for; its words hold nothing that anybody wrote."""
    try:
        yield
    except ImapError as error:
        raise of(error, account_id) from error


def of(error: ImapError, account_id: int) -> MailboxError:
    """The MailboxError that an ImapError stands for."""
    said = f"IMAP: {error}"
    for kind, meaning in _MEANINGS:
        if isinstance(error, kind):
            return meaning(said)
    if isinstance(error, OverQuota | LimitReached):
        return MailboxFull(account_id, too_large=isinstance(error, LimitReached))
    if isinstance(error, CommandFailed) and not isinstance(error, TryLater):
        return Refused(said)
    if isinstance(error, TryLater) and error.command in _AT_ONE:
        return FolderUnavailable(said)
    return MailboxUnavailable(said)


_AT_ONE: Final = frozenset({"SELECT", "EXAMINE", "UID FETCH", "UID SEARCH"})
"""The commands of a pull."""


_MEANINGS: Final[tuple[tuple[type[ImapError], type[MailboxError]], ...]] = (
    (LoginRefused, WrongCredentials),
    (NoLogIn, NobodyHere),
    (NoSuchMailbox, NoSuchFolder),
    (MailboxExists, FolderExists),
    (NotPermitted, Refused),
)
