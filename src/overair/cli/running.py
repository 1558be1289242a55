"""One run of the server, from opening the store to leaving."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack

import structlog
import typer

from overair.cli import greeting
from overair.cli.demo import mailboxes
from overair.cli.identity import hosts_of, identity_of, root_of, signing_of, site_of
from overair.cli.output import Failure
from overair.cli.service_manager import READY, STOPPING, tell_service_manager
from overair.cli.store import ask
from overair.server.administration import ListUsers
from overair.server.administrator import Administrator
from overair.server.app import Application, build
from overair.server.autodiscover.in_clear import RedirectToHttps
from overair.server.certificate_keeper import CertificateKeeper
from overair.server.certificates import cover, domains_of, examine, warn
from overair.server.context import Services
from overair.server.control import ControlServer
from overair.server.listening import Listening, listening_of
from overair.server.monitoring import Monitoring
from overair.server.page_serving import page_server
from overair.server.pages import Setup, pages
from overair.server.serving import OpenToEavesdropping, run, serve
from overair.server.settings import Settings, parse_address
from overair.storage.interface import DatabaseUnavailable
from overair.storage.open import DirectoryInUse
from overair.tls import root_files
from overair.tls.files import CertificateError

_log = structlog.get_logger("overair.serve")


def serve_until_told(settings: Settings, *, demo: bool) -> None:
    """Serve until SIGTERM or SIGINT. Raises Failure."""
    try:
        certificates = identity_of(settings)
        listening = listening_of(settings, certificates.context)
        run(_serve(settings, listening, certificates, demo), listening)
    except (DirectoryInUse, DatabaseUnavailable, OpenToEavesdropping, CertificateError) as error:
        raise Failure(str(error)) from None
    except ssl.SSLError as error:
        raise Failure(f"the certificate cannot be used: {error}") from None
    except OSError as error:
        what = error.filename or settings.bind
        raise Failure(f"{what}: {error.strerror or error}") from None
    except SystemExit:
        raise Failure("the server did not start; the log above says why") from None


async def _serve(
    settings: Settings, listening: Listening, certificates: CertificateKeeper, demo: bool
) -> None:
    application = build(settings, certificates=certificates)
    async with AsyncExitStack() as around:
        around.push_async_callback(application.shutdown)
        perform = Administrator(application.services).perform
        passwords = await mailboxes.fill(perform, settings.data_path) if demo else {}
        accounts = tuple(user.address for user in (await ask(perform, ListUsers())).users)
        control = ControlServer(application.services, settings.data_path)
        await control.start()
        around.callback(control.stop)
        root = root_of(certificates)
        hosts = hosts_of(listening.host, certificates, settings)
        finding = application.services.finding
        finding.root, finding.signing = root, signing_of(certificates, settings)
        setup = Setup(hosts, listening.port, root)
        page_port = await _start_page(around, setup, application.services, listening)
        domains = domains_of(accounts)
        await cover(certificates, domains)
        warn(examine(certificates, settings, domains))
        keeping = asyncio.create_task(certificates.run())
        around.callback(keeping.cancel)

        await _start_monitoring(around, application, settings)

        def leave() -> None:
            tell_service_manager(STOPPING)
            control.stop()
            application.leave()

        def started(port: int | None) -> None:
            setup = Setup(hosts, port or listening.port, root)
            application.pages = pages(setup)
            finding.site = finding.site or site_of(hosts[0], setup.port, certificates)
            if finding.site is None:
                _log.warning("Autodiscover is off until the setting url says where clients reach the server")
            tell_service_manager(READY)
            certificates.wake()
            if port is None:
                _log.info("listening", socket=str(listening.unix_path))
                return
            page = _page_address(setup, None if listening.is_private else page_port)
            facts = greeting.Greeting(
                data_dir=settings.data_path,
                server=setup.server(hosts[0]),
                page=None if listening.is_private else page,
                tls=listening.tls is not None,
                fingerprint=root_files.fingerprint_text(root) if root else None,
                accounts=() if settings.gateway.configured else accounts,
                passwords=passwords,
                upstream=settings.gateway.place("imap").host if settings.gateway.configured else "",
            )
            typer.echo(greeting.text(facts))
            mailboxes.told(settings.data_path)

        await serve(application, listening, leave, started)


async def _start_page(
    around: AsyncExitStack, setup: Setup, services: Services, listening: Listening
) -> int | None:
    """Serve the certificate page, and http-01, over plain HTTP until the stack is left; returns its port."""
    port, certificates = services.settings.tls.page_port, services.certificates
    challenged = certificates.responder if certificates.over_http else None
    if (setup.root is None and challenged is None) or port in (0, listening.port):
        return None
    application = RedirectToHttps(pages(setup, challenged), services.finding)
    try:
        return await around.enter_async_context(page_server(application, listening.host, port))
    except OSError as error:
        lost = (
            "http-01 cannot be answered" if challenged else "the certificate page is served over HTTPS only"
        )
        _log.warning(lost, port=port, error=error.strerror)
        return None


async def _start_monitoring(around: AsyncExitStack, application: Application, settings: Settings) -> None:
    """Serve metrics and health on their own listener until the stack is left. Raises Failure."""
    if not settings.monitoring.bind:
        return

    monitoring = Monitoring(
        application.services, application.health, application.services.certificates.expiry
    )
    host, port = parse_address(settings.monitoring.bind)
    try:
        port = await around.enter_async_context(page_server(monitoring, host, port))
    except OSError as error:
        raise Failure(f"monitoring.bind, {settings.monitoring.bind}: {error.strerror or error}") from None
    _log.info("metrics and health", host=host, port=port)


def _page_address(setup: Setup, page_port: int | None) -> str:
    if page_port is None:
        return f"https://{setup.server(setup.hosts[0])}/"
    host = setup.hosts[0]
    bracketed = f"[{host}]" if ":" in host else host
    return f"http://{bracketed}/" if page_port == 80 else f"http://{bracketed}:{page_port}/"
