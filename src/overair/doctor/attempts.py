"""Log-ins that count: each form of the name once, and never enough of them to lock an account."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec
from yarl import URL

from overair.doctor.check import NotReached
from overair.doctor.complaint import Complaint
from overair.doctor.secret import Secret
from overair.doctor.web import Answer, ask
from overair.protocol.http import Credentials, HttpStatus

MAXIMUM_REFUSALS: Final = 4
"""In one examination. Accounts are commonly locked after five or more."""
REFUSALS_OF_AUTODISCOVER: Final = 1
"""After so many it asks nobody else, so that the rest is left for the server itself."""


class Login(msgspec.Struct, frozen=True):
    """A name in one of its forms, with the password in one encoding."""

    user: str
    password: Secret
    encoding: str = "utf-8"

    @property
    def credentials(self) -> Credentials:
        """As the protocol has them. Raises UnicodeEncodeError where the encoding has no such character."""
        return Credentials(self.user, self.password.reveal().encode(self.encoding))

    def header(self) -> str:
        """The value of Authorization. Secret."""
        return self.credentials.to_header()


class Attempts:
    """What became of the log-ins of one examination; one at a time until the first is taken."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        """The names that were refused, once for each time."""
        self.taken = False
        self._turn = asyncio.Lock()

    async def ask(
        self,
        complaint: Complaint,
        login: Login,
        method: str,
        url: str | URL,
        *,
        limit: int = MAXIMUM_REFUSALS,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float | None = None,
    ) -> Answer:
        """Ask with the log-in, as ``web.ask`` does; 401 counts as a refusal.

        Raises NotReached after ``limit`` refusals, and what ``web.ask`` raises.
        """

        async def asked() -> Answer:
            return await ask(
                complaint,
                method,
                url,
                headers=headers,
                body=body,
                authorization=login.header(),
                seconds=seconds,
            )

        if self.taken:
            return await asked()
        async with self._turn:
            if len(self.refused) >= limit:
                raise NotReached("the log-in was refused before, and more tries might lock the account")
            answer = await asked()
            if answer.status == HttpStatus.UNAUTHORIZED:
                self.refused.append(login.user)
            elif answer.status == HttpStatus.OK:
                self.taken = True
            return answer
