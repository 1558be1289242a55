"""The application: the rooms put together, and what answers HTTP."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from overair.delivery import queue
from overair.delivery.elsewhere import Elsewhere
from overair.delivery.lmtp import LmtpServer
from overair.delivery.local import LocalDelivery
from overair.delivery.out_of_office.absence import forget_absence
from overair.delivery.out_of_office.noting import noted_blobs
from overair.delivery.out_of_office.replies import AutomaticReplies
from overair.delivery.relay import Relay
from overair.delivery.sent_mail import SendLimits
from overair.delivery.transport import Transport, forget_outgoing, waiting_blobs
from overair.delivery.upstream import UpstreamTransport
from overair.devices.partnerships import Partnerships, forget_partnerships, knows_device
from overair.devices.policies import Policy
from overair.devices.provisioning import Provisioning
from overair.directory.accounts import AccountPart
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.interface import User
from overair.mailboxes.embedded.hierarchy import create_mailbox, remove_mailbox
from overair.mailboxes.embedded.mailbox import EmbeddedMailbox
from overair.mailboxes.embedded.maintenance import keep_tidy
from overair.mailboxes.embedded.search.upkeep import Upkeep
from overair.mailboxes.gateway.accounts import forget_intents
from overair.mailboxes.gateway.invitations import forget_invitations
from overair.mailboxes.interface import Mailbox
from overair.protocol.http import MEANINGS, PATH, Credentials, HttpStatus
from overair.push.hub import WaitingTable
from overair.push.interface import Hub
from overair.server import gateway
from overair.server.autodiscover.application import AutodiscoverApplication, handler_of
from overair.server.autodiscover.finding import Finding
from overair.server.budget import Budget
from overair.server.certificate_keeper import CertificateKeeper
from overair.server.certificates import keeper_of
from overair.server.context import Services
from overair.server.endpoint import Endpoint
from overair.server.health import PATHS as HEALTH_PATHS
from overair.server.health import Health
from overair.server.locks import DeviceLocks
from overair.server.measured_database import MeasuredDatabase
from overair.server.settings import Settings, parse_address
from overair.storage.interface import BlobStore, DatabaseUnavailable, MailboxChange, Transaction
from overair.storage.open import Storage, open_storage
from overair.sync.cached_requests import CachedRequests
from overair.sync.engine import Engine
from overair.times import utc_now

ENDPOINT_PATH: Final = PATH.lower()
"""Clients write the path in any letter case."""

_log = structlog.get_logger("overair.server")


class Application:
    """The ASGI application with all that belongs to it.

    ``pages`` is mounted beside the endpoint and gets every other path; without it they are not found.
    """

    def __init__(
        self,
        services: Services,
        storage: Storage,
        directory: EmbeddedDirectory,
        upstream: gateway.Upstream | None,
    ) -> None:
        self.services: Final = services
        self.upstream: Final = upstream
        self.storage: Final = storage
        self.directory: Final = directory
        self.delivery: Final = services.delivery
        self.pages: ASGIApp | None = None
        limits = services.settings.limits
        self.lmtp: Final = LmtpServer(
            self.delivery,
            services.settings.domain,
            maximum_size=limits.request_body,
            maximum_recipients=limits.recipients,
        )
        self._replies: Final = AutomaticReplies(self.delivery, services.transport, services.settings.domain)
        self._endpoint: Final = Endpoint(services)
        self._autodiscover: Final = AutodiscoverApplication(services)
        self._upkeep: Final = Upkeep(storage.database, storage.blobs)
        self.health: Final = Health(self._why_not_ready)
        self._leaving = False
        self._tidying: list[asyncio.Task[None]] = []
        services.database.listen(self._changed)

    async def startup(self) -> None:
        """Settle what the last run left open and take mail in.

        Raises OSError, OpenToStrangers, DatabaseUnavailable.
        """
        # A database that other machines can reach is this server's own from its first transaction on.
        await self.storage.database.write(_nothing)
        if self.upstream is not None:
            self.upstream.start()
        await self.services.transport.start()
        self._replies.start()
        tidy = keep_tidy(self.storage.database, self.storage.blobs, self._other_blobs)
        self._tidying = [asyncio.create_task(tidy), asyncio.create_task(self._upkeep.run())]
        settings = self.services.settings
        if not self._takes_mail:
            return
        if settings.lmtp_socket is not None:
            await self.lmtp.listen_on_socket(settings.lmtp_socket)
        elif settings.delivery.lmtp:
            await self.lmtp.listen_on_address(*parse_address(settings.delivery.lmtp))

    async def shutdown(self) -> None:
        """Answer the waiting phones, finish what runs, close the store."""
        self.services.hub.end_waits()
        for task in self._tidying:
            task.cancel()
        await asyncio.gather(*self._tidying, return_exceptions=True)
        await self.lmtp.close()
        await self._replies.close()
        await self.services.transport.close()
        if self.upstream is not None:
            await self.upstream.close()
        self.directory.close()
        await self.storage.close()

    def leave(self) -> None:
        """Answer the waiting phones: the server leaves."""
        self._leaving = True
        self.services.hub.end_waits()

    @property
    def _takes_mail(self) -> bool:
        """Whether mail comes in here: that for a gateway's users comes to their own server."""
        return bool(self.services.settings.delivery.lmtp) and self.upstream is None

    async def _why_not_ready(self) -> str | None:
        if self._leaving:
            return "the server leaves"
        if self._takes_mail and not self.lmtp.is_listening:
            return "no mail is taken in"
        try:
            # One that writes: a database that only can be read serves no phone.
            await self.storage.database.write(queue.size)
        except DatabaseUnavailable as error:
            return str(error)
        return None

    async def _other_blobs(self) -> set[str]:
        database = self.storage.database
        named = await waiting_blobs(database) | await noted_blobs(database)
        return named if self.upstream is None else named | await self.upstream.blobs_of_intents()

    def _changed(self, change: MailboxChange) -> None:
        self.services.hub.publish(change.account_id, change.folder_id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: the endpoint and Autodiscover for their paths, the pages for all others."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"].rstrip("/").lower() == ENDPOINT_PATH:
            await self._endpoint(scope, receive, send)
        elif scope["type"] == "http" and handler_of(scope["path"]) is not None:
            await self._autodiscover(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] in HEALTH_PATHS:
            await self.health(scope, receive, send)
        elif self.pages is not None:
            await self.pages(scope, receive, send)
        elif scope["type"] == "http":
            await _not_found(send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.startup()
        except Exception as error:
            _log.exception("start failed")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shutdown()
        await send({"type": "lifespan.shutdown.complete"})


def _nobody_elses(user: User, credentials: Credentials) -> AbstractAsyncContextManager[None]:
    """No other server needs them."""
    return nullcontext()


async def _nothing(transaction: Transaction) -> None:
    """A transaction without statements."""


async def _not_found(send: Send) -> None:
    body = MEANINGS[HttpStatus.NOT_FOUND].encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": int(HttpStatus.NOT_FOUND), "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _transport(delivery: LocalDelivery, settings: Settings) -> Transport:
    """The way out, to other servers where there is one that takes mail for them. Raises SmtpError."""
    limits = settings.limits
    allowed = SendLimits(**{name: getattr(limits, name) for name in SendLimits.__struct_fields__})
    if settings.gateway.configured:
        return UpstreamTransport(
            delivery, settings.domain, allowed, keeps=settings.gateway.sent_copies != "never"
        )
    elsewhere = None
    if settings.smtp.configured:
        relay = Relay(settings.smtp, settings.domain)
        elsewhere = Elsewhere(delivery, relay, settings.domain, utc_now)
    return Transport(delivery, settings.domain, allowed, elsewhere)


def build(
    settings: Settings,
    storage: Storage | None = None,
    certificates: CertificateKeeper | None = None,
    hub: Hub | None = None,
) -> Application:
    """Put the rooms together on an open store, by default that of the data directory, which is made
    where there is none. ``certificates`` are those of a server with TLS, ``hub`` another table of
    waiting requests than that of one process.

    Raises DirectoryInUse, DatabaseUnavailable, OSError.
    """
    storage = storage or open_storage(settings.data_path, settings.database.url)
    database, blobs = MeasuredDatabase(storage.database), storage.blobs
    parts = (
        AccountPart(remove=forget_intents),
        AccountPart(remove=forget_invitations),
        AccountPart(create=create_mailbox, remove=remove_mailbox),
        AccountPart(remove=forget_partnerships, knows_device=knows_device),
        AccountPart(remove=forget_outgoing),
        AccountPart(remove=forget_absence),
    )
    upstream = gateway.build(
        settings.gateway, settings.domain, settings.calendar.time_zone, database, blobs, parts
    )
    directory = EmbeddedDirectory(database, parts) if upstream is None else upstream.directory
    everywhere: BlobStore = blobs if upstream is None else upstream.blobs

    def mailbox(account_id: int) -> Mailbox:
        if upstream is not None:
            return upstream.mailbox(account_id)
        return EmbeddedMailbox(account_id, database, everywhere, settings.limits.mailbox)

    policy = Policy(
        settings.policy.document,
        required=settings.policy.required,
        allow_partial=settings.policy.allow_partial,
        allow_external=settings.policy.allow_external,
    )
    partnerships = Partnerships(database, settings.limits.devices)
    delivery = LocalDelivery(database, everywhere, directory, mailbox, settings.calendar.time_zone)
    transport = _transport(delivery, settings)
    presence = _nobody_elses if upstream is None else upstream.enter
    services = Services(
        settings=settings,
        database=database,
        blobs=everywhere,
        directory=directory,
        mailbox=mailbox,
        delivery=delivery,
        hub=WaitingTable() if hub is None else hub,
        partnerships=partnerships,
        policy=policy,
        provisioning=Provisioning(policy, partnerships),
        engine=Engine(transport),
        cached_requests=CachedRequests(database),
        transport=transport,
        locks=DeviceLocks(),
        budget=Budget(settings.limits.held, settings.limits.held_by_account),
        finding=Finding(settings),
        presence=presence,
        certificates=certificates or keeper_of(settings),
        import_turn=asyncio.Lock(),
    )
    return Application(services, storage, directory, upstream)
