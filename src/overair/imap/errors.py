"""What can go wrong with an IMAP server.

No message of these errors has anything in it that a user or a server wrote: they name the command and
the response code. What the server said beside it is in ``CommandFailed.text``, for the administrator's
own check, never for a log.
"""

from __future__ import annotations

from typing import Final

import msgspec

from overair.imap.atoms import Atom


class ImapError(Exception):
    """Something went wrong with an IMAP server."""


class ConnectionLost(ImapError):
    """There is no connection (any more): refused, cut, no TLS, BYE. What was asked may have been done."""


class TimedOut(ConnectionLost):
    """The server did not answer in time; the connection is closed, for its answer may still come."""


class BrokenProtocol(ConnectionLost):
    """The server sent what is not IMAP, or more than the limits allow; the connection is closed."""


class NoLogIn(ConnectionLost):
    """Nobody is here whose log-in it would be: that says nothing of the server."""


class Crowded(ConnectionLost):
    """No connection could be had: there are as many as may be, and all in use."""


class Untold(ImapError):
    """The server refused to tell of messages that it does not say are gone (``FetchSummary.refused``)."""


class NotOffered(ImapError):
    """The server does not have the extension that was asked for. Nothing was sent."""


class ResponseCode(msgspec.Struct, frozen=True):
    """The code of a response in square brackets: its name in capitals, "" for none, and the rest."""

    name: str = ""
    arguments: tuple[Atom, ...] = ()


class CommandFailed(ImapError):
    """The server refused a command; the connection goes on. ``text`` is what it said."""

    def __init__(self, command: str, code: ResponseCode, text: str = "") -> None:
        super().__init__(f"{self.answer} to {command}" + (f" [{code.name}]" if code.name else ""))
        self.command: Final = command
        self.code: Final = code
        self.text: Final = text

    answer = "NO"


class BadCommand(CommandFailed):
    """BAD: the server does not know the command, or not in this form or state."""

    answer = "BAD"


class LoginRefused(CommandFailed):
    """AUTHENTICATIONFAILED, AUTHORIZATIONFAILED, EXPIRED, or a NO to a log-in without any code."""


class TryLater(CommandFailed):
    """UNAVAILABLE, INUSE, SERVERBUG, CONTACTADMIN: the server is in trouble, not the command."""


class NoSuchMailbox(CommandFailed):
    """NONEXISTENT, TRYCREATE."""


class MailboxExists(CommandFailed):
    """ALREADYEXISTS."""


class OverQuota(CommandFailed):
    """OVERQUOTA."""


class LimitReached(CommandFailed):
    """LIMIT, TOOBIG."""


class NotPermitted(CommandFailed):
    """NOPERM, READ-ONLY, CANNOT, PRIVACYREQUIRED."""


class Expunged(CommandFailed):
    """EXPUNGEISSUED: messages that the command names are gone; what it did for the others stays."""


class HasChildren(CommandFailed):
    """HASCHILDREN: a mailbox with others below it is not deleted."""


BY_CODE: Final[dict[str, type[CommandFailed]]] = {
    "AUTHENTICATIONFAILED": LoginRefused,
    "AUTHORIZATIONFAILED": LoginRefused,
    "EXPIRED": LoginRefused,
    "UNAVAILABLE": TryLater,
    "INUSE": TryLater,
    "SERVERBUG": TryLater,
    "CONTACTADMIN": TryLater,
    "NONEXISTENT": NoSuchMailbox,
    "TRYCREATE": NoSuchMailbox,
    "ALREADYEXISTS": MailboxExists,
    "OVERQUOTA": OverQuota,
    "LIMIT": LimitReached,
    "TOOBIG": LimitReached,
    "NOPERM": NotPermitted,
    "READ-ONLY": NotPermitted,
    "CANNOT": NotPermitted,
    "PRIVACYREQUIRED": NotPermitted,
    "EXPUNGEISSUED": Expunged,
    "HASCHILDREN": HasChildren,
}
"""The error of a NO by its code (RFC 5530 and others); any other is a CommandFailed."""
