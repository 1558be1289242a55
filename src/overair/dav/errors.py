"""What a server of CalDAV or CardDAV may answer in place of what was asked for.

Messages say which server and what it answered, and repeat nothing that came from it or from a user.
"""

from __future__ import annotations

from typing import Final


class DavError(Exception):
    """Base of them. ``status`` is the HTTP status, 0 where there was none; ``conditions`` are the names
    of the conditions that the answer says were not met (``{DAV:}valid-sync-token``).
    """

    def __init__(self, message: str, status: int = 0, conditions: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.status = status
        self.conditions = conditions


class Unreachable(DavError):
    """It cannot be reached, is too slow, has a failure of its own, or answers what makes no sense."""


class NoLogIn(Unreachable):
    """Nobody is here whose log-in it would be: that says nothing of the server."""


class NotAuthorized(DavError):
    """It does not take the log-in."""


class NotAllowed(DavError):
    """It will not do that, however often it is asked."""


class NotThere(DavError):
    """It has nothing of that name."""


class Clash(DavError):
    """What is there is not what was expected to be: another ETag, a name that is taken, no collection."""


class NoRoom(DavError):
    """It has no room for that, or that is larger than what it takes."""


_BY_STATUS: Final[dict[int, type[DavError]]] = {
    401: NotAuthorized,
    403: NotAllowed,
    404: NotThere,
    405: NotAllowed,
    408: Unreachable,
    409: Clash,
    410: NotThere,
    412: Clash,
    413: NoRoom,
    423: Unreachable,
    425: Unreachable,
    429: Unreachable,
    501: NotAllowed,
    507: NoRoom,
}


def is_trouble(status: int) -> bool:
    """Whether a status says that the server is in trouble, and nothing of what was asked for."""
    return status >= 400 and issubclass(_kind_of(status), Unreachable | NoRoom)


def error_of(where: str, status: int, conditions: frozenset[str] = frozenset()) -> DavError:
    """The error that a status is which is no success; ``where`` names the server and what was asked."""
    return _kind_of(status)(f"{where}: HTTP {status}", status, conditions)


def _kind_of(status: int) -> type[DavError]:
    return _BY_STATUS.get(status) or (NotAllowed if 400 <= status < 500 else Unreachable)
