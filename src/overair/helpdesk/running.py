"""Serving the help desk's page until told to leave."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Final

import msgspec
import structlog

from overair.doctor.complaint import Reach, Surroundings
from overair.helpdesk.application import Desk
from overair.helpdesk.consultations import Consultations
from overair.protocol.autodiscover.names import domain_name
from overair.server.certificate_keeper import CertificateKeeper
from overair.server.certificates import keeper_of
from overair.server.help_desk_settings import HelpDeskError
from overair.server.listening import Listening, listening_of
from overair.server.serving import run, serve
from overair.server.settings import Settings, SettingsError

EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - to be recognised, not bound to
Started = Callable[[str], None]
"""Told of the URL, or the unix socket, when it can be opened."""

_log = structlog.get_logger("overair.doctor")


class Opened(msgspec.Struct, frozen=True):
    """What a start needs, after everything was checked."""

    settings: Settings
    listening: Listening
    password: str
    certificates: CertificateKeeper | None
    """Of a page that ends TLS itself."""


def opened(settings: Settings) -> Opened:
    """Check that the page is only where it may be. Raises SettingsError, CertificateError, OSError."""
    desk, tls = settings.doctor, settings.tls
    try:
        password = desk.secret()
    except HelpDeskError as error:
        raise SettingsError(f"doctor.{error}") from None
    if not desk.allow:
        raise SettingsError(
            'doctor.allow is empty, so that nobody could be examined: write allow = ["@example.org"] '
            "below [doctor], or --allow @example.org"
        )
    try:
        listening = listening_of(msgspec.structs.replace(settings, bind=desk.listen))
    except SettingsError as error:
        raise SettingsError(f"doctor.listen: {error}") from None
    behind_proxy = listening.unix_path is not None
    if not password and (desk.names or behind_proxy or not listening.is_private):
        raise SettingsError(
            f"doctor.password_file: others than this machine would reach {desk.listen}: name a file with the "
            "page's password, or listen on 127.0.0.1 without names"
        )
    if not desk.names and (behind_proxy or listening.host in EVERY_ADDRESS):
        raise SettingsError("doctor.names: write the name under which browsers reach the page")
    if listening.is_private:
        return Opened(settings, listening, password, None)
    if not tls.enabled or tls.certificate is None or tls.private_key is None:
        raise SettingsError(
            f"doctor.listen: {desk.listen} is not loopback, so it needs TLS: name certificate and "
            "private_key below [tls], or listen on 127.0.0.1 behind a proxy"
        )
    certificates = keeper_of(settings)
    certificates.prepare()
    tls_too = msgspec.structs.replace(listening, tls=certificates.context)
    return Opened(settings, tls_too, password, certificates)


def desk_of(opened_: Opened, around: Surroundings, consultations: Consultations | None = None) -> Desk:
    """The pages, for the names under which they are reached."""
    desk, host = opened_.settings.doctor, opened_.listening.host
    named = tuple(map(domain_name, desk.names))
    names = named if host in EVERY_ADDRESS else (*named, host)
    # Whoever runs a domain that may be examined must not have this machine ask within its own network.
    guarded = replace(around, reach=Reach.OWN)
    return Desk(desk, opened_.password, guarded, names=names, consultations=consultations)


def serve_until_told(opened_: Opened, around: Surroundings, started: Started) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError."""
    run(serve_desk(opened_, desk_of(opened_, around), started), opened_.listening, plain=True)


async def serve_desk(opened_: Opened, desk: Desk, started: Started) -> None:
    """The same within an event loop, until cancelled."""
    listening, names = opened_.listening, opened_.settings.doctor.names

    def told(port: int | None) -> None:
        if port is None:
            started(str(listening.unix_path))
            return
        scheme = "http" if listening.tls is None else "https"
        host = f"[{listening.host}]" if ":" in listening.host else listening.host
        host = names[0] if names and listening.tls is not None else host
        started(f"{scheme}://{host}:{port}/")

    async with _kept(opened_.certificates):
        await serve(desk.application, listening, desk.consultations.leave, told)


@contextlib.asynccontextmanager
async def _kept(certificates: CertificateKeeper | None) -> AsyncIterator[None]:
    """Read the certificate again whenever its files change."""
    if certificates is None:
        yield
        return
    keeping = asyncio.create_task(certificates.run())
    try:
        yield
    finally:
        keeping.cancel()
