"""Logging in: with a user's password, as a master user for one, with an access token."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Final

from overair.credentials import Credentials, Kind
from overair.imap.capabilities import Extension
from overair.imap.conversation import Conversation
from overair.imap.errors import CommandFailed, LoginRefused, NotOffered, ResponseCode
from overair.imap.writing import astring

UNSAID: Final = frozenset({"", "ALERT"})
"""Codes of a NO to a log-in that do not say why: then it is the log-in that is wrong."""


class LoginCommands(Conversation):
    """Logging in. What is sent and said here is in no log and no error."""

    async def authenticate(self, credentials: Credentials) -> None:
        """Log in, in the best way that the server has.

        Raises LoginRefused; NotOffered where there is no way, CommandFailed where something else is the
        matter, ConnectionLost.
        """
        self._told = False
        try:
            await self._authenticate(credentials)
        except CommandFailed as error:
            if type(error) is CommandFailed and error.code.name in UNSAID:
                raise LoginRefused(error.command, error.code, error.text) from None
            raise
        if not self._told:
            await self._run("CAPABILITY")

    async def _authenticate(self, credentials: Credentials) -> None:
        user, secret = credentials.user, credentials.secret
        if credentials.kind is Kind.OAUTH2:
            await self._bearer(user, secret)
        elif credentials.kind is Kind.PASSWORD:
            await self._password(user, secret)
        elif self.server.master_separator:
            if self.server.master_separator in user:
                raise LoginRefused("AUTHENTICATE", ResponseCode())  # it would name another user
            await self._password(f"{user}{self.server.master_separator}{credentials.login}", secret)
        elif "AUTH=PLAIN" in self.capabilities:
            await self._sasl("PLAIN", _plain(user, credentials.login, secret))
        else:
            raise NotOffered("the server has no AUTH=PLAIN, without which no master user can log in")

    async def _password(self, user: str, secret: str) -> None:
        if "AUTH=PLAIN" in self.capabilities:
            await self._sasl("PLAIN", _plain("", user, secret))
        elif Extension.LOGIN_DISABLED in self.capabilities:
            raise NotOffered("the server lets nobody log in with a password on this connection")
        else:
            _without(user + secret, "\0")
            await self._run("LOGIN", astring(user.encode()), astring(secret.encode()))

    async def _bearer(self, user: str, token: str) -> None:
        for mechanism, (message, acknowledgement) in BEARER.items():
            if f"AUTH={mechanism}" in self.capabilities:
                await self._sasl(mechanism, message(user, token), acknowledgement)
                return
        raise NotOffered("the server takes no access tokens: neither OAUTHBEARER nor XOAUTH2")

    async def _sasl(self, mechanism: str, message: bytes, acknowledgement: bytes = b"*") -> None:
        """``acknowledgement`` is what is said to the server's account of why it refuses."""
        encoded = b64encode(message)
        at_once = Extension.SASL_IR in self.capabilities
        answers = iter((acknowledgement,) if at_once else (encoded, acknowledgement))
        parts = [mechanism.encode("ascii"), *((encoded,) if at_once else ())]
        await self._run("AUTHENTICATE", *parts, reply=_saying(answers))


def _saying(answers: Iterator[bytes]) -> Callable[[bytes], bytes]:
    return lambda _challenge: next(answers, b"*")


def _without(text: str, separator: str) -> None:
    if separator in text:
        raise LoginRefused("AUTHENTICATE", ResponseCode())  # it would say something else


def _plain(authorization: str, authentication: str, secret: str) -> bytes:
    """RFC 4616."""
    _without(authorization + authentication + secret, "\0")
    return f"{authorization}\0{authentication}\0{secret}".encode()


def _oauthbearer(user: str, token: str) -> bytes:
    """RFC 7628."""
    _without(user + token, "\1")
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1auth=Bearer {token}\1\1".encode()


def _xoauth2(user: str, token: str) -> bytes:
    _without(user + token, "\1")
    return f"user={user}\1auth=Bearer {token}\1\1".encode()


BEARER: Final[dict[str, tuple[Callable[[str, str], bytes], bytes]]] = {
    "OAUTHBEARER": (_oauthbearer, b"AQ=="),
    "XOAUTH2": (_xoauth2, b""),
}
"""Mechanisms for access tokens, the better one first, and what is said to a server that refuses."""
