"""The servers that a gateway stands in front of, as its settings name them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Final, Literal

import structlog
from dns.asyncresolver import Resolver

from overair.credentials import Credentials, Kind
from overair.dav.discovery import Service
from overair.dav.transport import Connections
from overair.delivery.smtp import Ending
from overair.delivery.smtp_settings import Smtp, SmtpError
from overair.delivery.users_submission import UsersSubmission
from overair.directory.imap_logins import CannotCheck
from overair.imap.errors import ImapError, LoginRefused
from overair.imap.pool import Pool, PoolLimits
from overair.imap.server import Security, Server
from overair.imap.session import log_in
from overair.mailboxes.gateway.accounts import Servers
from overair.mailboxes.gateway.backend import Backend, BackendName
from overair.mailboxes.gateway.effects import Submit
from overair.mailboxes.gateway.groupware.caldav import CalDavBackend
from overair.mailboxes.gateway.groupware.carddav import CardDavBackend
from overair.mailboxes.gateway.groupware.locating import Locator
from overair.mailboxes.gateway.groupware.polling import Polls
from overair.mailboxes.gateway.mail.backend import ImapBackend
from overair.mailboxes.gateway.mail.filed_copies import FiledCopies
from overair.mailboxes.gateway.mail.options import MailOptions, Owner
from overair.mailboxes.gateway.mail.special_folders import Role
from overair.mailboxes.gateway.making import Submission
from overair.mailboxes.gateway.settings import GatewayError, GatewaySettings
from overair.mailboxes.gateway.sharing import Shared
from overair.mailboxes.interface import MailboxUnavailable
from overair.storage.interface import BlobStore

TOKEN_SECONDS: Final = 30.0
"""How long the program that gives access tokens may take."""
TOKEN_KEPT_SECONDS: Final = 240.0
"""How long an access token is used; most are good for an hour, some for five minutes."""

TLS: Final[Mapping[str, Literal["implicit", "starttls", "none"]]] = {
    "tls": "implicit",
    "starttls": "starttls",
    "none": "none",
}
"""How connections are protected, in the words of the settings of mail."""

log = structlog.get_logger(__name__)


class UpstreamServers:
    """What all accounts of a gateway share of its servers; nothing is open until something is asked."""

    def __init__(self, settings: GatewaySettings, domain: str, time_zone: str, blobs: BlobStore) -> None:
        """``domain`` is this server's name, ``time_zone`` the IANA name of the zone of what names none.

        Raises GatewayError.
        """
        self._settings: Final = settings
        self._time_zone: Final = time_zone
        self._blobs: Final = blobs
        context = settings.context()
        place = settings.place("imap")
        self._imap: Final = Server(
            host=place.host,
            port=place.port,
            security=Security(place.security),
            context=context,
            compress=settings.compress,
            master_separator=settings.master_separator,
        )
        self.pool: Final = Pool(
            self._imap,
            PoolLimits(
                of_user=settings.connections_per_user,
                of_server=settings.connections,
                idle_seconds=settings.idle_seconds,
            ),
        )
        self._dav: Final = Connections(ssl=context)
        self._locator: Final = Locator(self._dav, Resolver)
        self._polls: Final = Polls(settings.poll_calendars)
        names = {Role(name): getattr(settings.folders, name) for name in settings.folders.__struct_fields__}
        self._shared: Final = Shared(settings.shared)
        self._options: Final = MailOptions(
            names={role: name for role, name in names.items() if name},
            shared=self._shared,
            poll_interval=settings.poll_mail,
        )
        self.submission: Final = _submission_server(settings, domain)
        """The users' submission server; None where mail is not sent through one."""
        self._filed: Final = FiledCopies()
        self._tokens: Final[dict[str, tuple[float, str]]] = {}

    def connect(self, account_id: int, address: str, mail: Credentials, groupware: Credentials) -> Servers:
        """The servers of an account."""
        settings = self._settings
        addresses = (address,)
        owner = Owner(account_id, addresses, self._time_zone)
        backends: dict[BackendName, Backend] = {
            BackendName.IMAP: ImapBackend(
                self.pool, mail, owner, self._options, self._blobs, filed=self._filed
            )
        }
        if settings.caldav:
            backends[BackendName.CALDAV] = CalDavBackend(
                self._dav,
                self._locator.of(settings.caldav, Service.CALDAV),
                groupware,
                account_id,
                self._polls,
                self._shared,
                addresses=addresses,
                time_zone=self._time_zone,
                blobs=self._blobs,
            )
        if settings.carddav:
            backends[BackendName.CARDDAV] = CardDavBackend(
                self._dav,
                self._locator.of(settings.carddav, Service.CARDDAV),
                groupware,
                account_id,
                self._polls,
                self._shared,
            )
        return Servers(backends, self._submission(mail))

    def _submission(self, credentials: Credentials) -> Submission | None:
        users = self.submission
        if users is None:
            return None

        async def submit(effect: Submit, ending: Ending) -> None:
            mime = await asyncio.to_thread(self._blobs.read, effect.blob)
            await users.submit(credentials, effect.sender, effect.recipients, mime, ending)

        return submit

    async def is_right(self, address: str, password: str) -> bool:
        """Whether the IMAP server takes the log-in of an address. Raises CannotCheck."""
        try:
            session = await log_in(self._imap, Credentials(self._settings.name_of(address), password))
        except LoginRefused:
            return False
        except ImapError as error:
            log.warning("a log-in cannot be checked", reason=str(error))
            raise CannotCheck(str(error)) from None
        await session.logout()
        return True

    async def credentials_of(self, address: str, password: str) -> tuple[Credentials, Credentials]:
        """What opens the mail of the user of an address, and what opens the calendars and contacts: no DAV
        server knows a master user. Raises MailboxUnavailable, GatewayError.
        """
        settings = self._settings
        name = settings.name_of(address)
        own = Credentials(name, password, ours=settings.accounts == "directory")
        if settings.master_user:
            return Credentials(name, settings.master_password(), settings.master_user, Kind.MASTER), own
        if settings.token_command:
            own = Credentials(name, await self.token_of(address), kind=Kind.OAUTH2)
        return own, own

    async def token_of(self, address: str) -> str:
        """An access token for the user of an address. Raises MailboxUnavailable."""
        until, token = self._tokens.get(address, (0.0, ""))
        if time.monotonic() < until:
            return token
        arguments = [argument.replace("{address}", address) for argument in self._settings.token_command]
        try:
            process = await asyncio.create_subprocess_exec(
                *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
            )
        except OSError as error:
            raise MailboxUnavailable(f"gateway.token_command: {error.strerror}") from None
        try:
            output, _ = await asyncio.wait_for(process.communicate(), TOKEN_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise MailboxUnavailable("gateway.token_command: it takes too long") from None
        token = output.decode("ascii", "replace").strip()
        if process.returncode or not token:
            raise MailboxUnavailable(f"gateway.token_command: it ended with {process.returncode}")
        self._tokens[address] = (time.monotonic() + TOKEN_KEPT_SECONDS, token)
        return token

    async def close(self) -> None:
        """Let go of every connection."""
        self.pool.close()
        await self._dav.close()


def _submission_server(settings: GatewaySettings, domain: str) -> UsersSubmission | None:
    """The submission server, where there is one. Raises GatewayError."""
    if not settings.smtp:
        return None
    place = settings.place("smtp")
    smtp = Smtp(host=place.host, port=place.port, tls=TLS[place.security], ca_file=settings.ca_file)
    try:
        return UsersSubmission(smtp, domain, settings.master_separator)
    except SmtpError as error:
        raise GatewayError(f"smtp: {error}") from None
