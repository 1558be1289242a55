"""Mail out through the submission server of a gateway's users: each sends as the user it is, at once."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from typing import Final

from aiosmtplib.errors import SMTPAuthenticationError

from overair.credentials import Credentials, Kind
from overair.delivery.queue import Recipient, RecipientState
from overair.delivery.relay import Client, LogIn, Relay, Unreachable
from overair.delivery.smtp import Ending
from overair.delivery.smtp_answers import Verdict
from overair.delivery.smtp_settings import Smtp
from overair.mailboxes.interface import MailboxUnavailable, Refused

_ACCEPTED: Final = 235


class RecipientsRefused(Refused):
    """The submission server will not take a message for some of its recipients, however often it is asked;
    nobody has got it. ``server`` is the name of that server.
    """

    def __init__(self, recipients: Sequence[Recipient], server: str) -> None:
        super().__init__(f"SMTP: {recipients[0].status}")
        self.recipients = tuple(recipients)
        self.server = server


class UsersSubmission:
    """The submission server, whose certificates are read once. Nothing is queued, and no log-in kept.

    ``master_separator`` is what stands between the names of a user and of the master user who acts for
    them; empty for the identities of SASL PLAIN. Raises SmtpError.
    """

    def __init__(self, settings: Smtp, domain: str, master_separator: str = "") -> None:
        self._relay: Final = Relay(settings, domain)
        self._separator: Final = master_separator

    async def submit(
        self,
        credentials: Credentials,
        sender: str,
        recipients: Sequence[str],
        mime: bytes,
        ending: Ending | None = None,
    ) -> None:
        """Hand a message to the server; it has taken it for all recipients when this returns.

        Where it refuses one recipient it gets the message for none, so that whoever tries again sends it
        to nobody twice; only where it takes fewer recipients at once than there are, those before the
        refused one have it. Raises RecipientsRefused for what will be refused again, MailboxUnavailable else,
        also where the server may have taken the message and its answer was lost. ``ending`` is awaited
        when the server has all but the end of the message, before which it cannot have taken it.
        """
        try:
            connection = await self._relay.connect(self._log_in(credentials))
        except Unreachable as error:
            raise MailboxUnavailable(f"SMTP: {error.verdict.status}") from error
        try:
            waiting = list(recipients)
            while waiting:
                verdicts = await connection.send(sender, waiting, mime, together=True, ending=ending)
                self._require_taken(waiting, verdicts)
                waiting = [one for one, said in zip(waiting, verdicts, strict=True) if said.again]
        finally:
            await connection.close()

    async def check(self, credentials: Credentials) -> None:
        """Log in, and send nothing. Raises Unreachable, whose words are for the administrator."""
        connection = await self._relay.connect(self._log_in(credentials))
        await connection.close()

    def _require_taken(self, recipients: Sequence[str], verdicts: Sequence[Verdict]) -> None:
        """Raise RecipientsRefused or MailboxUnavailable where the message was not taken for all."""
        refused = [
            Recipient(0, address, said.state, said.status, said.answer)
            for address, said in zip(recipients, verdicts, strict=True)
            if said.state is RecipientState.FAILED and not said.again
        ]
        if refused:
            raise RecipientsRefused(refused, self._relay.name)
        for said in verdicts:
            if said.state is RecipientState.WAITING and not said.again:
                raise MailboxUnavailable(f"SMTP: {said.status}")

    def _log_in(self, credentials: Credentials) -> LogIn:
        return partial(_LOG_INS[credentials.kind], credentials, self._separator)


async def _with_password(credentials: Credentials, _separator: str, client: Client) -> None:
    await client.login(credentials.user, credentials.secret)


async def _as_master(credentials: Credentials, separator: str, client: Client) -> None:
    if separator:
        await client.login(f"{credentials.user}{separator}{credentials.login}", credentials.secret)
        return
    identities = f"{credentials.user}\0{credentials.login}\0{credentials.secret}"
    said = await client.execute_command(b"AUTH", b"PLAIN", b64encode(identities.encode()))
    if said.code != _ACCEPTED:
        raise SMTPAuthenticationError(said.code, said.message)


async def _with_token(credentials: Credentials, _separator: str, client: Client) -> None:
    await client.auth_xoauth2(credentials.user, credentials.secret)


_LOG_INS: Final = {
    Kind.PASSWORD: _with_password,
    Kind.MASTER: _as_master,
    Kind.OAUTH2: _with_token,
}
