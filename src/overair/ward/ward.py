"""The ward: a world on loopback with its own names, certificates and servers, in which one thing is sick.

A case starts in a ward of its own; ``supplies`` (one Overair, one authority) may be shared by wards that
run side by side. Everything is stopped and removed when the block ends::

    async with Ward() as ward:
        address = ward.address()                              # a host of its own in 127.0.0.0/8
        ward.zone.add("mail.ward.test", "A", address)         # see zone.py
        files = ward.authority.issue(("mail.ward.test",))     # see certificates.py
        overair = await ward.overair()                        # healthy; plain HTTP at overair.place
        async with ward.nginx(f"server {{ listen {address}:{ward.https} ssl; ... }}"):
            complaint = ward.complaint()                      # for overair.doctor

Usually all but one thing is healthy: ``overair.ward.site`` puts that together. Hosts have their HTTPS at
``ward.https`` and their HTTP at ``ward.http``, which the complaint's surroundings map 443 and 80 to.
"""

from __future__ import annotations

import contextlib
import ssl
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypedDict, Unpack

from aiohttp import web

from overair.doctor.complaint import Complaint, Place, Surroundings
from overair.doctor.host import Host
from overair.doctor.secret import Secret
from overair.ward import programs
from overair.ward.certificates import Authority, CertificateFiles
from overair.ward.name_server import name_server
from overair.ward.overair_server import MINUTE, Overair, overair_server
from overair.ward.ports import free_port
from overair.ward.supplies import Supplies
from overair.ward.zone import Zone

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

DOMAIN: Final = "ward.test"
OTHER_DOMAIN: Final = "other.test"
PASSWORD: Final = "Ward-Password-1"  # noqa: S105 - of accounts that live as long as a case
CONNECT_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 5.0
"""For a loaded machine; what is to be silent for longer than an answer may take waits for this."""


class Changes(TypedDict, total=False):
    """Fields of a Complaint."""

    address: str
    password: Secret | None
    user: str | None
    domain: str | None
    server: Host | None
    url_path: str | None
    inside: str | None
    trusted_fingerprint: str | None
    send: bool
    push: bool


