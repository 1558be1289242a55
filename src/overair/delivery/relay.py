"""The server that takes mail for others, and how a connection to it begins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import aiosmtplib
from aiosmtplib.errors import SMTPAuthenticationError, SMTPResponseException

from overair.delivery.queue import RecipientState
from overair.delivery.smtp import LOST, Connection, leave
from overair.delivery.smtp_answers import Verdict, printable, unheard, verdict_of
from overair.delivery.smtp_settings import Smtp
from overair.delivery.wire_form import ascii_domain

MISCONFIGURED: Final = "4.3.5"
"""What is said of a server that refuses the connection or the log-in: somebody will set that right."""


class Unreachable(Exception):
    """There is no connection with which mail could be sent; ``verdict`` holds for every recipient."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


class Client(aiosmtplib.SMTP):
    """A connection that logs in with a password, and sends it no other way than these."""

    AUTH_METHODS = ("plain", "login")


LogIn = Callable[[Client], Awaitable[object]]
"""Logs in on a connection that has been greeted. Raises SMTPException."""


class Relay:
    """The server of ``[smtp]``, whose certificates are read once. Raises SmtpError."""

    def __init__(self, settings: Smtp, domain: str) -> None:
        self.name: Final = ascii_domain(settings.host)
        self.settings: Final = settings
        self._domain = ascii_domain(domain)
        self._context = settings.context()

    async def connect(self, log_in: LogIn | None = None) -> Connection:
        """A connection that is ready, logged in as ``log_in`` does or as the settings say, where there is a
        log-in. Raises Unreachable.
        """
        settings = self.settings
        client = Client(
            hostname=self.name,
            port=settings.actual_port,
            timeout=settings.timeout,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            tls_context=self._context,
            local_hostname=self._domain,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await self._greet(client)
            if log_in is not None:
                await log_in(client)
            elif settings.user:
                await client.login(settings.user, await asyncio.to_thread(settings.secret))
        except SMTPResponseException as error:
            await leave(client)
            # The words of a server that refuses a log-in may repeat it.
            words = "log-in refused" if isinstance(error, SMTPAuthenticationError) else str(error.message)
            said = verdict_of(error.code, words)
            status = MISCONFIGURED if error.code // 100 == 5 else said.status
            verdict = Verdict(RecipientState.WAITING, status, said.answer)
            raise Unreachable(verdict, f"{type(error).__name__}: {said.answer}") from error
        except (*LOST, ValueError) as error:
            await leave(client)
            raise Unreachable(unheard("4.4.1"), f"{type(error).__name__}: {printable(str(error))}") from error
        except BaseException:
            client.close()
            raise
        return Connection(client, settings.timeout)

    async def _greet(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()
