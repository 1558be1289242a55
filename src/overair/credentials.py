"""How to log in to another server as one of our users."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What the secret is."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    MASTER = "master"
    OAUTH2 = "oauth2"


class Credentials(msgspec.Struct):
    """How to log in upstream as one user. Never written to disk, never logged.

    PASSWORD: ``secret`` is the user's; MASTER: ``login`` and ``secret`` are the master user's, who acts
    for ``user`` (SASL PLAIN's authorization identity, or ``user*master`` as a name); OAUTH2: ``secret``
    is an access token for ``user``. The gateway empties ``secret`` when nobody of the account is here any
    more and sets it again with the next request, so it is read when it is needed and kept nowhere else.
    """

    user: str
    secret: str
    login: str = ""
    kind: Kind = Kind.PASSWORD
    ours: bool = False
    """Whether ``secret`` is the password of our own accounts, which a server takes only where it is the
    user's there, too."""

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, kind={self.kind.value!r})"