class Ward:
    """One world. ``async with`` it; without ``supplies`` it has its own.

    ``password`` is the account's; ``minute`` how many seconds a minute of a heartbeat takes at Overair.
    """

    def __init__(
        self,
        supplies: Supplies | None = None,
        *,
        password: str = PASSWORD,
        minute: float = MINUTE,
        patience: float = 1.0,
    ) -> None:
        self._own: Final = supplies is None
        self._supplies: Final = supplies or Supplies()
        self._around: Final = contextlib.AsyncExitStack()
        self._overair: Overair | None = None
        number = next(self._supplies.patients)
        self.user: Final = f"anna{number}@{DOMAIN}" if number > 1 else f"anna@{DOMAIN}"
        """The address and log-in of the patient, nobody else's."""
        self.password: Final = password
        self.minute: Final = minute * patience
        self.patience: Final = patience
        """How many times longer than usual everything may take: more than 1 on a busy machine."""
        self.authority: Final[Authority] = self._supplies.authority
        self.other_authority: Final[Authority] = self._supplies.other_authority
        """Its root is in nobody's list."""
        self.zone: Final = Zone()
        """What the name server of the patient's network says."""
        self.outside: Final = Zone(above=self.zone)
        """What a public name server says: the same, but for what is added here; asked with
        ``surroundings(public=True)``."""
        self.https: Final = free_port()
        self.http: Final = free_port()
        self._resolver: Place | None = None
        self._public: Place | None = None
        for domain in (DOMAIN, OTHER_DOMAIN):
            self.zone.add(domain, "SOA", f"ns.{domain}. hostmaster.{domain}. 1 3600 600 86400 60")
            self.zone.add(domain, "NS", f"ns.{domain}.")

    async def __aenter__(self) -> Self:
        if self._own:
            await self._around.enter_async_context(self._supplies)
        servers = [await self._around.enter_async_context(name_server(zone, self.address()))
                   for zone in (self.zone, self.outside)]  # fmt: skip
        self._resolver, self._public = servers
        for domain in (DOMAIN, OTHER_DOMAIN):
            self.zone.add(f"ns.{domain}", "A", self._resolver.address)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._around.aclose()

    def address(self) -> str:
        """A new address of loopback for a host; in IPv6 there is only IPV6_LOOPBACK."""
        return self._supplies.addresses.next()

    def folder(self) -> Path:
        """A new folder, which programs may read; secrets in it need a mode of their own."""
        return self._supplies.room()

    async def overair(self) -> Overair:
        """The healthy Overair, which has the patient's account: plain HTTP at its ``place``."""
        if self._overair is None:
            self._overair = await self._supplies.overair()
            await self._overair.admit(self.user, self.password, self.minute)
        return self._overair

    @contextlib.asynccontextmanager
    async def own_overair(
        self,
        place: Place | None = None,
        certificate: CertificateFiles | None = None,
        settings: Mapping[str, object] | None = None,
        *,
        pace: float = 1.0,
    ) -> AsyncIterator[Overair]:
        """An Overair for this ward alone, with settings of overair.toml (``{"policy.required": True}``);
        with a certificate it ends TLS itself. It has the patient's account. With a ``pace`` below 1 it ends
        heartbeats after that part of them."""
        tls = None
        if certificate is not None:
            # Only now: those who want no server need not wait for it to load.
            from overair.tls.contexts import tls_context

            tls = tls_context(certificate.chain_file, certificate.key_file)
        place = place or Place(self.address(), 0)
        async with overair_server(self.folder() / "data", place, tls, settings) as overair:
            await overair.admit(self.user, self.password, self.minute * pace)
            yield overair

    def nginx(self, http: str, *, main: str = "", old: bool = False) -> AbstractAsyncContextManager[Process]:
        """nginx with what stands in ``http { }``; ``main`` is beside that. ``old``: OpenSSL lets weak keys,
        SHA-1 and TLS 1.0 pass. Raises programs.Missing, programs.DidNotStart, like the other two."""
        return programs.nginx(http, self.folder(), main=main, old=old)

    def haproxy(self, configuration: str, *, old: bool = False) -> AbstractAsyncContextManager[Process]:
        """HAProxy with a whole configuration."""
        return programs.haproxy(configuration, self.folder(), old=old)

    def apache(self, configuration: str, *, old: bool = False) -> AbstractAsyncContextManager[Process]:
        """Apache with a configuration that says where to listen, each VirtualHost with its ServerName;
        the modules are those of programs.py."""
        return programs.apache(configuration, self.folder(), old=old)

    @contextlib.asynccontextmanager
    async def scripted(
        self, handler: Handler, address: str, certificate: CertificateFiles | None = None
    ) -> AsyncIterator[None]:
        """A few lines of our own at an address: HTTPS with a certificate, else HTTP."""
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.chain_file, certificate.key_file)

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if request.headers.get("Expect", "").lower() == "100-continue":
                await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return await handler(request)

        runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.1)
        await runner.setup()
        try:
            port = self.http if context is None else self.https
            await web.TCPSite(runner, address, port, ssl_context=context).start()
            yield
        finally:
            await runner.cleanup()

    def surroundings(self, *, public: bool = False) -> Surroundings:
        """The ward as the patient's world; ``public``: with the name server outside, to compare."""
        if self._resolver is None or self._public is None:
            raise RuntimeError("the ward is not open")
        return Surroundings(
            resolvers=(self._resolver,),
            public_resolvers=(self._public,) if public else (),
            ports={443: self.https, 80: self.http},
            device_authorities=(self.authority.root_file,),
            connect_seconds=CONNECT_SECONDS * self.patience,
            answer_seconds=ANSWER_SECONDS * self.patience,
            proxies={},
            landmarks=("127.0.0.1",),
            minute=self.minute,
        )

    def complaint(self, surroundings: Surroundings | None = None, **changes: Unpack[Changes]) -> Complaint:
        """The patient's; ``changes`` are fields of a Complaint that differ from the usual.

        Other surroundings: ``dataclasses.replace(ward.surroundings(), answer_seconds=1.0)``.
        """
        usual = Complaint(
            address=self.user,
            password=Secret(self.password),
            surroundings=surroundings or self.surroundings(),
        )
        return replace(usual, **changes)
