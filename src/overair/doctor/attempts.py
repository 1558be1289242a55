"""Log-ins that count: each form of the name once, and never enough of them to lock an account."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Final

import msgspec
from yarl import URL

from overair.doctor.check import NotReached
from overair.doctor.complaint import Complaint
from overair.doctor.network.web import Answer, ask
from overair.doctor.secret import Secret
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
    """What became of the log-ins of one examination."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        """The names that were refused, once for each time."""
        self._taken: set[str] = set()
        self._ever_taken: set[str] = set()
        self._asking = 0
        self._change = asyncio.Condition()

    def is_taken(self, url: str | URL) -> bool:
        """Whether what is at a URL has taken a log-in, and not refused the next one."""
        return _place(url) in self._taken

    def was_taken(self, url: str | URL) -> bool:
        """Whether what is at a URL has taken a log-in, whatever it did with others."""
        return _place(url) in self._ever_taken

    def refuse(self, user: str, url: str | URL) -> None:
        """Count a refusal."""
        self.refused.append(user)
        self._taken.discard(_place(url))

    @contextlib.asynccontextmanager
    async def turn(self, limit: int = MAXIMUM_REFUSALS) -> AsyncIterator[None]:
        """Whoever is to be asked something with a log-in is asked in here.

        Waits while those who are asked already could reach ``limit`` together, were all of them to refuse;
        so the first is asked alone where the limit is one. Raises NotReached after ``limit`` refusals.
        """
        async with self._change:
            await self._change.wait_for(
                lambda: len(self.refused) >= limit or len(self.refused) + self._asking < limit
            )
            if len(self.refused) >= limit:
                raise NotReached("the log-in was refused before, and more tries might lock the account")
            self._asking += 1
        try:
            yield
        finally:
            async with self._change:
                self._asking -= 1
                self._change.notify_all()

    async def ask(
        self,
        complaint: Complaint,
        login: Login,
        method: str,
        url: str | URL,
        *,
        limit: int = MAXIMUM_REFUSALS,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"",
        expect: bool = False,
        seconds: float | None = None,
    ) -> Answer:
        """Ask with the log-in, as ``web.ask`` does; 401 counts as a refusal.

        Raises NotReached where the host may not be told and after ``limit`` refusals, and what ``web.ask``
        raises.
        """
        why_not = complaint.why_not(URL(url).host or "")
        if why_not:
            raise NotReached(why_not)
        async with self.turn(limit):
            answer = await ask(
                complaint,
                method,
                url,
                headers=headers,
                body=body,
                expect=expect,
                authorization=login.header(),
                seconds=seconds,
            )
            if answer.status == HttpStatus.UNAUTHORIZED:
                self.refuse(login.user, url)
            elif answer.status == HttpStatus.OK:
                self._taken.add(_place(url))
                self._ever_taken.add(_place(url))
            return answer


def _place(url: str | URL) -> str:
    target = URL(url, encoded=True) if isinstance(url, str) else url
    return str(target.with_query(None))
