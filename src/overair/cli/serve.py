"""`overair serve`: the server."""

from __future__ import annotations

import logging
import ssl
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Final

import msgspec
import structlog
import typer

from overair import tls
from overair.cli import greeting, logs
from overair.cli.demo import mailboxes
from overair.cli.identity import Identity, hosts_of, identity_of
from overair.cli.output import DATA_DIR, Failure
from overair.cli.store import ask
from overair.server.administration import Administrator, ListUsers
from overair.server.app import build
from overair.server.control import ControlServer
from overair.server.listening import Listening
from overair.server.page_serving import page_server
from overair.server.pages import Setup, pages
from overair.server.serving import OpenToEavesdropping, run
from overair.server.serving import serve as serve_application
from overair.server.settings import Settings, SettingsError, load
from overair.storage.interface import DatabaseUnavailable
from overair.storage.open import DirectoryInUse
from overair.tls import root_files

EXAMPLE: Final = "Example: overair serve --data-dir /var/lib/overair --bind 0.0.0.0:443"
LOOPBACK: Final = "127.0.0.1:8443"

_log = structlog.get_logger("overair.serve")


def serve(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            metavar="DIR",
            envvar="OVERAIR_DATA_DIR",
            help="Where everything is kept; made where it is missing.",
            show_default=str(DATA_DIR),
        ),
    ] = None,
    bind: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to listen.", show_default="0.0.0.0:8443"),
    ] = None,
    no_tls: Annotated[
        bool, typer.Option("--no-tls", help="Plain HTTP, for a proxy on this machine: on loopback only.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings in TOML; options here go before them.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Make two accounts with letters in them where there is none.")
    ] = False,
) -> None:
    """Serve phones. Without a certificate of its own the server makes a private CA."""
    logs.configure(logging.INFO)
    settings = _settings(config, data_dir, bind, no_tls)
    try:
        identity = identity_of(settings)
        listening = msgspec.structs.replace(_listening(settings), tls=identity.context)
        run(_serve(settings, listening, identity, demo), listening)
    except (DirectoryInUse, DatabaseUnavailable, OpenToEavesdropping, tls.CertificateError) as error:
        raise Failure(str(error)) from None
    except ssl.SSLError as error:
        raise Failure(f"the certificate cannot be used: {error}") from None
    except OSError as error:
        what = f"{error.filename}: " if error.filename else f"{settings.bind}: "
        raise Failure(f"{what}{error.strerror or error}") from None
    except SystemExit:
        raise Failure("the server did not start; the log above says why") from None


def _settings(config: Path | None, data_dir: Path | None, bind: str | None, no_tls: bool) -> Settings:
    """The settings of a start. Raises Failure."""
    overrides: dict[str, object] = {
        "data_dir": None if data_dir is None else str(data_dir),
        "bind": bind,
        "tls.enabled": False if no_tls else None,
    }
    try:
        settings = load(config, **overrides)
        if not settings.tls.enabled and settings.bind == Settings().bind and bind is None:
            settings = msgspec.structs.replace(settings, bind=LOOPBACK)
        if not settings.tls.enabled and not _listening(settings).is_private:
            raise Failure(
                f"plain HTTP is for this machine only: use --bind {LOOPBACK}, or TLS on {settings.bind}",
                code=2,
            )
    except SettingsError as error:
        raise Failure(str(error), code=2) from None
    return settings


def _listening(settings: Settings) -> Listening:
    trusted = settings.trusted_proxies
    if settings.unix_socket is not None:
        return Listening(unix_path=settings.unix_socket, trusted_proxies=trusted)
    host, port = settings.address
    return Listening(host=host, port=port, trusted_proxies=trusted)


async def _serve(settings: Settings, listening: Listening, identity: Identity, demo: bool) -> None:
    application = build(settings)
    async with AsyncExitStack() as around:
        around.push_async_callback(application.shutdown)
        perform = Administrator(application.services).perform
        passwords = await mailboxes.fill(perform) if demo else {}
        accounts = tuple(user.address for user in (await ask(perform, ListUsers())).users)
        control = ControlServer(application.services, settings.data_path)
        await control.start()
        around.callback(control.stop)
        hosts = hosts_of(listening.host, identity, settings)
        page_port = await _start_page(
            around, Setup(hosts, listening.port, identity.root), settings, listening
        )

        def leave() -> None:
            control.stop()
            application.services.hub.end_waits()

        def started(port: int | None) -> None:
            setup = Setup(hosts, port or listening.port, identity.root)
            application.pages = pages(setup)
            if port is None:
                _log.info("listening", socket=str(listening.unix_path))
                return
            page = _page_address(setup, None if listening.is_private else page_port)
            facts = greeting.Greeting(
                data_dir=settings.data_path,
                server=setup.server(hosts[0]),
                page=None if listening.is_private else page,
                tls=identity.context is not None,
                fingerprint=root_files.fingerprint_text(identity.root) if identity.root else None,
                accounts=accounts,
                passwords=passwords,
            )
            typer.echo(greeting.text(facts))

        await serve_application(application, listening, leave, started)


async def _start_page(
    around: AsyncExitStack, setup: Setup, settings: Settings, listening: Listening
) -> int | None:
    """Serve the certificate page over plain HTTP until the stack is left; returns its port."""
    port = settings.tls.page_port
    if setup.root is None or port in (0, listening.port):
        return None
    try:
        return await around.enter_async_context(page_server(pages(setup), listening.host, port))
    except OSError as error:
        _log.warning("the certificate page is served over HTTPS only", port=port, error=error.strerror)
        return None


def _page_address(setup: Setup, page_port: int | None) -> str:
    if page_port is None:
        return f"https://{setup.server(setup.hosts[0])}/"
    host = setup.hosts[0]
    bracketed = f"[{host}]" if ":" in host else host
    return f"http://{bracketed}/" if page_port == 80 else f"http://{bracketed}:{page_port}/"
